# SPDX-License-Identifier: MIT
"""The benchmark harness of SliVER: runs the programs, keeps a record, makes tables and plots of it.

experiments/  what is run and what is made of it, one file each; the table is in its __init__.py
device.py     a GPU or the software device, and how a program is started there
runner.py     the order of the runs: rounds, budget, progress
record.py     the record: a JSON file that later calls add to
stats.py      medians, spreads, ratios of pairs
report.py     tables, goals and plots of a record as text, Markdown, CSV
plots.py      drawing with gnuplot
cli.py        the command line

Measuring and drawing are apart: the second needs nothing but a record. Standard library only.
"""
