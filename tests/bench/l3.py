# SPDX-License-Identifier: BSD-3-Clause
"""`tools/bench l3`: routing, beside the others."""
import cases
import routes
import updates
from device_linux import LinuxRouter
from device_router import OvsRouter, WeftRouter
from device_testpmd import Testpmd
from suite import Suite, say

DEVICES = [WeftRouter, OvsRouter, LinuxRouter, Testpmd]

# What a device reads of a table.
KINDS = {'weft': ['weft'], 'ovs': ['ovs', 'groups'], 'linux': ['linux'], 'testpmd': []}

NOTES = [
    'Each packet goes to an address of its own, of a million that were drawn beforehand, below a random '
    'route of the table, and leaves to one of 64 next hops, whose MAC addresses are known. weft-pktgen '
    'knows which: a trial in which a packet came to another one counts for nothing.',
    'Open vSwitch has the routes as flows. It takes no part beyond 10 k: its datapath keeps 200 k flows '
    'at most, and most packets to a million routes would wait for one to be made.',
    'Linux forwards between veth pairs, for it cannot use the sockets of guests: its forwarding has the '
    "worker's core, raw sockets of the generator the other. Where these are the limit (≥), its cycles "
    '(the time of that core, whatever was done there) tell how much it might do.',
    'Changes: weftd reads its file of routes again and again, each time with other next hops, while '
    'packets pass at 1 M/s; its control thread has to share the first core with the generator. Lost and '
    'misrouted are told by numbers in the packets. Each round counts, clean or not.',
]


def prepare(chosen, devices):
    """The files of all tables; a million lines take seconds."""
    say('writes tables of routes…')
    for case in chosen:
        kinds = ['to'] + (['moved'] if case.kind == cases.UPDATES else [])
        for name in devices:
            kinds += KINDS[name] if case.is_for(name) else []
        routes.write(case.table, kinds)
        if case.kind == cases.UPDATES:
            case.table.n_moving()  # counted now, not while packets pass
            updates.prepare(case.table)


SUITE = Suite('l3', 'Routing', 'Routing, one core', cases.L3, DEVICES, DEVICES, prepare, NOTES)
