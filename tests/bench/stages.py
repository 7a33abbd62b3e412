# SPDX-License-Identifier: BSD-3-Clause
"""`tools/bench stages`: what switching costs without vhost, on one core alone.

Two looks at it. Whole programs: packets that a file repeats for ever go in, and nothing takes them.
The stages by themselves, from weft-bench-stages: cycles, and instructions under callgrind, which
repeat exactly and are compared with the baseline in the repository."""
import os
import re
import shutil
import struct
import time

import bench as common
import figures
import machine
import processes
import report
from bench import SCRATCH
from device_ovs import Ovs, OvsFlow
from device_testpmd import Testpmd
from device_weft import Weft
from l2 import present, say

BASELINE = os.path.join(common.ROOT, 'tests/bench/baseline/stages.txt')
DEVICES = [Testpmd, Weft, OvsFlow, Ovs]  # the floor first
SINK = '02:00:01:00:00:00'               # it never speaks: without being told, a switch floods
FLOWS = [1, 10_000]
STATIONS = [1, 100_000]
ROUNDS = 1000  # of a worker, under callgrind
BURST = 32
WARM_UP_S, MEASURE_S = 0.5, 1.0

# --- instructions ---


def parse_callgrind(text):
    """Function -> instructions of its own, from the totals that callgrind_annotate prints."""
    counts = {}
    for line in text.splitlines():
        found = re.match(r'\s*([\d,]+)\s+(?:\([^)]*\))?\s+\S*?:(\w+)', line)
        if found:
            counts[found.group(2)] = counts.get(found.group(2), 0) + int(
                found.group(1).replace(',', ''))
    return counts


def count_instructions(bench, stations):
    """Per packet: those of each function, and of all."""
    out = f'{SCRATCH}/callgrind.{stations}'
    processes.run(['valgrind', '--tool=callgrind', '--toggle-collect=worker_round',
                   f'--callgrind-out-file={out}', bench.program('tests/bench/weft-bench-stages'),
                   'rounds', str(stations), str(ROUNDS)], patience=300)
    counts = parse_callgrind(processes.run(['callgrind_annotate', '--threshold=100', out], 60))
    packets = ROUNDS * BURST
    told = {name: n / packets for name, n in counts.items() if n / packets >= 0.5}
    told['all'] = sum(counts.values()) / packets
    return told


def read_baseline(text):
    """{stations: {function: instructions a packet}}"""
    found = {}
    for line in text.splitlines():
        words = line.split('#')[0].split()
        if len(words) == 3:
            found.setdefault(int(words[0]), {})[words[1]] = float(words[2])
    return found


def format_baseline(compiler, counts):
    lines = ['# Instructions a packet in each function between receive and send, 64 B packets to',
             '# so many stations; `tools/bench stages --update` writes this file. ' + compiler]
    for stations, told in counts.items():
        lines += [f'{stations} {name} {n:.2f}' for name, n in sorted(told.items())]
    return '\n'.join(lines) + '\n'


def differences(old, new):
    """Lines about what changed by more than a hundredth of an instruction."""
    lines = []
    for stations, told in new.items():
        before = old.get(stations, {})
        for name in sorted(set(told) | set(before)):
            a, b = before.get(name, 0.0), told.get(name, 0.0)
            if abs(a - b) > 0.01:
                percent = f' ({100 * (b - a) / a:+.1f} %)' if a else ''
                lines.append(f'{stations} stations: {name} {a:.2f} -> {b:.2f}{percent}')
    return lines


def compiler_of():
    try:
        return processes.run(['gcc', '--version']).splitlines()[0]
    except processes.Failed:
        return 'an unknown compiler'


def instructions(bench, update):
    if not shutil.which('valgrind'):
        say('instructions are not counted: no valgrind here (apt-get install valgrind)')
        return None
    counts = {stations: count_instructions(bench, stations) for stations in STATIONS}
    for stations, told in counts.items():
        say(f'\ninstructions a packet, {stations} stations (callgrind)')
        for name, n in sorted(told.items(), key=lambda item: -item[1]):
            say(f'  {name:24}{n:8.2f}')
    compiler = compiler_of()
    if update:
        os.makedirs(os.path.dirname(BASELINE), exist_ok=True)
        with open(BASELINE, 'w', encoding='utf-8') as file:
            file.write(format_baseline(compiler, counts))
        say(f'written: {os.path.relpath(BASELINE, common.ROOT)}')
        return counts
    try:
        with open(BASELINE, encoding='utf-8') as file:
            text = file.read()
    except FileNotFoundError:
        say('there is no baseline yet: --update makes it')
        return counts
    changed = differences(read_baseline(text), counts)
    if compiler not in text:
        say('the baseline is another compiler\'s: a difference may be its doing')
    say('\nthe same as the baseline' if not changed else
        '\nagainst the baseline:\n  ' + '\n  '.join(changed))
    return counts


