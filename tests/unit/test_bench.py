#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The harness of benchmarks/ without its programs: statistics, records, order of the runs, layouts,
plots. test_bench.py BENCHMARKS_FOLDER"""
import os
import sys
import tempfile
import time
import types
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv.pop(1))

from harness import cli, plots, report, stats  # noqa: E402
from harness.device import Gpu, RunError  # noqa: E402
from harness.experiments import EXPERIMENTS, select  # noqa: E402
from harness.experiments.curves import slice_sizes  # noqa: E402
from harness.experiments.study import STUDY, Study, cell_name, parse_cell, row_reference  # noqa: E402
from harness.model import Goal, Plot, Series, Table, Variant  # noqa: E402
from harness.record import Record, RecordError, fold_repeats  # noqa: E402
from harness.runner import Progress, Runner  # noqa: E402

MACHINE = {"device": "a device", "virtual_time": False}


def a_call(**machine):
    return {"machine": {**MACHINE, **machine}, "when": "now", "version": "1", "revision": "",
            "command": "sliver bench", "notes": []}


def a_run(variant, number, ms, experiment="study-1", call=0, env=None):
    return {"experiment": experiment, "variant": variant, "round": number, "call": call,
            "commands": ["pair"], "env": env, "wall_s": 1.0,
            "output": [[{"total_ms": ms, "copies_ms": 1.0, "kernels_ms": ms - 1}]]}


class Statistics(unittest.TestCase):
    def test_quartiles_lie_between_neighbours(self):
        self.assertEqual(stats.quartiles([4, 1, 3, 2]), (1.75, 3.25))
        self.assertEqual(stats.quartiles([5]), (5, 5))

    def test_jain(self):
        self.assertEqual(stats.jain([2, 2, 2]), 1)
        self.assertEqual(stats.jain([1, 0, 0, 0]), 0.25)
        self.assertEqual(stats.jain([0, 0]), 0)

    def test_distribution_counts_equal_values_once(self):
        self.assertEqual(stats.steps([2, 1, 1, 4]), [(1, 0), (1, 0.5), (2, 0.75), (4, 1)])

    def test_thin_keeps_both_ends(self):
        points = [(i, i) for i in range(1000)]
        thinned = stats.thin(points, 11)
        self.assertEqual((thinned[0], thinned[-1], len(thinned)), (points[0], points[-1], 11))

    def test_ratios_are_taken_within_a_round(self):
        """A device that is twice as slow in one round does not show."""
        self.assertEqual(stats.paired_ratios({0: 3, 1: 6, 2: 1}, {0: 2, 1: 4}), [1.5, 1.5])

    def test_summary(self):
        self.assertEqual(stats.Summary([1, 2, 3]).text("{:g}"), "2 [1.5, 2.5]")
        self.assertEqual(stats.Summary([7]).text("{:g}"), "7")


class Records(unittest.TestCase):
    def record(self, *runs, **machine):
        record = Record()
        record.add_call(a_call(**machine))
        for run in runs:
            record.add_run(run)
        return record

    def test_file_and_back(self):
        record = self.record(a_run("native", 0, 2.0))
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "new", "record.json")
            record.save(path)
            again = Record.load(path)
            self.assertEqual((again.runs, again.calls), (record.runs, record.calls))
            self.assertTrue(again.has("study-1", "native", 0))
            self.assertFalse(again.has("study-1", "native", 1))
            with open(path, "w", encoding="utf-8") as file:
                file.write("{\"format\": 1")
            self.assertRaises(RecordError, Record.load, path)
            for text in ('{"format": 99}', "[]", "3"):
                with open(path, "w", encoding="utf-8") as file:
                    file.write(text)
                self.assertRaises(RecordError, Record.load, path)

    def test_repeats_become_lists(self):
        lines = [{"program": "p", "ms": 1.5, "repeat": 0}, {"program": "p", "ms": 2.5, "repeat": 1},
                 {"program": "p", "ms": 2.0}]
        self.assertEqual(fold_repeats(lines), [{"repeats_ms": [1.5, 2.5]},
                                               {"program": "p", "ms": 2.0}])
        self.assertEqual(fold_repeats(lines[2:]), lines[2:])

    def test_merge_fills_gaps(self):
        record = self.record(a_run("native", 0, 2.0))
        record.merge(self.record(a_run("rr", 0, 3.0)))
        self.assertEqual([run["round"] for run in record.runs], [0, 0])
        self.assertEqual([run["call"] for run in record.runs], [0, 1])

    def test_merge_appends_what_both_have(self):
        record = self.record(a_run("native", 0, 2.0), a_run("rr", 0, 3.0))
        record.merge(self.record(a_run("native", 0, 4.0), a_run("rr", 0, 6.0)))
        runs = record.of("study-1")
        self.assertEqual(runs.values("native", "total_ms"), {0: 2.0, 1: 4.0})
        self.assertEqual(runs.values("rr", "total_ms"), {0: 3.0, 1: 6.0})

    def test_other_device_is_refused(self):
        with self.assertRaises(RecordError):
            self.record().merge(self.record(device="another"))


class FakeDevice:
    """Runs take one second of a clock of ours; variants named `bad` fail."""
    is_virtual = False

    def __init__(self):
        self.ran = []

    def run(self, variant):
        self.ran.append(variant.name)
        if variant.name == "bad":
            raise RunError("status 1")
        return [[{"ms": 1.0}]], 1.0


class FakeExperiment:
    name, rounds, seconds = "fake", 2, 1.0

    def __init__(self, *names):
        self.names = names

    def groups(self, _session):
        return [[Variant(name, (("program",),)) for name in self.names]]


class Gpus(unittest.TestCase):
    """With commands and programs of our own in the place of NVIDIA's."""

    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)
        self.path = os.environ["PATH"]
        self.addCleanup(os.environ.update, PATH=self.path)
        os.environ["PATH"] = self.scratch.name + ":" + self.path

    def command(self, name, script):
        path = os.path.join(self.scratch.name, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\n" + script)
        os.chmod(path, 0o755)

    def device(self, timeout_s=10):
        device = Gpu("/nowhere/library.so", self.scratch.name, timeout_s)
        self.addCleanup(device.finish)
        return device

    def test_machine(self):
        self.command("nvidia-smi", 'case "$1" in *name*) echo "NVIDIA H100, 580.1, 9.0, 80 GiB" ;; '
                                   '*) echo "1980 MHz, 2619 MHz, 1980 MHz, 30, 70 W" ;; esac')
        device = self.device()
        self.assertEqual((device.name, device.build_options), ("NVIDIA H100", ["-a", "sm_90"]))
        self.assertEqual(device.machine()["clocks"]["clocks.sm"], "1980 MHz")
        self.command("nvidia-smi", "exit 9")
        self.assertEqual(self.device().name, "GPU")

    def test_variables_are_the_variants_own(self):
        os.environ["SLIVER_POLICY"] = "fcfs"
        self.addCleanup(os.environ.pop, "SLIVER_POLICY")
        self.command("program", 'echo "{\\"n\\": \\"$SLIVER_POLICY$SLIVER_SLICE$LD_PRELOAD\\"}"')
        for env, said in ((None, ""), ({"SLIVER_SLICE": "4"}, "4/nowhere/library.so")):
            outputs, _ = self.device().run(Variant("v", (("program",),), env))
            self.assertEqual(outputs, [[{"n": said}]])

    def test_held_on_cpus(self):
        self.command("program", 'echo "{\\"n\\": $(nproc)}"')
        everywhere = len(os.sched_getaffinity(0))
        for cpus, n in ((None, everywhere), (1, 1), (1000, everywhere)):
            outputs, _ = self.device().run(Variant("v", (("program",),), cpus=cpus))
            self.assertEqual(outputs, [[{"n": n}]])

    def test_processes_run_at_once(self):
        """Each waits for the other."""
        self.command("program", 'mkfifo "$1" 2>/dev/null; mkfifo "$2" 2>/dev/null\n'
                                'if [ "$3" = a ]; then echo x >"$1"; read y <"$2"; '
                                'else read y <"$1"; echo x >"$2"; fi; echo "{\\"n\\": 1}"')
        fifos = [os.path.join(self.scratch.name, name) for name in ("f1", "f2")]
        commands = tuple(("program", *fifos, who) for who in "ab")
        outputs, _ = self.device().run(Variant("v", commands))
        self.assertEqual(outputs, [[{"n": 1}]] * 2)

    def test_failures(self):
        for script, said in (("echo '{}'; exit 3", "status 3"), ("echo text", "no result"),
                             ("echo '{x'", "no JSON"), ("exec sleep 60", "not done after")):
            self.command("program", script)
            with self.assertRaisesRegex(RunError, said):
                self.device(timeout_s=0.3).run(Variant("v", (("program",), ("program",))))

    def test_service_is_started_and_stopped(self):
        log = os.path.join(self.scratch.name, "log")
        self.command("nvidia-cuda-mps-control",
                     f'echo "${{1-$(cat)}} $CUDA_MPS_PIPE_DIRECTORY" >>{log}')
        device = self.device()
        self.assertEqual(device.start_service(), "")
        folder = device.service.env["CUDA_MPS_PIPE_DIRECTORY"]
        self.command("program", 'echo "{\\"n\\": \\"$CUDA_MPS_PIPE_DIRECTORY\\"}"')
        outputs, _ = device.run(Variant("v", (("program",),), service=True))
        self.assertEqual(outputs[0][0]["n"], folder)
        device.finish()
        with open(log, encoding="utf-8") as file:
            self.assertEqual(file.read().split(),
                             ["-d", folder, "get_server_list", folder, "quit", folder])

    def test_service_that_cannot_start(self):
        self.command("nvidia-cuda-mps-control", "echo not permitted >&2; exit 1")
        device = self.device()
        self.assertEqual(device.start_service(), "not permitted")
        device.finish()
        os.environ["PATH"] = "/nowhere"
        self.assertEqual(self.device().start_service(), "there is no nvidia-cuda-mps-control")


class Runs(unittest.TestCase):
    def run_all(self, experiments, record=None, **options):
        record = record or Record()
        device = FakeDevice()
        defaults = {"pairs": None, "quick": False, "only": None, "budget": None}
        session = types.SimpleNamespace(
            device=device, options=types.SimpleNamespace(**{**defaults, **options}), seconds={},
            mean_seconds={}, warm={(frozenset({"program"}), True)}, began=time.monotonic(),
            note_seconds=lambda *a: None, save=lambda: None)
        runner = Runner(session, experiments, record, 0, Progress(quiet=True))
        runner.run()
        return device.ran, runner, record

    def test_order_alternates(self):
        ran, _, record = self.run_all([FakeExperiment("native", "a", "b")])
        self.assertEqual(ran, ["native", "a", "b", "b", "a", "native"])
        self.assertEqual(len(record.runs), 6)

    def test_later_call_runs_what_is_missing(self):
        _, _, record = self.run_all([FakeExperiment("native", "a")], pairs=1)
        ran, _, _ = self.run_all([FakeExperiment("native", "a", "b")], record)
        self.assertEqual(ran, ["b", "b", "a", "native"])

    def test_only_keeps_the_reference(self):
        ran, _, _ = self.run_all([FakeExperiment("native", "a", "b")], pairs=1, only="b*,c")
        self.assertEqual(ran, ["native", "b"])

    def test_failure_is_told_and_the_rest_goes_on(self):
        ran, runner, record = self.run_all([FakeExperiment("native", "bad", "b")], pairs=1)
        self.assertEqual(ran, ["native", "bad", "b"])
        self.assertEqual(len(runner.failures), 1)
        self.assertEqual(len(record.runs), 2)

    def test_budget_begins_nothing_it_cannot_end(self):
        ran, runner, _ = self.run_all([FakeExperiment("native", "a")], budget=0.5)
        self.assertEqual(ran, [])
        self.assertTrue(runner.is_out_of_budget)


class Experiments(unittest.TestCase):
    def test_names(self):
        self.assertEqual(len({e.name for e in EXPERIMENTS}), len(EXPERIMENTS))
        chosen, unknown = select(["study-1", "curves", "nonsense"])
        self.assertEqual([e.name for e in chosen],
                         ["curves-sgemm", "curves-study", "curves-mriq", "study-1"])
        self.assertEqual(unknown, ["nonsense"])

    def test_nothing_measured_is_no_error(self):
        """Goals without a value, nothing else."""
        record = Record()
        for experiment in EXPERIMENTS:
            findings = experiment.findings(record.of(experiment.name), record)
            self.assertEqual(findings.plots, [])
            self.assertTrue(all(goal.is_met is None for goal in findings.goals))

    def test_slice_sizes(self):
        self.assertEqual(slice_sizes(1024, 264), [33, 66, 132, 264, 528])
        self.assertEqual(slice_sizes(4, 32), [])

    def test_study_has_all_cells(self):
        session = types.SimpleNamespace(size="full", clock=(), policies=["rr"], multiprocessors=132)
        groups = Study(1, True).groups(session)
        cells = {parse_cell(v.name): v for group in groups for v in group if parse_cell(v.name)}
        self.assertEqual(len(cells), 14 * 9)
        self.assertEqual(cells[(4, 33), 64].env["SLIVER_SLICE"],
                         f"sgemm_study=4x{33 * 132};mriq={64 * 132};*=off")

    def study(self, times):
        runs = []
        for (row, column), ms in times.items():
            runs += [a_run(row_reference(row), n, 10.0 * (n + 1)) for n in range(2)
                     if column == 1024]
            runs += [a_run(cell_name(row, column), n, ms * (n + 1)) for n in range(2)]
        record = Record()
        record.add_call(a_call())
        for run in runs:
            record.add_run(run)
        return record

    def test_study_layout(self):
        record = self.study({((8, 66), 1024): 10.0, ((8, 66), 32): 9.5, ((1, 11), 1024): 9.0,
                             ((1, 11), 32): 12.0})
        found = Study(1, False).findings(record.of("study-1"), record)
        times = [t for t in found.tables if t.title.startswith("Time in ms")][0]
        self.assertEqual(times.columns, ["SGEMM \\ MRI-Q", "1024", "32"])
        self.assertEqual(times.rows, [["(8,66)", "10", "9.5"], ["(1,11)", "9*", "12"]])
        self.assertIn("Best sliced 9 ms at (1,11) x 1024", times.note)
        self.assertEqual(found.plots[0].matrix, [[1.0, 0.95], [0.9, 1.2]])
        self.assertEqual(found.plots[0].marked, (1, 0))

    def test_whole_grids_are_not_the_best_slices(self):
        record = self.study({((8, 66), 1024): 9.0, ((8, 66), 32): 9.5})
        found = Study(1, True).findings(record.of("study-1"), record)
        self.assertEqual(found.goals[0].value, 0.95)
        self.assertEqual(found.plots[0].marked, (0, 1))
        record = self.study({((8, 66), 1024): 9.0})
        found = Study(1, True).findings(record.of("study-1"), record)
        self.assertIsNone(found.goals[0].value)

    def test_processes_are_added_up(self):
        record = Record()
        whole = {"shares": [0.1, 0.2, 0.3, 0.4], "jain": 0.83, "rounds_per_s": 100.0}
        parts = [[{"rounds_per_s": x, "shares": [1.0]}] for x in (20.0, 20.0, 30.0, 50.0)]
        for name, output in (("native", [[whole]]), ("processes", parts)):
            record.add_run({**a_run(name, 0, 1.0, "fairness"), "output": output})
        findings = select(["fairness"])[0][0].findings(record.of("fairness"), record)
        self.assertEqual(findings.tables[0].rows[1],
                         ["processes", "0.857", "1.200", "0.167", "0.167", "0.250", "0.417"])

    def test_rows_are_in_the_studys_order(self):
        order = sorted(STUDY.rows, key=lambda row: (-row[1], -row[0]))
        self.assertEqual(tuple(order), STUDY.rows)


class Reports(unittest.TestCase):
    def test_goal(self):
        self.assertIsNone(Goal("g", "<=", 1).is_met)
        self.assertTrue(Goal("g", "<=", 1, 1.0).is_met)
        self.assertFalse(Goal("g", ">=", 0.95, 0.94).is_met)
        self.assertEqual(report.verdict(Goal("g", ">=", 1, 0.5), True), "not judged")
        self.assertEqual(report.verdict(Goal("g", ">=", 1, 0.5), False), "MISSED")

    def test_table_lines_up(self):
        table = Table("title", ["", "ms"], [["a", "1"], ["long name", "10.5"]], "A note.")
        self.assertEqual(report.table_text(table),
                         "title\n               ms\n  a             1\n  long name  10.5\nA note.\n")

    def test_markdown_escapes(self):
        lines = report.table_markdown(["x|y", "n"], [["a*", "1"]])
        self.assertEqual(lines, ["| x\\|y | n |", "|---|---:|", "| a\\* | 1 |"])

    def test_csv_has_every_number(self):
        record = Record()
        record.add_call(a_call(virtual_time=True))
        record.add_run(a_run("rr", 0, 2.5))
        lines = report.csv_of(record).splitlines()
        self.assertIn("study-1,rr,0,0,0,total_ms,2.5,1", lines)
        self.assertEqual(len(lines), 1 + 3)

    def test_calls_name_what_was_preloaded(self):
        record = Record()
        record.add_call({**a_call(), "revision": "abc", "library": "0123456789abcdef"})
        self.assertIn("Call 1, now, SliVER 1 (abc), library 0123456789ab:",
                      report.machine_lines(record))
        with tempfile.NamedTemporaryFile() as library:
            self.assertTrue(cli.library_digest(library.name).startswith("e3b0c44298fc1c14"))
        self.assertEqual(cli.library_digest("/no/such/library"), "")

    def test_own_options_are_not_recorded(self):
        self.assertEqual(cli.said(["--sliver", "/x", "study", "--library", "/y", "--quick"]),
                         ["study", "--quick"])


class Plots(unittest.TestCase):
    def test_text_cannot_become_a_command(self):
        self.assertEqual(plots.quote('a"b'), '"a\\"b"')
        self.assertEqual(plots.quote("x_1"), '"x\\\\_1"')
        self.assertEqual(plots.quote_path("it's"), "'it''s'")

    @unittest.skipUnless(plots.is_there(), "no gnuplot")
    def test_all_kinds_are_drawn(self):
        points = [(1, 2.0, 1.5, 2.5), (2, 3.0, 3.0, 3.0)]
        kinds = [Plot("lines", "t_1 {x}", "x, ms", "y", series=[Series("a_b", points)], log_x=2,
                      reference=(1, "one")),
                 Plot("steps", "t", "x", "y", series=[Series("s", points, "steps")], log_x=10),
                 Plot("stacked", "t", "x", "y", kind="stacked", reference=(0.5, "even"), series=[
                     Series("a", [(0, 0.5), (1, 0.2)]), Series("b", [(0, 0.5), (1, 0.8)])]),
                 Plot("bars", "t", "", "y", kind="bars", rows=["n", "rr"],
                      series=[Series("a", [1, 2])], reference=(1, "even")),
                 Plot("heat", "t", "x", "y", kind="heat", rows=["r"], columns=["1", "2"],
                      matrix=[[1.5, None]], marked=(0, 0))]
        with tempfile.TemporaryDirectory() as folder:
            files = plots.draw(kinds, folder, True)
            self.assertEqual(len(files), 2 * len(kinds))
            for name in files:
                self.assertGreater(os.path.getsize(os.path.join(folder, name)), 1000)


if __name__ == "__main__":
    unittest.main()
