# SPDX-License-Identifier: BSD-3-Clause
"""A bench: cases and devices, measured round after round, and its report."""
import os
import sys
from dataclasses import dataclass, field

import cases
import chart
import figures
import machine
import processes
import report
import trial
import verdict
import windows

STOPPED = 130      # exit status
BUSY_LOAD = 0.5  # before the run: others are at work


@dataclass(frozen=True)
class Suite:
    name: str   # of the subcommand, and of the files that it writes
    title: str
    chart: str  # title of the chart
    cases: list
    devices: list        # kinds; ours is the first
    quick_devices: list
    prepare: object = None  # called with the cases before anything is measured
    notes: list = field(default_factory=list)  # below the tables

    def names(self):
        return [kind.name for kind in self.devices]


def say(words):
    print(words, flush=True)


def present(bench, kinds):
    """Devices that can be started here, and words on those that cannot."""
    here, missing = [], []
    for kind in kinds:
        device = kind(bench)
        why = device.missing()
        (missing if why else here).append(f'{device.name} is left out: {why}' if why else device)
    return here, missing


def _progress(done):
    if done.problem:
        return f'no figure: {done.problem}'
    every = [done.figures, *(piece.figures for piece in done.pieces)]
    told = {key: figures.median([some[key] for some in every if key in some])
            for one in every for key, value in one.items() if isinstance(value, float)}
    return ', '.join(f'{key} {report.number(value)}' for key, value in told.items())


def _short_of(chosen, devices, trials):
    """Cases and devices that have too few clean rounds for a verdict; ours with each of them."""
    best = windows.best_speed([tick for t in trials for tick in t.ticks])
    pairs = []
    for case in chosen:
        short = {row.device for row in verdict.rows_of(case, devices, trials, best) if row.short}
        pairs += [(case, device) for device in devices if case.is_for(device.name) and short and
                  (device.role == 'ours' or device.name in short)]
    return pairs


def _rounds(chosen, devices, trials, options):
    """Round after round: its number, and what is measured in it. Later ones than were asked for are
    of those alone that lack clean ones."""
    all_pairs = [(case, device) for case in chosen for device in devices
                 if case.is_for(device.name)]
    for number in range(1, options.rounds + 1):
        yield number, all_pairs
    for number in range(options.rounds + 1, options.rounds + options.extra + 1):
        pairs = _short_of(chosen, devices, trials)
        if not pairs:
            return
        yield number, pairs


def measure(bench, chosen, devices, options):
    """All trials; those made so far, and True, when it was stopped."""
    trials = []
    try:
        for number, pairs in _rounds(chosen, devices, trials, options):
            for i, (case, device) in enumerate(pairs, 1):
                trials.append(trial.run(bench, device, case, number, options.seconds))
                say(f'[round {number}, {i}/{len(pairs)}] {case.name} {device.name}: '
                    f'{_progress(trials[-1])}')
    except processes.Stopped:
        say('stopped; what was measured so far is reported')
        return trials, True
    return trials, False


def _meaningless(run, rows):
    """Why a run as a whole judges nothing."""
    why = []
    if run['quick']:
        why.append('a quick run only shows that all works')
    if run['machine']['load_before'] > BUSY_LOAD:
        why.append(f"others were using the machine before it began (load "
                   f"{run['machine']['load_before']})")
    if run['rounds'] < verdict.ENOUGH_PAIRS:
        why.append(f"{run['rounds']} rounds of the {verdict.ENOUGH_PAIRS} that are needed")
    if not any(row.clean for row in rows):
        why.append('nothing was clean')
    return why


def clean_percent(trials, best):
    shares = [windows.share_clean(t.ticks, best) for t in trials if t.ticks]
    return 100 * sum(shares) / len(shares) if shares else 0.0


def run(bench, options, suite):
    chosen = cases.choose(suite.cases, options.case, options.quick)
    kinds = ([kind for kind in suite.devices if kind.name in options.device] or
             (suite.quick_devices if options.quick else suite.devices))
    devices, missing = present(bench, kinds)
    for words in missing:
        say(words)
    told = {'title': suite.title, 'machine': machine.describe(), 'quick': options.quick,
            'rounds': options.rounds, 'seconds': options.seconds, 'left_out': missing,
            'command': ' '.join(['sudo ./tools/bench', *sys.argv[1:]]), 'notes': suite.notes}
    if suite.prepare:
        suite.prepare(chosen, [device.name for device in devices])
    trials, told['stopped'] = measure(bench, chosen, devices, options)
    told['more_rounds'] = max(0, max((t.round for t in trials), default=0) - options.rounds)
    best = windows.best_speed([tick for t in trials for tick in t.ticks])
    told['machine']['load_after'] = machine.load()
    told['clean_percent'] = clean_percent(trials, best)
    told['versions'] = list(dict.fromkeys(device.version() for device in devices))
    rows = [row for case in chosen for row in verdict.rows_of(case, devices, trials, best)]
    told['rows'], told['meaningless'] = rows, _meaningless(told, rows)
    if told['meaningless']:
        for row in rows:
            row.verdict = row.verdict if row.verdict.startswith('none') else 'none: see below'
    say('\n' + report.text(told))
    _write(options.out, suite, told, trials, best, chosen, devices)
    if told['stopped']:
        return STOPPED
    return 1 if all(t.problem for t in trials) else 0


def _write(out, suite, told, trials, best, chosen, devices):
    rated = [case for case in chosen if case.kind == cases.RATE]
    groups = [(case.title, [row for row in told['rows'] if row.case == case.name])
              for case in rated]
    note = (f"medians of clean windows; the line is from the lowest to the highest round. "
            f"{told['rounds']} rounds, {told['machine']['processor']}")
    if told['meaningless']:
        note = 'this run judges nothing: ' + told['meaningless'][0]
    files = {f'{suite.name}.json': report.as_json(told, trials, best),
             f'{suite.name}.md': report.markdown(told, f'{suite.name}.svg'),
             f'{suite.name}.svg': chart.svg(suite.chart, 'million packets a second, more is better',
                                            groups, devices, note)}
    try:
        os.makedirs(out, exist_ok=True)
        for name, content in files.items():
            with open(os.path.join(out, name), 'w', encoding='utf-8') as file:
                file.write(content)
    except OSError as error:
        print(f'cannot write the report: {error}', file=sys.stderr)
        return
    say(f'written: {", ".join(os.path.join(out, name) for name in files)}')
