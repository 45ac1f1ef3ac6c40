# SPDX-License-Identifier: MIT
"""The study's experiment: SGEMM and MRI-Q side by side, every slice size of one with every one of
the other.

Setup 1: copies apart from kernels; setup 2: they overlap. At the original sizes a large GPU holds
either grid in a few waves. Scaled, both grids and all slices grow by the number of multiprocessors,
so that there are as many waves as the study had on its single one.
"""
from dataclasses import dataclass

from harness.experiments.base import (Experiment, Findings, NATIVE, Table, Variant, native,
                                      policy_variants, ratio, text, value)
from harness.model import Goal, Plot

METRIC = "total_ms"


@dataclass(frozen=True)
class Sizes:
    """The inputs, and the slices of both in blocks of the original grids, whole grids first."""
    sgemm: str
    mriq: str
    rows: tuple
    columns: tuple
    repeats: int


STUDY = Sizes("medium", "large",
              ((8, 66), (4, 66), (2, 66), (1, 66), (8, 33), (4, 33), (2, 33), (1, 33), (8, 22),
               (4, 11), (2, 11), (1, 11), (8, 6), (4, 6)),
              (1024, 512, 256, 128, 64, 32, 16, 8, 4), 30)
QUICK = Sizes("medium", "large", ((8, 66), (1, 66), (8, 33), (1, 11)), (1024, 256, 32), 10)
TINY = Sizes("256x96x16", "8x8x16:64", ((2, 6), (1, 6), (2, 3), (1, 3)), (4, 2, 1), 1)
SIZES = {"full": STUDY, "quick": QUICK, "tiny": TINY}


def cell_name(row, column):
    return f"{row[0]}x{row[1]} {column}"


def parse_cell(name):
    """((x, y), column) of a cell's name, None for another variant's."""
    try:
        row, column = name.split()
        x, y = row.split("x")
        return (int(x), int(y)), int(column)
    except ValueError:
        return None


def row_reference(row):
    return f"{NATIVE} {row[0]}x{row[1]}"


def best_sliced(ratios):
    """The cell with the least ratio but for the one of whole grids; None without any."""
    whole = max(x * y for (x, y), _ in ratios), max(column for _, column in ratios)
    sliced = [cell for cell in ratios if (cell[0][0] * cell[0][1], cell[1]) != whole]
    return min(sliced, key=lambda cell: ratios[cell].median, default=None)


