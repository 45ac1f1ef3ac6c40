# SPDX-License-Identifier: MIT
"""Who gets how much of the GPU: four threads whose grids are as 1:4:16:64. As a whole (fairness)
and over time (shares)."""
from harness.experiments.base import (Experiment, Findings, NATIVE, PRIORITIES, Table, Variant,
                                      metric_summary, native, policy_variants, process_variants,
                                      ratio, text, value)
from harness.model import Goal, Plot, Series
from harness.stats import Summary, jain, median, paired_ratios

# Blocks per second times their length: each process calibrates its blocks, and under the
# multi-process service while others run.
WORK = "rounds_per_s"
CLIENTS = 4
FACTOR = 4


def options_of(session):
    """In virtual time there is nothing to calibrate: so many rounds take some 50 us there, too."""
    if session.size == "tiny":
        return ("--rounds", "550", "--seconds", "0.01", "--warmup", "0.002", "--bucket-ms", "0.5")
    return ("--seconds", "1" if session.size == "quick" else "2", "--warmup", "0.5")


def shares_of(runs, name):
    """Medians of the clients' shares. Processes report only their own work."""
    if len(next(iter(runs.by_variant[name].values()))["output"]) == 1:
        rounds = [line["shares"] for line in runs.last(name).values()]
    else:
        rounds = [[p[-1][WORK] for p in run["output"]]
                  for run in runs.by_variant[name].values()]
    rounds = [[x / (sum(r) or 1) for x in r] for r in rounds]
    return [median(column) for column in zip(*rounds)]


def throughput(runs, name):
    """{round: work per second of all processes}."""
    return {number: sum(process[-1][WORK] for process in run["output"])
            for number, run in runs.by_variant.get(name, {}).items()}


class Fairness(Experiment):
    name = "fairness"
    about = "shares and throughput of four threads with grids of 1:4:16:64"
    programs = ("fairness",)
    rounds = 5
    seconds = 4.0

    def groups(self, session):
        options = options_of(session)
        command = ("fairness", "--clients", str(CLIENTS), "--factor", str(FACTOR), *options)
        alone = ("fairness", "--clients", "1", *options)
        groups = [[native(command), Variant(PRIORITIES, ((*command, "--priorities", "1"),)),
                   *policy_variants(session, (command,))],
                  [Variant("native, alone", (alone,)), Variant("SliVER, alone", (alone,), {})]]
        if not session.device.is_virtual:
            groups[0] += process_variants(session, *(
                (*alone, "--waves", str(FACTOR ** k)) for k in range(CLIENTS)))
        return groups

    def findings(self, runs, record):
        found = Findings(goals=[
            Goal("Jain's index under rr, grids 1:4:16:64", ">=", 0.99,
                 value(metric_summary(runs, "rr", "jain"))),
            Goal("work per second under rr, x native", ">=", 0.98, value(ratio(runs, "rr", WORK)))])
        names = [name for name in runs.variants if not name.endswith("alone")]
        if names:
            rows = [self.row(runs, name) for name in names]
            found.tables.append(Table(
                "Four clients with grids of 1:4:16:64",
                ["", "Jain's index", "work/s, x native", *(f"share {4 ** k}" for k in range(4))],
                rows, "processes: one for each client; their periods of measurement overlap only "
                      "in the main."))
            found.plots.append(self.plot(runs, names))
        if "SliVER, alone" in runs:
            found.tables.append(Table("One client", ["", "work/s, x native"], [
                ["SliVER", text(ratio(runs, "SliVER, alone", WORK, "native, alone"),
                                "{:.3f}")]]))
        return found

    @staticmethod
    def row(runs, name):
        shares = shares_of(runs, name)
        ratios = paired_ratios(throughput(runs, name), throughput(runs, NATIVE))
        total = Summary(ratios) if ratios else None
        return [name, f"{jain(shares):.3f}", text(total, "{:.3f}"), *(f"{x:.3f}" for x in shares)]

    @staticmethod
    def plot(runs, names):
        shares = [shares_of(runs, name) for name in names]
        return Plot("fairness", "Shares of the device: four clients, grids of 1:4:16:64", "",
                    "share of the blocks done", kind="bars", rows=names,
                    series=[Series(f"grid of {FACTOR ** k}", [s[k] for s in shares])
                            for k in range(CLIENTS)], reference=(1 / CLIENTS, "even"))


class Shares(Experiment):
    name = "shares"
    about = "the same shares over time"
    programs = ("fairness",)
    rounds = 1
    seconds = 2.0

    def groups(self, session):
        if session.size == "tiny":
            options = options_of(session)
        else:
            options = ("--seconds", "0.5", "--warmup", "0", "--bucket-ms", "10")
        command = ("fairness", "--clients", str(CLIENTS), "--factor", str(FACTOR), *options)
        return [[native(command), *policy_variants(session, (command,))]]

    def findings(self, runs, record):
        found = Findings()
        for name in runs.variants:
            lines = runs.lines(name)[0]
            clients = [line for line in lines if "bucket_shares" in line]
            if clients:
                found.plots.append(self.plot(name, clients))
        return found

    @staticmethod
    def plot(name, clients):
        series = [Series(f"grid of {FACTOR ** line['client']}",
                         [(i * line["bucket_ms"], share)
                          for i, share in enumerate(line["bucket_shares"])])
                  for line in clients]
        who = "natively" if name == NATIVE else f"under {name}"
        return Plot(f"shares-{name}", f"Shares of the device over time, {who}",
                    "time since the start, ms", "share of the blocks done", kind="stacked",
                    series=series, reference=(1 / CLIENTS, "even"))
