# SPDX-License-Identifier: BSD-3-Clause
"""A device under test: a switch with two ports, one worker, on a core of its own."""
import os
import shutil

import processes
from bench import SCRATCH

SOCKETS = [f'{SCRATCH}/a.sock', f'{SCRATCH}/b.sock']


class Device:
    """A subclass says how it starts, how it is asked, and how it ends. A port is the argument of
    make_port: a vhost-user socket that the generator owns, or a DPDK device."""
    name = title = color = ''
    role = 'peer'   # ours, peer or floor
    worker = ''     # how the names of its worker's threads begin

    def __init__(self, bench):
        self.bench = bench
        self.process = None
        self.stations = []  # (MAC address, number of its port): those that never speak
        self.folder = f'{SCRATCH}/{self.name}'
        self.log = f'{SCRATCH}/{self.name}.log'

    # --- for subclasses ---

    def missing(self):
        """Why it cannot be started here, or ''."""
        return ''

    def launch(self, ports, case):
        """Starts it; returns when it is ready."""
        raise NotImplementedError

    def settle(self):
        """Returns when it is ready for packets. Its ports have a link."""

    def close(self):
        """Ends what launch started besides self.process."""

    def received(self):
        """Packets received on its first port so far."""
        raise NotImplementedError

    def cycles(self):
        """Cycles a packet by its own account, or None."""
        return None

    def learned(self):
        """How many addresses it knows, or None where it learns none."""
        return None

    def doubt(self, case):
        """Why what it did was not what the case is about, or ''."""
        known, stations = self.learned(), case.macs + 1
        if known is not None and known < stations:
            return f'knows {known} stations of {stations}: it flooded'
        return ''

    def version(self):
        raise NotImplementedError

    # --- for the run ---

    def start(self, ports, case=None):
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        open(self.log, 'w', encoding='utf-8').close()
        self.launch(ports, case)
        self.keep_off_the_worker()

    def stop(self):
        if self.process:
            processes.stop(self.process)
            self.process = None
        self.close()

    def worker_thread(self):
        """The thread that moves packets, or None. Others may be bound to its core, too: DPDK's own."""
        if not self.process:
            return None
        mine = [thread for thread, cores in processes.threads(self.process)
                if cores == {self.bench.worker_core} and
                processes.thread_name(self.process, thread).startswith(self.worker)]
        return mine[0] if mine else self.process.pid

    def generator_ports(self):
        """Arguments of weft-pktgen: where it meets the device."""
        return ['--tx', SOCKETS[0], '--rx', SOCKETS[1], '--server']

    def keep_off_the_worker(self):
        """Threads that may run anywhere run beside the generator: in all devices the same."""
        if not self.process:
            return
        for thread, cores in processes.threads(self.process):
            if cores != {self.bench.worker_core}:
                try:
                    os.sched_setaffinity(thread, {self.bench.generator_core})
                except OSError:
                    pass
