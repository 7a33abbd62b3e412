# SPDX-License-Identifier: BSD-3-Clause
"""`tools/bench stages`: what switching and routing cost without vhost, on one core alone.

Two looks at it. Whole programs: packets that a file repeats for ever go in, and nothing takes them.
The stages by themselves, from weft-bench-stages and weft-bench-route: cycles, and instructions under callgrind, which
repeat exactly and are compared with the baseline in the repository."""
import json
import os
import random
import re
import shutil
import struct
import time

from dataclasses import dataclass

import bench as common
import cases
import figures
import machine
import processes
import report
import routes
from bench import SCRATCH
from device_ovs import Ovs, OvsFlow
from device_router import OvsRouter, WeftRouter
from device_testpmd import Testpmd
from device_weft import Weft
from suite import present, say

BASELINE = os.path.join(common.ROOT, 'tests/bench/baseline/stages.txt')
SWITCHES = [Testpmd, Weft, OvsFlow, Ovs]  # the floor first
ROUTERS = [Testpmd, WeftRouter, OvsRouter]
SINK = '02:00:01:00:00:00'               # it never speaks: without being told, a switch floods
FLOWS = [1, 10_000]
ROUTED = ['v4-1', 'v4-10k', 'v4-1M', 'v6-200k']  # cases of l3
PACKETS = 20_000  # of a file with random destinations


@dataclass(frozen=True)
class Subject:
    """Stages over packets in memory."""
    name: str
    program: str
    arguments: tuple
    counted: bool = True  # under callgrind, too: not where a table takes a minute to fill there

    def command(self, bench, what, *more):
        return [bench.program(f'tests/bench/weft-bench-{self.program}'), what, *self.arguments,
                *more]


SUBJECTS = [
    Subject('switch-1', 'stages', ('1',)),
    Subject('switch-100k', 'stages', ('100000',)),
    Subject('route4-1', 'route', ('4', '1', '1')),
    Subject('route4-10k', 'route', ('4', '10000', '1')),
    Subject('route4-10k-ecmp', 'route', ('4', '10000', '8')),
    Subject('route4-1M', 'route', ('4', '1000000', '1'), False),
    Subject('route4-1M-ecmp', 'route', ('4', '1000000', '8'), False),
    Subject('route6-1', 'route', ('6', '1', '1')),
    Subject('route6-200k', 'route', ('6', '200000', '1'), False),
]
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


def count_instructions(bench, subject):
    """Per packet: those of each function, and of all."""
    out = f'{SCRATCH}/callgrind.{subject.name}'
    processes.run(['valgrind', '--tool=callgrind', '--toggle-collect=worker_round',
                   f'--callgrind-out-file={out}',
                   *subject.command(bench, 'rounds', str(ROUNDS))], patience=300)
    counts = parse_callgrind(processes.run(['callgrind_annotate', '--threshold=100', out], 60))
    packets = ROUNDS * BURST
    told = {name: n / packets for name, n in counts.items() if n / packets >= 0.5}
    told['all'] = sum(counts.values()) / packets
    return told


def read_baseline(text):
    """{subject: {function: instructions a packet}}"""
    found = {}
    for line in text.splitlines():
        words = line.split('#')[0].split()
        if len(words) == 3:
            found.setdefault(words[0], {})[words[1]] = float(words[2])
    return found


def format_baseline(compiler, counts):
    lines = ['# Instructions a packet in each function between receive and send: switching, with so',
             '# many stations, and routing, with so many IPv4 or IPv6 routes (without vectors of 512',
             '# bits, which callgrind does not know); `tools/bench stages --update` writes this file.',
             '# ' + compiler]
    for subject, told in counts.items():
        lines += [f'{subject} {name} {n:.2f}' for name, n in sorted(told.items())]
    return '\n'.join(lines) + '\n'


def differences(old, new):
    """Lines about what changed by more than a hundredth of an instruction."""
    lines = []
    for subject, told in new.items():
        before = old.get(subject, {})
        for name in sorted(set(told) | set(before)):
            a, b = before.get(name, 0.0), told.get(name, 0.0)
            if abs(a - b) > 0.01:
                percent = f' ({100 * (b - a) / a:+.1f} %)' if a else ''
                lines.append(f'{subject}: {name} {a:.2f} -> {b:.2f}{percent}')
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
    counts = {subject.name: count_instructions(bench, subject)
              for subject in SUBJECTS if subject.counted}
    for subject, told in counts.items():
        say(f'\ninstructions a packet, {subject} (callgrind)')
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
    """{subject: {stage: lowest, median and highest of the rounds}}"""
    seen = {subject.name: {} for subject in SUBJECTS}
    for _ in range(rounds):
        for subject in SUBJECTS:
            said = processes.run(['taskset', '-c', str(bench.worker_core),
                                  *subject.command(bench, 'cycles')], 60)
            for line in said.splitlines():
                name, value = line.split()
                seen[subject.name].setdefault(name, []).append(float(value))
    return {subject: {name: (min(v), figures.median(v), max(v)) for name, v in told.items()}
            for subject, told in seen.items()}


# --- whole programs ---


def write_pcap(path, flows):
    """Frames of 60 bytes, flows told apart by their source address, in an order of chance."""
    chance = random.Random(1)
    numbers = (chance.randrange(flows) for _ in range(max(flows, 512)))
    _write_frames(path, (_ether(SINK, 4) + _ip4(0xc6120001 + flow, 0xc6130001)
                         for flow in numbers))


