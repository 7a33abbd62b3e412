# SPDX-License-Identifier: BSD-3-Clause
"""Windows of a trial, and which of them count: those in which the machine was at its best.

The thresholds are fixed; they are never fitted to what was measured."""
from dataclasses import dataclass

WINDOW_MS = 50
ROUND_MIN_NS, ROUND_MAX_NS = 65, 220  # below: two threads of one core; above: cores far apart
SPEED_SHARE = 0.93                    # of the best speed of either core seen in the run
WAIT_SHARE = 0.05                     # of the time, for which others had our cores
EDGE = 2                              # windows at either end of a trial that never count

CLEAN, FAR, SLOW, SHARED = 'clean', 'far', 'slow', 'shared'


@dataclass(frozen=True)
class Tick:
    """A line of weft-bench-probe."""
    ns: int
    round_ns: float  # 0: the other core did not come
    speeds: tuple
    waited_ns: int


@dataclass(frozen=True)
class Window:
    begin_ns: int
    packets: int
    away_share: float  # of the generator's time, which others had


def parse_ticks(text):
    ticks = []
    for line in text.splitlines():
        words = line.split()
        if len(words) == 5:
            ticks.append(Tick(int(words[0]), float(words[1]),
                              (float(words[2]), float(words[3])), int(words[4])))
    return ticks


def windows_of(report, tsc_hz):
    """Of the report of weft-pktgen. None of the edges."""
    told = report.get('windows') or {}
    received = told.get('received', [])
    away = told.get('away_cycles', [0] * len(received))
    ms = told.get('ms', WINDOW_MS)
    return [Window(told['began_ns'] + i * ms * 1_000_000, received[i],
                   away[i] / (tsc_hz * ms / 1000))
            for i in range(EDGE, len(received) - EDGE)]


def best_speed(ticks):
    return max((max(tick.speeds) for tick in ticks), default=0.0)


def _class_of_ticks(ticks, best):
    if any(tick.round_ns == 0 for tick in ticks):
        return SHARED
    if any(min(tick.speeds) < SPEED_SHARE * best for tick in ticks):
        return SLOW
    if any(not ROUND_MIN_NS <= tick.round_ns <= ROUND_MAX_NS for tick in ticks):
        return FAR
    return CLEAN


def classify(window, ticks, best, ms=WINDOW_MS):
    """The class of a window, from the last tick before it, the first one behind, and those between.
    What nobody watched is not clean: it counts as shared."""
    end = window.begin_ns + ms * 1_000_000
    before = [tick for tick in ticks if tick.ns <= window.begin_ns]
    behind = [tick for tick in ticks if tick.ns >= end]
    if not before or not behind:
        return SHARED
    first, last = before[-1], behind[0]
    if last.ns - first.ns > 3 * ms * 1_000_000:
        return SHARED
    waited = (last.waited_ns - first.waited_ns) / (last.ns - first.ns)
    if waited > WAIT_SHARE or window.away_share > WAIT_SHARE:
        return SHARED
    near = [tick for tick in ticks if first.ns <= tick.ns <= last.ns]
    return _class_of_ticks(near, best)


def mpps(window, ms=WINDOW_MS):
    return window.packets / ms / 1000


def share_clean(ticks, best):
    """The share of a time that was clean: for figures that windows cannot tell."""
    if len(ticks) < 2:
        return 0.0
    clean = 0
    for first, last in zip(ticks, ticks[1:]):
        waited = (last.waited_ns - first.waited_ns) / max(1, last.ns - first.ns)
        clean += waited <= WAIT_SHARE and _class_of_ticks((first, last), best) == CLEAN
    return clean / (len(ticks) - 1)
