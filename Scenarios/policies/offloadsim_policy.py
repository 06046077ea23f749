"""Partition policies for offloadsim in Python: standard library only.

As a policy, call `serve(decide)` and name the script in a scenario:

    {"kind": "external", "command": "python3 policies/greedy.py"}

As an environment for reinforcement learning, use `OffloadEnv`: `reset()` and `step(action)` as in Gymnasium, which it
uses where it is installed. docs/external-policies.md describes every line.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile

PROTOCOL = 1


class Network:
    """What is profiled of one source: tiers, links, layers and the cuts that a single tensor crosses."""

    def __init__(self, message):
        self.message = message
        self.source = message["source"]
        self.tiers = message["tiers"]
        self.links = message["links"]
        self.layers = message["layers"]
        self.cuts = message["cuts"]
        self._index = {layer["name"]: place for place, layer in enumerate(self.layers)}

    def on_device(self, cut):
        """The names of the layers that a cut leaves on the device: the layer and all it depends on."""
        stays, waiting = set(), [] if cut is None else [cut]
        while waiting:
            name = waiting.pop()
            if name not in stays:
                stays.add(name)
                waiting += self.layers[self._index[name]]["inputs"]
        return stays

    def latency_ms(self, cut, uplink_mbps=None):
        """What a request alone takes: device, tensors on their way up, and the last tier; the radio wakes first."""
        stays = self.on_device(cut)
        device = cloud = sent = 0.0
        crossing = set()
        for layer in self.layers:
            if layer["input"]:
                continue
            if layer["name"] in stays:
                device += layer["ms"][0]
            else:
                cloud += layer["ms"][-1]
                crossing |= {name for name in layer["inputs"] if name in stays or self.layers[self._index[name]]["input"]}
        if crossing and self.message["radio"]:
            sent += 1000 * self.message["radio"]["promotion_s"]
        for name in crossing:
            for place, link in enumerate(self.links):
                rate = uplink_mbps if place == 0 and uplink_mbps else link["uplink_mbps"]
                sent += self.layers[self._index[name]]["output_bytes"] * 8e-3 / rate + link["rtt_ms"] / 2
        return device + sent + cloud


def serve(decide, on_network=None, lines=None, out=None):
    """Answers questions until the simulator has none.

    `decide(network, question)` returns a cut (a layer's name, or None for everything away from the device), or a dict such
    as {"tier": "cloud", "hold_ms": 5}, or a list of them where more than one decision may be given at once.
    """
    lines, out = lines or sys.stdin, out or sys.stdout
    networks = {}
    for line in lines:
        message = json.loads(line)
        if message["type"] == "hello":
            reply = {"offloadsim_policy": PROTOCOL}
        elif message["type"] == "network":
            networks[message["source"]] = Network(message)
            if on_network:
                on_network(networks[message["source"]])
            continue
        elif message["type"] == "decide":
            answer = decide(networks[message["source"]], message)
            if isinstance(answer, list):
                reply = {"id": message["id"], "decisions": [_decision(one) for one in answer]}
            else:
                reply = {"id": message["id"], **_decision(answer)}
        else:
            return
        out.write(json.dumps(reply) + "\n")
        out.flush()


def _decision(answer):
    return answer if isinstance(answer, dict) else {"cut": answer}


try:  # Gymnasium's spaces where it is installed, and two that suffice where it is not.
    from gymnasium import Env as _Env
    from gymnasium.spaces import Box, Discrete
except ImportError:

    class _Env:
        metadata = {}

    class Discrete:
        """The integers 0 ... n - 1."""

        def __init__(self, n, seed=None):
            import random

            self.n, self._random = n, random.Random(seed)

        def sample(self):
            return self._random.randrange(self.n)

        def contains(self, value):
            return 0 <= value < self.n

    class Box:
        """Vectors of numbers within bounds."""

        def __init__(self, low, high, shape, dtype=float):
            self.low, self.high, self.shape, self.dtype = low, high, shape, dtype


class OffloadEnv(_Env):
    """A scenario as an environment: an action is a cut, the reward the negative latency of what was answered since.

    One step is one request. The observation is a list of floats: Mbit/s last achieved upwards on each link (-1 before),
    their ages in seconds (-1), jobs on each tier (-1), the open requests. `info` has the question as it came. A scenario
    with one source is supposed; `cuts` maps actions to cuts.
    """

    def __init__(self, scenario, program="offloadsim", arguments=()):
        self.scenario, self.program, self.arguments = scenario, program, list(arguments)
        self.network = None
        self.cuts = []
        self._process = self._folder = self._connection = self._reader = None
        self._question = None
        self.action_space = self.observation_space = None

    def reset(self, *, seed=None, options=None):
        """Begins a run; returns the first observation and its question."""
        self.close()
        self._folder = tempfile.mkdtemp(prefix="offloadsim-")
        path = os.path.join(self._folder, "socket")
        server = socket.socket(socket.AF_UNIX)
        server.bind(path)
        server.listen(1)
        server.settimeout(60)
        bridge = f"external,command={sys.executable} {os.path.abspath(__file__)} --bridge {path}"
        command = [self.program, "run", self.scenario, "--policy", f"{bridge},timeout_ms=1000000000", "-q"]
        command += ["--replications", "1", "-o", os.path.join(self._folder, "run.db"), *self.arguments]
        if seed is not None:
            command += ["--seed", str(seed)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            self._connection = server.accept()[0]
        except socket.timeout:
            self._process.kill()
            raise RuntimeError("offloadsim did not start: " + self._process.stderr.read().decode()) from None
        finally:
            server.close()
        self._reader = self._connection.makefile("rw", encoding="utf-8", newline="\n")
        ended = self._next()
        if ended:
            raise RuntimeError("the scenario has no requests: " + self._process.stderr.read().decode())
        self.cuts = self.network.cuts
        self.action_space = Discrete(len(self.cuts), seed=seed)
        self.observation_space = Box(-1.0, float("inf"), (len(self._observation()),))
        return self._observation(), {"question": self._question}

    def step(self, action):
        """Places the request that was asked about; returns observation, reward, terminated, truncated and info."""
        self._say({"id": self._question["id"], "cut": self.cuts[int(action)]})
        ended = self._next()
        outcomes = [] if ended else self._question["outcomes"]
        reward = -sum(outcome["latency_ms"] for outcome in outcomes)
        return self._observation(), reward, ended, False, {"question": self._question}

    def close(self):
        """Ends the run."""
        if self._connection:
            self._reader.close()
            self._connection.close()
        if self._process:
            self._process.stderr.close()
            self._process.terminate()
            self._process.wait()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._process = self._folder = self._connection = self._reader = None

    def _say(self, message):
        self._reader.write(json.dumps(message) + "\n")
        self._reader.flush()

    def _next(self):
        """Reads up to the next question; True where the run has ended."""
        for line in self._reader:
            message = json.loads(line)
            if message["type"] == "hello":
                self._say({"offloadsim_policy": PROTOCOL})
            elif message["type"] == "network":
                self.network = Network(message)
            elif message["type"] == "decide":
                self._question = message
                return False
            else:
                return True
        return True

    def _observation(self):
        seen = self._question["observation"]
        rates = [(link["uplink"] or {}).get("mbps", -1.0) for link in seen["links"]]
        ages = [(link["uplink"] or {}).get("age_s", -1.0) for link in seen["links"]]
        jobs = [float((load or {}).get("jobs", -1)) for load in seen["loads"]]
        return rates + ages + jobs + [float(seen["open"])]


def _bridge(path):
    """Joins this process's standard streams, which the simulator holds, with the environment's socket."""
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(path)
    peer = connection.makefile("rw", encoding="utf-8", newline="\n")
    for line in sys.stdin:
        peer.write(line)
        peer.flush()
        if json.loads(line)["type"] in ("hello", "decide"):
            answer = peer.readline()
            if not answer:
                return
            sys.stdout.write(answer)
            sys.stdout.flush()


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] == "--bridge":
        _bridge(sys.argv[2])
    else:
        sys.exit(__doc__)
