# SPDX-License-Identifier: MIT
"""The command line: `sliver bench [NAME...]`.

Exit status: 0; 1 a run failed or a goal is missed; 2 wrong usage or no record; 77 no GPU.
"""
import argparse
import hashlib
import json
import os
import shlex
import subprocess
import sys
import time

from harness import plots, report
from harness.device import Gpu, RunError, SoftwareDevice, run_text
from harness.experiments import EXPERIMENTS, select
from harness.record import FILE_NAME, Record, RecordError
from harness.runner import Progress, Runner
from harness.session import Session

SOURCE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.join(os.path.dirname(SOURCE), "build")
PARTS = {"sliver": "tools/sliver", "library": "shim/libsliver_hook.so",
         "softgpu-folder": "tools/softgpu"}
OK, FAILED, USAGE, NO_DEVICE = 0, 1, 2, 77


def listing():
    return "experiments:\n" + "\n".join(f"  {e.name:16} {e.about}" for e in EXPERIMENTS) + \
        "\nA name before a dash stands for all that begin so: study, curves, latency."


def parse_options(arguments):
    parser = argparse.ArgumentParser(
        prog="sliver bench", description="Measures what slicing costs and what it buys.",
        epilog=listing(), formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("names", nargs="*", metavar="NAME", help="experiments; all unless told")
    add("--quick", action="store_true", help="less of everything, one round")
    add("--pairs", type=int, metavar="N", help="rounds of each experiment")
    add("--only", metavar="PATTERNS", help="variants, by comma, besides the references")
    add("--budget", type=float, metavar="SECONDS",
        help="begin no run that would end later; building counts")
    add("--softgpu", metavar="[=WORDS]",
        help="on the software device in virtual time, in tiny sizes")
    add("--results", metavar="FOLDER",
        help="keep a complete record there; what is there is gone on with")
    add("--merge", action="append", default=[], metavar="FOLDER",
        help="take over the record in FOLDER; runs nothing; with --results")
    add("--draw", metavar="FOLDER", help="tables and plots of the record there; runs nothing")
    add("--json", metavar="FILE", help="write runs and results there")
    add("--csv", metavar="FILE", help="write the results of every run there")
    add("--plots", metavar="FOLDER", help="draw plots there, SVG and PNG")
    add("--list", action="store_true", help="list the experiments")
    add("--timeout", type=float, default=120, metavar="SECONDS", help="of one run (120)")
    add("--programs", metavar="FOLDER", help="where the programs are built to")
    for name, place in PARTS.items():  # the command says where its own are
        add("--" + name, default=os.path.join(BUILD, place), help=argparse.SUPPRESS)
    # The option may stand alone, and then must not take the next word for its value.
    options = parser.parse_args(["--softgpu=" if word == "--softgpu" else word
                                 for word in arguments])
    check(parser, options)
    return options


def check(parser, options):
    options.experiments, unknown = select(options.names)
    if options.softgpu is not None and not options.names:
        options.experiments = [e for e in options.experiments if not e.of_host]
    if unknown:
        parser.error(f"no experiment '{unknown[0]}'; --list names them")
    if options.pairs is not None and options.pairs < 1:
        parser.error("--pairs: at least 1")
    if options.merge and not options.results:
        parser.error("--merge: where to? --results FOLDER says so")
    if options.softgpu is not None and not os.path.isdir(options.softgpu_folder):
        parser.error("--softgpu: the software device is not installed")
    if options.draw and (options.results or options.merge):
        parser.error("--draw goes without --results and --merge")


def make_device(options):
    """None: there is no GPU."""
    is_soft = options.softgpu is not None
    programs = os.path.abspath(options.programs or
                               ("build-benchmarks-softgpu" if is_soft else "build-benchmarks"))
    library = os.path.abspath(options.library)
    if is_soft:
        return SoftwareDevice(library, programs, options.timeout, options.softgpu_folder,
                              options.softgpu)
    return Gpu(library, programs, options.timeout) if Gpu.is_there() else None


def library_digest(path):
    """SHA-256 of what was preloaded; the version says little where the history is not."""
    try:
        with open(path, "rb") as library:
            return hashlib.sha256(library.read()).hexdigest()
    except OSError:
        return ""


def describe_call(device, options, arguments):
    version = run_text([options.sliver, "version"]).replace("sliver ", "")
    revision = run_text(["git", "-C", SOURCE, "describe", "--always", "--dirty"])
    return {"command": shlex.join(["sliver", "bench", *arguments]), "version": version,
            "library": library_digest(options.library),
            "revision": revision, "machine": device.machine(), "notes": [],
            "when": time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())}


