# SPDX-License-Identifier: BSD-3-Clause
"""A run as text, as JSON and as a page of Markdown."""
import json
from dataclasses import asdict

import windows
from cases import ANYWHERE, FIGURES, UPDATES

DASH = '–'
PLACES = {windows.TWIN: 'two threads of one core', windows.NEAR: 'cores side by side',
          windows.FAR: 'cores far apart'}


def number(value):
    if value is None:
        return DASH
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 20 else 2
    return f'{value:.{digits}f}'


def span(row):
    return DASH if row.low is None else f'{number(row.low)}{DASH}{number(row.high)}'


def ratio(row):
    if row.ratio is None:
        return DASH
    i = row.ratio.interval
    return (f'{row.ratio.median:.2f} ({i.low:.2f}{DASH}{i.high:.2f}, '
            f'{100 * i.confidence:.0f} %, {i.n})')


HEAD = ['device', 'median', 'min–max', 'clean', 'elsewhere', 'all', 'cycles', 'weft to it', 'verdict']


def cells(row):
    median = number(row.median)
    if row.limited and row.median is not None:
        median = '≥ ' + median
    return [row.device, median, span(row), f'{row.clean}/{row.seen}',
            number(row.elsewhere), number(row.whole), number(row.cycles), ratio(row), row.verdict]


def _judged(rows):
    return [row for row in rows if row.figure not in ANYWHERE]


def groups(rows):
    """Rows of one case and figure, together: (title with unit and place, rows)."""
    found = {}
    for row in _judged(rows):
        found.setdefault((row.case, row.figure), []).append(row)
    return [(f'{same[0].title} [{same[0].unit}], {PLACES[same[0].place]}', same)
            for same in found.values()]


def changes(rows):
    """A line for each case in which routes change: median of the rounds, lowest and highest."""
    table = {}
    for row in rows:
        if row.figure in ANYWHERE:
            why = row.problems[0] if row.problems else DASH
            whole = row.unit == 'packets'
            told = [f'{value:.0f}' if whole else number(value)
                    for value in (row.median, row.low, row.high) if value is not None]
            table.setdefault(row.title, []).append(
                f'{told[0]} ({told[1]}{DASH}{told[2]})' if len(told) == 3 else why)
    if not table:
        return []
    head = [f'{title} [{unit}]' for _, title, unit in FIGURES[UPDATES]]
    return [['routes', *head], *([title, *cells] for title, cells in table.items())]


WORDS = ('better', 'worse')  # a verdict that is told in the summary


def summary(rows):
    """A line a case and figure: ours, and the ratio to each of the others."""
    names = list(dict.fromkeys(row.device for row in _judged(rows)))
    table = [['case', 'cores', *names[:1], *(f'to {name}' for name in names[1:])]]
    for _, same in groups(rows):
        by_name = {row.device: row for row in same}
        head = [f'{same[0].title} [{same[0].unit}]', PLACES[same[0].place]]
        table.append(head + [_short(by_name.get(name), name == names[0]) for name in names])
    return table


def _short(row, is_ours):
    if row is None:
        return DASH
    if is_ours:
        return ('≥ ' if row.limited and row.median is not None else '') + number(row.median)
    if row.ratio is None:
        return DASH
    i = row.ratio.interval
    told = f'{row.ratio.median:.2f} ({i.low:.2f}{DASH}{i.high:.2f})'
    return f'{told} {row.verdict}' if row.verdict in WORDS else told


def text(run):
    """A table for the terminal."""
    lines = [*facts(run), '']
    tables = [(title, [cells(row) for row in rows]) for title, rows in groups(run['rows'])]
    every = [HEAD] + [line for _, table in tables for line in table]
    widths = [max(len(line[i]) for line in every) for i in range(len(HEAD))]

    def align(line):
        return '  '.join(cell.ljust(w) if i in (0, len(HEAD) - 1) else cell.rjust(w)
                         for i, (cell, w) in enumerate(zip(line, widths))).rstrip()
    for title, table in tables:
        lines += [title, align(HEAD), *map(align, table), '']
    for line in changes(run['rows'])[1:]:
        lines += [line[0], *(f'  {what}: {told}' for what, told in
                             zip(changes(run['rows'])[0][1:], line[1:])), '']
    return '\n'.join(lines + notes(run))


def facts(run):
    machine = run['machine']
    return [f"{machine['processor']}, {machine['cores']} cores, {machine['kernel']}; "
            + ', '.join(run['versions']),
            f"{run['rounds']} rounds of {run['seconds']} s"
            + (f", up to {run['more_rounds']} more where too few were clean"
               if run['more_rounds'] else '')
            + f", {machine['began']}; load before "
            f"{machine['load_before']}, after {machine['load_after']}; "
            f"{run['clean_percent']:.0f} % of the time was clean"
            + (', quick' if run['quick'] else '') + (', STOPPED EARLY' if run['stopped'] else ''),
            f"`{run['command']}`"]


def notes(run):
    places = ', '.join(f'{PLACES[name]} {low} to {high}' for name, low, high in windows.PLACES)
    said = [f'Clean: both cores within {100 * (1 - windows.SPEED_SHARE):.0f} % of their best, neither '
            'shared, and where the table says: the place in which they were for most of the clean '
            f'time (from core to core and back in ns: {places}). Elsewhere: clean, but in another '
            'place. All: whatever the machine did.',
            'Cycles are each program\'s own account; they count differently. ≥: the generator was '
            'the limit.']
    said += run['notes']
    if run['meaningless']:
        said.append('THIS RUN JUDGES NOTHING: ' + '; '.join(run['meaningless']))
    return said


def _table(rows):
    lines = ['| ' + ' | '.join(row) + ' |' for row in rows]
    return [lines[0], '|---' * len(rows[0]) + '|', *lines[1:]]


def markdown(run, chart):
    lines = [f"# {run['title']}", '', f'![medians of clean windows]({chart})', '',
             *('- ' + line for line in facts(run)), '', *_table(summary(run['rows'])), '',
             'Ratios are medians of the rounds, with the interval in which the true one lies; above 1 '
             'weft has more, of time too. How to read the rest: [README.md](README.md).', '']
    for title, rows in groups(run['rows']):
        lines += [f'## {title}', '', *_table([HEAD, *map(cells, rows)]), '']
    if changes(run['rows']):
        lines += ['## Routes that change while packets pass', '', *_table(changes(run['rows'])), '']
    return '\n'.join(lines + ['- ' + note for note in notes(run)]) + '\n'


def as_json(run, trials, best):
    told = {key: value for key, value in run.items() if key != 'rows'}
    told['rows'] = [asdict(row) for row in run['rows']]
    told['trials'] = [trial.as_json(best) for trial in trials]
    return json.dumps(told, indent=1, ensure_ascii=False) + '\n'
