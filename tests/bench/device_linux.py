# SPDX-License-Identifier: BSD-3-Clause
"""Linux's own forwarding: a network namespace between two veth pairs.

The kernel cannot use a guest's sockets, so weft-pktgen sends and receives raw packets on the outer
ends. That costs it far more than a ring does, and it often is the limit. Then `cycles` tells more:
those of the worker's core, to which the kernel's own packet steering moves all forwarding."""
import os

import machine
import processes
import routes
from device import Device

BATCH_PATIENCE = 240  # a million routes take half a minute


class LinuxRouter(Device):
    name, title, color = 'linux', 'Linux, between veth pairs', '#2f9e44'

    def __init__(self, bench):
        super().__init__(bench)
        self.made = {}  # name of a table -> number of its namespace; they are kept
        self.busy = self.packets = 0

    def missing(self):
        try:
            processes.run(['ip', '-V'])
        except processes.Failed as why:
            return str(why)
        return ''

    def launch(self, ports, case):
        table = case.table
        if table.name not in self.made:
            self.made[table.name] = len(self.made)
            self._make(table)
        self.number = self.made[table.name]
        self.cycles()  # counted from here on

    def stop(self):
        """A namespace stays until the run ends: taking away a million routes would disturb others."""

    def _inside(self, *words, patience=15):
        processes.run(['ip', 'netns', 'exec', f'r{self.number}', *words], patience)

    def _ip(self, *words):
        self._inside('ip', *words)

    def _make(self, table):
        self.number = self.made[table.name]
        processes.run(['ip', 'netns', 'add', f'r{self.number}'])
        ends = (('gen', 'in', self.bench.worker_core), ('sink', 'out', self.bench.generator_core))
        for (outer, inner, _), net in zip(ends, routes.NETS[table.family]):
            processes.run(['ip', 'link', 'add', f'{outer}{self.number}', 'type', 'veth',
                           'peer', 'name', inner, 'netns', f'r{self.number}'])
            processes.run(['ip', 'link', 'set', f'{outer}{self.number}', 'up'])
            self._ip('link', 'set', inner, 'up')
            nodad = ['nodad'] if table.family == 6 else []
            self._ip('address', 'add', net, 'dev', inner, *nodad)
        self._ip('link', 'set', 'in', 'address', routes.ROUTER_MAC)
        self._inside('sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1',
                     'net.ipv4.conf.all.rp_filter=0', 'net.ipv4.conf.in.rp_filter=0',
                     'net.ipv4.fib_multipath_hash_policy=1')
        self._steer()
        self._fill(table)

    def _steer(self):
        """Forwarding on the worker's core, what is received from it on the generator's."""
        path = '/sys/class/net/{}/queues/rx-0/rps_cpus'
        self._inside('sh', '-c', f"echo {1 << self.bench.worker_core:x} > {path.format('in')}")
        with open(path.format(f'sink{self.number}'), 'w', encoding='ascii') as file:
            file.write(f'{1 << self.bench.generator_core:x}')

    def _fill(self, table):
        for hop in range(routes.HOPS):
            self._ip('neighbor', 'add', routes.hop_address(table.family, hop), 'lladdr',
                     routes.hop_mac(hop), 'dev', 'out', 'nud', 'permanent')
        self._inside('ip', f'-{table.family}', '-batch', table.path('linux'),
                     patience=BATCH_PATIENCE)

    def generator_ports(self):
        return ['--tx', f'net_af_packet0,iface=gen{self.number},qdisc_bypass=1',
                '--rx', f'net_af_packet1,iface=sink{self.number}']

    # --- figures ---

    def received(self):
        said = processes.run(['ip', 'netns', 'exec', f'r{self.number}', 'cat',
                              '/sys/class/net/in/statistics/rx_packets'])
        return int(said)

    def cycles(self):
        """Of the worker's core, with whatever it did, a packet received."""
        busy, packets = machine.busy_seconds(self.bench.worker_core), self.received()
        used, n = busy - self.busy, packets - self.packets
        self.busy, self.packets = busy, packets
        hz = machine.tsc_hz()
        return used * hz / n if n > 0 and hz else None

    def version(self):
        return 'Linux ' + os.uname().release