class Study(Experiment):
    programs = ("pair",)

    def __init__(self, setup, is_scaled):
        self.setup, self.is_scaled = setup, is_scaled
        self.name = f"study-{setup}" + ("-scaled" if is_scaled else "")
        self.about = (f"SGEMM beside MRI-Q, all slice sizes; setup {setup}, "
                      + ("scaled to this GPU" if is_scaled else "original sizes"))
        self.rounds = 1 if is_scaled else 3
        self.seconds = 4.0 if is_scaled else 1.0

    def command(self, session, sizes, scale, threads=1):
        repeats = min(3, sizes.repeats) if self.is_scaled else sizes.repeats
        return ("pair", "--setup", str(self.setup), "--threads", str(threads), "--sgemm",
                sizes.sgemm, "--mriq", sizes.mriq, "--scale", str(scale), "--repeats",
                str(repeats), "--warmup", "1", *session.clock)

    def groups(self, session):
        sizes = SIZES[session.size]
        scale = session.multiprocessors if self.is_scaled else 1
        command = self.command(session, sizes, scale)
        two_threads = self.command(session, sizes, scale, threads=2)
        groups = [[Variant(row_reference(row), (command,))] +
                  [Variant(cell_name(row, column), (command,), self.slices(row, column, scale))
                   for column in sizes.columns] for row in sizes.rows]
        return [[native(command)] + policy_variants(session, (command,), SLIVER_CLIENT="stream"),
                [Variant("threads " + NATIVE, (two_threads,))] +
                [Variant("threads " + v.name, v.commands, v.env)
                 for v in policy_variants(session, (two_threads,))], *groups]

    @staticmethod
    def slices(row, column, scale):
        return {"SLIVER_CLIENT": "stream",
                "SLIVER_SLICE": f"sgemm_study={row[0]}x{row[1] * scale};mriq={column * scale};"
                                "*=off"}

    def findings(self, runs, record):
        cells = {parse_cell(name): name for name in runs.variants if parse_cell(name)}
        rows = list(dict.fromkeys(row for row, _ in cells))
        rows.sort(key=lambda row: (-row[1], -row[0]))
        columns = sorted({column for _, column in cells}, reverse=True)
        found = Findings()
        if NATIVE in runs:
            found.tables.append(self.overview(runs))
        ratios = {cell: ratio(runs, name, METRIC, row_reference(cell[0]))
                  for cell, name in cells.items()}
        ratios = {cell: summary for cell, summary in ratios.items() if summary}
        if self.is_scaled:
            best = best_sliced(ratios) if ratios else None
            found.goals.append(Goal(f"setup {self.setup}, scaled: best sliced, x unsliced", "<=",
                                    0.95, ratios[best].median if best else None))
        if ratios:
            found.tables += self.study_tables(runs, cells, ratios, rows, columns)
            found.plots.append(self.heat_map(ratios, rows, columns))
        return found

    def where(self):
        return f"setup {self.setup}, " + ("scaled sizes" if self.is_scaled else "original sizes")

    def overview(self, runs):
        names = [name for name in runs.variants
                 if not parse_cell(name) and not name.startswith(NATIVE + " ")]
        rows = []
        for name in names:
            reference = "threads " + NATIVE if name.startswith("threads ") else NATIVE
            last = list(runs.last(name).values())
            rows.append([name, *(f"{min(line[key] for line in last):.4g}"
                                 for key in (METRIC, "copies_ms", "kernels_ms")),
                         text(ratio(runs, name, METRIC, reference), "{:.3f}")])
        return Table(f"Unsliced and by policy, {self.where()}",
                     ["", "time, ms", "copies, ms", "kernels, ms", "x native"], rows,
                     "Slices of size auto. threads: each kernel from a thread of its own.")

    def study_tables(self, runs, cells, ratios, rows, columns):
        """Times in the study's layout, and the same by the native run next to them."""
        best = best_sliced(ratios)
        mark = {cell: "*" if cell == best else "" for cell in cells}
        times = {cell: min(runs.values(name, METRIC).values()) for cell, name in cells.items()
                 if cell in ratios}
        head = ["SGEMM \\ MRI-Q", *map(str, columns)]
        corner = (rows[0], columns[0])
        note = f"Unsliced (whole grids) {times[corner]:.4g} ms." if corner in times else ""
        if best:
            note += (f" Best sliced {times[best]:.4g} ms at ({best[0][0]},{best[0][1]}) x "
                     f"{best[1]}, marked *: {ratios[best].text('{:.3f}')} of native.")
        if self.is_scaled:
            note += " Slices are given in blocks per multiprocessor."

        def table(title, form, values, more=""):
            return Table(f"{title}, {self.where()}", head, [
                [f"({row[0]},{row[1]})",
                 *(form.format(values[row, column]) + mark[row, column]
                   if (row, column) in values else "-" for column in columns)]
                for row in rows], note + more)

        return [table("Time in ms (smallest of the rounds)", "{:.4g}", times),
                table("Time, x native", "{:.3f}", {c: s.median for c, s in ratios.items()})]

    def heat_map(self, ratios, rows, columns):
        best = best_sliced(ratios)
        return Plot(self.name, f"SGEMM beside MRI-Q: time, x native ({self.where()})",
                    "blocks in a slice of MRI-Q", "blocks in a slice of SGEMM", kind="heat",
                    rows=[f"({x},{y})" for x, y in rows], columns=[str(c) for c in columns],
                    matrix=[[value(ratios.get((row, column))) for column in columns]
                            for row in rows],
                    marked=(rows.index(best[0]), columns.index(best[1])) if best else None)
