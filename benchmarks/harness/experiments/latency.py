# SPDX-License-Identifier: MIT
"""A thread with a deadline beside a thread that keeps the GPU busy: what the first one waits, and
what the second one gets done."""
from harness.experiments.base import (Experiment, Findings, NATIVE, PRIORITIES, Table, Variant,
                                      native, policy_variants, process_variants, text)
from harness.model import Plot, Series
from harness.stats import Summary, paired_ratios, quantile, steps, thin

OTHERS = "others_blocks_per_s"
PERCENTILES = (("p50_ms", "median"), ("p90_ms", "p90"), ("p99_ms", "p99"), ("max_ms", "largest"))
PLOT_POINTS = 300
BUSY_S = 5


def lines_of(runs, name, how):
    """The jobs' results of each round, alone or beside. A process that reports its jobs alone had
    another process beside it."""
    found = []
    for run in runs.by_variant[name].values():
        if len(run["output"]) > 1:
            wanted = "alone" if how == "beside" else None
        else:
            wanted = how
        found += [line for line in run["output"][-1] if line.get("how") == wanted]
    return found


def others_rate(run):
    """Blocks per second of the best-effort work, in the jobs' process or in one of its own."""
    line = run["output"][0][-1]
    if len(run["output"]) == 1:
        return line.get(OTHERS)
    return line.get("blocks_per_s") or line["blocks"] * 1e3 / line["median_ms"]


def others_ratio(runs, name):
    rates, references = ({n: others_rate(run) for n, run in runs.by_variant.get(v, {}).items()}
                         for v in (name, NATIVE))
    ratios = paired_ratios(rates, references)
    return Summary(ratios) if ratios else None


def summary_of(lines, metric):
    values = [line[metric] for line in lines if metric in line]
    return Summary(values) if values else None


def times_of(lines):
    return [ms for line in lines for ms in line.get("latencies_ms", [])]


class Latency(Experiment):
    programs = ("latency", "fairness", "sgemm")
    rounds = 3
    seconds = 6.0

    def __init__(self, blocks, what, options, tiny_options):
        self.name = f"latency-{blocks}"
        self.about = f"20 short kernels and a copy every 4 ms beside {what}"
        self.what, self.options, self.tiny_options = what, options, tiny_options

    def groups(self, session):
        if session.size == "tiny":
            command = ("latency", "--jobs", "12", "--kernels", "4", "--short-rounds", "20",
                       "--period-ms", "0", *self.tiny_options, *session.clock)
        else:
            command = ("latency", "--jobs", "500" if session.size == "full" else "200",
                       *self.options)
        priorities = (*command, "--priorities", "1")
        variants = [native(command), Variant(PRIORITIES, (priorities,)),
                    *policy_variants(session, (command,))]
        if not session.device.is_virtual:
            variants += process_variants(session, self.busy(session), (*command, "--others", "0"))
        return [variants]

    def busy(self, session):
        """The best-effort work as a process of its own, for longer than the jobs last."""
        if self.options:
            return ("fairness", "--clients", "1", "--waves", "4", *self.options, "--warmup", "0",
                    "--seconds", str(BUSY_S))
        once = session.probe(("sgemm", "--size", "4096", "--launches", "4", "--repeats", "5"))
        repeats = int(BUSY_S * 1e3 / (4 * once["median_ms"])) + 1
        return ("sgemm", "--size", "4096", "--launches", "4", "--repeats", str(repeats))

    def findings(self, runs, record):
        found = Findings()
        if NATIVE not in runs:
            return found
        series = [("alone", lines_of(runs, NATIVE, "alone"))]
        series += [(name, lines_of(runs, name, "beside")) for name in runs.variants]
        series = [(name, lines) for name, lines in series if lines]
        base = summary_of(series[0][1], "p99_ms")
        rows = [self.row(runs, name, lines, base) for name, lines in series]
        found.tables.append(Table(
            f"Time of a job in ms, beside {self.what}",
            ["", *(title for _, title in PERCENTILES), "p99, x alone", "others, x native"], rows,
            "alone: natively, nothing beside it. others: what the best-effort work gets done."))
        found.plots.append(self.plot(series))
        return found

    @staticmethod
    def row(runs, name, lines, base):
        p99 = summary_of(lines, "p99_ms")
        others = others_ratio(runs, name)
        return [name, *(text(summary_of(lines, metric)) for metric, _ in PERCENTILES),
                f"{p99.median / base.median:.3g}" if p99 and base and base.median else "-",
                text(others, "{:.3f}")]

    def plot(self, series):
        times = {name: times_of(lines) for name, lines in series}
        curves = [Series(name, thin(steps(values), PLOT_POINTS), "steps")
                  for name, values in times.items() if values]
        spread = [quantile(values, 0.5) for values in times.values() if values]
        log = 10 if spread and max(spread) > 4 * min(spread) > 0 else 0
        return Plot(self.name, f"Time of a job, beside {self.what}", "time of a job, ms",
                    "part of the jobs done by then", series=curves, log_x=log, y_range=(0, 1))


SHORT = Latency("short", "SGEMM (short blocks)", (), ("--size", "512x96x16"))
LONG = Latency("long", "long blocks (1 ms)", ("--block-us", "1000"),
               ("--rounds", "1000", "--waves", "2"))
