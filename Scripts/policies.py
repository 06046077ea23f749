#!/usr/bin/env python3
"""Every policy on every shipped scenario and on real traces, as a table in Markdown.

    Scripts/policies.py --bin .build/release/offloadsim > docs/policy-comparison.md     (make policies)

Each scenario runs with its own networks, machines and links; of the real traces (../shared/traces; left out where they are
missing) each is the uplink of four phones that send pictures to a server. Runs of this size take a minute or two.
"""

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import tempfile

POLICIES = [
    "local", "edge", "cloud", "random", "neurosurgeon", "mincut", "neurosurgeon,estimator=last",
    "neurosurgeon,estimator=ewma", "neurosurgeon,estimator=harmonic", "neurosurgeon,estimator=kalman",
    "mincut,estimator=ewma", "ucb1", "epsilon_greedy", "linucb", "hill_climb", "lyapunov", "radio_aware",
    "contention_aware", "contention_aware,report_s=1,damping=0.5", "social", "deadline", "oracle",
]
SCENARIOS = [
    "quickstart", "lte-cameras", "wifi-phones", "three-tier-factory", "raw-vs-jpeg", "overloaded-cloud", "early-exits",
    "external-policy",
]
TRACES = [
    ("Verizon LTE", "mahimahi/Verizon-LTE-short.up", "mahimahi", None, 140),
    ("AT&T LTE, driving", "mahimahi/ATT-LTE-driving-2016.up", "mahimahi", None, 120),
    ("T-Mobile LTE", "mahimahi/TMobile-LTE-short.up", "mahimahi", None, 140),
    ("Verizon EV-DO, driving", "mahimahi/Verizon-EVDO-driving.up", "mahimahi", None, 600),
    ("HSDPA, bus", "hsdpa/norway_bus_5", "pensieve", None, 300),
    ("HSDPA, train", "hsdpa/norway_train_21", "pensieve", None, 290),
    ("Irish 5G, driving", "irish5g/Download_Driving_B_2019.12.16_07.22.43.csv", "irish5g", "DL_bitrate", 600),
    ("Irish 5G, driving, another", "irish5g/Download_Driving_B_2020.02.14_07.29.00.csv", "irish5g", "DL_bitrate", 600),
    ("Irish 5G, static", "irish5g/Download_Static_B_2020.01.16_10.43.34.csv", "irish5g", "DL_bitrate", 600),
]


def traced(name, path, form, column, seconds):
    """Four phones whose uplink follows a trace; ResNet-18, a picture of 30 kB, 0.4 s to answer."""
    trace = {"trace": path, "format": form}
    if column:
        trace["column"] = column
    return {
        "offloadsim": 1, "name": "trace", "seed": 5, "duration_s": seconds, "warmup_s": 10,
        "models": [{"name": "resnet18"}],
        "nodes": [
            {"name": "phone", "tier": "device", "count": 4, "profile": "raspberry-pi-4"},
            {"name": "server", "tier": "cloud", "profile": "nvidia-t4"},
        ],
        "links": [{"name": "air", "from": "phone", "to": "server", "uplink_mbps": trace, "downlink_mbps": 10, "rtt_ms": 40}],
        "workload": [{"source": "phone", "model": "resnet18", "arrivals": {"kind": "poisson", "rate_per_s": 1},
                      "input": {"encoding": "jpeg", "bytes": 30000}, "deadline_ms": 400}],
        "policies": ["local"], "execution": {"mode": "none"}, "return_result": True,
    }


def run(program, scenario, replications):
    with tempfile.TemporaryDirectory() as folder:
        database = os.path.join(folder, "run.db")
        command = [program, "run", scenario, "-o", database, "-q", "--replications", str(replications), "--jobs", "2",
                   "--set", "execution.mode=none", "--record", "summary"]
        for policy in POLICIES:
            command += ["--policy", policy]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{scenario}: {done.stderr}")
        connection = sqlite3.connect(database)
        rows = connection.execute(
            """SELECT policy, information_class, avg(latency_mean_ms), avg(latency_p95_ms), avg(regret_mean_ms),
                 avg(device_energy_j_per_request), 100.0 * sum(deadline_missed) / sum(requests),
                 sum(requests - completed)
               FROM replication_summary GROUP BY policy ORDER BY min(run_id)""").fetchall()
        connection.close()
        return rows


def number(value):
    if value is None:
        return ""
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def table(rows, has_deadline):
    print("| policy | knows | mean ms | p95 ms | regret ms | device J | missed |")
    print("|---|---|---|---|---|---|---|")
    for policy, knows, mean, late, regret, joules, missed, _ in rows:
        share = f"{missed:.1f} %" if has_deadline else ""
        print(f"| `{policy}` | {knows} | {number(mean)} | {number(late)} | {number(regret)} | {number(joules)} | {share} |")
    print()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default=".build/release/offloadsim")
    parser.add_argument("--traces", default="../shared/traces")
    parser.add_argument("--replications", type=int, default=2)
    arguments = parser.parse_args()
    print("# Every policy on every scenario\n")
    print("Made by `make policies`: the scenarios of this repository, then the real traces (their sources are in")
    print("`../shared/traces/README.md`). *knows* is the policy's information class: compare within one. *regret* is how much")
    print("longer a request's placement would have taken alone, at the rates that the links then had, than the clairvoyant plan's;")
    print("waiting for others is in *mean* and not in *regret*, so that `oracle` has no regret (but where early exits, which nobody foresees, decide) and may still be slow where everybody")
    print("follows it. Policies of the latency kind run as they are set by default; the device's energy is what they cost by it.\n")
    for name in SCENARIOS:
        path = f"Scenarios/{name}.json"
        text = open(path, encoding="utf-8").read()
        title = next(line[3:].strip() for line in text.splitlines() if line.startswith("//"))
        print(f"## {name}\n\n{title}\n")
        sys.stdout.flush()
        table(run(arguments.bin, path, arguments.replications), "deadline_ms" in text)
    if not os.path.isdir(arguments.traces):
        print(f"The real traces are left out: there is no {arguments.traces}.", file=sys.stderr)
        return
    for name, path, form, column, seconds in TRACES:
        full = os.path.abspath(os.path.join(arguments.traces, path))
        if not os.path.exists(full):
            print(f"{path} is missing and left out.", file=sys.stderr)
            continue
        scenario = traced(name, full, form, column, seconds)
        with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False) as file:
            json.dump(scenario, file)
        print(f"## {name} (`{path}`)\n\nFour phones, ResNet-18, a picture of 30 kB, one a second each, 400 ms to answer.\n")
        sys.stdout.flush()
        table(run(arguments.bin, file.name, arguments.replications), True)
        os.unlink(file.name)


if __name__ == "__main__":
    main()
