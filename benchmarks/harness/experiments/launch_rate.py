# SPDX-License-Identifier: MIT
"""What a launch costs the thread that makes it, when nobody shares the GPU.

On a virtual machine runs differ by more than what is looked for: whole processes are fast or slow,
natively, too. So there are many short runs rather than a few long ones. Beside them stand a library
that does nothing (what differs there is the machine's), and the same held on CPUs far apart, one
more than launching threads.
"""
from harness.experiments.base import Experiment, Findings, Variant, comparison, ratio
from harness.model import Goal

METRIC = "ns_per_launch"
THREADS = (1, 4, 16)
WAVES = "1 thread, 1056 blocks"
HELD = "1 thread, held on 2 CPUs"
DISABLED = "disabled, "


def case_of(threads):
    return f"{threads} thread" + ("s" if threads > 1 else "")


class LaunchRate(Experiment):
    name = "launch-rate"
    about = "launches a second of empty kernels, 1, 4 and 16 threads"
    programs = ("launch_rate",)
    rounds = 15
    seconds = 0.7
    of_host = True

    def groups(self, session):
        seconds = {"full": "0.25", "quick": "0.25", "tiny": "0.01"}[session.size]
        common = ("launch_rate", "--seconds", seconds)
        few = ("--sync", "20") if session.size == "tiny" else ()
        cases = {case_of(n): (*common, "--threads", str(n), *few) for n in THREADS}
        if session.size != "tiny":
            cases[WAVES] = (*common, "--blocks", "1056", "--sync", "100")
        groups = [[Variant(f"native, {case}", (command,)), Variant(f"SliVER, {case}", (command,), {})]
                  for case, command in cases.items()]
        if session.size != "tiny":
            one = cases[case_of(1)]
            groups[0].append(Variant(DISABLED + case_of(1), (one,), {"SLIVER_DISABLE": "1"}))
            groups.append([Variant(f"native, {HELD}", (one,), cpus=2),
                           Variant(f"SliVER, {HELD}", (one,), {}, cpus=2)])
        return groups

    def findings(self, runs, record):
        cases = [*map(case_of, THREADS), WAVES, HELD]
        pairs = [(case, f"native, {case}", f"SliVER, {case}") for case in cases]
        pairs.append((DISABLED + case_of(1), f"native, {case_of(1)}", DISABLED + case_of(1)))
        found = Findings()
        for case, reference, variant in pairs[:len(THREADS)]:
            cost = ratio(runs, variant, METRIC, reference)
            found.goals.append(Goal(f"launch rate, {case}, x native", ">=", 0.95,
                                    1 / cost.median if cost else None))
        if runs:
            found.tables.append(comparison("Time of a launch", runs, METRIC, "ns",
                                           [p for p in pairs if p[1] in runs and p[2] in runs]))
        return found
