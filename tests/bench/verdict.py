# SPDX-License-Identifier: BSD-3-Clause
"""From trials to rows of the report; a row that means nothing says why."""
from dataclasses import dataclass, field

import figures
import windows
from cases import ANYWHERE, FIGURES, IDLE, LATENCY, LESS_IS_BETTER

ENOUGH_WINDOWS = 40    # clean ones of a device in a case
ENOUGH_IN_A_ROUND = 4  # for this round's median
ENOUGH_PAIRS = 5
CLEAN_PIECE = 0.8      # share of a piece that has to be clean where there are no windows
GAP = 1.10             # read nothing into less


@dataclass
class Row:
    case: str
    title: str
    figure: str
    unit: str
    device: str
    place: str = ''       # where the cores lay in the windows that count
    median: float = None  # of the clean windows there; of the clean rounds, where there are none
    low: float = None     # lowest and highest median of a round
    high: float = None
    clean: int = 0        # windows, or rounds
    seen: int = 0
    elsewhere: float = None  # median of windows that were clean in another place
    whole: float = None   # median over all that was seen, clean or not: for the eye alone
    cycles: float = None
    limited: bool = False
    problems: list = field(default_factory=list)
    ratio: figures.Ratio = None  # ours to this one; above 1 is more
    verdict: str = ''
    short: bool = False  # of clean rounds: more of them may bring a verdict


def _round_medians(trials, figure, best, place):
    """Round -> median of what was clean in it, with the cores in this place."""
    medians = {}
    for trial in trials:
        if trial.problem:
            continue
        if figure == 'mpps':
            clean = [windows.mpps(w) for w in trial.windows
                     if windows.classify(w, trial.ticks, best) == place]
            if len(clean) >= ENOUGH_IN_A_ROUND:
                medians[trial.round] = figures.median(clean)
        elif figure in ANYWHERE:
            if figure in trial.figures:
                medians[trial.round] = trial.figures[figure]
        else:
            clean = [piece.figures[figure] for piece in trial.pieces
                     if windows.share_clean(piece.ticks, best, (place,)) >= CLEAN_PIECE]
            if clean:
                medians[trial.round] = figures.median(clean)
    return medians


def _fill(row, trials, best):
    medians = _round_medians(trials, row.figure, best, row.place)
    good = [trial for trial in trials if not trial.problem]
    row.problems = sorted({trial.problem for trial in trials if trial.problem})
    row.limited = any(trial.limited for trial in good)
    if row.figure == 'mpps':
        classes = [(windows.mpps(w), windows.classify(w, trial.ticks, best))
                   for trial in good for w in trial.windows]
        clean = [rate for rate, kind in classes if kind == row.place]
        row.median, row.clean, row.seen = figures.median(clean), len(clean), len(classes)
        others = {windows.TWIN, windows.NEAR, windows.FAR} - {row.place}
        row.elsewhere = figures.median([rate for rate, kind in classes if kind in others])
        row.whole = figures.median([rate for rate, _ in classes])
        row.cycles = figures.median([trial.cycles for trial in good if trial.cycles])
    else:
        every = [told[row.figure] for trial in good for told in
                 [trial.figures, *(piece.figures for piece in trial.pieces)] if row.figure in told]
        row.median, row.clean = figures.median(medians.values()), len(medians)
        row.seen, row.whole = len(trials), figures.median(every)
    if medians:
        row.low, row.high = min(medians.values()), max(medians.values())
    return medians


def _too_few(row):
    """What a row lacks; empty where it has enough."""
    if row.figure == 'mpps' and row.clean < ENOUGH_WINDOWS:
        return f'{row.clean} clean windows of {row.seen}, {ENOUGH_WINDOWS} are needed'
    if row.figure != 'mpps' and row.clean < ENOUGH_PAIRS:
        return f'{row.clean} clean rounds of {row.seen}, {ENOUGH_PAIRS} are needed'
    return ''


def _doubt(row):
    """Why the figure of a row means nothing; empty where it means something."""
    return row.problems[0] if row.problems else _too_few(row)


def _pairs(row):
    return row.ratio.interval.n if row.ratio else 0


def _judge(ours, row):
    for side in (ours, row):
        doubt = _doubt(side)
        if doubt:
            return f'none: {side.device}: {doubt}'
    if _pairs(row) < ENOUGH_PAIRS:
        return f'none: {_pairs(row)} clean pairs of rounds, {ENOUGH_PAIRS} are needed'
    if ours.limited and row.limited:
        return 'none: the generator was the limit of both'
    low, high = row.ratio.interval.low, row.ratio.interval.high
    more, less = ('worse', 'better') if row.figure in LESS_IS_BETTER else ('better', 'worse')
    if low > GAP:
        return more
    if high < 1 / GAP:
        return 'none: the generator was our limit' if ours.limited else less
    return 'no difference of 10 % is sure'


def _is_short(ours, row):
    """Asks how clean it was and never what was measured: whoever stops when he likes a figure
    measures his liking."""
    if row.figure in ANYWHERE or ours.problems or row.problems:
        return False
    return bool(_too_few(ours) or _too_few(row)) or _pairs(row) < ENOUGH_PAIRS


def rows_of(case, devices, trials, best):
    """Rows of a case, device after device, figure by figure; ours is the first device."""
    rows = []
    place = windows.main_place([t.ticks for t in trials if t.case == case.name], best)
    for figure, title, unit in FIGURES[case.kind]:
        ours = our_medians = None
        for device in filter(lambda device: case.is_for(device.name), devices):
            mine = [t for t in trials if t.case == case.name and t.device == device.name]
            row = Row(case.name, title if case.kind in (LATENCY, IDLE) else case.title,
                      figure, unit, device.name,
                      '' if figure in ANYWHERE else place)
            medians = _fill(row, mine, best)
            if device.role == 'ours':
                ours, our_medians = row, medians
                row.verdict = f'none: {_doubt(row)}' if _doubt(row) else ''
            elif ours:
                row.ratio = figures.ratios([(our_medians.get(n), medians.get(n))
                                            for n in sorted(medians)])
                row.verdict = _judge(ours, row)
                row.short = _is_short(ours, row)
            else:
                row.verdict = f'none: {_doubt(row)}' if _doubt(row) else ''
            rows.append(row)
    return rows
