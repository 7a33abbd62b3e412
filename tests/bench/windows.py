# SPDX-License-Identifier: BSD-3-Clause
"""Windows of a trial, and which of them count: those in which the machine was at its best.

A virtual machine's two cores lie in one of three places, and every program's speed depends on which:
only windows of one place are compared. The thresholds are fixed; they are never fitted to what was
measured."""
from collections import Counter
from dataclasses import dataclass

WINDOW_MS = 50
PLACES = (('twin', 0, 65),            # core to core and back in ns: two threads of one core,
          ('near', 65, 220),          # cores that share a cache,
          ('far', 220, 600))          # and cores that do not
SPEED_SHARE = 0.93                    # of the best speed of either core seen in the run
WAIT_SHARE = 0.05                     # of the time, for which others had our cores
EDGE = 2                              # windows at either end of a trial that never count

TWIN, NEAR, FAR = (name for name, _, _ in PLACES)
MOVED, SLOW, SHARED = 'moved', 'slow', 'shared'


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


def _place(round_ns):
    return next((name for name, low, high in PLACES if low <= round_ns < high), MOVED)


def _class_of_ticks(ticks, best):
    if any(tick.round_ns == 0 for tick in ticks):
        return SHARED
    if any(min(tick.speeds) < SPEED_SHARE * best for tick in ticks):
        return SLOW
    places = {_place(tick.round_ns) for tick in ticks}
    return places.pop() if len(places) == 1 else MOVED


def classify(window, ticks, best, ms=WINDOW_MS):
    """The place of a clean window, or what it suffered from: from the last tick before it, the first
    one behind, and those between. What nobody watched is not clean: it counts as shared."""
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


def _classes(ticks, best):
    """What was from tick to tick, and how often."""
    found = Counter()
    for first, last in zip(ticks, ticks[1:]):
        waited = (last.waited_ns - first.waited_ns) / max(1, last.ns - first.ns)
        found[SHARED if waited > WAIT_SHARE else _class_of_ticks((first, last), best)] += 1
    return found


def share_clean(ticks, best, places=(TWIN, NEAR, FAR)):
    """The share of a time that was clean and in these places: for figures that windows cannot tell."""
    found = _classes(ticks, best)
    return sum(found[place] for place in places) / max(1, found.total())


def main_place(series, best):
    """Where the cores were for most of the clean time. Time alone decides, no figure does."""
    found = sum((_classes(ticks, best) for ticks in series), Counter())
    return max((NEAR, FAR, TWIN), key=lambda place: found[place])
