# SPDX-License-Identifier: MIT
"""What the twin of a kernel costs against the original when both are launched whole. The program
makes its pairs itself, in one process and without SliVER. Copies of the original that differ from it
in place only say how much of a ratio is the place (programs/controls.h)."""
import os
import subprocess

from harness.device import RunError
from harness.experiments.base import Experiment, Findings, Table, Variant
from harness.model import Goal
from harness.stats import median

KERNELS = ("sgemm_tiled", "sgemm_study", "mriq")


class Twins(Experiment):
    name = "twins"
    about = "a kernel's twin against the original, both whole"
    programs = ("twin_cost", "kernels.ptx")
    rounds = 1
    seconds = 15.0

    def prepare(self, session):
        folder = session.device.programs
        done = subprocess.run([session.sliver, "rewrite", os.path.join(folder, "kernels.ptx"),
                               "-o", os.path.join(folder, "twins.ptx")], text=True,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
        if done.returncode:
            raise RunError(f"sliver rewrite kernels.ptx: {done.stderr.strip()}")

    def groups(self, session):
        options = {"full": ("--pairs", "30"), "quick": ("--pairs", "10"),
                   "tiny": ("--pairs", "1", "--size", "128", "--launches", "1", "--voxels",
                            "1024")}[session.size]
        return [[Variant("in pairs", (("twin_cost", "twins.ptx", *options),))]]

    def findings(self, runs, record):
        lines = [line for output in runs.lines("in pairs") for line in output]
        found, rows = Findings(), []
        for kernel in KERNELS:
            mine = [line for line in lines if line.get("kernel") == kernel]
            middle = median([line["ratio"] for line in mine]) if mine else None
            found.goals.append(Goal(f"twin of {kernel}, x original", "<=", 1.01, middle))
            if mine:
                last = mine[-1]
                controls = last.get("control_ratios")
                rows.append([kernel, f"{last['original_ms']:.4g}", f"{middle:.4f}",
                             f"[{last['ratio_q1']:.4f}, {last['ratio_q3']:.4f}]",
                             f"[{min(controls):.4f}, {max(controls):.4f}]" if controls else "-",
                             f"{last['registers']} / {last['twin_registers']}"])
        if rows:
            found.tables.append(Table("Twins, launched whole", [
                "kernel", "original, ms", "twin, x original", "quartiles of the pairs",
                "copies elsewhere in memory", "registers, original / twin"], rows))
        return found
