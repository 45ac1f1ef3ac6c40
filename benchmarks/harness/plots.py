# SPDX-License-Identifier: MIT
"""Draws a model.Plot with gnuplot, as SVG and PNG. The script is text and made here; what gnuplot
needs of data stands in it."""
import os
import shutil
import subprocess

# Okabe and Ito's colours, told apart by all kinds of eyes; the point shape differs too.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#444444")
SIZES = {"lines": (860, 480), "stacked": (860, 420), "bars": (860, 460), "heat": (900, 680)}
FONT = "DejaVu Sans"
TERMINALS = {"svg": 'svg size {w},{h} font "{font},13" background "#ffffff" enhanced',
             "png": 'pngcairo size {w},{h} font "{font},11" background "#ffffff" enhanced'}
VIRTUAL = "software device, virtual time"
DIVERGING = '0 "#4f9fd4", 0.5 "#ffffff", 1 "#f08a4b"'
LEAST_SPAN, MOST_SPAN = 0.05, 0.5  # how far from 1 the colours of a heat map reach


class PlotError(Exception):
    pass


def quote(text):
    """A string of gnuplot's, with what its enhanced mode would take for markup."""
    for mark in "\\{}^_@&~":
        text = text.replace(mark, "\\" + mark)
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def data_block(name, rows):
    lines = ["\t".join("NaN" if cell is None else cell if isinstance(cell, str) else f"{cell:.9g}"
                       for cell in row) for row in rows]
    return [f"${name} << EOD", *lines, "EOD"]


def head(plot, is_virtual):
    title = plot.title + (f"\n({VIRTUAL})" if is_virtual else "")
    return ["set title " + quote(title).replace("\n", "\\n"),
            f"set xlabel {quote(plot.x_label)}", f"set ylabel {quote(plot.y_label)}",
            "set border 3 lc rgb '#444444'", "set tics nomirror textcolor rgb '#222222'",
            "set grid lc rgb '#dddddd' lt 1", "set key outside right top Left reverse samplen 2"]


def range_of(bounds):
    low, high = bounds
    return f"[{'*' if low is None else low}:{'*' if high is None else high}]"


def ratio_range(plot):
    """Around the line of reference, which must not lie on the frame; else gnuplot's own."""
    values = [point[1] for series in plot.series for point in series.points]
    if not plot.reference or not values:
        return None, None
    return 0.8 * min(plot.reference[0], *values), 1.2 * max(2 * plot.reference[0], *values)


def draw_lines(plot):
    script, plots = [], []
    for axis, base in (("x", plot.log_x), ("y", plot.log_y)):
        if base:
            script.append(f"set logscale {axis} {base}")
    script.append(f"set yrange {range_of(plot.y_range or ratio_range(plot))}")
    if plot.log_y == 2:
        script.append("set ytics (0.5, 0.8, 1, 1.25, 1.5, 2, 3, 4, 6, 8, 12, 16, 32, 64, 128)")
    if plot.log_x == 2:
        xs = [point[0] for series in plot.series for point in series.points]
        script.append(f"set xrange [{min(xs) / 1.1:.9g}:{max(xs) * 1.1:.9g}]")
        script.append('set xtics add ("1/16" 0.0625, "1/8" 0.125, "1/4" 0.25, "1/2" 0.5)')
    if plot.log_x == 10:
        script.append("set mxtics 10")
    for i, series in enumerate(plot.series):
        script += data_block(f"series{i}", series.points)
        colour = COLOURS[i % len(COLOURS)]
        look = f"lc rgb '{colour}' lw 2"
        if series.style == "steps":
            plots.append(f"$series{i} using 1:2 with steps {look} dt {i + 1} "
                         f"title {quote(series.title)}")
            continue
        plots.append(f"$series{i} using 1:2 with linespoints {look} pt {POINTS[i % len(POINTS)]} "
                     f"ps 0.9 title {quote(series.title)}")
        if any(len(point) == 4 and point[2] < point[3] for point in series.points):
            plots.append(f"$series{i} using 1:2:3:4 with yerrorbars lc rgb '{colour}' lw 1 pt 0 "
                         "notitle")
    if plot.reference:
        value, what = plot.reference
        plots.append(f"{value:.9g} with lines lc rgb '#000000' dt 2 lw 1 title {quote(what)}")
    return [*script, "plot " + ", \\\n     ".join(plots)]


POINTS = (7, 5, 9, 13, 11, 6, 4)  # filled circle, square, triangle, diamond, ...


