"""A judge for tests: OpenAI's chat completions on a free port, with every way of failing.

Prints its port, and ends when its standard input does. The model's name says how it behaves; GET /state says what has reached it.

    good              the number in the answer, as 'Score: N'
    says:WORDS        those words
    busy:N:SECONDS    429 with Retry-After for the first N requests, then good
    broken:N          500 for the first N requests, then good
    together:N        good, once N requests are there at the same time; 503 if they are not within 20 seconds
    silent            nothing, ever
    garbled           no JSON
    refusing          401 with the key in its words
    absent            404
"""

import json
import os
import re
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

state = {"requests": 0, "in_flight": 0, "most_in_flight": 0, "times": [], "authorizations": [], "questions": [], "paths": []}
changed = threading.Condition()


class Judge(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *words):
        pass

    def reply(self, status, body, **headers):
        data = (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def say(self, words):
        self.reply(200, {"choices": [{"index": 0, "message": {"role": "assistant", "content": words}}]})

    def do_GET(self):
        with changed:
            self.reply(200, state)

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with changed:
            state["requests"] += 1
            number = state["requests"]
            state["in_flight"] += 1
            state["most_in_flight"] = max(state["most_in_flight"], state["in_flight"])
            state["times"].append(time.monotonic())
            state["authorizations"].append(self.headers.get("Authorization"))
            state["questions"].append(request)
            state["paths"].append(self.path)
            changed.notify_all()
        try:
            self.judge(request, number)
        except (BrokenPipeError, ConnectionResetError):
            pass
        finally:
            with changed:
                state["in_flight"] -= 1

    def judge(self, request, number):
        kind, *details = request["model"].split(":")
        answer = re.search(r"<answer>\n(.*)\n</answer>", request["messages"][-1]["content"], re.S).group(1)
        good = "I have thought about 1 or 2 things.\n**Score: " + re.search(r"-?\d+(\.\d+)?", answer + " 5").group(0) + "**"
        if kind == "says":
            self.say(":".join(details))
        elif kind == "busy" and number <= int(details[0]):
            self.reply(429, {"error": {"message": "slow down"}}, Retry_After=details[1])
        elif kind == "broken" and number <= int(details[0]):
            self.reply(500, "it broke")
        elif kind == "together":
            with changed:
                if not changed.wait_for(lambda: state["most_in_flight"] >= int(details[0]), timeout=20):
                    return self.reply(503, "they did not come together")
            self.say(good)
        elif kind == "silent":
            threading.Event().wait()
        elif kind == "garbled":
            self.reply(200, "<html>hello</html>")
        elif kind == "refusing":
            self.reply(401, "wrong key: " + str(self.headers.get("Authorization")))
        elif kind == "absent":
            self.reply(404, "no such model")
        else:
            self.say(good)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


server = Server(("127.0.0.1", 0), Judge)
print(server.server_address[1], flush=True)
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
server.serve_forever()
