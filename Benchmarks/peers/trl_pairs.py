"""What trl_dpo.py and trl_reward.py share: shape, pairs, settings, a clock around training steps."""
import argparse
import json
import os
import resource
import tempfile
import time

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TQDM_DISABLE"] = "1"

import datasets
import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import GPT2Config, PreTrainedTokenizerFast, TrainerCallback

parser = argparse.ArgumentParser()
for name in ("layers", "width", "heads", "vocabulary", "batch"):
    parser.add_argument(name, type=int)
parser.add_argument("pairs")
parser.add_argument("--threads", type=int, default=2)
datasets.disable_progress_bars()


class Clock(TrainerCallback):
    """Measures steps from the third on, from the beginning of each to its end."""

    def __init__(self):
        self.steps, self.seconds = 0, 0.0

    def on_step_begin(self, *_, **__):
        self.start = time.perf_counter()

    def on_step_end(self, *_, **__):
        self.steps += 1
        if self.steps > 2:
            self.seconds += time.perf_counter() - self.start


def shape(a, **more):
    torch.set_num_threads(a.threads)
    torch.manual_seed(0)
    return GPT2Config(
        vocab_size=a.vocabulary, n_positions=256, n_embd=a.width, n_layer=a.layers, n_head=a.heads, bos_token_id=2,
        eos_token_id=2, pad_token_id=1, resid_pdrop=0, embd_pdrop=0, attn_pdrop=0, **more)


def pairs(a):
    with open(a.pairs) as lines:
        return [json.loads(line) for line in lines]


def tokenizer(a):
    words = Tokenizer(models.WordLevel({word(i): i for i in range(a.vocabulary)}, unk_token=word(0)))
    words.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return PreTrainedTokenizerFast(tokenizer_object=words, pad_token=word(1), eos_token=word(2), unk_token=word(0))


def word(token):
    return f"<{token}>"


def settings(a, **more):
    """One pass in float32 with AdamW and clipping; nothing logged, saved or computed again."""
    return dict(
        output_dir=tempfile.mkdtemp(), per_device_train_batch_size=a.batch, num_train_epochs=1, learning_rate=1e-5,
        max_grad_norm=1.0, use_cpu=True, bf16=False, gradient_checkpointing=False, logging_strategy="no", save_strategy="no",
        eval_strategy="no", report_to=[], disable_tqdm=True, max_length=None, **more)


def show(title, a, clock):
    rate = a.batch * (clock.steps - 2) / clock.seconds
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"TRL {title}: {rate:.2f} pairs/s, {1000 * a.batch / rate:.1f} ms a step  {peak} MiB")