def write_routed_pcap(path, table):
    """Frames to the router, each to an address of its own below a random route."""
    chance, bits = random.Random(2), routes.BITS[table.family]
    prefixes = table.prefixes() if table.n > 1 else [(64 << 24, 3)]
    head, ip = _ether(routes.ROUTER_MAC, table.family), _ip4 if table.family == 4 else _ip6
    source = 0xc6120001 if table.family == 4 else 0x20010002 << 96 | 1

    def frame():
        address, length = chance.choice(prefixes)
        return head + ip(source, address | chance.getrandbits(bits - length))
    _write_frames(path, (frame() for _ in range(PACKETS)))


def _write_frames(path, frames):
    with open(path, 'wb') as file:
        file.write(struct.pack('=IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for i, frame in enumerate(frames):
            file.write(struct.pack('=IIII', 0, i, len(frame), len(frame)) + frame)


def _ether(destination, family):
    return bytes.fromhex(destination.replace(':', '') + '020000000001' +
                         {4: '0800', 6: '86dd'}[family])


_UDP = struct.pack('>HHHH', 1024, 9, 26, 0) + bytes(18)


def _ip4(source, destination):
    header = struct.pack('>BBHHHBBHII', 0x45, 0, 46, 0, 0, 64, 17, 0, source, destination)
    total = sum(struct.unpack('>10H', header))
    total = (total & 0xffff) + (total >> 16)
    total = ~(total + (total >> 16)) & 0xffff
    return header[:10] + struct.pack('>H', total) + header[12:] + _UDP


def _ip6(source, destination):
    return (struct.pack('>IHBB', 6 << 28, len(_UDP), 17, 64) + source.to_bytes(16, 'big') +
            destination.to_bytes(16, 'big') + _UDP)


def replay(device, pcap, case):
    """Packets a second, with the worker's core busy with nothing else."""
    try:
        device.start([f'net_pcap0,rx_pcap={pcap},infinite_rx=1', 'net_null0,no-rx=1'], case)
        device.settle()
        time.sleep(WARM_UP_S)
        first, began = device.received(), time.monotonic()
        time.sleep(MEASURE_S)
        last, ended = device.received(), time.monotonic()
    finally:
        device.stop()
    if last <= first:
        raise processes.Failed('receives nothing')
    return (last - first) / (ended - began)


@dataclass(frozen=True)
class Replay:
    name: str
    kinds: list        # devices, the floor first
    case: object = None

    @property
    def pcap(self):
        """Without a comma, which would end it among the arguments of a device."""
        return f"{SCRATCH}/{re.sub('[^A-Za-z0-9]+', '-', self.name)}.pcap"


def _replays():
    """What is replayed, its files written."""
    found = []
    for flows in FLOWS:
        found.append(Replay(f'switch, {flows} flows', SWITCHES))
        write_pcap(found[-1].pcap, flows)
    for case in cases.choose(cases.L3, ROUTED, False):
        kinds = [kind for kind in ROUTERS if case.is_for(kind.name)]
        found.append(Replay(f'route, {case.name}', kinds, case))
        routes.write(case.table, ['weft', 'ovs', 'groups'] if OvsRouter in kinds else ['weft'])
        write_routed_pcap(found[-1].pcap, case.table)
    return found


def whole_programs(bench, rounds):
    """{what: {device: cycles a packet of each round}}"""
    here, missing = present(bench, [*SWITCHES, WeftRouter, OvsRouter])
    for words in missing:
        say(words)
    for device in here:
        device.stations = [] if isinstance(device, (WeftRouter, OvsRouter)) else [(SINK, 1)]
    replays, seen = _replays(), {}
    for _ in range(rounds):
        for it in replays:
            for device in (device for device in here if type(device) in it.kinds):
                try:
                    rate = replay(device, it.pcap, it.case)
                except processes.Failed as why:
                    say(f'{it.name}, {device.name}: no figure: {why}')
                    continue
                seen.setdefault(it.name, {}).setdefault(device.name, []).append(
                    machine.tsc_hz() / rate)
    return seen


def _say_programs(programs):
    for what, told in programs.items():
        floor = figures.median(told.get('testpmd', []))
        for name, cycles in told.items():
            mine = figures.median(cycles)
            above = '' if floor is None or name == 'testpmd' else f'{mine - floor:8.1f} above testpmd'
            say(f'  {what:22}{name:10}{mine:8.1f}  ({report.number(min(cycles))} to '
                f'{report.number(max(cycles))}){above}')


def run(bench, options):
    counts = instructions(bench, options.update)
    if options.instructions or options.update:
        return 0
    say(f'\ncycles a packet of the stages by themselves: median of {options.rounds} rounds '
        '(lowest to highest)')
    cycles = stage_cycles(bench, options.rounds)
    for subject, told in cycles.items():
        for name, (low, middle, high) in told.items():
            say(f'  {subject:16}{name:10}{middle:8.1f}  ({low} to {high})')
    say('\ncycles a packet of whole programs, a file in, nothing out: core cycles by packets '
        'received')
    programs = whole_programs(bench, options.rounds)
    _say_programs(programs)
    say(f'\nload {machine.load()}: figures move by 10 to 20 % even on a quiet machine; '
        'instructions do not')
    os.makedirs(options.out, exist_ok=True)
    with open(os.path.join(options.out, 'stages.json'), 'w', encoding='utf-8') as file:
        json.dump({'machine': machine.describe(), 'instructions': counts, 'stages': cycles,
                   'programs': programs}, file, indent=1)
        file.write('\n')
    return 0
