#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Seeds for fuzz targets from what was recorded.

  seeds.py packets OUT FILE.pcap…     OUT/TARGET/… for the targets that take packets
  seeds.py netlink OUT                the same for netlink, from the routes of the namespace that it runs in

A seed is an input as its target reads it (the heads of tests/fuzz/fuzz_*.c say how). Of packets that differ
in little but their numbers a few are enough; `tools/fuzz --merge` keeps those that show the target something.
"""
import hashlib
import os
import socket
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../../topologies'))
from packets import ARP, ICMP, ICMP6, IP4, IP6, Packet, TCP, UDP  # noqa: E402 # pylint: disable=C0413

OF_A_KIND = 3  # packets that look alike and are kept
FLOW = 6       # packets of one conversation in a seed
RIP, RIPNG, BFD = 520, 521, 3784
ON_LINK = bytes.fromhex('c00002')                            # 192.0.2.0/24: the wire of most targets
ON_LINK6 = bytes.fromhex('20010db8') + bytes(11)             # 2001:db8::, but for the last byte
RIP_DIGESTS = {16: 2, 20: 3, 32: 4, 48: 5, 64: 6}            # enum rip_auth_type by size
BFD_WAYS = {1: 1, 4: 2, 5: 3}                                # place in fuzz_bfd.c's types by auth type
WHYS = 11                                                    # enum host_why


class Seeds:
    def __init__(self, folder):
        self.folder, self.seen = folder, set()

    def add(self, target, *parts):
        data = b''.join(bytes(part) if isinstance(part, (bytes, bytearray, list)) else bytes([part])
                        for part in parts)
        if (target, data) in self.seen:
            return
        self.seen.add((target, data))
        os.makedirs(f'{self.folder}/{target}', exist_ok=True)
        with open(f'{self.folder}/{target}/{hashlib.sha1(data).hexdigest()}', 'wb') as out:
            out.write(data)


def read_pcap(path):
    with open(path, 'rb') as file:
        data = file.read()
    at = 24
    while at + 16 <= len(data):
        n, = struct.unpack('=I', data[at + 8:at + 12])
        frame = data[at + 16:at + 16 + n]
        at += 16 + n
        if len(frame) == n and n >= 14:
            yield frame


def near4(address):
    """The host of that number on the wire that targets know."""
    return ON_LINK + address[3:] if 0 < address[0] < 224 and address[0] != 127 else address


def near6(address):
    return ON_LINK6 + address[15:] if address[:4] == ON_LINK6[:4] else address


def near(packet):
    """A packet among the addresses that targets know; checksums are theirs to mend."""
    body = packet.body
    if packet.type == ARP and len(body) >= 28:
        return body[:14] + near4(body[14:18]) + body[18:24] + near4(body[24:28])
    if packet.type == IP4 and packet.src:
        return body[:12] + near4(body[12:16]) + near4(body[16:20]) + body[20:]
    if packet.type == IP6 and packet.src:
        return body[:8] + near6(body[8:24]) + near6(body[24:40]) + body[40:]
    return body


def kind_of(packet):
    """What packets that look alike have in common."""
    ports = packet.payload[:4] if packet.proto in (TCP, UDP) and len(packet.payload) >= 4 else b''
    if ports and max(struct.unpack('!HH', ports)) >= 32768:
        ports = b'some'
    what = packet.payload[:2] if packet.proto in (ICMP, ICMP6) else ports
    head = packet.body[:8] if packet.type == ARP else packet.body[:2]
    return packet.type, packet.proto, what, head, len(packet.frame).bit_length()


def udp_of(packet):
    """(port, data) of a datagram to a protocol of ours, or (0, b'')."""
    if packet.proto != UDP or len(packet.payload) < 8:
        return 0, b''
    return struct.unpack('!H', packet.payload[2:4])[0], packet.payload[8:]


def rip_way(data):
    """The configuration, fuzz_rip.c's first byte, that may believe such a packet."""
    way = 1 | (2 if data[1:2] == b'\1' else 0)
    if data[4:6] != b'\xff\xff':
        return way
    kind = 1 if data[6:8] == b'\0\2' else RIP_DIGESTS.get(data[11] if data[11] in RIP_DIGESTS else data[11] - 4, 2)
    return way | 8 | (kind - 1) << 4


