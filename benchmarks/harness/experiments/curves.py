# SPDX-License-Identifier: MIT
"""Slowdown of one kernel, alone, against the size of its slices, for one lane and for two."""
from harness.experiments.base import (Experiment, Findings, NATIVE, Table, Variant, native, ratio,
                                      text, value)
from harness.model import Goal, Plot, Series

METRIC = "median_ms"
LANES = (1, 2)
WAVES = "auto, whole waves"


def slice_sizes(blocks, wave_blocks):
    """Blocks: parts of a wave, one, and twice as many until the grid is whole."""
    sizes = [max(1, wave_blocks // part) for part in (8, 4, 2)]
    size = wave_blocks
    while size < blocks:
        sizes.append(size)
        size *= 2
    return sorted({s for s in sizes if s < blocks})


def point_name(lanes, blocks):
    return f"{lanes} lanes, {blocks} blocks"


def parse_point(name):
    """(lanes, blocks) of a point's name, None for another variant's."""
    words = name.split()
    if len(words) == 4 and words[1] == "lanes," and words[3] == "blocks":
        return int(words[0]), int(words[2])
    return None


class Curve(Experiment):
    rounds = 3
    seconds = 2.0

    def __init__(self, name, what, program, kernel, sizes, goal):
        self.name = "curves-" + name
        self.about = f"{what} alone: slowdown against slice size, one lane and two"
        self.what, self.program, self.kernel = what, program, kernel
        self.sizes, self.goal = sizes, goal
        self.programs = (program,)

    def command(self, session):
        size = self.sizes[session.size].format(rows=2 * session.multiprocessors)
        repeats, launches = {"full": (10, 2), "quick": (5, 2), "tiny": (1, 1)}[session.size]
        return (self.program, "--size", size, "--repeats", str(repeats), "--warmup", "1",
                "--launches", str(launches), *session.clock)

    def groups(self, session):
        command = self.command(session)
        shape = session.probe((*command, "--repeats", "1", "--warmup", "0"))
        sizes = slice_sizes(shape["blocks"], shape["wave_blocks"])
        if session.size == "quick":
            sizes = sizes[::2]
        return [[native(command), Variant("auto", (command,), {}),
                 Variant(WAVES, (command,), {"SLIVER_TUNE": "0"}),
                 *(Variant(point_name(lanes, blocks), (command,),
                           {"SLIVER_LANES": str(lanes),
                            "SLIVER_SLICE": f"{self.kernel}={blocks};*=off"})
                   for blocks in sizes for lanes in LANES)]]

    def findings(self, runs, record):
        found = Findings(goals=[Goal(f"{self.what} alone, slices of size auto, x unsliced", "<=",
                                     self.goal, value(ratio(runs, "auto", METRIC)))])
        if NATIVE not in runs:
            return found
        shape = next(iter(runs.last(NATIVE).values()))
        points = {parse_point(name): ratio(runs, name, METRIC) for name in runs.variants
                  if parse_point(name)}
        points = {point: summary for point, summary in points.items() if summary}
        blocks = sorted({b for _, b in points})
        rows = [[str(b), f"{b / shape['wave_blocks']:.3g}",
                 *(text(points.get((lanes, b)), "{:.3f}") for lanes in LANES)] for b in blocks]
        rows += [[name, "", "", text(ratio(runs, name, METRIC), "{:.3f}")]
                 for name in ("auto", WAVES) if ratio(runs, name, METRIC)]
        found.tables.append(Table(
            f"{self.what}: time, x native", ["blocks", "waves", "one lane", "two lanes"], rows,
            f"Whole: {shape['blocks']} blocks, {shape['waves']:.3g} waves, "
            f"{shape[METRIC]:.4g} ms."))
        found.plots.append(self.plot(points, shape["wave_blocks"]))
        return found

    def plot(self, points, wave_blocks):
        names = {1: "one lane", 2: "two lanes"}
        series = [Series(names[lanes], [(b / wave_blocks, s.median, s.low, s.high)
                                        for (n, b), s in sorted(points.items()) if n == lanes])
                  for lanes in LANES]
        return Plot(self.name, f"{self.what} alone: slowdown by slicing",
                    f"size of a slice, waves of {wave_blocks} blocks", "time, x unsliced",
                    series=[s for s in series if s.points], log_x=2, log_y=2,
                    reference=(1, "unsliced"))


SGEMM = Curve("sgemm", "SGEMM", "sgemm", "sgemm_tiled",
              {"full": "4096", "quick": "4096", "tiny": "384"}, 0.98)
SGEMM_STUDY = Curve("study", "SGEMM in the study's shape", "sgemm", "sgemm_study",
                    {"full": "4096x4096x4096", "quick": "4096x4096x4096", "tiny": "256x128x64"},
                    0.98)
MRIQ = Curve("mriq", "MRI-Q", "mriq", "mriq",
             {"full": "1024x{rows}x128:2048", "quick": "1024x{rows}x128:2048",
              "tiny": "16x16x64:64"}, 1.0)
