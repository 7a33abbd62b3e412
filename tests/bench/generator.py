# SPDX-License-Identifier: BSD-3-Clause
"""weft-pktgen and the probe beside it: one run of the generator, with what the machine did."""
import json
import subprocess
from dataclasses import dataclass

import processes
import windows
from bench import SCRATCH

SAID = f'{SCRATCH}/pktgen.json'
LATE = 40  # seconds beyond what was asked for: joining, warming up, the trials of a search


@dataclass
class Run:
    report: dict
    ticks: list


class Running:
    """A generator that was begun, with the probe beside it."""

    def __init__(self, bench, device, command):
        self.complaint = f'{SCRATCH}/pktgen.log'
        open(self.complaint, 'w', encoding='utf-8').close()
        with open(SAID, 'wb') as out:
            self.process = processes.start(command, self.complaint, stdout=out)
        self.probe = _start_probe(bench, device, self.process)

    def is_on(self):
        return self.process.poll() is None

    def end(self, seconds):
        """Waits for it for so long, and what it takes beside that."""
        try:
            self.process.wait(LATE + seconds)
        except subprocess.TimeoutExpired:
            raise processes.Failed('weft-pktgen does not end') from None
        finally:
            processes.stop(self.process)
            ticks = _stop_probe(self.probe)
        if self.process.returncode:
            raise processes.Failed('weft-pktgen could not run' +
                                   processes.last_words(self.complaint))
        with open(SAID, encoding='utf-8') as file:
            return Run(json.load(file), ticks)


def begin(bench, device, arguments, search=False):
    """Drives both ports of a device."""
    command = [bench.pktgen, *device.generator_ports(), '--wait', '20',
               '--core', str(bench.generator_core), '--json', *arguments]
    if not search:
        command += ['--windows', str(windows.WINDOW_MS)]
    return Running(bench, device, command)


def run(bench, device, arguments, seconds, search=False):
    running = begin(bench, device, ['--seconds', str(seconds), *arguments], search)
    return running.end(seconds * (30 if search else 1))


def _start_probe(bench, device, generator):
    command = [bench.probe, '--cores', f'{bench.generator_core},{bench.worker_core}',
               '--every', str(windows.WINDOW_MS)]
    for thread in filter(None, (generator.pid, device.worker_thread())):
        command += ['--thread', str(thread)]
    with open(f'{SCRATCH}/probe.txt', 'wb') as out:
        return processes.start(command, f'{SCRATCH}/probe.log', stdin=subprocess.PIPE, stdout=out)


def _stop_probe(probe):
    probe.stdin.close()
    try:
        probe.wait(2)
    except subprocess.TimeoutExpired:
        pass
    processes.stop(probe)
    with open(f'{SCRATCH}/probe.txt', encoding='utf-8') as file:
        return windows.parse_ticks(file.read())
