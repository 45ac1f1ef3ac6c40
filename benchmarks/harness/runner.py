# SPDX-License-Identifier: MIT
"""The order of the runs.

A round runs each variant of an experiment once. The variants come in groups whose first is the
reference: the reference and what is compared with it run shortly after one another. Every second
round goes backwards, so that a device that warms up or slows down touches all alike. All
experiments have their first round before any has its second: a call that runs out of budget has
something of everything, and a later call with the same record goes on where it ended.
"""
import fnmatch
import shlex
import sys
import time

from harness.device import RunError
from harness.record import fold_repeats


class Progress:
    """A line that is overwritten on a terminal; elsewhere one line per round."""

    def __init__(self, quiet=False, stream=sys.stderr):
        self.stream, self.quiet = stream, quiet
        self.is_terminal = stream.isatty()

    def say(self, text):
        self.clear()
        if not self.quiet:
            print(text, file=self.stream, flush=True)

    def show(self, text):
        if self.is_terminal and not self.quiet:
            print(f"\r\033[K{text[:100]}", end="", file=self.stream, flush=True)

    def clear(self):
        if self.is_terminal and not self.quiet:
            print("\r\033[K", end="", file=self.stream, flush=True)


class Runner:
    def __init__(self, session, experiments, record, call, progress):
        self.session, self.record, self.call, self.progress = session, record, call, progress
        self.device, self.options = session.device, session.options
        self.plans = [Plan(e, self.groups_of(e), self.rounds_of(e)) for e in experiments]
        self.failures = []
        self.is_out_of_budget = False

    def rounds_of(self, experiment):
        if self.options.pairs:
            return self.options.pairs
        return 1 if self.device.is_virtual or self.options.quick else experiment.rounds

    def groups_of(self, experiment):
        """Without the variants that --only leaves out; references stay."""
        groups = []
        for reference, *others in experiment.groups(self.session):
            wanted = [v for v in others if not self.options.only or any(
                fnmatch.fnmatchcase(v.name, p) for p in self.options.only.split(","))]
            if wanted or not others:
                groups.append([reference, *wanted])
        return groups

    def estimate_s(self, plan, variant):
        """By the runs that are recorded already, else by what the experiment expects."""
        known = self.session.seconds.get((plan.experiment.name, variant.name))
        same = self.session.mean_seconds.get(plan.experiment.name)
        return known or same or plan.experiment.seconds

    def missing(self, plan, number):
        """The variants that have no run of this round yet, in the order of the round."""
        ordered = [v for group in plan.groups for v in (group if number % 2 == 0 else group[::-1])]
        return [v for v in ordered if not self.record.has(plan.experiment.name, v.name, number)]

    def announce(self):
        total = 0
        for plan in self.plans:
            todo = [(v, n) for n in range(plan.rounds) for v in self.missing(plan, n)]
            estimate = sum(self.estimate_s(plan, v) for v, _ in todo)
            total += estimate
            rounds = f"{plan.rounds} rounds" if plan.rounds > 1 else "one round"
            self.progress.say(f"{plan.experiment.name}: {len(todo)} runs in {rounds}, about "
                              f"{estimate:.0f} s")
        budget = f", budget {self.options.budget:g} s" if self.options.budget else ""
        self.progress.say(f"together about {total:.0f} s{budget}")

    def run(self):
        self.announce()
        for number in range(max((plan.rounds for plan in self.plans), default=0)):
            for plan in self.plans:
                if number < plan.rounds and not self.is_out_of_budget:
                    self.run_round(plan, number)
        self.progress.clear()

    def run_round(self, plan, number):
        todo = self.missing(plan, number)
        began = time.monotonic()
        for i, variant in enumerate(todo):
            if self.left_s() < self.estimate_s(plan, variant):
                self.is_out_of_budget = True
                self.progress.say(f"{plan.experiment.name}: out of budget in round {number + 1}, "
                                  f"{len(todo) - i} of its runs are missing")
                return
            self.progress.show(f"{plan.experiment.name} round {number + 1}/{plan.rounds} "
                               f"[{i + 1}/{len(todo)}] {variant.name}")
            self.run_variant(plan, variant, number)
        if todo:
            self.progress.say(f"{plan.experiment.name}: round {number + 1} of {plan.rounds} in "
                              f"{time.monotonic() - began:.1f} s")

    def left_s(self):
        if not self.options.budget:
            return float("inf")
        return self.options.budget - (time.monotonic() - self.session.began)

    def run_variant(self, plan, variant, number):
        try:
            self.warm_up(variant)
            output, wall_s = self.device.run(variant)
        except RunError as error:
            self.failures.append(f"{plan.experiment.name}, {variant.name}: {error}")
            self.progress.say(f"FAILED: {self.failures[-1]}")
            return
        self.session.note_seconds(plan.experiment.name, variant.name, wall_s)
        self.record.add_run({
            "experiment": plan.experiment.name, "variant": variant.name, "round": number,
            "call": self.call, "commands": [shlex.join(c) for c in variant.commands],
            "env": variant.env, "cpus": variant.cpus, "wall_s": round(wall_s, 3),
            "output": [fold_repeats(lines) for lines in output]})
        self.session.save()

    def warm_up(self, variant):
        """Each set of programs once without and once with SliVER: fills the caches of the
        rewritten kernels, of the driver's compiler and of files."""
        key = frozenset(variant.programs), variant.env is None
        if key not in self.session.warm:
            self.session.warm.add(key)
            self.device.run(variant)


class Plan:
    def __init__(self, experiment, groups, rounds):
        self.experiment, self.groups, self.rounds = experiment, groups, rounds
