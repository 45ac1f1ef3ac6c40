# SPDX-License-Identifier: MIT
"""Statistics of small samples. Functions take sequences of numbers and leave them as they are."""
import bisect
import statistics

median = statistics.median


def quantile(values, part):
    """The value below which a part of the values lies, between two neighbours on a line."""
    ordered = sorted(values)
    at = part * (len(ordered) - 1)
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (at - low) * (ordered[high] - ordered[low])


def quartiles(values):
    return quantile(values, 0.25), quantile(values, 0.75)


def jain(values):
    """Jain's index of fairness: 1 if all have the same, 1/n if one has all."""
    total, squares = sum(values), sum(x * x for x in values)
    return total * total / (len(values) * squares) if squares else 0.0


def steps(values):
    """The cumulative distribution: pairs (value, part of the values that are no larger), after one
    with the smallest value and 0."""
    ordered = sorted(values)
    return [(ordered[0], 0.0)] + [(value, bisect.bisect_right(ordered, value) / len(ordered))
                                  for value in sorted(set(ordered))]


def thin(points, n):
    """At most about n of the points, the first and the last among them."""
    if len(points) <= n:
        return list(points)
    stride = (len(points) - 1) / (n - 1)
    return [points[round(i * stride)] for i in range(n)]


def paired_ratios(values, references):
    """Ratios within each round. Both are {round: value}; rounds that only one has are left out."""
    return [values[r] / references[r] for r in sorted(values) if references.get(r)]


class Summary:
    """The median of some values with their quartiles."""

    def __init__(self, values):
        self.n = len(values)
        self.median = median(values)
        self.low, self.high = quartiles(values)

    def text(self, form="{:.4g}"):
        middle = form.format(self.median)
        if self.n < 2:
            return middle
        return f"{middle} [{form.format(self.low)}, {form.format(self.high)}]"
