# SPDX-License-Identifier: BSD-3-Clause
"""weft-pktgen and the probe beside it: one run of the generator, with what the machine did."""
import json
import subprocess
from dataclasses import dataclass

import processes
import windows
from bench import SCRATCH
from device import SOCKETS

LATE = 40  # seconds beyond what was asked for: joining, warming up, the trials of a search


@dataclass
class Run:
    report: dict
    ticks: list


def run(bench, device, arguments, seconds, search=False):
    """Drives both ports of a device."""
    command = [bench.pktgen, '--tx', SOCKETS[0], '--rx', SOCKETS[1], '--server', '--wait', '20',
               '--core', str(bench.generator_core), '--seconds', str(seconds),
               '--json', *arguments]
    if not search:
        command += ['--windows', str(windows.WINDOW_MS)]
    said, complaint = f'{SCRATCH}/pktgen.json', f'{SCRATCH}/pktgen.log'
    open(complaint, 'w', encoding='utf-8').close()
    with open(said, 'wb') as out:
        generator = processes.start(command, complaint, stdout=out)
    probe = _start_probe(bench, device, generator)
    try:
        generator.wait(LATE + seconds * (30 if search else 1))
    except subprocess.TimeoutExpired:
        raise processes.Failed('weft-pktgen does not end') from None
    finally:
        processes.stop(generator)
        ticks = _stop_probe(probe)
    if generator.returncode:
        raise processes.Failed('weft-pktgen could not run' + processes.last_words(complaint))
    with open(said, encoding='utf-8') as file:
        return Run(json.load(file), ticks)


def _start_probe(bench, device, generator):
    command = [bench.probe, '--cores', f'{bench.generator_core},{bench.worker_core}',
               '--every', str(windows.WINDOW_MS), '--thread', str(generator.pid),
               '--thread', str(device.worker_thread())]
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
