# SPDX-License-Identifier: BSD-3-Clause
"""What is measured: the cases of `tools/bench l2`, and who takes part in them."""
from dataclasses import dataclass, field

RATE, LATENCY, IDLE = 'rate', 'latency', 'idle'


@dataclass(frozen=True)
class Case:
    name: str
    title: str
    generator: list = field(default_factory=list)  # arguments of weft-pktgen
    kind: str = RATE
    macs: int = 1  # stations that a switch has to know, besides the sender
    quick: bool = False


_RANDOM = ['--flow-order', 'random']

L2 = [
    Case('64-1', '64 B, 1 flow', quick=True),
    Case('64-1k', '64 B, 1 k flows', ['--flows', '1k', *_RANDOM]),
    Case('64-100k', '64 B, 100 k flows', ['--flows', '100k', *_RANDOM]),
    Case('64-1M', '64 B, 1 M flows', ['--flows', '1M', *_RANDOM], quick=True),
    Case('macs-100k', '64 B, 100 k stations', ['--macs', '100k', *_RANDOM], macs=100_000),
    Case('imix', 'IMIX', ['--size', 'imix']),
    Case('1518', '1,518 B', ['--size', '1518'], quick=True),
    Case('split', '64 B, split rings', ['--split']),
    Case('both', '64 B, both directions', ['--both']),
    Case('latency', 'latency at half the no-loss rate', ['--latency'], kind=LATENCY),
    Case('idle', 'idle, and the first packet after silence', ['--latency'], kind=IDLE),
]

# For those that are not about rate: key in a trial's figures, title, unit, whether less is better.
FIGURES = {
    RATE: [('mpps', 'M packets a second', 'M/s')],
    LATENCY: [('p50_us', 'latency, median', 'µs'), ('p99_us', 'latency, 99th percentile', 'µs'),
              ('ndr_mpps', 'no-loss rate', 'M/s')],
    IDLE: [('cpu_percent', 'processor time when idle', '% of a core'),
           ('first_us', 'first packet after 200 ms of silence, median', 'µs')],
}
LESS_IS_BETTER = {'p50_us', 'p99_us', 'cpu_percent', 'first_us'}


class UnknownCase(Exception):
    pass


def choose(names, quick):
    """The cases of these names, all without names, or those of a quick run."""
    if not names:
        return [case for case in L2 if case.quick or not quick]
    known = {case.name: case for case in L2}
    for name in names:
        if name not in known:
            raise UnknownCase(f'no case is called {name}; there are: ' + ', '.join(known))
    return [known[name] for name in dict.fromkeys(names)]