# --- cycles of the stages by themselves ---


def stage_cycles(bench, rounds):
    """{stations: {stage: median of the rounds}}"""
    seen = {stations: {} for stations in STATIONS}
    for _ in range(rounds):
        for stations in STATIONS:
            said = processes.run(
                ['taskset', '-c', str(bench.worker_core),
                 bench.program('tests/bench/weft-bench-stages'), 'cycles', str(stations)], 60)
            for line in said.splitlines():
                name, value = line.split()
                seen[stations].setdefault(name, []).append(float(value))
    return {stations: {name: (min(v), figures.median(v), max(v)) for name, v in told.items()}
            for stations, told in seen.items()}


# --- whole programs ---


def write_pcap(path, flows):
    """Frames of 60 bytes, flows told apart by their source address, in an order of chance."""
    chance = 1
    with open(path, 'wb') as file:
        file.write(struct.pack('=IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for i in range(max(flows, 512)):
            chance = (chance * 6364136223846793005 + 1442695040888963407) % 2 ** 64
            flow = (chance >> 33) % flows if flows > 1 else 0
            frame = (bytes.fromhex(SINK.replace(':', '') + '020000000001' + '0800') +
                     struct.pack('>BBHHHBBH', 0x45, 0, 46, 0, 0, 64, 17, 0) +
                     struct.pack('>II', 0xc6120001 + flow, 0xc6130001) +
                     struct.pack('>HHHH', 1024, 9, 26, 0) + bytes(18))
            file.write(struct.pack('=IIII', 0, i, len(frame), len(frame)) + frame)


def tsc_hz():
    """Of the kernel's log where it is to be had; else as the processor's name has it."""
    with open('/proc/cpuinfo', encoding='utf-8') as file:
        found = re.search(r'^cpu MHz\s*:\s*([\d.]+)', file.read(), re.M)
    return float(found.group(1)) * 1e6 if found else None


def replay(device, pcap):
    """Packets a second, with the worker's core busy with nothing else."""
    device.start([f'net_pcap0,rx_pcap={pcap},infinite_rx=1', 'net_null0,no-rx=1'])
    try:
        time.sleep(WARM_UP_S)
        first, began = device.received(), time.monotonic()
        time.sleep(MEASURE_S)
        last, ended = device.received(), time.monotonic()
    finally:
        device.stop()
    if last <= first:
        raise processes.Failed('receives nothing')
    return (last - first) / (ended - began)


def whole_programs(bench, rounds):
    devices, missing = present(bench, DEVICES)
    for words in missing:
        say(words)
    for device in devices:
        device.stations = [(SINK, 1)]
    seen = {}
    for flows in FLOWS:
        write_pcap(f'{SCRATCH}/{flows}.pcap', flows)
    for _ in range(rounds):
        for flows in FLOWS:
            for device in devices:
                try:
                    rate = replay(device, f'{SCRATCH}/{flows}.pcap')
                except processes.Failed as why:
                    say(f'{flows} flows, {device.name}: no figure: {why}')
                    continue
                seen.setdefault((flows, device.name), []).append(tsc_hz() / rate)
    for (flows, name), cycles in seen.items():
        floor = figures.median(seen.get((flows, 'testpmd'), []))
        mine = figures.median(cycles)
        above = '' if floor is None or name == 'testpmd' else f'{mine - floor:8.1f} above testpmd'
        say(f'  {flows:>6} flows  {name:10}{mine:8.1f}  ({report.number(min(cycles))} to '
            f'{report.number(max(cycles))}){above}')
    return {f'{flows} {name}': cycles for (flows, name), cycles in seen.items()}


def run(bench, options):
    counts = instructions(bench, options.update)
    if options.instructions or options.update:
        return 0
    say(f'\ncycles a packet of the stages by themselves: median of {options.rounds} rounds '
        '(lowest to highest)')
    cycles = stage_cycles(bench, options.rounds)
    for stations, told in cycles.items():
        for name, (low, middle, high) in told.items():
            say(f'  {stations:>6} stations  {name:10}{middle:8.1f}  ({low} to {high})')
    say('\ncycles a packet of whole programs, a file in, nothing out: core cycles by packets '
        'received')
    programs = whole_programs(bench, options.rounds)
    say(f'\nload {machine.load()}: figures move by 10 to 20 % even on a quiet machine; '
        'instructions do not')
    os.makedirs(options.out, exist_ok=True)
    with open(os.path.join(options.out, 'stages.json'), 'w', encoding='utf-8') as file:
        import json
        json.dump({'machine': machine.describe(), 'instructions': counts, 'stages': cycles,
                   'programs': programs}, file, indent=1)
        file.write('\n')
    return 0
