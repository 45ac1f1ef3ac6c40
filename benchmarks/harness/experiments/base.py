# SPDX-License-Identifier: MIT
"""What experiments have in common."""
from harness.model import Findings, Table, Variant
from harness.stats import Summary, median, paired_ratios

NATIVE = "native"
PRIORITIES = "priorities"
PROCESSES = "processes"
SERVICE = "processes, MPS"


class Experiment:
    """One question, and the runs that answer it.

    name: what the user calls it; a name before a dash stands for all that begin so.
    about: one line for the list. rounds: how often, unless told. seconds: what a run is believed
    to take as long as none is recorded. of_host: times the host, which has no virtual time.
    """
    name = ""
    about = ""
    programs = ()
    rounds = 5
    seconds = 2.0
    of_host = False

    def prepare(self, session):
        """Before the first run; the programs are built."""

    def groups(self, session):
        """Lists of variants, each with its reference first. The same for every call."""
        raise NotImplementedError

    def findings(self, runs, record):
        """Of what was recorded so far, be it nothing: a Findings. Runs nothing."""
        raise NotImplementedError


def policy_variants(session, commands, **env):
    """One for each policy of SliVER."""
    return [Variant(policy, commands, {"SLIVER_POLICY": policy, **env})
            for policy in session.policies]


def native(*commands):
    return Variant(NATIVE, commands)


def process_variants(session, *commands):
    """The same work by processes instead of threads: in time slices, and under the service."""
    variants = [Variant(PROCESSES, commands)]
    if session.has_service:
        variants.append(Variant(SERVICE, commands, service=True))
    return variants


def metric_summary(runs, variant, metric):
    """None if there is no value."""
    values = runs.values(variant, metric)
    return Summary(list(values.values())) if values else None


def ratio(runs, variant, metric, reference=NATIVE):
    """Median with quartiles of the ratios within the rounds; None if there is none."""
    ratios = paired_ratios(runs.values(variant, metric), runs.values(reference, metric))
    return Summary(ratios) if ratios else None


def text(summary, form="{:.4g}"):
    return summary.text(form) if summary else "-"


def value(summary):
    return summary.median if summary else None


def comparison(title, runs, metric, unit, pairs, note=""):
    """A table of native against preloaded. pairs: (what, reference variant, variant)."""
    rows = [[what, text(metric_summary(runs, reference, metric)),
             text(metric_summary(runs, variant, metric)),
             text(ratio(runs, variant, metric, reference), "{:.3f}")]
            for what, reference, variant in pairs]
    return Table(title, ["", f"native, {unit}", f"SliVER, {unit}", "ratio"], rows, note)


__all__ = ["Experiment", "Findings", "NATIVE", "PRIORITIES", "PROCESSES", "SERVICE", "Table",
           "Variant", "comparison", "median", "metric_summary", "native", "policy_variants",
           "process_variants", "ratio", "text", "value"]