def load(folder):
    return Record.load(os.path.join(folder, FILE_NAME))


def open_record(options):
    """The one in --results if there is one, else a new one."""
    if options.results and os.path.exists(os.path.join(options.results, FILE_NAME)):
        return load(options.results)
    return Record()


def start_service(session, call, progress):
    """Only if something that is asked for could use it."""
    if not any(e.programs[0] in ("fairness", "latency") for e in session.options.experiments):
        return
    obstacle = session.device.start_service()
    session.has_service = not obstacle
    if obstacle:
        call["notes"].append(f"multi-process service (MPS) not measured: {obstacle}")
        progress.say(call["notes"][-1])


def measure(options, device, arguments, record):
    """Runs what is asked for. Returns the failures."""
    progress, began = Progress(), time.monotonic()
    call = describe_call(device, options, arguments)
    number = record.add_call(call)

    def save():
        if options.results:
            record.save(os.path.join(options.results, FILE_NAME))

    progress.say("building the programs in " + device.programs)
    device.build(SOURCE, sorted({p for e in options.experiments for p in e.programs} | {"pair"}))
    session = Session(device, options, record, save, began)
    start_service(session, call, progress)
    for experiment in options.experiments:
        experiment.prepare(session)
    runner = Runner(session, options.experiments, record, number, progress)
    try:
        runner.run()
    finally:  # interrupted, too
        call["notes"] += [f"FAILED: {failure}" for failure in runner.failures]
        save()
    return runner.failures


def title_of(record, folder):
    what = os.path.basename(os.path.abspath(folder))
    return f"{what}: benchmarks on the {record.device}" if record.is_virtual else \
        f"{what}: benchmarks on an {record.device}"


def draw(record, found, folder):
    if not plots.is_there():
        raise plots.PlotError("there is no gnuplot to draw with: apt install gnuplot-nox; "
                              "`sliver bench --draw FOLDER` draws a record later")
    plots.draw(report.plots_of(found), folder, record.is_virtual)


def write_outputs(options, record, found):
    folder = options.results or options.draw
    if folder and not report.write_folder(record, found, folder, title_of(record, folder)):
        print("no gnuplot here: `sliver bench --draw FOLDER` draws the plots elsewhere",
              file=sys.stderr)
    if options.json:
        report.write_text(options.json,
                          json.dumps(report.json_of(record, found), indent=1) + "\n")
    if options.csv:
        report.write_text(options.csv, report.csv_of(record))
    if options.plots:
        draw(record, found, options.plots)


def run(options, arguments):
    failures = []
    if options.draw:
        record = load(options.draw)
    elif options.merge:
        record = open_record(options)
        for folder in options.merge:
            record.merge(load(folder))
    else:
        record = open_record(options)
        device = make_device(options)
        if not device:
            print("sliver bench: no GPU with a driver here; --softgpu runs in virtual time",
                  file=sys.stderr)
            return NO_DEVICE
        try:
            failures = measure(options, device, arguments, record)
        finally:
            device.finish()
    chosen = EXPERIMENTS if options.draw or options.merge else options.experiments
    print(report.text_of(report.findings_of(record, chosen), record.is_virtual))
    everything = report.findings_of(record)
    write_outputs(options, record, everything)
    is_missed = not record.is_virtual and report.missed(report.findings_of(record, chosen))
    return FAILED if failures or is_missed else OK


def main(arguments=None):
    arguments = sys.argv[1:] if arguments is None else arguments
    options = parse_options(arguments)
    if options.list:
        print(listing())
        return OK
    try:
        return run(options, said(arguments))
    except (RunError, RecordError, plots.PlotError, OSError, subprocess.SubprocessError) as error:
        print(f"sliver bench: {error}", file=sys.stderr)
        return USAGE if isinstance(error, RecordError) else FAILED
    except KeyboardInterrupt:
        return 130


def said(arguments):
    """Without what the command adds for us."""
    kept, skip = [], False
    for word in arguments:
        if skip or word[2:] in PARTS:
            skip = not skip
        else:
            kept.append(word)
    return kept
