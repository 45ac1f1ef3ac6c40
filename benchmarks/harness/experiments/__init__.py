# SPDX-License-Identifier: MIT
"""The table of experiments, in the order in which they are run and shown."""
from harness.experiments.clients import Clients
from harness.experiments.curves import MRIQ, SGEMM, SGEMM_STUDY
from harness.experiments.fairness import Fairness, Shares
from harness.experiments.latency import LONG, SHORT
from harness.experiments.launch_rate import LaunchRate
from harness.experiments.memory import Memory
from harness.experiments.mixed import Mixed
from harness.experiments.study import Study
from harness.experiments.twins import Twins

EXPERIMENTS = [LaunchRate(), Mixed(), Twins(), SGEMM, SGEMM_STUDY, MRIQ, Fairness(), Shares(),
               SHORT, LONG, Clients(), Memory(), Study(1, False), Study(2, False),
               Study(1, True), Study(2, True)]


def named(name):
    """The one of this name, else those whose names begin with it and a dash."""
    exact = [e for e in EXPERIMENTS if e.name == name]
    return exact or [e for e in EXPERIMENTS if e.name.startswith(name + "-")]


def select(names):
    """The experiments of these names, or all; (experiments, names that are none)."""
    chosen = [e for name in names for e in named(name)]
    return [e for e in EXPERIMENTS if not names or e in chosen], [n for n in names if not named(n)]
