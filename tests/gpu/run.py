#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the test programs natively and under the preload in every mode, and compares the bytes.

A program's head (lines "// KEY: VALUE" or "# KEY: VALUE") may say:
  env: NAME=VALUE ...        environment in all modes, native too
  args: ARG ...              arguments
  modes: GLOB ...            run only in these modes (besides native)
  skip-modes: GLOB ...       not in these modes
  timeout: SECONDS           instead of --timeout
                             a program that natively exits with 77 lacks something: left out
  expect-exit: CODE          exit status, 0 unless told; negative for a signal
  expect-sliced: GLOB        with a small fixed slice this kernel must have gone out in slices
  expect-whole: GLOB         this kernel must never have been sliced
  unsliced-variants: NAME .. variants for which expect-sliced does not hold
  compare: sorted            order of lines is not defined (output of several blocks or processes)

Exit status: 0 all the same, 1 not, 77 no GPU. Standard library only.
"""
import argparse
import concurrent.futures
import fnmatch
import glob
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))

POLICIES = ("rr", "fcfs")
SLICES = {"auto": "auto", "1": "1", "7": "7", "64": "64", "3x2": "3x2", "odd": "5x3x3"}
# Grids of the programs are larger than these sizes, so what is expected to be sliced must be.
SMALL = ("1", "7")
PROBE = "import ctypes; c = ctypes.CDLL('libcuda.so.1'); n = ctypes.c_int(); " \
        "raise SystemExit(bool(c.cuInit(0) or c.cuDeviceGetCount(ctypes.byref(n)) or not n.value))"


def all_modes():
    """Mode name -> environment of the preloaded run; None for the two native ones."""
    modes = {"native": None, "native2": None}
    for policy in POLICIES:
        for name, size in SLICES.items():
            modes[f"{name}-{policy}"] = {"SLIVER_SLICE": size, "SLIVER_POLICY": policy}
    modes["auto-stream"] = {"SLIVER_SLICE": "auto", "SLIVER_CLIENT": "stream"}
    modes["1-stream"] = {"SLIVER_SLICE": "1", "SLIVER_CLIENT": "stream"}
    modes["disabled"] = {"SLIVER_DISABLE": "1"}
    return modes


def read_head(path):
    """The head of a source file: key -> list of values."""
    head = {}
    with open(path, encoding="utf-8") as source:
        for line in source:
            text = line.strip().lstrip("/#*").strip()
            key, colon, value = text.partition(": ")
            if line[:1] in "/#" and colon and key.replace("-", "").isalpha() and key.islower():
                head.setdefault(key, []).append(value.strip())
            elif line.startswith(("#include", "import ")):
                break
    return head


class Program:
    """One test program: what it is called, how it runs, what is expected of it."""

    def __init__(self, name, source, folder):
        head = read_head(source)
        words = lambda key: [w for value in head.get(key, []) for w in value.split()]
        self.name = name
        self.path = os.path.join(folder, name)
        self.command = ([sys.executable] if source.endswith(".py") else []) + [self.path]
        self.command += words("args")
        self.env = dict(word.split("=", 1) for word in words("env"))
        self.only_modes = words("modes")
        self.skip_modes = words("skip-modes")
        self.timeout = float(head.get("timeout", [0])[0])
        self.exit = int(head.get("expect-exit", [0])[0])
        unsliced = name.partition(".")[2] in words("unsliced-variants")
        self.sliced = [] if unsliced else words("expect-sliced")
        self.whole = words("expect-whole")
        self.sorted = "sorted" in words("compare")

    def runs_in(self, mode):
        if mode.startswith("native"):
            return True
        if any(fnmatch.fnmatch(mode, m) for m in self.skip_modes):
            return False
        return not self.only_modes or any(fnmatch.fnmatch(mode, m) for m in self.only_modes)


def find_programs(folder, only):
    """Variants are named SOURCE.VARIANT; their source is the same."""
    programs = []
    for source in sorted(glob.glob(os.path.join(HERE, "programs", "*.*"))):
        name, extension = os.path.splitext(os.path.basename(source))
        if extension not in (".cu", ".c", ".py"):
            continue
        variants = [value.split()[0] for value in read_head(source).get("variant", [])]
        for full in [f"{name}.{v}" for v in variants] or [name]:
            if not only or any(fnmatch.fnmatch(full, glob_) for glob_ in only):
                programs.append(Program(full, source, folder))
    return programs


class Result:
    """What one run of one program gave."""

    def __init__(self, output, code, seconds, stats=None):
        self.output, self.code, self.seconds, self.stats = output, code, seconds, stats

    @property
    def hung(self):
        return self.code is None


def run_program(program, mode_env, options, log=None):
    """Runs it once. A hang is killed with all its children; its output so far is kept."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("SLIVER_")}
    stats = tempfile.NamedTemporaryFile(suffix=".json", dir=options.work, delete=False)
    stats.close()
    env.update(program.env)
    env.pop("LD_PRELOAD", None)
    if mode_env is not None:
        env.update(mode_env, LD_PRELOAD=options.library, SLIVER_STATS=stats.name,
                   SLIVER_CACHE=os.path.join(options.work, "cache"))
        if log:
            env["SLIVER_LOG"] = "debug"
    begin = time.monotonic()
    process = subprocess.Popen(program.command, env=env, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=log or subprocess.DEVNULL,
                               cwd=options.work, start_new_session=True)
    try:
        output, _ = process.communicate(timeout=program.timeout or options.timeout)
        code = process.returncode
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
        code = None
    seconds = time.monotonic() - begin
    if program.sorted:
        output = b"".join(sorted(output.splitlines(keepends=True)))
    result = Result(output, code, seconds, read_stats(stats.name))
    os.unlink(stats.name)
    return result


