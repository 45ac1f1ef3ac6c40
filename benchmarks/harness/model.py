# SPDX-License-Identifier: MIT
"""The words the harness speaks in: variants that are run, and what is made of their results."""
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Variant:
    """One way to run a workload.

    commands: (program, argument, ...) each; several are processes that run at once.
    env: variables of SliVER, which is preloaded then; None: natively.
    service: under NVIDIA's multi-process service.
    cpus: of how many CPUs, far apart, it may use; None: of any, and its threads move about.
    """
    name: str
    commands: tuple
    env: dict = None
    service: bool = False
    cpus: int = None

    @property
    def programs(self):
        return {command[0] for command in self.commands}


@dataclass
class Table:
    """Rows of strings; the first column names the row."""
    title: str
    columns: list
    rows: list
    note: str = ""


@dataclass
class Goal:
    """value is None as long as it was not measured."""
    text: str
    relation: str
    bound: float
    value: float = None

    @property
    def is_met(self):
        if self.value is None:
            return None
        return self.value <= self.bound if self.relation == "<=" else self.value >= self.bound


@dataclass
class Series:
    """points: (x, y) or (x, y, low, high)."""
    title: str
    points: list
    style: str = "linespoints"


@dataclass
class Plot:
    """name: of the file. kind: lines; stacked (of the same x, each on top of the one before); bars
    (a group for each of rows); heat (of matrix, rows and columns)."""
    name: str
    title: str
    x_label: str
    y_label: str
    kind: str = "lines"
    series: list = field(default_factory=list)
    log_x: int = 0
    log_y: int = 0
    y_range: tuple = None
    x_ticks: list = field(default_factory=list)
    reference: tuple = None  # (y, what it is): a dashed line; stacked: at each multiple
    rows: list = field(default_factory=list)
    columns: list = field(default_factory=list)
    matrix: list = field(default_factory=list)
    marked: tuple = None  # (row, column): framed


@dataclass
class Findings:
    """What an experiment shows."""
    tables: list = field(default_factory=list)
    goals: list = field(default_factory=list)
    plots: list = field(default_factory=list)
