#!/usr/bin/env python3
"""Stable-Baselines3's PPO and A2C on CartPole-v1 and Acrobot-v1, with the settings of `rein reproduce classic-control`.

    python3 sb3_classic_control.py OUT.jsonl [--seeds 5] [--actions 200000]   curves, one JSON object per run
    python3 sb3_classic_control.py --speed [--actions 50000]                 actions per second of PPO on CartPole

Needs stable-baselines3 (PyPI). One thread per run, as there.
"""
import argparse, json, time
import gymnasium, numpy, torch
from stable_baselines3 import A2C, PPO
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import DummyVecEnv

WORLDS = {"cartpole": ("CartPole-v1", 475), "acrobot": ("Acrobot-v1", -100)}
SPACING = 4000


def ppo(env, seed):
    return PPO("MlpPolicy", env, learning_rate=lambda left: 1e-3 * left, n_steps=128, batch_size=256, n_epochs=10, gamma=0.99,
               gae_lambda=0.95, clip_range=0.2, ent_coef=0.0, vf_coef=0.5, max_grad_norm=0.5, device="cpu", seed=seed)


def a2c(env, seed):
    return A2C("MlpPolicy", env, learning_rate=7e-4, n_steps=5, gamma=0.99, gae_lambda=1.0, ent_coef=0.0, vf_coef=0.5,
               max_grad_norm=0.5, use_rms_prop=False, policy_kwargs={"optimizer_kwargs": {"eps": 1e-5}}, device="cpu", seed=seed)


METHODS = {"sb3-ppo": ppo, "sb3-a2c": a2c}


class Curve(BaseCallback):
    """Mean return of the last 100 episodes, every 4,000 actions."""

    def __init__(self, threshold):
        super().__init__()
        self.curve, self.solved, self.threshold = [], None, threshold

    def _on_step(self):
        returns = [episode["r"] for episode in self.model.ep_info_buffer]
        if returns:
            mean = float(numpy.mean(returns))
            place = self.num_timesteps // SPACING * SPACING
            if place > (self.curve[-1]["actions"] if self.curve else 0):
                self.curve.append({"actions": place, "mean_return": mean})
            if self.solved is None and mean >= self.threshold:
                self.solved = self.num_timesteps
        return True


def worlds(name):
    return DummyVecEnv([lambda: Monitor(gymnasium.make(name)) for _ in range(8)])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", nargs="?")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--actions", type=int, default=200_000)
    parser.add_argument("--speed", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(1)
    if options.speed:
        model = ppo(worlds("CartPole-v1"), 0)
        model.learn(2048)
        start = time.time()
        model.learn(options.actions)
        print(f"{model.num_timesteps / (time.time() - start):.0f} actions/s")
        return
    if not options.out:
        parser.error("name a file for the runs")
    with open(options.out, "w") as out:
        for seed in range(options.seeds):
            for task, (name, threshold) in WORLDS.items():
                for method, make in METHODS.items():
                    callback, start = Curve(threshold), time.time()
                    make(worlds(name), seed).learn(options.actions, callback=callback)
                    run = {"task": task, "method": method, "seed": seed, "curve": callback.curve,
                           "seconds": time.time() - start}
                    if callback.solved is not None:
                        run["solved_after"] = callback.solved
                    out.write(json.dumps(run) + "\n")
                    out.flush()
                    print(task, method, seed, callback.curve[-1], f"{run['seconds']:.0f} s", flush=True)


main()