def rip_step(data, signed=False):
    data = data[:min(len(data), 510) & ~1]
    return bytes([0x64 if signed else 0x24, len(data) // 2]) + data


def bfd_way(data):
    return BFD_WAYS.get(data[24], 0) if len(data) > 24 and data[1] & 4 else 0


def bfd_step(data, signed=False):
    return bytes([0xc0 if signed else 0x28, min(len(data), 63)]) + data[:63]


def protocols(seeds, packets):
    """RIP, RIPng and BFD: each packet by itself, and the conversation that it begins."""
    for port, target, way, step in ((RIP, 'rip', rip_way, rip_step), (RIPNG, 'rip', lambda data: 0, rip_step),
                                    (BFD, 'bfd', bfd_way, bfd_step)):
        said = [data for to, data in map(udp_of, packets) if to == port and len(data) >= 4]
        by_way = {}
        for data in said:
            by_way.setdefault(way(data), []).append(data)
        for how, flow in by_way.items():
            known = {}
            for data in flow:
                alike = known.setdefault((len(data), data[:2]), [])
                if len(alike) < OF_A_KIND:
                    alike.append(data)
                    seeds.add(target, how, step(data))
            for at in range(0, min(len(flow), 60), FLOW):
                for signed in (False, True):
                    seeds.add(target, how, b''.join(step(data, signed) + b'\x06\x06' for data in flow[at:at + FLOW]))


def neighbours(seeds, packet):
    if packet.type == ARP:
        seeds.add('arp', 0, 0x42, 28, near(packet)[:28])
        seeds.add('arp', 1, 0x42, 28, near(packet)[:28], 0x6f, 28, near(packet)[:28])
        seeds.add('arp', 1, min(len(packet.body), 0x3f), packet.body[:0x3f])
    if packet.type == IP6 and packet.proto == ICMP6 and 133 <= packet.payload[0] <= 137:
        body, whole = near(packet)[40:], near(packet)
        seeds.add('nd', 0, 0x20, min(len(packet.body), 255), packet.body[:255])
        seeds.add('nd', 1, 0x20, min(len(whole), 255), whole[:255])
        for way in (0, 1, 5, 6, 10, 13):
            message = bytes([packet.payload[0] - 133]) + body[1:]
            message = message[:8] + near6(message[8:24]) + message[24:] if len(message) >= 24 else message
            seeds.add('nd', 1, 0x4a, way, min(len(message), 255), message[:255])


def to_ourselves(seeds, packet):
    if packet.src is None:
        return
    body = near(packet)[:1500]
    ours = body[:16] + ON_LINK + b'\1' + body[20:] if packet.type == IP4 else body[:24] + ON_LINK6 + b'\1' + body[40:]
    seeds.add('icmp', 0x0f, packet.body[:1500])
    for flags in (0x1f, 0x5f, 0x9f):
        seeds.add('icmp', flags, body)
        seeds.add('icmp', flags, ours)
    for why in range(WHYS):
        seeds.add('icmp', 0x10 | why, body[:200])


def frames(seeds, packet):
    frame = packet.frame[:1600]
    for split in (0, 20):
        seeds.add('parse', split, frame)
    for table in (0, 1, 4 | 2, 8 | 3):
        seeds.add('nic', table, frame[:200])
    for port, what, route in ((0, 3, 0), (1, 3, 0), (2, 2, 0), *((0, 7, 231 + at) for at in range(9)), (0, 7, 12),
                              (1, 7, 231), (0, 0x27, 231), (1, 0x0f, 232), (1, 0x1f, 231)):
        seeds.add('route', port, what, 32, 0, 0, route, 0, 150, frame)
    if packet.proto not in (TCP, UDP):
        return
    asked = 1 if packet.proto == TCP else 8
    for flags, mss in ((asked, 0), (asked | 2, 536), (asked | 6, 1448), (0, 0)):
        for jumbo in (0, 1):
            seeds.add('guest', flags, struct.pack('<HHH', mss, min(len(packet.frame), 65535), 200), jumbo, frame)
    l3 = 40 if packet.type == IP6 else 20
    for kind in (0, 1 if packet.type == IP4 else 4):
        head = struct.pack('<BBHHHH', 1, kind, 14 + l3 + 20, 1448, 14 + l3, 16 if packet.proto == TCP else 6)
        for more in (0, 16, 24):
            seeds.add('vnet', head, struct.pack('<HHHHB', min(len(packet.frame), 65535), 0, 0, 0, more), frame)


def packet_of(frame):
    """None: it is cut short, as some of what topologies/probes sends."""
    try:
        return Packet(frame)
    except (IndexError, ValueError, struct.error):
        return None


def packets_of(files):
    for file in files:
        yield [packet for packet in map(packet_of, read_pcap(file)) if packet]


def make_packets(out, *files):
    seeds, known = Seeds(out), {}
    for packets in packets_of(files):
        protocols(seeds, packets)
        for packet in packets:
            known[kind_of(packet)] = known.get(kind_of(packet), 0) + 1
            if known[kind_of(packet)] > OF_A_KIND:
                continue
            neighbours(seeds, packet)
            to_ourselves(seeds, packet)
            frames(seeds, packet)


def make_netlink(out):
    """What the kernel answers to RTM_GETROUTE, a message each."""
    seeds = Seeds(out)
    get_route, dump, done = 26, 0x301, 3
    for family in (socket.AF_INET, socket.AF_INET6):
        sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
        sock.send(struct.pack('=IHHIIB11x', 28, get_route, dump, 1, 0, family))
        over = False
        while not over:
            data = sock.recv(1 << 16)
            while len(data) >= 16:
                n, kind = struct.unpack('=IH', data[:6])
                over |= kind == done
                if kind == 24:
                    seeds.add('netlink', 1, data[16:n])
                data = data[(n + 3) & ~3:]


{'packets': make_packets, 'netlink': make_netlink}[sys.argv[1]](*sys.argv[2:])
