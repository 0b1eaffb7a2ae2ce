#!/usr/bin/env python3
"""Marks that any learned judge of the human ratings has to beat, on our own split.

Usage: Scripts/baselines.py <folder with sentences.jsonl>
Needs: pip install scikit-learn vaderSentiment (made with 1.9.1 and 3.3.2).

For held-out film reviews, the share of all pairs of sentences that a score puts in the same order as
people do (ties of either count half):
  halves   the mean of the proxy ratings: what a perfect model of the proxy half would reach;
  VADER    the rules' compound score, no training;
  ridge    TF-IDF of words and word pairs, ridge regression on the training side's means.
"""

import json
import pathlib
import sys

import numpy
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import Ridge
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

DOMAIN = "film-reviews"


def agreement(first: numpy.ndarray, second: numpy.ndarray) -> float:
    """The share of all pairs in the same order, ties half."""
    rows, columns = numpy.triu_indices(len(first), 1)
    product = numpy.sign(first[rows] - first[columns]) * numpy.sign(second[rows] - second[columns])
    return float((product + 1).mean() / 2)


def ridge(train: list, heldout: list, target: str) -> numpy.ndarray:
    """Scores of the held-out sentences after training on one of the means."""
    vectorizer = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    features = vectorizer.fit_transform(row["text"] for row in train)
    model = Ridge(alpha=1.0).fit(features, [row[target] for row in train])
    return model.predict(vectorizer.transform(row["text"] for row in heldout))


def main(folder: str) -> None:
    lines = (pathlib.Path(folder) / "sentences.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row["domain"] == DOMAIN]
    train = [row for row in rows if row["split"] == "train"]
    heldout = [row for row in rows if row["split"] == "heldout"]
    if len(heldout) < 2 or not train:
        sys.exit(f"{folder}: too few {DOMAIN} on one side of the split")
    analyzer = SentimentIntensityAnalyzer()
    vader = numpy.array([analyzer.polarity_scores(row["text"])["compound"] for row in heldout])
    keys = ("mean", "proxy_mean", "gold_mean")
    people = {key: numpy.array([row[key] for row in heldout]) for key in keys}

    print(f"{DOMAIN}: {len(train)} train, {len(heldout)} held out")
    halves = agreement(people["proxy_mean"], people["gold_mean"])
    print(f"halves, proxy against gold         {halves:.4f}")
    for target in ("mean", "gold_mean"):
        print(f"VADER against {target:<20} {agreement(vader, people[target]):.4f}")
    for source, target in (("mean", "mean"), ("proxy_mean", "mean"), ("proxy_mean", "gold_mean")):
        scores = ridge(train, heldout, source)
        print(f"ridge on {source:<10} against {target:<9}  {agreement(scores, people[target]):.4f}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
