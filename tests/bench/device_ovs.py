# SPDX-License-Identifier: BSD-3-Clause
"""Open vSwitch with DPDK, privately: its own database, folders and sockets."""
import os
import re

import processes
from device import Device

DAEMON = 'usr/lib/openvswitch-switch-dpdk/ovs-vswitchd-dpdk'


class Ovs(Device):
    name, title, color = 'ovs', 'OVS NORMAL', '#e8590c'
    worker = 'pmd-c'
    options = []
    flows = ['actions=NORMAL']

    def __init__(self, bench):
        super().__init__(bench)
        self.database = None

    # --- where it is ---

    def _find(self, path):
        for root in filter(None, (self.bench.peers, '/')):
            if os.path.exists(os.path.join(root, path)):
                return os.path.join(root, path)
        raise processes.Failed(f'Open vSwitch with DPDK is not here (no {path}): '
                               'apt-get install openvswitch-switch-dpdk')

    def missing(self):
        try:
            processes.run([self._find(DAEMON), '--version'])
        except processes.Failed as why:
            return str(why)
        return ''

    def _environment(self):
        return {name: self.folder for name in
                ('OVS_RUNDIR', 'OVS_LOGDIR', 'OVS_DBDIR', 'OVS_SYSCONFDIR')} | {
                    'OVS_PKGDATADIR': os.path.dirname(
                        self._find('usr/share/openvswitch/vswitch.ovsschema'))}

    def _run(self, program, *words, patience=15):
        return processes.run([self._find(program), *words], patience, self._environment())

    def _vsctl(self, *words):
        return self._run('usr/bin/ovs-vsctl', f'--db=unix:{self.folder}/db.sock', '--timeout=12',
                         *words)

    def _appctl(self, *words):
        return self._run('usr/bin/ovs-appctl', '--timeout=5', '-t', f'{self.folder}/ctl', *words)

    # --- life ---

    def launch(self, ports, case):
        self._start_database()
        mask = hex(1 << self.bench.worker_core)
        options = {'dpdk-init': 'true', 'dpdk-socket-mem': '512', 'pmd-cpu-mask': mask,
                   'dpdk-lcore-mask': hex(1 << self.bench.generator_core),
                   'dpdk-extra': '"--in-memory --no-telemetry -a pci:ffff:ff:1f.7"'}
        self._vsctl('--no-wait', 'set', 'Open_vSwitch', '.',
                    *(f'other_config:{key}={value}' for key, value in options.items()),
                    *self.options)
        self.process = processes.start(
            [self._find(DAEMON), f'unix:{self.folder}/db.sock', f'--unixctl={self.folder}/ctl',
             '-vconsole:warn', '-vfile:off', '-vsyslog:off'], self.log, env=self._environment())
        processes.wait_for('ovs-vswitchd does not start',
                           lambda: os.path.exists(f'{self.folder}/ctl'), 10, self.process,
                           self.log)
        self._make_bridge(ports)
        self._appctl('dpif-netdev/pmd-stats-clear')

    def _start_database(self):
        path = f'{self.folder}/conf.db'
        schema = self._find('usr/share/openvswitch/vswitch.ovsschema')
        self._run('usr/bin/ovsdb-tool', 'create', path, schema)
        self.database = processes.start(
            [self._find('usr/sbin/ovsdb-server'), path, f'--remote=punix:{self.folder}/db.sock',
             f'--unixctl={self.folder}/db.ctl', '-vconsole:warn', '-vfile:off', '-vsyslog:off'],
            self.log, env=self._environment())
        processes.wait_for('ovsdb-server does not start',
                           lambda: os.path.exists(f'{self.folder}/db.sock'), 5, self.database,
                           self.log)
        self._vsctl('--no-wait', 'init')

    def _make_bridge(self, ports):
        words = ['add-br', 'br0', '--', 'set', 'bridge', 'br0', 'datapath_type=netdev',
                 'fail_mode=secure', 'other_config:mac-table-size=262144']
        for i, port in enumerate(ports):
            words += ['--', 'add-port', 'br0', f'p{i}', '--', 'set', 'interface', f'p{i}',
                      f'ofport_request={i + 1}']
            words += (['type=dpdkvhostuserclient', f'options:vhost-server-path={port}']
                      if port.startswith('/') else ['type=dpdk', f'options:dpdk-devargs={port}'])
        self._vsctl(*words)
        for i in range(len(ports)):
            error = self._vsctl('get', 'interface', f'p{i}', 'error').strip()
            if error not in ('[]', '""'):
                raise processes.Failed(f'Open vSwitch cannot use {ports[i]}: {error}')
        for flow in self.flows:
            self._run('usr/bin/ovs-ofctl', 'add-flow', f'unix:{self.folder}/br0.mgmt', flow)
        for mac, port in self.stations:
            self._appctl('fdb/add', 'br0', f'p{port}', '0', mac)

    def close(self):
        if self.database:
            processes.stop(self.database)
            self.database = None

    # --- figures ---

    def _pmd(self, pattern):
        """Of the worker's paragraph: the main thread has one, too."""
        said = self._appctl('dpif-netdev/pmd-stats-show')
        mine = re.split(r'^(?=pmd thread|main thread)', said, flags=re.M)
        for part in mine:
            if part.startswith('pmd thread'):
                found = re.search(pattern, part)
                if found:
                    return float(found.group(1))
        return None

    def received(self):
        return int(self._pmd(r'packets received: (\d+)') or 0)

    def cycles(self):
        return self._pmd(r'avg processing cycles per packet: ([\d.]+)')

    def learned(self):
        if 'NORMAL' not in self.flows[0]:
            return None
        found = re.search(r'table: (\d+)/', self._appctl('fdb/stats-show', 'br0'))
        return int(found.group(1)) if found else None

    def version(self):
        return processes.run([self._find(DAEMON), '--version']).splitlines()[0].replace(
            'ovs-vswitchd-dpdk (Open vSwitch)', 'Open vSwitch')


class OvsSignature(Ovs):
    name, title, color = 'ovs-smc', 'OVS NORMAL, signature cache', '#f59f00'
    options = ['other_config:smc-enable=true']


class OvsFlow(Ovs):
    name, title, color = 'ovs-p2p', 'OVS port to port', '#ffc9a3'
    flows = ['in_port=1,actions=output:2', 'in_port=2,actions=output:1']
