# SPDX-License-Identifier: MIT
"""Run times of six small workloads of several kernels each, alone."""
from harness.experiments.base import (Experiment, Findings, Variant, comparison, ratio, value)
from harness.model import Goal

METRIC = "total_ms"
WORKLOADS = ("image", "reduction", "stencil", "sort", "spmv", "batched")


class Mixed(Experiment):
    name = "mixed"
    about = "six small multi-kernel workloads, each alone"
    programs = ("mixed",)
    rounds = 5
    seconds = 2.0

    def groups(self, session):
        options = {"full": ("--repeats", "50"), "quick": ("--repeats", "20"),
                   "tiny": ("--repeats", "1", "--warmup", "1", "--scale", "1")}[session.size]
        groups = []
        for name in WORKLOADS:
            command = ("mixed", "--only", name, *options, *session.clock)
            groups.append([Variant(f"native, {name}", (command,)),
                           Variant(f"SliVER, {name}", (command,), {})])
        return groups

    def findings(self, runs, record):
        cases = [(name, f"native, {name}", f"SliVER, {name}") for name in WORKLOADS]
        found = Findings(goals=[
            Goal(f"run time of {name}, alone, x native", "<=", 1.01,
                 value(ratio(runs, variant, METRIC, reference)))
            for name, reference, variant in cases])
        if runs:
            found.tables.append(comparison("Run time", runs, METRIC, "ms", cases))
        return found
