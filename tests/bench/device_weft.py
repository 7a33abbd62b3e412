# SPDX-License-Identifier: BSD-3-Clause
"""weftd with one worker and one bridge."""
import json
import os

import processes
from device import Device


class Weft(Device):
    name, title, color, role = 'weft', 'weft', '#0b7285', 'ours'
    worker = 'weft-w'

    def conf(self, ports, case):
        conf = {'system': {'workers': [self.bench.worker_core], 'memory': '512MB'},
                'ports': {f'p{i}': self._port(port) for i, port in enumerate(ports)},
                'bridges': {'br0': {'mac_limit': 262144, 'ports': {
                    f'p{i}': {'mac_limit': 262144} for i in range(len(ports))}}}}
        if self.stations:
            conf['bridges']['br0']['macs'] = [{'mac': mac, 'port': f'p{port}'}
                                              for mac, port in self.stations]
        return conf

    def launch(self, ports, case):
        conf = self.conf(ports, case)
        path = f'{self.folder}/weft.yaml'
        with open(path, 'w', encoding='utf-8') as file:
            json.dump(conf, file)  # JSON is YAML
        self.process = processes.start([self.bench.weftd, '-n', 'bench', '-c', path], self.log)
        processes.wait_for('weftd does not start', self._answers, 10, self.process, self.log)
        self.cycles()  # counted from here on

    @staticmethod
    def _port(port):
        if port.startswith('/'):
            return {'type': 'vhost-user', 'socket': port}
        return {'type': 'vdev', 'args': port}

    def _answers(self):
        try:
            return bool(self.ask('system', 'show'))
        except processes.Failed:
            return False

    def ask(self, *words):
        return json.loads(processes.run([self.bench.weft, '-n', 'bench', '-j', *words]))

    def received(self):
        return next(port['rx_packets'] for port in self.ask('port', 'show')
                    if port['name'] == 'p0')

    def cycles(self):
        return self.ask('worker', 'show')[0]['cycles_per_packet'] or None

    def learned(self):
        return self.ask('bridge', 'show')[0]['macs']

    def version(self):
        system = processes.run([self.bench.weftd, '--version']).split()
        return 'weft ' + system[-1] + self._commit()

    @staticmethod
    def _commit():
        try:
            root = os.path.dirname(os.path.abspath(__file__))
            head = processes.run(['git', '-C', root, '-c', 'safe.directory=*', 'rev-parse',
                                  '--short', 'HEAD'])
        except processes.Failed:
            return ''
        return f' ({head.strip()})'
