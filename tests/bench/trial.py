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


@dataclass
class Trial:
    case: str
    device: str
    round: int
    figures: dict = field(default_factory=dict)  # what windows cannot tell
    windows: list = field(default_factory=list)
    ticks: list = field(default_factory=list)
    cycles: float = None
    limited: bool = False   # the generator was the limit
    problem: str = ''       # why this trial counts for nothing

    def as_json(self, best):
        told = asdict(self)
        told['windows'] = [[round(windows.mpps(w), 4), windows.classify(w, self.ticks, best)]
                           for w in self.windows]
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
    run = generator.run(bench, device, [*case.generator, '--rate', str(int(search['pps'] / 2))],
                        seconds)
    result = _take(trial, run, case, device)
    told = result['latency']
    trial.limited = False
    if told:
        trial.figures = {'p50_us': told['p50_ns'] / 1e3, 'p99_us': told['p99_ns'] / 1e3,
                         'ndr_mpps': search['pps'] / 1e6}


def _idle(bench, device, case, seconds, trial):
    began, used = time.monotonic(), processes.cpu_seconds(device.process)
    run = generator.run(bench, device, [*case.generator, *SILENCE], max(seconds, 3))
    used = processes.cpu_seconds(device.process) - used
    result = _take(trial, run, case, device)
    if result['latency']:
        trial.figures = {'cpu_percent': 100 * used / (time.monotonic() - began),
                         'first_us': result['latency']['p50_ns'] / 1e3}
