# SPDX-License-Identifier: BSD-3-Clause
"""DPDK's testpmd in io mode: packets are passed on unseen. The floor."""
import re
import shutil
import subprocess

import processes
from device import Device

TESTPMD = 'dpdk-testpmd'


class Testpmd(Device):
    name, title, color, role = 'testpmd', 'testpmd io (the floor)', '#adb5bd', 'floor'
    worker = 'rte-worker'

    def missing(self):
        return '' if shutil.which(TESTPMD) else 'no dpdk-testpmd here: apt-get install dpdk-dev'

    def launch(self, ports, case):
        devices = [port if not port.startswith('/') else f'net_vhost{i},iface={port},client=1'
                   for i, port in enumerate(ports)]
        command = ['stdbuf', '-oL', TESTPMD,
                   '--lcores', f'0@{self.bench.generator_core},1@{self.bench.worker_core}',
                   '--in-memory', '--no-telemetry', '-m', '512', '-a', 'pci:ffff:ff:1f.7',
                   '--file-prefix', 'weft-bench']
        for device in devices:
            command += ['--vdev', device]
        command += ['--', '-i', '--nb-cores=1', '--forward-mode=io', '--total-num-mbufs=65536',
                    '--record-core-cycles', '--no-lsc-interrupt',
                    '--disable-link-check']
        self.process = processes.start(command, self.log, stdin=subprocess.PIPE)
        processes.wait_for('testpmd does not start', lambda: 'testpmd>' in self._said(), 10,
                           self.process, self.log)
        self._tell('start')

    def _said(self):
        with open(self.log, encoding='utf-8', errors='replace') as file:
            return file.read()

    def _tell(self, words):
        self.process.stdin.write(words.encode() + b'\n')
        self.process.stdin.flush()

    def _ask(self, words, pattern):
        before = len(re.findall(pattern, self._said()))
        self._tell(words)
        found = []

        def said():
            found[:] = re.findall(pattern, self._said())
            return len(found) > before
        processes.wait_for(f'testpmd does not answer: {words}', said, 5, self.process)
        return found[-1]

    def received(self):
        return int(self._ask('show port stats 0', r'RX-packets:\s*(\d+)'))

    def cycles(self):
        try:
            return float(self._ask('stop', r'CPU cycles/packet=([\d.]+)'))
        except processes.Failed:
            return None  # it forwarded nothing

    def version(self):
        said = subprocess.run(['dpkg-query', '-W', '-f=${Version}', 'dpdk-dev'],
                              capture_output=True, text=True, check=False).stdout
        return 'testpmd ' + (said or 'of unknown version')
