"""Steps of TRL's DPO on random weights and the pairs of a file, for a side-by-side figure. No download, no GPU needed.

usage: trl_dpo.py LAYERS WIDTH HEADS VOCABULARY BATCH PAIRS [--threads N] [--precomputed]

PAIRS comes from random_pairs.py. Each step asks the reference, as is TRL's default; with --precomputed it was asked about all
pairs beforehand, which is not measured. The first two steps are not measured.
Prints:  TRL dpo: N pairs/s, M ms a step  P MiB
"""
from trl_pairs import Clock, pairs, parser, settings, shape, show, tokenizer, word

from datasets import Dataset
from transformers import GPT2LMHeadModel
from trl import DPOConfig, DPOTrainer

parser.add_argument("--precomputed", action="store_true")
a = parser.parse_args()
config = shape(a)
policy, reference = GPT2LMHeadModel(config), GPT2LMHeadModel(config)
reference.load_state_dict(policy.state_dict())
text = lambda tokens: " ".join(map(word, tokens))
rows = [
    {"prompt": text(p["prompt"]), "chosen": " " + text(p["chosen"]), "rejected": " " + text(p["rejected"])} for p in pairs(a)]
clock = Clock()
trainer = DPOTrainer(
    policy, reference, DPOConfig(**settings(a, precompute_ref_log_probs=a.precomputed)), callbacks=[clock],
    train_dataset=Dataset.from_list(rows), processing_class=tokenizer(a))
found = [[len(row[key]) for key in ("prompt_ids", "chosen_ids", "rejected_ids")] for row in trainer.train_dataset]
assert found == [[len(p[key]) for key in ("prompt", "chosen", "rejected")] for p in pairs(a)], "other lengths than the file's"
trainer.train()
show("dpo", a, clock)
