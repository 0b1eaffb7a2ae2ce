#!/usr/bin/env python3
"""One rollout and four updates of the prisoner's dilemma in plain PyTorch, the way the published code works.

    python3 torch_dilemma.py [ppo|actde] [--repeats 3] [--threads 2]

A decoder of minGPT's "gpt-pico" shape (3 layers, 3 heads, width 12, 7,299 weights) plays 64 games of 100 actions against its own last
action; every action is a forward pass over the whole sequence so far (no cache), heads included, dropout on. Prints seconds per rollout
with its updates.
"""
import argparse, math, time
import torch
from torch import nn
from torch.nn import functional as F

GAMES, LENGTH, BLOCK, WIDTH, LAYERS, HEADS = 64, 100, 128, 12, 3, 3
PAYOFFS = torch.tensor([[0.5, -1.76139], [2.0, -0.738613]])
DISCOUNT, LAMBDA, CLIP, VALUE_CLIP, VALUE_WEIGHT, DROPOUT = 0.5, 0.95, 0.2, 0.2, 0.1, 0.1


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.parts, self.out = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.register_buffer("mask", torch.tril(torch.ones(BLOCK, BLOCK)).view(1, 1, BLOCK, BLOCK))

    def forward(self, x):
        batch, time, _ = x.shape
        q, k, v = (part.view(batch, time, HEADS, WIDTH // HEADS).transpose(1, 2) for part in self.parts(x).split(WIDTH, dim=2))
        scores = (q @ k.transpose(-2, -1)) / math.sqrt(WIDTH // HEADS)
        scores = scores.masked_fill(self.mask[:, :, :time, :time] == 0, float("-inf"))
        weights = F.dropout(F.softmax(scores, dim=-1), DROPOUT, self.training)
        mixed = (weights @ v).transpose(1, 2).contiguous().view(batch, time, WIDTH)
        return F.dropout(self.out(mixed), DROPOUT, self.training)


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.before, self.attention, self.between = nn.LayerNorm(WIDTH), Attention(), nn.LayerNorm(WIDTH)
        self.up, self.down = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, x):
        x = x + self.attention(self.before(x))
        return x + F.dropout(self.down(F.gelu(self.up(self.between(x)), approximate="tanh")), DROPOUT, self.training)


class Player(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens, self.places = nn.Embedding(2, WIDTH), nn.Embedding(BLOCK, WIDTH)
        self.blocks, self.last = nn.ModuleList(Block() for _ in range(LAYERS)), nn.LayerNorm(WIDTH)
        self.policy, self.value, self.action_value = nn.Linear(WIDTH, 2, bias=False), nn.Linear(WIDTH, 1), nn.Linear(WIDTH, 2)

    def forward(self, tokens):
        x = self.tokens(tokens) + self.places(torch.arange(tokens.shape[1]))
        x = F.dropout(x, DROPOUT, self.training)
        for block in self.blocks:
            x = block(x)
        x = self.last(x)
        return self.policy(x), self.value(x).squeeze(-1), self.action_value(x)


def rollout(model, tokens):
    kept = []
    with torch.no_grad():
        for _ in range(LENGTH + 1):
            logits, values, action_values = (part[:, -1] for part in model(tokens))
            log = F.log_softmax(logits, dim=-1)
            actions = torch.multinomial(log.exp(), 1)
            kept.append((log.gather(1, actions).squeeze(1), values, action_values.gather(1, actions).squeeze(1)))
            tokens = torch.cat([tokens, actions], dim=1)
    log, values, action_values = (torch.stack(column, dim=1) for column in zip(*kept))
    tokens = tokens[:, : LENGTH + 1]
    return tokens, PAYOFFS[tokens[:, 1:], tokens[:, :-1]], log[:, :LENGTH], values, action_values[:, :LENGTH]


def advantages(rewards, values, action_values, conditioned):
    following = rewards + DISCOUNT * values[:, 1:]
    errors = following - (action_values if conditioned else values[:, :-1])
    rate, running, columns = (0.0 if conditioned else DISCOUNT * LAMBDA), 0, []
    for time_ in reversed(range(LENGTH)):
        running = errors[:, time_] + rate * running
        columns.insert(0, running)
    plain, generalized, returns = following - values[:, :-1], 0, []
    for time_ in reversed(range(LENGTH)):
        generalized = plain[:, time_] + DISCOUNT * LAMBDA * generalized
        returns.insert(0, generalized + values[:, time_])
    return torch.stack(columns, dim=1), torch.stack(returns, dim=1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("method", nargs="?", choices=["ppo", "actde"], default="ppo")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    conditioned, model = options.method == "actde", Player()
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-4, betas=(0.9, 0.95), weight_decay=0.1)
    tokens, seconds = torch.randint(0, 2, (GAMES, 1)), []
    for _ in range(options.repeats):
        start = time.time()
        tokens, rewards, old, values, action_values = rollout(model, tokens[:, -1:])
        errors, returns = advantages(rewards, values, action_values, conditioned)
        for _ in range(4):
            logits, now, all_values = model(tokens[:, :-1])
            actions = tokens[:, 1:].unsqueeze(-1)
            ratio = (F.log_softmax(logits, dim=-1).gather(2, actions).squeeze(-1) - old).exp()
            policy = torch.max(-errors * ratio, -errors * ratio.clamp(1 - CLIP, 1 + CLIP)).mean()
            clipped = values[:, :-1] + (now - values[:, :-1]).clamp(-VALUE_CLIP, VALUE_CLIP)
            loss = policy + VALUE_WEIGHT * 0.5 * torch.max((now - returns) ** 2, (clipped - returns) ** 2).mean()
            if conditioned:
                loss = loss + ((all_values.gather(2, actions).squeeze(-1) - returns) ** 2).mean()
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
        seconds.append(time.time() - start)
    print(f"{min(seconds):.3f} s")


main()
