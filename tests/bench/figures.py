# SPDX-License-Identifier: BSD-3-Clause
"""The little statistics a bench needs: medians, ratios pair by pair, and how sure they are."""
import math
from dataclasses import dataclass

CONFIDENCE = 0.90  # an interval is narrowed as long as it keeps this much


def median(values):
    ordered = sorted(values)
    n = len(ordered)
    if n == 0:
        return None
    return (ordered[(n - 1) // 2] + ordered[n // 2]) / 2


@dataclass(frozen=True)
class Interval:
    low: float
    high: float
    confidence: float  # that the true median lies within
    n: int


def sign_interval(values, wanted=CONFIDENCE):
    """Where the true median is, from ranks alone: no law of errors is assumed.

    Each value is above the true median with a chance of one half, so that the k-th lowest and
    the k-th highest enclose it with a chance the binomial law tells. The narrowest pair that
    keeps what is wanted; the widest, with its own confidence, where there are too few values.
    """
    ordered = sorted(values)
    n = len(ordered)
    if n == 0:
        return None
    best, outside, below = 0, 0.0, 0.0
    for k in range((n + 1) // 2):
        below += math.comb(n, k) / 2 ** n
        if k > 0 and 1 - 2 * below < wanted:
            break
        best, outside = k, 2 * below
    return Interval(ordered[best], ordered[n - 1 - best], max(0.0, 1 - outside), n)


@dataclass(frozen=True)
class Ratio:
    median: float
    interval: Interval


def ratios(pairs):
    """Of (ours, theirs) of the same round; pairs with a missing side or a zero are left out."""
    each = [ours / theirs for ours, theirs in pairs if ours is not None and theirs]
    if not each:
        return None
    return Ratio(median(each), sign_interval(each))
