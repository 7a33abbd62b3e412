#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Asks a router what RFC 1812 and its neighbours ask of one, a packet at a time, knowing nothing of it
but its addresses.

  probe.py DEVICE-A DEVICE-B [WORDS]   a line of TAP a probe; WORDS: those alone whose sentence has them
  probe.py --table                     the probes as a table
"""
import os
import sys

sys.path.insert(1, os.path.dirname(sys.path[0]))  # packets.py

import ipv4
import ipv6
import neighbours
from lab import Lab

CHAPTERS = (('IPv4', ipv4.PROBES), ('IPv6', ipv6.PROBES), ('Neighbours', neighbours.PROBES))


HEAD = """# Probes

What `topologies/probes/run` asks of a router from outside, packet by packet, and the RFC and section that ask for it. The same is asked of Linux.
`ninja -C build update-probes` writes this page anew."""


def table():
    print(HEAD)
    for name, probes in CHAPTERS:
        print(f'\n## {name}\n\n| RFC | what is probed |\n|---|---|')
        for section, sentence, *_ in probes:
            print(f'| {section} | {sentence} |')


def main(device_a, device_b, words=''):
    lab, number, failed = Lab(device_a, device_b), 0, 0
    for name, probes in CHAPTERS:
        for section, sentence, sent, judge in probes:
            if words not in sentence:
                continue
            number += 1
            wrong = lab.run(sent, judge)
            failed += wrong is not None
            print(f'{"not " if wrong else ""}ok {number} - {name}, RFC {section}: {sentence}')
            if wrong:
                print(f'# {wrong}', flush=True)
    print(f'# {number - failed} of {number}')
    return 1 if failed else 0


if sys.argv[1:] == ['--table']:
    table()
elif len(sys.argv) < 3:
    sys.exit(__doc__)
else:
    sys.exit(main(*sys.argv[1:]))
