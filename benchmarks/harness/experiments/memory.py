# SPDX-License-Identifier: MIT
"""The host memory that SliVER takes: after 10,000 launches of 200 kernels, and a hundred times as
many later."""
from harness.experiments.base import (Experiment, Findings, Table, Variant, median, text,
                                      metric_summary)
from harness.model import Goal

METRIC = "end_bytes"
MIB = 1 << 20
COUNTS = {"full": (10_000, 1_000_000), "quick": (10_000, 100_000), "tiny": (100, 1000)}


def difference_mib(runs, variant, reference):
    """Median of the differences within the rounds, None without any."""
    ours, theirs = runs.values(variant, METRIC), runs.values(reference, METRIC)
    differences = [ours[n] - theirs[n] for n in ours if n in theirs]
    return median(differences) / MIB if differences else None


class Memory(Experiment):
    name = "memory"
    about = "host memory after launches of 200 kernels"
    programs = ("memory",)
    rounds = 3
    seconds = 5.0

    def groups(self, session):
        kernels = "10" if session.size == "tiny" else "200"
        groups = []
        for n in COUNTS[session.size]:
            command = ("memory", "--kernels", kernels, "--launches", str(n))
            groups.append([Variant(f"native, {n}", (command,)),
                           Variant(f"SliVER, {n}", (command,), {})])
        return groups

    def findings(self, runs, record):
        counts = sorted({int(name.rpartition(", ")[2]) for name in runs.variants})
        over = [difference_mib(runs, f"SliVER, {n}", f"native, {n}") for n in counts]
        measured = [mib for mib in over if mib is not None]
        found = Findings(goals=[
            Goal("memory over native after 10,000 launches, MiB", "<=", 20,
                 over[0] if over else None),
            Goal("growth of that until the last launch, MiB", "<=", 1,
                 measured[-1] - measured[0] if len(measured) > 1 else None)])
        if measured:
            rows = [[f"{n:,}", *(text(metric_summary(runs, f"{who}, {n}", METRIC), "{:,.0f}")
                                 for who in ("native", "SliVER")),
                     "-" if mib is None else f"{mib:.2f}"] for n, mib in zip(counts, over)]
            found.tables.append(Table("Resident memory of the process",
                                      ["launches", "native, bytes", "SliVER, bytes",
                                       "difference, MiB"], rows))
        return found
