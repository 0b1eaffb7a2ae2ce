"""Steps of TRL's reward-model training on random weights and the pairs of a file, for a side-by-side figure. No download, no GPU
needed.

usage: trl_reward.py LAYERS WIDTH HEADS VOCABULARY BATCH PAIRS [--threads N]

PAIRS comes from random_pairs.py. The first two steps are not measured. Prints:  TRL reward: N pairs/s, M ms a step  P MiB
"""
from trl_pairs import Clock, pairs, parser, settings, shape, show, tokenizer

from datasets import Dataset
from transformers import GPT2ForSequenceClassification
from trl import RewardConfig, RewardTrainer

a = parser.parse_args()
model = GPT2ForSequenceClassification(shape(a, num_labels=1))
rows = [{"chosen_ids": p["prompt"] + p["chosen"], "rejected_ids": p["prompt"] + p["rejected"]} for p in pairs(a)]
clock = Clock()
trainer = RewardTrainer(
    model, RewardConfig(**settings(a)), callbacks=[clock], train_dataset=Dataset.from_list(rows), processing_class=tokenizer(a))
trainer.train()
show("reward", a, clock)
