# SPDX-License-Identifier: BSD-3-Clause
"""What all parts of a run share: folders, cores, programs."""
import os
from dataclasses import dataclass

from processes import Failed

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SCRATCH = '/run/weft-bench'  # a tmpfs of our own mount namespace; tools/bench makes it


@dataclass
class Bench:
    build: str   # folder of the build under test
    peers: str   # folder in which Open vSwitch was unpacked, or ''
    generator_core: int
    worker_core: int

    def program(self, path):
        return os.path.join(self.build, path)

    @property
    def weftd(self):
        return self.program('control/weftd')

    @property
    def weft(self):
        return self.program('tools/weft')

    @property
    def pktgen(self):
        return self.program('tools/pktgen/weft-pktgen')

    @property
    def probe(self):
        return self.program('tests/bench/weft-bench-probe')


def make_bench(build, peers):
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        raise Failed('needs two cores: one for the switch, one for the generator')
    return Bench(build, peers, cores[0], cores[1])
