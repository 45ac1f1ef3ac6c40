# SPDX-License-Identifier: MIT
"""The record of runs: a JSON file that later calls add to, until all rounds are there.

A run is known by experiment, variant and round. Runs of a round were made one right after the
other, so ratios within a round hold even when the machine drifts.
"""
import json
import os

FORMAT = 1
FILE_NAME = "record.json"


class RecordError(Exception):
    pass


def fold_repeats(lines):
    """Result lines of single repeats become lists of one line that comes first."""
    repeats = [line for line in lines if "repeat" in line]
    others = [line for line in lines if "repeat" not in line]
    if not repeats:
        return others
    names = [key for key, value in repeats[0].items()
             if key != "repeat" and isinstance(value, (int, float))]
    return [{f"repeats_{name}": [line.get(name) for line in repeats] for name in names}, *others]


def run_key(run):
    return run["experiment"], run["variant"], run["round"]


class Record:
    def __init__(self, data=None):
        self.data = {"format": FORMAT, "calls": [], "runs": []} if data is None else data
        if self.data.get("format") != FORMAT:
            raise RecordError(f"format {self.data.get('format')} is not {FORMAT}")
        self.keys = {run_key(run) for run in self.runs}

    @classmethod
    def load(cls, path):
        try:
            with open(path, encoding="utf-8") as file:
                return cls(json.load(file))
        except (OSError, ValueError, AttributeError, KeyError, TypeError, RecordError) as error:
            raise RecordError(f"{path} is not a record: {error}") from None

    def save(self, path):
        """Whole or not at all: a call may be cut off at any time."""
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        with open(path + ".new", "w", encoding="utf-8") as file:
            file.write(self.text())
        os.replace(path + ".new", path)

    def text(self):
        """JSON with a line for each call and each run."""
        def lines(items):
            return ",\n".join(json.dumps(item, sort_keys=True) for item in items)

        return (f'{{"format": {FORMAT},\n"calls": [\n{lines(self.calls)}\n],\n'
                f'"runs": [\n{lines(self.runs)}\n]}}\n')

    @property
    def calls(self):
        return self.data["calls"]

    @property
    def runs(self):
        return self.data["runs"]

    @property
    def device(self):
        """Name of the device, the same in all calls; None as long as there is none."""
        return self.calls[0]["machine"]["device"] if self.calls else None

    @property
    def is_virtual(self):
        return any(call["machine"]["virtual_time"] for call in self.calls)

    def add_call(self, call):
        if self.calls and self.device != call["machine"]["device"]:
            raise RecordError(f"the record is of {self.device}, "
                              f"this is {call['machine']['device']}")
        self.calls.append(call)
        return len(self.calls) - 1

    def has(self, experiment, variant, number):
        return (experiment, variant, number) in self.keys

    def add_run(self, run):
        self.runs.append(run)
        self.keys.add(run_key(run))

    def of(self, experiment):
        return Runs([run for run in self.runs if run["experiment"] == experiment])

    def merge(self, other):
        """Takes over the calls and runs of another record; its rounds come behind ours where both
        have the same."""
        first_call = len(self.calls)
        for call in other.calls:
            self.add_call(call)
        shift = {}
        for experiment in {run["experiment"] for run in other.runs}:
            if any(run_key(run) in self.keys for run in other.runs
                   if run["experiment"] == experiment):
                shift[experiment] = 1 + max(run["round"] for run in self.runs
                                            if run["experiment"] == experiment)
        for run in other.runs:
            self.add_run({**run, "call": run["call"] + first_call,
                          "round": run["round"] + shift.get(run["experiment"], 0)})


class Runs:
    """Runs of one experiment, by variant and round."""

    def __init__(self, runs):
        self.by_variant = {}
        for run in sorted(runs, key=lambda run: run["round"]):
            self.by_variant.setdefault(run["variant"], {})[run["round"]] = run

    def __bool__(self):
        return bool(self.by_variant)

    def __contains__(self, variant):
        return variant in self.by_variant

    @property
    def variants(self):
        return list(self.by_variant)

    def lines(self, variant, process=0):
        """All JSON lines that a process of the variant printed, of each round."""
        return [run["output"][process] for run in self.by_variant.get(variant, {}).values()]

    def last(self, variant, process=0):
        """{round: the last line, which is the result}."""
        return {number: run["output"][process][-1]
                for number, run in self.by_variant.get(variant, {}).items()}

    def values(self, variant, metric, process=0):
        """{round: value of the metric}, without the rounds that have none."""
        return {number: line[metric] for number, line in self.last(variant, process).items()
                if line.get(metric) is not None}
