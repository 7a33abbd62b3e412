# SPDX-License-Identifier: BSD-3-Clause
"""Devices and trials that nobody measured."""
from types import SimpleNamespace

import here  # noqa: F401 pylint: disable=unused-import
from trial import Trial
from windows import Tick, Window

MS = 1_000_000
US, PEER, FLOOR = (SimpleNamespace(name=name, role=role) for name, role in
                   (('weft', 'ours'), ('ovs', 'peer'), ('testpmd', 'floor')))


def trial(device, number, mpps, n=20, clean=True, ns=90.0, **more):
    speed = 4.0 if clean else 3.0
    ticks = [Tick(i * 50 * MS, ns, (4.0, speed), 0) for i in range(n + 2)]
    seen = [Window((i * 50 + 10) * MS, int(mpps * 50_000), 0) for i in range(n)]
    return Trial('c', device.name, number, windows=seen, ticks=ticks, **more)
