"""Random pairs of answers as tokens, which both sides of a benchmark read: JSON Lines with prompt, chosen and rejected.

usage: random_pairs.py COUNT VOCABULARY PROMPT ANSWER [--ragged] > PAIRS

Prompts have PROMPT tokens and answers ANSWER, the last of which is token 2; with --ragged from a quarter of that to all of it,
each length as often. Tokens 0 to 2 stand nowhere else.
"""
import argparse
import json
import random

parser = argparse.ArgumentParser()
for name in ("count", "vocabulary", "prompt", "answer"):
    parser.add_argument(name, type=int)
parser.add_argument("--ragged", action="store_true")
a = parser.parse_args()
draw = random.Random(0)


def tokens(most):
    count = draw.randint(max(2, most // 4), most) if a.ragged else most
    return [draw.randrange(3, a.vocabulary) for _ in range(count)]


for _ in range(a.count):
    print(json.dumps({"prompt": tokens(a.prompt), "chosen": tokens(a.answer)[1:] + [2], "rejected": tokens(a.answer)[1:] + [2]}))
