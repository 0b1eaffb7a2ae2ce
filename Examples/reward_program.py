"""A reward for Rein, over standard input and output (Documentation/RewardProtocol.md).

    rein ppo Examples/ppo.yaml --reward.program.weight 1 --command "python3 Examples/reward_program.py"

It pays for answers in which no word comes twice. With --dense it pays token by token: every token that has come before costs 1.
Change `score` or `dense` to what you want; a model that is loaded before the loop is loaded once.
"""

import json
import os
import sys

# Libraries may print; the conversation keeps the real standard output to itself.
replies = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


def score(prompt, completion):
    """One number for an answer: the share of its words that are different."""
    words = completion.lower().split()
    return len(set(words)) / len(words) if words else 0.0


def dense(tokens):
    """One number for each token, the one that ends the text included."""
    return [-1.0 if token in tokens[:place] else 0.0 for place, token in enumerate(tokens)]


def main():
    is_dense = "--dense" in sys.argv[1:]
    for line in sys.stdin:
        request = json.loads(line)
        reply = {"id": request["id"]}
        if is_dense:
            reply["scores"] = dense(request["tokens"])
        else:
            reply["score"] = score(request["prompt"], request["completion"])
        print(json.dumps(reply, allow_nan=False), file=replies, flush=True)


if __name__ == "__main__":
    main()