def draw_stacked(plot):
    """From the back: each area reaches from 0 to the sum of its series and those before it."""
    xs = [point[0] for point in plot.series[0].points]
    width = xs[1] - xs[0] if len(xs) > 1 else 1
    script = ["set yrange [0:1]", f"set xrange [{xs[0]:.9g}:{xs[-1] + width:.9g}]",
              "set grid front", "set style fill solid 0.9 noborder"]
    sums, plots = [0.0] * len(xs), []
    for i, series in enumerate(plot.series):
        sums = [total + point[1] for total, point in zip(sums, series.points)]
        script += data_block(f"series{i}", [*zip(xs, sums), (xs[-1] + width, sums[-1])])
        plots.insert(0, f"$series{i} using 1:2 with fillsteps lc rgb '{COLOURS[i]}' "
                        f"title {quote(series.title)}")
    value, what = plot.reference
    for i in range(1, len(plot.series)):
        plots.append(f"{i * value:.9g} with lines lc rgb '#000000' dt 2 lw 1.5 "
                     + (f"title {quote(what)}" if i == 1 else "notitle"))
    return [*script, "plot " + ", \\\n     ".join(plots)]


def draw_bars(plot):
    rows = [[quote(name).replace(", ", ",\\n"), *(s.points[i] for s in plot.series)]
            for i, name in enumerate(plot.rows)]
    script = [*data_block("bars", rows), "set style data histograms",
              "set style histogram clustered gap 1.2", "set style fill solid 0.9 noborder",
              "set boxwidth 0.95", "set yrange [0:*]", "set xtics rotate by 0", "set bmargin 3"]
    plots = [f"$bars using {i + 2}:xtic(1) lc rgb '{COLOURS[i % len(COLOURS)]}' "
             f"title {quote(series.title)}" for i, series in enumerate(plot.series)]
    if plot.reference:
        value, what = plot.reference
        plots.append(f"{value:.9g} with lines lc rgb '#000000' dt 2 lw 1 title {quote(what)}")
    return [*script, "plot " + ", \\\n     ".join(plots)]


def names(texts):
    """Tics by number."""
    return ", ".join(f"{quote(text)} {i}" for i, text in enumerate(texts))


def draw_heat(plot):
    n_rows, n_columns = len(plot.rows), len(plot.columns)
    cells = [[c, r, plot.matrix[r][c]] for r in range(n_rows) for c in range(n_columns)
             if plot.matrix[r][c] is not None]
    span = min(MOST_SPAN, max(LEAST_SPAN, max(abs(1 - cell[2]) for cell in cells)))
    script = [*data_block("cells", cells), "unset grid", "set border 0", "unset key",
              f"set palette defined ({DIVERGING})",
              f"set cbrange [{1 - span:.4g}:{1 + span:.4g}]",
              'set cblabel "time, x native (1: as fast; lower is faster)"',
              f"set xrange [-0.5:{n_columns - 0.5}]",
              f"set yrange [{n_rows - 0.5}:-0.5]", "set tics scale 0",
              f"set xtics ({names(plot.columns)})", f"set ytics ({names(plot.rows)})"]
    if plot.marked:
        row, column = plot.marked
        script.append(f"set object 1 rectangle from {column - 0.47},{row - 0.45} to "
                      f"{column + 0.47},{row + 0.45} front fs empty border lc rgb '#000000' lw 2.5")
        script.append(f"set xlabel {quote(plot.x_label + '        (framed: the best sliced)')}")
    # Boxes, not an image: cells may be missing.
    script.append('plot $cells using 1:2:(0.5):(0.5):3 with boxxyerror fc palette '
                  'fs solid noborder, \\\n'
                  '     $cells using 1:2:(sprintf("%.3f", $3)) with labels tc rgb "#000000"')
    return script


DRAW = {"lines": draw_lines, "stacked": draw_stacked, "bars": draw_bars, "heat": draw_heat}


def script_of(plot, folder, is_virtual):
    """Draws the plot once for each terminal."""
    width, height = SIZES[plot.kind]
    body = head(plot, is_virtual) + DRAW[plot.kind](plot)
    lines = ["set encoding utf8"]
    for i, (kind, terminal) in enumerate(TERMINALS.items()):
        path = os.path.join(folder, f"{plot.name}.{kind}")
        lines += [f"set terminal {terminal.format(w=width, h=height, font=FONT)}",
                  f"set output {quote_path(path)}"]
        lines += body if i == 0 else ["replot"]
    return "\n".join([*lines, "unset output", ""])


def quote_path(path):
    return "'" + path.replace("'", "''") + "'"


def is_there():
    return shutil.which("gnuplot") is not None


def draw(plots, folder, is_virtual):
    """Names of the files drawn in folder."""
    os.makedirs(folder, exist_ok=True)
    for plot in plots:
        done = subprocess.run(["gnuplot"], input=script_of(plot, folder, is_virtual), text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        if done.returncode or "rror" in done.stderr:
            raise PlotError(f"{plot.name}: gnuplot: {done.stderr.strip()}")
    return [f"{plot.name}.{kind}" for plot in plots for kind in TERMINALS]
