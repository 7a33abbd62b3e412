# SPDX-License-Identifier: BSD-3-Clause
"""Tables of routes, in the words of each device; the same ones in each run.

Where a route leads hangs on its first 16 bits alone (IPv6: 32), and none is shorter: whichever is the
longest match, the generator knows which MAC addresses are right."""
import functools
import os
import random
from dataclasses import dataclass

from bench import SCRATCH

ROUTER_MAC = '02:00:00:00:01:01'
HOPS = 64                     # neighbours; MAC addresses 02:58:00:00:01:00 and so on
LENGTHS = {4: (24, 24, 24, 24, 24, 22, 20, 16), 6: (48, 48, 48, 48, 44, 40, 36, 32)}
KEY_BITS = {4: 16, 6: 32}
BITS = {4: 32, 6: 128}
NETS = {4: ('172.31.1.1/24', '172.31.2.1/24'), 6: ('fd00:0:0:1::1/64', 'fd00:0:0:2::1/64')}
DEFAULT = {4: '0.0.0.0/0', 6: '::/0'}
BELOW_DEFAULT = {4: '64.0.0.0/3', 6: '2400::/8'}  # destinations where that is the only route


_MACS = [f'02:58:00:00:01:{hop:02x}' for hop in range(HOPS)]
_ADDRESSES = {4: [f'172.31.2.{16 + hop}' for hop in range(HOPS)],
              6: [f'fd00:0:0:2::{16 + hop:x}' for hop in range(HOPS)]}


def hop_mac(hop):
    return _MACS[hop]


def hop_address(family, hop):
    return _ADDRESSES[family][hop]


@functools.lru_cache(maxsize=1)
def _draw(family, n):
    """(address as a number, length) of routes, none twice, in an order of chance."""
    chance, found, bits = random.Random(family), {}, BITS[family]
    while len(found) < n:
        length = LENGTHS[family][chance.getrandbits(3)]
        first = 1 + chance.getrandbits(16) % 120 if family == 4 else 0x20 | chance.getrandbits(4)
        rest = chance.getrandbits(length - 8)
        found[(first << (bits - 8) | rest << (bits - length), length)] = None
    return list(found)


def _ip4_text(address):
    return f'{address >> 24}.{address >> 16 & 255}.{address >> 8 & 255}.{address & 255}'


def _ip6_text(address):
    """Of its first 48 bits; the others are 0."""
    return f'{address >> 112:x}:{address >> 96 & 0xffff:x}:{address >> 80 & 0xffff:x}::'


@dataclass(frozen=True)
class Table:
    name: str
    family: int
    n: int          # routes; 1: the default route
    width: int = 1  # next hops of each, a power of two
    moving: int = 0  # one route of so many has another next hop in a second version of it

    def path(self, kind):
        """kind: to (weft-pktgen), weft, moved (weft, the second version), ovs, groups, linux."""
        return f'{SCRATCH}/tables/{self.name}.{kind}'

    def prefixes(self):
        """(address as a number, length) of each route."""
        return [(0, 0)] if self.n == 1 else _draw(self.family, self.n)

    def _key(self, address):
        key = address >> (BITS[self.family] - KEY_BITS[self.family])
        return key * 2654435761 >> 16

    def hops(self, address):
        """Numbers of the next hops for an address."""
        first = self._key(address) % (HOPS // self.width) * self.width
        return range(first, first + self.width)

    def moves(self, address):
        return self.moving > 0 and (self._key(address) >> 8) % self.moving == 0

    @functools.lru_cache(maxsize=None)
    def n_moving(self):
        return sum(self.moves(address) for address, _ in self.prefixes())

    def text(self, prefix):
        address, length = prefix
        if length == 0:
            return DEFAULT[self.family]
        return f'{_ip4_text(address) if self.family == 4 else _ip6_text(address)}/{length}'


def _to(table, prefixes):
    """Of a route that moves, both next hops are right: they differ in the last bit."""
    if table.n == 1:
        first, same = table.hops(0)[0], 48 - (table.width - 1).bit_length()
        yield f'{BELOW_DEFAULT[table.family]} {hop_mac(first)}/{same}\n'
        return
    for prefix in prefixes:
        same = 47 if table.moves(prefix[0]) else 48 - (table.width - 1).bit_length()
        yield f'{table.text(prefix)} {hop_mac(table.hops(prefix[0])[0])}/{same}\n'


def _weft(table, prefixes, moved=False):
    for prefix in prefixes:
        flip = moved and table.moves(prefix[0])
        via = ','.join(hop_address(table.family, hop ^ flip) for hop in table.hops(prefix[0]))
        yield f'{table.text(prefix)} {via}\n'


def _ovs(table, prefixes):
    """IPv4 alone."""
    rewrite = f'mod_dl_src:{ROUTER_MAC},dec_ttl'
    for prefix in prefixes:
        first = table.hops(prefix[0])[0]
        out = (f'mod_dl_dst:{hop_mac(first)},output:2' if table.width == 1
               else f'group:{first // table.width + 1}')
        where = f'ip,nw_dst={table.text(prefix)}' if prefix[1] else 'ip'
        yield f'priority={100 + prefix[1]},{where},actions={rewrite},{out}\n'


def _groups(table, _prefixes):
    for first in range(0, HOPS, table.width):
        buckets = ','.join(f'bucket=actions=mod_dl_dst:{hop_mac(hop)},output:2'
                           for hop in range(first, first + table.width))
        yield f'group_id={first // table.width + 1},type=select,{buckets}\n'


def _linux(table, prefixes):
    for prefix in prefixes:
        hops = [hop_address(table.family, hop) for hop in table.hops(prefix[0])]
        via = (f'via {hops[0]}' if len(hops) == 1 else
               ' '.join(f'nexthop via {hop}' for hop in hops))
        yield f'route add {table.text(prefix)} {via}\n'


def write(table, kinds):
    """Files of these kinds that are not there yet."""
    writers = {'to': _to, 'weft': _weft, 'ovs': _ovs, 'groups': _groups, 'linux': _linux,
               'moved': lambda t, prefixes: _weft(t, prefixes, moved=True)}
    missing = [kind for kind in kinds if not os.path.exists(table.path(kind))]
    if not missing:
        return
    os.makedirs(os.path.dirname(table.path('to')), exist_ok=True)
    prefixes = table.prefixes()
    for kind in missing:
        with open(table.path(kind), 'w', encoding='ascii') as file:
            file.writelines(writers[kind](table, prefixes))
