# SPDX-License-Identifier: BSD-3-Clause
"""What is measured: the cases of `tools/bench l2` and `l3`, and who takes part in them."""
from dataclasses import dataclass, field

from routes import ROUTER_MAC, Table

RATE, LATENCY, IDLE, UPDATES = 'rate', 'latency', 'idle', 'updates'


@dataclass(frozen=True)
class Case:
    name: str
    title: str
    generator: list = field(default_factory=list)  # arguments of weft-pktgen
    kind: str = RATE
    macs: int = 1  # stations that a switch has to know, besides the sender
    quick: bool = False
    devices: tuple = ()  # names of those who take part; none: all
    table: Table = None  # of routes
    foreign: int = 0     # packets that a device may send by itself: neighbour discovery and such
    pace: float = 0      # seconds from one change of routes to the next; 0: as fast as they go

    def is_for(self, device):
        return not self.devices or device in self.devices


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

_SMALL = Table('v4-10k', 4, 10_000)
_FULL = Table('v4-1M', 4, 1_000_000)
_BEYOND_OVS = ('weft', 'linux', 'testpmd')


def _routed(name, title, table, devices=(), **more):
    """The rest before a trial is for tables: routes are not in them until the ports have a link."""
    size = ['--size', '80'] if table.family == 6 else []  # the least with the generator's stamp
    rest = ['--settle', '3' if table.n > 10_000 else '0.5'] if 'kind' not in more else []
    return Case(name, title, ['--dst-prefixes', table.path('to'), '--dst-mac', ROUTER_MAC, *size,
                              *rest], table=table, devices=devices, foreign=1000, **more)


L3 = [
    _routed('v4-1', '64 B, IPv4, 1 route', Table('v4-1', 4, 1), quick=True),
    _routed('v4-10k', '64 B, IPv4, 10 k routes', _SMALL, quick=True),
    _routed('v4-1M', '64 B, IPv4, 1 M routes', _FULL, _BEYOND_OVS),
    _routed('v6-200k', '80 B, IPv6, 200 k routes', Table('v6-200k', 6, 200_000), _BEYOND_OVS),
    _routed('v4-1-ecmp', '64 B, 1 route, 8 hops', Table('v4-1-ecmp', 4, 1, 8)),
    _routed('v4-10k-ecmp', '64 B, 10 k, 8 hops each',
            Table('v4-10k-ecmp', 4, 10_000, 8), ('weft', 'ovs', 'testpmd')),
    _routed('v4-1M-ecmp', '64 B, 1 M, 8 hops each',
            Table('v4-1M-ecmp', 4, 1_000_000, 8), ('weft', 'testpmd')),
    _routed('changes-10k', '10 k routes, all of which change ten times a second',
            Table('changes-10k', 4, 10_000, moving=1), ('weft',), kind=UPDATES, pace=0.1,
            quick=True),
    _routed('changes-100k', '1 M routes, 100 k of which change each second',
            Table('changes-100k', 4, 1_000_000, moving=10), ('weft',), kind=UPDATES, pace=1),
    _routed('changes-all', '1 M routes, all of which change again and again',
            Table('changes-all', 4, 1_000_000, moving=1), ('weft',), kind=UPDATES),
]

# For those that are not about rate: key in a trial's figures, title, unit, whether less is better.
FIGURES = {
    RATE: [('mpps', 'M packets a second', 'M/s')],
    LATENCY: [('p50_us', 'latency, median', 'µs'), ('p99_us', 'latency, 99th percentile', 'µs'),
              ('ndr_mpps', 'no-loss rate', 'M/s')],
    UPDATES: [('changes_k', 'changed a second', 'k/s'),
              ('lost', 'lost', 'packets'),
              ('late', 'of these, the receiver had no room for', 'packets'),
              ('misrouted', 'to a wrong next hop', 'packets'),
              ('load_s', 'all from a file into the FIB, before', 's')],
    IDLE: [('cpu_percent', 'processor time when idle', '% of a core'),
           ('first_us', 'first packet after 200 ms of silence, median', 'µs')],
}
ANYWHERE = {figure for figure, _, _ in FIGURES[UPDATES]}  # of every round, clean or not
LESS_IS_BETTER = {'p50_us', 'p99_us', 'cpu_percent', 'first_us'}


class UnknownCase(Exception):
    pass


def choose(cases, names, quick):
    """Those of these names, all without names, or those of a quick run."""
    if not names:
        return [case for case in cases if case.quick or not quick]
    known = {case.name: case for case in cases}
    for name in names:
        if name not in known:
            raise UnknownCase(f'no case is called {name}; there are: ' + ', '.join(known))
    return [known[name] for name in dict.fromkeys(names)]
