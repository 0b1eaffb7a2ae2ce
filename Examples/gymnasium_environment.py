"""Plays a gymnasium environment for Rein, over standard input and output (Documentation/EnvironmentProtocol.md).

    pip install gymnasium
    python Examples/gymnasium_environment.py CartPole-v1

The actions must be a finite set (Discrete) and the observations a box of numbers (Box), which is flattened.
"""

import json
import os
import sys

# Environments may print; the conversation keeps the real standard output to itself.
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


def say(**answer):
    print(json.dumps(answer, allow_nan=False), file=answers, flush=True)


def make(name):
    try:
        import gymnasium
    except ImportError:
        sys.exit("gymnasium is not installed for this Python; run: pip install gymnasium")
    try:
        environment = gymnasium.make(name)
    except Exception as error:
        sys.exit(f"gymnasium cannot make '{name}': {error}")
    actions, observations = environment.action_space, environment.observation_space
    if not isinstance(actions, gymnasium.spaces.Discrete):
        sys.exit(f"the actions of '{name}' are {actions}; only a Discrete space can be played")
    if not isinstance(observations, gymnasium.spaces.Box):
        sys.exit(f"the observations of '{name}' are {observations}; put gymnasium.wrappers.FlattenObservation around it")
    return environment


def numbers(observation):
    return [float(number) for number in observation.ravel()]


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    environment = make(sys.argv[1])
    actions = environment.action_space
    size = 1
    for length in environment.observation_space.shape:
        size *= length
    say(protocol=1, name=sys.argv[1], observation_count=int(size), action_count=int(actions.n))
    for line in sys.stdin:
        request = json.loads(line)
        if "reset" in request:
            observation, _ = environment.reset(seed=request["reset"]["seed"])
            say(observation=numbers(observation))
        elif "step" in request:
            # A Discrete space may begin elsewhere than at 0.
            action = int(actions.start) + request["step"]["action"]
            observation, reward, terminated, truncated, _ = environment.step(action)
            say(observation=numbers(observation), reward=float(reward), terminated=bool(terminated), truncated=bool(truncated))
        elif "close" in request:
            break
        else:
            sys.exit(f"not a request of protocol 1: {line.strip()}")
    environment.close()


if __name__ == "__main__":
    main()