def read_stats(path):
    """The "kernels" list of the report, or None when there is none."""
    try:
        with open(path, encoding="utf-8") as file:
            return [k for k in json.load(file).get("kernels", []) if isinstance(k, dict)]
    except (OSError, ValueError, AttributeError):
        return None


def check_stats(program, mode, stats):
    """What the report lacks of what the program's head expects; an empty list is good."""
    def was_sliced(pattern):
        return any(k.get("slices", 0) > k.get("launches", 0) for k in stats
                   if fnmatch.fnmatch(str(k.get("name", "")), pattern))

    missing = []
    if mode.split("-")[0] in SMALL:
        if program.sliced and stats is None:
            return ["no report"]
        missing += [f"{p} not sliced" for p in program.sliced if not was_sliced(p)]
    if stats is not None:
        missing += [f"{p} was sliced" for p in program.whole if was_sliced(p)]
    return missing


def judge(program, mode, result, native, reports):
    """One word on a run, "same" when all is as it should be."""
    if result is None:
        return "left"
    if result.hung:
        return "hang"
    if native.code == 77:
        return "absent"
    if mode == "native":
        return "same" if result.code == program.exit else "broken"
    if (result.output, result.code) != (native.output, native.code):
        return "unstable" if mode == "native2" else "different"
    if reports and mode not in ("native2", "disabled") and \
            check_stats(program, mode, result.stats):
        return "unsliced"
    return "same"


def keep(program, mode, mode_env, native, result, options, rerun):
    """Both outputs, and maybe a rerun with the debug log, for whoever looks into it."""
    folder = os.path.join(options.keep, f"{program.name}-{mode}")
    os.makedirs(folder, exist_ok=True)
    for name, output in (("native", native.output), ("result", result.output)):
        with open(os.path.join(folder, name + ".out"), "wb") as file:
            file.write(output)
    with open(os.path.join(folder, "verdict.txt"), "w", encoding="utf-8") as file:
        file.write(f"exit: native {native.code}, here {result.code}\n")
        file.write("\n".join(check_stats(program, mode, result.stats)) + "\n")
        json.dump(result.stats, file, indent=1)
    if mode_env is not None and rerun:
        with open(os.path.join(folder, "rerun.log"), "wb") as log:
            again = run_program(program, mode_env, options, log)
        with open(os.path.join(folder, "rerun.out"), "wb") as file:
            file.write(again.output)


def run_all(programs, modes, options):
    """(program name, mode) -> Result, None where the time was over before its turn."""
    results = {}
    deadline = time.monotonic() + options.budget

    def one(program, mode):
        if time.monotonic() < deadline:
            results[program.name, mode] = run_program(program, modes[mode], options)

    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        futures = [pool.submit(one, p, m) for m in modes for p in programs if p.runs_in(m)]
        for future in futures:
            future.result()
    return results


# Verdicts that say nothing against the program.
FINE = ("same", "absent", "left")
LETTERS = {"same": ".", "absent": "-", "different": "D", "hang": "H", "broken": "B",
           "unstable": "U", "unsliced": "s", "left": "?", None: " "}


def print_table(programs, modes, verdicts, results):
    width = max(len(p.name) for p in programs)
    for column, mode in enumerate(modes):
        print(" " * (width + 1) + "| " * column + mode)
    for program in programs:
        letters = " ".join(LETTERS[verdicts.get((program.name, mode))] for mode in modes)
        times = [r.seconds for (name, _), r in results.items() if name == program.name]
        print(f"{program.name:{width}} {letters}  {min(times, default=0):5.2f}"
              f"..{max(times, default=0):.2f} s")
    print(". same  D different  H hang  B broken natively  U differs between native runs  "
          "s not sliced as expected  - absent here  ? no time left")


