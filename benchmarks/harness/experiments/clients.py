# SPDX-License-Identifier: MIT
"""What a slice costs when ever more threads share the GPU: all have the same work together."""
from harness.experiments.base import (Experiment, Findings, Table, Variant, metric_summary,
                                      policy_variants, text)
from harness.model import Goal, Plot, Series

METRIC = "slice_ns"
UNIT_BLOCKS = "8"
COUNTS = {"full": (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024), "quick": (1, 16, 256, 1024),
          "tiny": (1, 4, 16)}


class Clients(Experiment):
    name = "clients"
    about = "cost of a slice with 1 to 1024 clients"
    programs = ("client_count",)
    rounds = 3
    seconds = 3.0

    def groups(self, session):
        groups = []
        for n in COUNTS[session.size]:
            command = ("client_count", "--clients", str(n), *self.work(session), *session.clock)
            groups.append([Variant(f"native, {n}", (command,)),
                           *(Variant(f"{v.name}, {n}", v.commands, v.env)
                             for v in policy_variants(session, (command,),
                                                      SLIVER_SLICE=UNIT_BLOCKS))])
        return groups

    @staticmethod
    def work(session):
        """A slice is the unit of the program; all clients together make the same launches."""
        launches = {"full": "8192", "quick": "2048", "tiny": "16"}[session.size]
        few = ("--rounds", "20") if session.size == "tiny" else ()
        return ("--slices", "8", "--unit-blocks", UNIT_BLOCKS, "--launches", launches, *few)

    def findings(self, runs, record):
        curves = {}
        for name in runs.variants:
            who, _, n = name.rpartition(", ")
            summary = metric_summary(runs, name, METRIC)
            if summary:
                curves.setdefault(who, {})[int(n)] = summary
        rr = [summary.median for summary in curves.get("rr", {}).values()]
        found = Findings(goals=[Goal(
            "cost of a slice under rr, 1 to 1024 clients: largest / smallest", "<=", 1.2,
            max(rr) / min(rr) if len(rr) > 1 else None)])
        if curves:
            counts = sorted({n for curve in curves.values() for n in curve})
            rows = [[str(n), *(text(curve.get(n)) for curve in curves.values())] for n in counts]
            found.tables.append(Table("Time per slice in ns", ["clients", *curves], rows,
                                      "native: the same part of a launch, unsliced."))
            series = [Series(who, [(n, s.median, s.low, s.high) for n, s in sorted(curve.items())])
                      for who, curve in curves.items()]
            found.plots.append(Plot("clients", "Cost of a slice against the number of clients",
                                    "clients", "time per slice, ns", series=series, log_x=2,
                                    y_range=(0, None)))
        return found
