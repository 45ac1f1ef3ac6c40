#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures programs natively and preloaded, in pairs; prints medians of the pairs' ratios.

Native and preloaded runs alternate, and which comes first changes from pair to pair, so that a
device that warms up or slows down touches both alike. twin_cost makes its own pairs in one process
and runs without the preload. --env sets variables of the preloaded runs. Exit status: 0, 1 if a goal is
missed, 77 no GPU. Standard library only.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)


class Measurement:
    """One program with arguments, and what is looked at in its last result line."""

    def __init__(self, name, command, metrics):
        self.name, self.command, self.metrics = name, command, metrics


# metric, what is compared: "ratio" (median of preloaded / native) or "value" (median of preloaded),
# and the goal: at most (<=) or at least (>=) so much; None for information only.
MEASUREMENTS = [
    *[Measurement(f"launch_rate-{t}", ["launch_rate", "--threads", str(t)],
                  [("ns_per_launch", "ratio", "<=", 1.05)]) for t in (1, 4, 16)],
    Measurement("launch_rate-wave", ["launch_rate", "--blocks", "1056", "--sync", "100"],
                [("ns_per_launch", "ratio", "<=", 1.05)]),
    Measurement("fairness", ["fairness"],
                [("jain", "value", ">=", 0.98), ("blocks_per_s", "ratio", ">=", 0.97)]),
    Measurement("fairness-alone", ["fairness", "--clients", "1"],
                [("blocks_per_s", "ratio", ">=", 0.97)]),
    Measurement("latency", ["latency", "--alone", "0"],
                [("p50_ms", "ratio", None, None), ("p99_ms", "ratio", None, None),
                 ("others_launches_per_s", "ratio", None, None)]),
    Measurement("latency-priorities", ["latency", "--alone", "0", "--priorities", "1"],
                [("p99_ms", "ratio", None, None), ("others_launches_per_s", "ratio", None, None)]),
]


def run(command, options, preload):
    """The last JSON line of the program's output."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("SLIVER_")}
    if preload:
        env.update(dict(pair.split("=", 1) for pair in options.env), LD_PRELOAD=options.library)
    path = os.path.join(options.programs, command[0])
    done = subprocess.run([path] + command[1:], env=env, stdout=subprocess.PIPE, text=True,
                          timeout=options.timeout, check=True)
    return json.loads(done.stdout.strip().splitlines()[-1])


def met(value, relation, goal):
    return relation is None or (value <= goal if relation == "<=" else value >= goal)


def row(name, metric, native, preloaded, result, relation, goal):
    good = met(result, relation, goal)
    wanted = f"{relation} {goal}" if relation else ""
    print(f"{name:20} {metric:14} {native:>12} {preloaded:>12} {result:8.4f} {wanted:8} "
          f"{'' if relation is None else 'ok' if good else 'MISSED'}", flush=True)
    return good


def measure_pairs(measurement, options):
    """Runs the pairs, prints one row a metric. Returns the record and whether all goals are met."""
    pairs = []
    for p in range(options.pairs):
        order = (False, True) if p % 2 == 0 else (True, False)
        pairs.append({preload: run(measurement.command, options, preload) for preload in order})
    good = True
    for metric, kind, relation, goal in measurement.metrics:
        native = [pair[False][metric] for pair in pairs]
        preloaded = [pair[True][metric] for pair in pairs]
        result = statistics.median(preloaded) if kind == "value" else \
            statistics.median(b / a for a, b in zip(native, preloaded))
        good &= row(measurement.name, metric, f"{statistics.median(native):.6g}",
                    f"{statistics.median(preloaded):.6g}", result, relation, goal)
    return {"name": measurement.name, "native": [pair[False] for pair in pairs],
            "preloaded": [pair[True] for pair in pairs]}, good


def measure_twins(options):
    """Rewrites the kernels' PTX with the command and lets twin_cost compare the entries."""
    twins = os.path.join(options.programs, "twins.ptx")
    subprocess.run([options.sliver, "rewrite", os.path.join(options.programs, "kernels.ptx"), "-o",
                    twins], check=True, stdout=subprocess.DEVNULL)
    env = {k: v for k, v in os.environ.items() if k != "LD_PRELOAD"}
    done = subprocess.run([os.path.join(options.programs, "twin_cost"), twins], env=env, text=True,
                          stdout=subprocess.PIPE, timeout=options.timeout, check=True)
    results = [json.loads(line) for line in done.stdout.splitlines()]
    good = True
    for r in results:
        good &= row("twin_cost", r["kernel"], f"{r['original_ms']:.4f} ms", "", r["ratio"], "<=",
                    1.01)
    return {"name": "twin_cost", "results": results}, good


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--programs", default=os.path.join(ROOT, "build-benchmarks"))
    parser.add_argument("--library", default=os.path.join(ROOT, "build/shim/libsliver_hook.so"))
    parser.add_argument("--sliver", default=os.path.join(ROOT, "build/tools/sliver"))
    parser.add_argument("--only", default="", help="names of measurements, by comma")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--env", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--timeout", type=float, default=120)
    parser.add_argument("--json", help="write all results there")
    return parser.parse_args()


def main():
    options = parse_options()
    probe = "import ctypes; c = ctypes.CDLL('libcuda.so.1'); raise SystemExit(bool(c.cuInit(0)))"
    if subprocess.run([sys.executable, "-c", probe], stderr=subprocess.DEVNULL).returncode:
        print("no GPU with a driver here: skipped")
        return 77
    for path in ("programs", "library", "sliver"):
        setattr(options, path, os.path.abspath(getattr(options, path)))
    if not os.path.exists(os.path.join(options.programs, "twin_cost")):
        subprocess.run([os.path.join(HERE, "build.sh"), "-o", options.programs], check=True)
    wanted = options.only.split(",") if options.only else None
    records, all_good = [], True
    print(f"{'program':20} {'metric':14} {'native':>12} {'preloaded':>12} {'result':>8} goal")
    for measurement in MEASUREMENTS:
        if wanted is None or measurement.name in wanted:
            record, good = measure_pairs(measurement, options)
            records.append(record)
            all_good &= good
    if wanted is None or "twin_cost" in wanted:
        record, good = measure_twins(options)
        records.append(record)
        all_good &= good
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"env": options.env, "records": records}, file, indent=1)
    return 0 if all_good else 1


if __name__ == "__main__":
    sys.exit(main())