def judge_all(programs, modes, results, options):
    """(program name, mode) -> verdict; keeps what is needed to look into the first bad ones."""
    verdicts, kept = {}, 0
    options.reports = any(result.stats is not None for result in results.values())
    if not options.reports and not options.native:
        print("no run wrote a report of SLIVER_STATS: whether kernels were sliced is not checked")
    for program in programs:
        native = results.get((program.name, "native"))
        for mode in modes:
            if not program.runs_in(mode) or native is None:
                continue
            result = results.get((program.name, mode))
            verdict = judge(program, mode, result, native, options.reports)
            verdicts[program.name, mode] = verdict
            if verdict not in FINE and kept < options.keep_max:
                keep(program, mode, modes[mode], native, result, options, kept < options.reruns)
                kept += 1
    if kept:
        print(f"outputs and logs: {options.keep}")
    return verdicts


def print_failures(programs, verdicts, results):
    by_name = {program.name: program for program in programs}
    for (name, mode), verdict in verdicts.items():
        if verdict in FINE:
            continue
        result = results[name, mode]
        why = f"exit {result.code}, " + result.output[-200:].decode("utf-8", "replace").strip()
        if verdict == "unsliced":
            why = "; ".join(check_stats(by_name[name], mode, result.stats))
        print(f"{name} {mode}: {verdict}: {why}")


def write_json(path, counts, verdicts, results):
    rows = []
    for (name, mode), verdict in verdicts.items():
        result = results.get((name, mode))
        rows.append({"program": name, "mode": mode, "verdict": verdict,
                     "exit": result.code if result else None,
                     "seconds": round(result.seconds, 3) if result else None})
    with open(path, "w", encoding="utf-8") as file:
        json.dump({**counts, "results": rows}, file, indent=1)


def report(programs, modes, results, options):
    """Prints the table and the last lines, writes the JSON. Returns the exit status."""
    verdicts = judge_all(programs, modes, results, options)
    print_table(programs, modes, verdicts, results)
    print_failures(programs, verdicts, results)
    found = list(verdicts.values())
    counts = {"programs": len({name for (name, _), v in verdicts.items() if v != "absent"}),
              "runs": len(results), "differences": found.count("different"),
              "hangs": found.count("hang"), "broken": found.count("broken"),
              "unstable": found.count("unstable"), "unsliced": found.count("unsliced"),
              "left": found.count("left")}
    if options.json:
        write_json(options.json, counts, verdicts, results)
    print("{broken} broken and {unstable} unstable natively, {unsliced} not sliced as expected, "
          "{left} left out".format(**counts))
    print("{programs} programs, {runs} runs, {differences} differences, {hangs} hangs"
          .format(**counts))
    return 1 if any(found.count(verdict) for verdict in LETTERS
                    if verdict not in ("same", "absent", None)) else 0


def parse_options():
    split = lambda text: text.split(",")
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--programs", default=os.path.join(ROOT, "build-gpu"),
                        help="folder of the built programs (built if missing)")
    parser.add_argument("--library", default=os.path.join(ROOT, "build/shim/libsliver_hook.so"))
    parser.add_argument("--only", type=split, default=[], help="globs of programs, by comma")
    parser.add_argument("--modes", type=split, default=[], help="globs of modes, by comma")
    parser.add_argument("--native", action="store_true", help="only the two native runs")
    parser.add_argument("--jobs", type=int, default=6)
    parser.add_argument("--timeout", type=float, default=30, help="seconds until a run is a hang")
    parser.add_argument("--budget", type=float, default=3600,
                        help="seconds after which no run starts")
    parser.add_argument("--json", help="write a summary there")
    parser.add_argument("--keep", default="gpu-failures", help="folder for outputs that differ")
    parser.add_argument("--keep-max", type=int, default=40)
    parser.add_argument("--reruns", type=int, default=6, help="failures run again with a log")
    parser.add_argument("--list", action="store_true", help="print programs and modes, run nothing")
    return parser.parse_args()


def main():
    options = parse_options()
    modes = all_modes()
    if options.native:
        modes = {m: env for m, env in modes.items() if env is None}
    elif options.modes:
        modes = {m: env for m, env in modes.items()
                 if env is None or any(fnmatch.fnmatch(m, g) for g in options.modes)}
    programs = find_programs(options.programs, options.only)
    if options.list:
        print("modes:", *modes)
        print("\n".join(p.name for p in programs))
        return 0
    if subprocess.run([sys.executable, "-c", PROBE], stderr=subprocess.DEVNULL).returncode:
        print("no GPU with a driver here: skipped")
        return 77
    for path in ("programs", "library", "keep"):
        setattr(options, path, os.path.abspath(getattr(options, path)))
    if not options.native and not os.path.exists(options.library):
        print(f"{options.library} is not built", file=sys.stderr)
        return 1
    if subprocess.run([os.path.join(HERE, "build.sh"), "-o", options.programs]).returncode:
        print("some programs do not build", file=sys.stderr)
        return 1
    options.work = tempfile.mkdtemp(prefix="sliver-gpu-")
    try:
        return report(programs, modes, run_all(programs, modes, options), options)
    finally:
        shutil.rmtree(options.work, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
