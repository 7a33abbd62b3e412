#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""BFD packets of one who is not the neighbour.

  flood.py IF MAC SRC DST RATE SECONDS    to MAC, from SRC ("-": from anybody of DST's /24 but .2, the
                                          neighbour); says how many
"""
import os
import random
import struct
import sys

sys.path.insert(1, os.path.dirname(sys.path[0]))  # packets.py

import pace
from packets import IP4, UDP, ip4, mac, udp

PORT, MY_MAC = 3784, '02:00:00:00:00:66'


def control(state):
    """Version 1, a discriminator of its own; the receiver's unknown, as Down may have it, or guessed."""
    guess = 0 if state < 2 else random.randrange(1 << 32)
    return struct.pack('!BBBBIIIII', 0x20, state << 6, 3, 24, random.randrange(1, 1 << 32), guess, 1000000, 1000000, 0)


def frame(to, src, dst):
    if src == '-':
        src = f'{dst.rpartition(".")[0]}.{random.randrange(3, 255)}'
    segment = udp(src, dst, PORT, control(random.randrange(4)), 50000)
    return mac(to) + mac(MY_MAC) + struct.pack('!H', IP4) + ip4(src, dst, UDP, segment, ttl=255)


def main(device, to, src, dst, rate, seconds):
    n = pace.send(device, [frame(to, src, dst) for _ in range(2000)], float(rate), float(seconds))
    print(f'{n} frames')


main(*sys.argv[1:])
