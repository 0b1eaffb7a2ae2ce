"""What the studies of this folder share: commands that are run once, models they start from, intervals, tables."""
import argparse, concurrent.futures, hashlib, json, math, os, random, shutil, statistics, subprocess, sys, threading, time

BASE, GOLD = "Models/base", "Models/reward-gold"
# layers, width, heads; medium is the committed base.
BASES = {"tiny": (2, 40, 4), "small": (2, 80, 4), "medium": (4, 176, 4), "large": (6, 256, 4)}
PAIRS = ".data/prepared/pairs-proxy-train.jsonl"
TRAIN, HELD_OUT = (f"[.data/prepared/texts-film-reviews-{part}.jsonl]" for part in ("train", "heldout"))
# Whole distributions: only then is KL(best of n) what the formula says, and DPO's β what it is for PPO.
SAMPLING = ["--prompt_words", "3", "--sampling.temperature", "1", "--sampling.max_new_tokens", "20"]
# Passes over a set of comparisons: a quarter of the comparisons gets half of the updates.
EPOCHS = {250: 8, 1000: 4, 4000: 2, 16000: 1}
SIZES = list(EPOCHS)
# Two-sided 95 % points of Student's t by degrees of freedom.
STUDENT = [math.nan, 12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262]


def arguments(name, text):
    """The options that every study has."""
    parser = argparse.ArgumentParser(prog=f"Scripts/studies/{name}", description=text,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5, help="seeds 0 to N − 1 (default: 5)")
    parser.add_argument("--runs", default="runs/studies", help="where runs and records go (default: runs/studies)")
    parser.add_argument("--jobs", type=int, default=2, help="commands side by side, a thread each (default: 2)")
    parser.add_argument("--pilot", action="store_true",
                        help="as small as it can be and still go through everything: its numbers mean nothing")
    return parser


