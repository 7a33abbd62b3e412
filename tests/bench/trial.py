# SPDX-License-Identifier: BSD-3-Clause
"""One trial: one device under test in one case, in one round."""
import time
from dataclasses import asdict, dataclass, field

import generator
import processes
import windows
import updates
from cases import IDLE, LATENCY, RATE, UPDATES
from device import SOCKETS

NDR = ['--ndr', '--resolution', '5', '--max-loss', '0.1', '--repeats', '1']
NDR_SECONDS = 0.2
SILENCE = ['--rate', '5']  # packets a second: each comes after 200 ms of silence
PIECES = 4                 # of a trial that windows cannot tell: the machine changes amid it
LEAST_SECONDS = 0.6        # of a piece


@dataclass
class Piece:
    """Some time of a trial that counts or does not as a whole."""
    figures: dict
    ticks: list


@dataclass
class Trial:
    case: str
    device: str
    round: int
    figures: dict = field(default_factory=dict)  # what windows cannot tell
    windows: list = field(default_factory=list)
    ticks: list = field(default_factory=list)
    pieces: list = field(default_factory=list)  # where figures and ticks are those of each
    cycles: float = None
    limited: bool = False   # the generator was the limit
    problem: str = ''       # why this trial counts for nothing

    def as_json(self, best):
        told = asdict(self)
        told['windows'] = [[round(windows.mpps(w), 4), windows.classify(w, self.ticks, best)]
                           for w in self.windows]
        told['pieces'] = [{**piece.figures,
                           'clean_share': round(windows.share_clean(piece.ticks, best), 3)}
                          for piece in self.pieces]
        told['clean_share'] = round(windows.share_clean(self.ticks, best), 3)
        told['ticks'] = [[tick.ns, tick.round_ns, *tick.speeds, tick.waited_ns]
                         for tick in self.ticks]
        return told


def run(bench, device, case, number, seconds):
    """A peer that fails spoils its trial, not the run."""
    trial = Trial(case.name, device.name, number)
    try:
        device.start(SOCKETS, case)
        if case.kind == LATENCY:
            _latency(bench, device, case, seconds, trial)
        elif case.kind == IDLE:
            _idle(bench, device, case, seconds, trial)
        elif case.kind == UPDATES:
            updates.measure(bench, device, case, seconds, trial, _take)
        else:
            _rate(bench, device, case, seconds, trial)
    except processes.Failed as problem:
        trial.problem = str(problem)
    finally:
        device.stop()
    return trial


def _take(trial, run, case, device):
    """Checks that what was measured was switching, or routing."""
    result = run.report['result']
    trial.ticks = run.ticks
    if not run.report['machine']['came_through'] or not result['received']:
        trial.problem = 'no packet came through'
    elif result['foreign'] > case.foreign:
        trial.problem = f"{result['foreign']} packets came out of the wrong port"
    elif result['received'] > result['sent']:
        trial.problem = 'more packets came out than went in'
    elif result['misrouted'] and device.role != 'floor':
        trial.problem = f"{result['misrouted']} packets came to a wrong next hop"
    elif case.kind == RATE:
        trial.problem = device.doubt(case)
    return result


def _rate(bench, device, case, seconds, trial):
    run = generator.run(bench, device, case.generator, seconds)
    result = _take(trial, run, case, device)
    trial.windows = windows.windows_of(run.report, run.report['machine']['tsc_hz'])
    trial.limited = result['limit'] == 'generator'
    trial.cycles = device.cycles()
    trial.figures = {'mpps': result['rx_pps'] / 1e6, 'loss_percent': result['loss_percent'],
                     'limit': result['limit'], 'sent': result['sent'],
                     'received': result['received']}


def _latency(bench, device, case, seconds, trial):
    search = generator.run(bench, device, NDR, NDR_SECONDS, search=True).report['ndr']
    if not search['found']:
        trial.problem = 'has no rate without loss: the machine is too busy'
        return
    rate = ['--rate', str(int(search['pps'] / 2))]
    _in_pieces(bench, device, case, [*case.generator, *rate], seconds, trial,
               lambda told, _share: {'p50_us': told['p50_ns'] / 1e3, 'p99_us': told['p99_ns'] / 1e3,
                                     'ndr_mpps': search['pps'] / 1e6})


def _idle(bench, device, case, seconds, trial):
    _in_pieces(bench, device, case, [*case.generator, *SILENCE], max(seconds, 3), trial,
               lambda told, share: {'cpu_percent': 100 * share, 'first_us': told['p50_ns'] / 1e3})


def _in_pieces(bench, device, case, arguments, seconds, trial, figures):
    """figures(latency, share of a core that the device used) makes those of a piece."""
    ticks = []
    for _ in range(PIECES):
        began, used = time.monotonic(), processes.cpu_seconds(device.process)
        run = generator.run(bench, device, arguments, max(seconds / PIECES, LEAST_SECONDS))
        used = (processes.cpu_seconds(device.process) - used) / (time.monotonic() - began)
        told = _take(trial, run, case, device)['latency']
        ticks += run.ticks
        if told:
            trial.pieces.append(Piece(figures(told, used), run.ticks))
    trial.ticks, trial.limited = ticks, False
