# SPDX-License-Identifier: MIT
"""The table of experiments, in the order in which they are run and shown."""
from harness.experiments.clients import Clients
from harness.experiments.curves import MRIQ, SGEMM
from harness.experiments.fairness import Fairness, Shares
from harness.experiments.latency import LONG, SHORT
from harness.experiments.launch_rate import LaunchRate
from harness.experiments.memory import Memory
from harness.experiments.mixed import Mixed
from harness.experiments.study import Study
from harness.experiments.twins import Twins

EXPERIMENTS = [LaunchRate(), Mixed(), Twins(), SGEMM, MRIQ, Fairness(), Shares(), SHORT, LONG,
               Clients(), Memory(), Study(1, False), Study(2, False), Study(1, True),
               Study(2, True)]


def select(names):
    """The experiments of these names, or all; (experiments, names that are none)."""
    def is_named(experiment):
        return any(experiment.name == name or experiment.name.startswith(name + "-")
                   for name in names)

    unknown = [name for name in names
               if not any(e.name == name or e.name.startswith(name + "-") for e in EXPERIMENTS)]
    return [e for e in EXPERIMENTS if not names or is_named(e)], unknown