class Study:
    """A folder of runs, each made once, and the records that come of them."""

    def __init__(self, name, options):
        self.name, self.options = name, options
        self.rein = os.environ.get("REIN", ".build/release/rein")
        self.root, self.folder = options.runs, os.path.join(options.runs, name)
        os.makedirs(self.folder, exist_ok=True)
        self.begun, self.made, self.lock, self.locks, self.digests = time.time(), 0, threading.Lock(), {}, {}

    def once(self, folder, work):
        """Does the work of a folder unless its result is there; two threads that need the same wait for one another."""
        with self.lock:
            lock = self.locks.setdefault(folder, threading.Lock())
        with lock:
            return work()

    def run(self, folder, command, *flags, root=None):
        """What a run printed as JSON, from the file where it was kept; run again where flags, data, models or program changed."""
        folder = os.path.join(root or self.folder, folder)
        call = [command, *map(str, flags), "--run", folder]

        def work():
            kept, inputs = read(os.path.join(folder, "result.json")), self.fingerprints(call)
            if kept and kept["call"] == call and kept["inputs"] == inputs:
                return kept["result"]
            shutil.rmtree(folder, ignore_errors=True)
            text = self.execute([*call, "--json"])
            result = json.loads(text.strip().splitlines()[-1])
            write(os.path.join(folder, "result.json"), {"call": call, "inputs": inputs, "result": result})
            return result
        return self.once(folder, work)

    def lines(self, path, *call, text=None):
        """The JSON Lines that a command prints, kept in a file beside its call."""
        def work():
            made = [*call, *self.fingerprints(call), hashlib.sha256((text or "").encode()).hexdigest()]
            if not (os.path.exists(path) and read(path + ".call.json") == made):
                printed = self.execute([*call], text)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                replace(path, printed)
                write(path + ".call.json", made)
            return rows(path)
        return self.once(path, work)

    def fingerprints(self, call):
        """Digests of the program, and of the files and models that a call names."""
        digests = []
        for path in [self.rein, *(word.strip("[]") for word in call)]:
            file = path if os.path.isfile(path) else os.path.join(path, "model.safetensors")
            if not os.path.isfile(file) or call[-2:] == ["--run", path]:
                continue
            status = os.stat(file)
            key = (file, status.st_mtime_ns, status.st_size)
            if key not in self.digests:
                with open(file, "rb") as data:
                    self.digests[key] = hashlib.file_digest(data, "sha256").hexdigest()
            digests.append(self.digests[key])
        return digests

    def execute(self, call, text=None):
        """Runs rein on one thread; what it says goes to the end of `log`."""
        started = time.time()
        with open(os.path.join(self.folder, "log"), "a") as log:
            done = subprocess.run([self.rein, *call], stdout=subprocess.PIPE, stderr=subprocess.PIPE, input=text, text=True,
                                  env={**os.environ, "OMP_NUM_THREADS": "1"})
            log.write(f"$ rein {' '.join(call)}\n{done.stderr}rc {done.returncode}, {time.time() - started:.0f} s\n")
        if done.returncode != 0:
            raise SystemExit(f"rein {' '.join(call)}\nended with {done.returncode}:\n{done.stderr[-2000:]}")
        with self.lock:
            self.made += 1
            minutes = (time.time() - self.begun) / 60
            print(f"{minutes:6.1f} min  {self.made:4d} made  {time.time() - started:5.0f} s  {' '.join(call)[:110]}",
                  file=sys.stderr, flush=True)
        return done.stdout

    def map(self, work, items):
        """The work of all items in order, as many at a time as there are jobs."""
        with concurrent.futures.ThreadPoolExecutor(self.options.jobs) as pool:
            futures = [pool.submit(work, *item) for item in items]
            try:
                return [future.result() for future in futures]
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise

    def finish(self, records, table):
        """Writes the records as JSON Lines and prints the tables."""
        replace(os.path.join(self.folder, "records.jsonl"), "".join(json.dumps(record, sort_keys=True) + "\n" for record in records))
        replace(os.path.join(self.folder, "tables.md"), table)
        print(table)
        print(f"records: {self.folder}/records.jsonl", file=sys.stderr)

    # What several studies need.

    def base(self, size):
        """A base policy's folder; other sizes than the committed one are trained as `make models` trains that."""
        if size == "medium":
            return BASE
        layers, width, heads = BASES[size]
        folder = os.path.join(self.root, "bases", size)

        def work():
            if not os.path.exists(os.path.join(folder, "config.json")):
                first, shape = folder + "-all", ["--model.layers", layers, "--model.width", width, "--model.heads", heads]
                for call in (["sft", "Examples/base-all.yaml", *map(str, shape), "--output", first],
                             ["sft", "Examples/base-film.yaml", "--base", first, "--output", folder]):
                    shutil.rmtree(call[-1] + "-run", ignore_errors=True)
                    self.execute([*call, "--run", call[-1] + "-run", "--overwrite"])
            return folder
        return self.once(folder, work)

    def reward_model(self, seed, comparisons, size="medium"):
        """A reward model's folder, trained on so many human comparisons; smaller sets are parts of larger ones."""
        place = os.path.join(self.root, "accuracy")
        data = os.path.join(place, "data", f"{seed}-{comparisons}.jsonl")

        def choose():
            if not os.path.exists(data):
                with open(PAIRS) as file:
                    pairs = file.read().splitlines()
                random.Random(seed).shuffle(pairs)
                os.makedirs(os.path.dirname(data), exist_ok=True)
                replace(data, "\n".join(pairs[:comparisons]) + "\n")
        self.once(data, choose)
        return self.trained_reward(f"{size}-{comparisons}-{seed}", data, seed, EPOCHS.get(comparisons, 1), self.base(size), place), data

    def trained_reward(self, name, data, seed, epochs, base=BASE, root=None):
        """A reward model's folder, trained on pairs for a fixed number of passes: no held-out text chooses anything."""
        return self.run(name, "reward", "--base", base, "--train", f"[{data}]", "--training.epochs", epochs,
                        "--training.batch_texts", 32, "--training.optimizer.learning_rate", "1e-3", "--dropout", "0.1",
                        "--checkpoints.every", "none", "--seed", seed, root=root)["model"]

    def reward_on(self, name, pairs, seed, epochs):
        """The same on pairs at hand, which are written to a file first."""
        data = os.path.join(self.folder, "data", name + ".jsonl")
        os.makedirs(os.path.dirname(data), exist_ok=True)
        self.once(data, lambda: replace(data, "".join(json.dumps(pair, ensure_ascii=False) + "\n" for pair in pairs)))
        return self.trained_reward("reward-" + name, data, seed, epochs)

    def evaluate(self, name, policy, proxy, seed, sampling=SAMPLING, answers=1024):
        """KL from the base, proxy, gold and diversity on fresh answers to held-out openings, 256 at a time.

        A run of REINFORCE whose learning rate is 0: it samples, measures and changes nothing.
        """
        steps = max(1, answers // 256)
        self.run(name, "ppo", "--preset", "reinforce", "--policy", policy, "--reference", BASE, "--prompts", HELD_OUT, *sampling,
                 "--reward.model", f"[{proxy}]", "--reward.gold", GOLD, "--training.steps", steps, "--episodes_per_step", min(answers, 256),
                 "--training.epochs", 1, "--placement", "none", "--optimizer.learning_rate", 0, "--checkpoints.every", "none",
                 "--seed", 1000 + seed)
        shutil.rmtree(os.path.join(self.folder, name, "model"), ignore_errors=True)
        events = self.events(name)
        mean = lambda key: statistics.mean(event[key] for event in events)
        return {"kl": mean("objective/kl"), "proxy": mean("objective/scores"), "gold": mean("hack/gold_reward"),
                "distinct_2": mean("diversity/distinct_2"), "length": mean("completions/mean_length")}

    def events(self, name):
        """What a run measured, step by step."""
        return rows(os.path.join(self.folder, name, "events.jsonl"))

    def scores(self, path, model, texts):
        """A reward model's scores of texts."""
        text = "".join(json.dumps({"text": text}) + "\n" for text in texts)
        return [row["reward"] for row in self.lines(path, "score", "--model", model, text=text)]

    def answers(self, path, policy, openings, samples, seed, temperature=1, length=20):
        """Answers to openings, those to one opening side by side, as whole texts."""
        text = "".join(json.dumps({"prompt": opening}) + "\n" for opening in openings)
        made = self.lines(path, "generate", "--model", policy, "--input", "-", "--samples", str(samples), "--seed", str(seed),
                          "--temperature", str(temperature), "--max-new-tokens", str(length), text=text)
        return [row["prompt"] + row["completion"] for row in made]


def openings(count, seed, words=3):
    """The first words of film sentences to train on, each sentence once."""
    texts = [row["text"] for row in rows(TRAIN[1:-1])]
    random.Random(seed).shuffle(texts)
    assert count <= len(texts), f"{count} openings of {len(texts)} texts"
    return [" ".join(text.split()[:words]) for text in texts[:count]]


def accuracy(scores, marks):
    """The share of all pairs of texts on which two judges agree, ties half."""
    order = sorted(range(len(scores)), key=lambda place: scores[place])
    right, pairs = 0.0, 0
    for upper in range(len(order)):
        for lower in range(upper):
            i, j = order[lower], order[upper]
            equal = scores[i] == scores[j] or marks[i] == marks[j]
            right += 0.5 if equal else float(marks[j] > marks[i])
            pairs += 1
    return right / pairs


def fit(form, points, start):
    """Least squares for reward = start + d(α − β·d) (`best-of-n`) or start + d(α − β·log d) (`rl`): as the page of a run fits it.

    Gao, Schulman and Hilton 2022, arXiv 2210.10760, section 3; d = √KL. None with fewer than three distances above 0.
    """
    points = [(d, reward) for d, reward in points if d > 0]
    if len({d for d, _ in points}) < 3:
        return None
    bend = (lambda d: d * d) if form == "best-of-n" else (lambda d: d * math.log(d))
    xx = sum(d * d for d, _ in points)
    zz = sum(bend(d) ** 2 for d, _ in points)
    xz = sum(d * bend(d) for d, _ in points)
    xy = sum(d * (y - start) for d, y in points)
    zy = sum(bend(d) * (y - start) for d, y in points)
    determinant = xx * zz - xz * xz
    alpha, beta = (zz * xy - xz * zy) / determinant, -(xx * zy - xz * xy) / determinant
    value = lambda d: start + alpha * d - beta * bend(d)
    mean = statistics.mean(y for _, y in points)
    spread = sum((y - mean) ** 2 for _, y in points)
    peak = None
    if beta > 0:
        peak = alpha / (2 * beta) if form == "best-of-n" else math.exp(min(alpha / beta - 1, 700))
    reach = max(d for d, _ in points)
    return {"alpha": alpha, "beta": beta, "r2": 1 - sum((y - value(d)) ** 2 for d, y in points) / spread if spread else None,
            "peak": peak if peak and peak > 0 else None, "reach": reach,
            "gold_at_peak": value(peak) if peak and 0 < peak <= reach else None}


def at(points, x):
    """The value at x on straight lines between points; None beyond them."""
    points = sorted(points)
    for (left, low), (right, high) in zip(points, points[1:]):
        if left <= x <= right:
            return low if left == right else low + (high - low) * (x - left) / (right - left)
    return None


def interval(values, digits=2, sign=""):
    """Mean ± half of the 95 % interval over seeds by Student's t; – without values."""
    values = [value for value in values if value is not None]
    if not values:
        return "–"
    text = f"{statistics.mean(values):{sign}.{digits}f}"
    if len(values) > 1:
        factor = STUDENT[len(values) - 1] if len(values) <= len(STUDENT) else 1.96
        text += f" ± {factor * statistics.stdev(values) / math.sqrt(len(values)):.{digits}f}"
    return text


def table(titles, body):
    """A Markdown table; columns after the first are numbers."""
    lines = [titles, ["---"] + ["---:"] * (len(titles) - 1), *body]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines) + "\n"


def select(records, **values):
    """The records that have these values."""
    return [record for record in records if all(record[key] == value for key, value in values.items())]


def rows(path):
    with open(path) as file:
        return [json.loads(line) for line in file]


def read(path):
    """A JSON file's value, None where there is none."""
    try:
        with open(path) as file:
            return json.load(file)
    except (FileNotFoundError, json.JSONDecodeError):
        return None


def write(path, value):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    replace(path, json.dumps(value))


def replace(path, text):
    """Writes a file as a whole or not at all."""
    with open(path + ".partial", "w") as file:
        file.write(text)
    os.replace(path + ".partial", path)
