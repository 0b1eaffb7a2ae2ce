"""Supervised training steps of a GPT-2 in PyTorch's own modules with its AdamW, for a side-by-side figure.

usage: torch_sft.py LAYERS WIDTH HEADS VOCABULARY BATCH TIME STEPS [--threads N] [--way plain|fused|transformers]

plain         torch.nn modules, scaled_dot_product_attention, cross_entropy, AdamW with its defaults, clip_grad_norm_
fused         the same with AdamW(fused=True)
transformers  GPT2LMHeadModel with labels and AdamW's defaults

The first step is not measured. Prints:  PyTorch plain: T tok/s  M MiB
"""
import argparse
import os
import resource
import time

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
from torch import nn
from torch.nn import functional as F

parser = argparse.ArgumentParser()
for name in ("layers", "width", "heads", "vocabulary", "batch", "time", "steps"):
    parser.add_argument(name, type=int)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--way", choices=("plain", "fused", "transformers"), default="plain")
a = parser.parse_args()
torch.set_num_threads(a.threads)
torch.manual_seed(0)


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.ln1, self.ln2 = nn.LayerNorm(a.width), nn.LayerNorm(a.width)
        self.qkv, self.out = nn.Linear(a.width, 3 * a.width), nn.Linear(a.width, a.width)
        self.up, self.down = nn.Linear(a.width, 4 * a.width), nn.Linear(4 * a.width, a.width)

    def forward(self, x):
        b, t, c = x.shape
        q, k, v = (p.view(b, t, a.heads, c // a.heads).transpose(1, 2) for p in self.qkv(self.ln1(x)).split(c, dim=2))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(y.transpose(1, 2).reshape(b, t, c))
        return x + self.down(F.gelu(self.up(self.ln2(x)), approximate="tanh"))


class GPT(nn.Module):
    def __init__(self):
        super().__init__()
        self.wte, self.wpe = nn.Embedding(a.vocabulary, a.width), nn.Embedding(max(256, a.time), a.width)
        self.blocks = nn.ModuleList(Block() for _ in range(a.layers))
        self.ln = nn.LayerNorm(a.width)
        for p in self.parameters():
            if p.dim() > 1:
                nn.init.normal_(p, std=0.02)

    def forward(self, ids):
        x = self.wte(ids) + self.wpe(torch.arange(ids.shape[1]))
        for block in self.blocks:
            x = block(x)
        logits = self.ln(x[:, :-1]) @ self.wte.weight.T
        return F.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten())


if a.way == "transformers":
    from transformers import GPT2Config, GPT2LMHeadModel

    inner = GPT2LMHeadModel(GPT2Config(
        vocab_size=a.vocabulary, n_positions=max(256, a.time), n_embd=a.width, n_layer=a.layers, n_head=a.heads,
        bos_token_id=0, eos_token_id=0, resid_pdrop=0, embd_pdrop=0, attn_pdrop=0))
    inner.train()
    model, loss_of = inner, lambda ids: inner(input_ids=ids, labels=ids, use_cache=False).loss
else:
    model = GPT()
    loss_of = model
optimizer = torch.optim.AdamW(
    model.parameters(), lr=2e-3, betas=(0.9, 0.95), weight_decay=0.1, **({"fused": True} if a.way == "fused" else {}))
seconds = 0.0
for step in range(a.steps + 1):
    ids = torch.randint(3, a.vocabulary, (a.batch, a.time))
    start = time.time()
    loss = loss_of(ids)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    loss.item()
    if step:
        seconds += time.time() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(f"PyTorch {a.way}: {a.batch * a.time * a.steps / seconds:.0f} tok/s  {peak} MiB")
