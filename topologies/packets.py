# SPDX-License-Identifier: BSD-3-Clause
"""Packets as bytes: built whole and right, or wrong in one field that is named; and read again."""
import socket
import struct

ICMP, TCP, UDP, ICMP6, NO_NEXT = 1, 6, 17, 58, 59
HOP_BY_HOP, ROUTING, FRAGMENT, DESTINATION = 0, 43, 44, 60
IP4, IP6, ARP = 0x0800, 0x86dd, 0x0806
DF, MF = 2, 1
BROADCAST = 'ff:ff:ff:ff:ff:ff'


def mac(text):
    return bytes.fromhex(text.replace(':', ''))


def ip(text):
    return socket.inet_pton(socket.AF_INET6 if ':' in text else socket.AF_INET, text)


def text(address):
    return socket.inet_ntop(socket.AF_INET if len(address) == 4 else socket.AF_INET6, address)


def checksum(data):
    data += b'\0' * (len(data) & 1)
    total = sum(struct.unpack(f'!{len(data) // 2}H', data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def with_checksum(data, at, pseudo=b'', bad=False):
    """`data` with the two bytes at `at` filled in; bad: one off."""
    value = checksum(pseudo + data[:at] + b'\0\0' + data[at + 2:])
    return data[:at] + struct.pack('!H', (value + bad) & 0xffff) + data[at + 2:]


def pseudo(src, dst, proto, length):
    if len(src) == 4:
        return src + dst + struct.pack('!BBH', 0, proto, length)
    return src + dst + struct.pack('!IHBB', length, 0, 0, proto)


def ip4(src, dst, proto, payload, ttl=64, tos=0, ident=0x1234, flags=0, offset=0, options=b'',
        version=4, ihl=None, length=None, bad_sum=False):
    options += b'\0' * (-len(options) % 4)
    size = 20 + len(options)
    header = struct.pack('!BBHHHBBH', version << 4 | (size // 4 if ihl is None else ihl), tos,
                         size + len(payload) if length is None else length, ident,
                         flags << 13 | offset // 8, ttl, proto, 0) + ip(src) + ip(dst) + options
    return with_checksum(header, 10, bad=bad_sum) + payload


def ip6(src, dst, following, payload, hops=64, traffic_class=0, label=0, version=6, length=None):
    return struct.pack('!IHBB', version << 28 | traffic_class << 20 | label,
                       len(payload) if length is None else length, following, hops) + \
        ip(src) + ip(dst) + payload


def udp(src, dst, to_port=33434, data=b'weft', from_port=40000, bad_sum=False, no_sum=False):
    segment = struct.pack('!HHHH', from_port, to_port, 8 + len(data), 0) + data
    if no_sum:
        return segment
    return with_checksum(segment, 6, pseudo(ip(src), ip(dst), UDP, len(segment)), bad_sum)


def icmp4(kind, code=0, rest=b'\0\0\0\0', data=b'', bad_sum=False):
    return with_checksum(struct.pack('!BBH', kind, code, 0) + rest + data, 2, bad=bad_sum)


def icmp6(src, dst, kind, code=0, body=b'\0\0\0\0', bad_sum=False):
    message = struct.pack('!BBH', kind, code, 0) + body
    return with_checksum(message, 2, pseudo(ip(src), ip(dst), ICMP6, len(message)), bad_sum)


def echo(ident=0x7766, sequence=1, data=b'abcdefghijklmnop'):
    return struct.pack('!HH', ident, sequence) + data


def arp(operation, sender_mac, sender, target, target_mac='00:00:00:00:00:00', hardware=1,
        protocol=IP4, hardware_len=6):
    return struct.pack('!HHBBH', hardware, protocol, hardware_len, 4, operation) + \
        mac(sender_mac) + ip(sender) + mac(target_mac) + ip(target)


def option6(kind, data=b''):
    return struct.pack('!BB', kind, len(data)) + data


def options6(following, options):
    """A hop-by-hop or destination options header; what it lacks to 8 bytes is padded."""
    room = -(2 + len(options)) % 8
    pad = b'' if room == 0 else b'\0' if room == 1 else option6(1, b'\0' * (room - 2))
    return struct.pack('!BB', following, (2 + len(options) + len(pad)) // 8 - 1) + options + pad


def fragment6(following, offset=0, more=False, ident=77):
    return struct.pack('!BBHI', following, 0, offset | more, ident)


def routing6(following, kind, left, addresses=()):
    return struct.pack('!BBBBI', following, 2 * len(addresses), kind, left, 0) + \
        b''.join(map(ip, addresses))


class Packet:
    """What came in: its Ethernet header, and the IP header where there is one."""

    def __init__(self, frame):
        self.frame = frame
        self.to_mac, self.from_mac = frame[:6], frame[6:12]
        self.type = struct.unpack('!H', frame[12:14])[0]
        self.body = frame[14:]
        self.src = self.dst = self.proto = self.ttl = None
        self.payload = b''
        if self.type == IP4 and len(self.body) >= 20:
            self.read4()
        elif self.type == IP6 and len(self.body) >= 40:
            self.read6()

    def read4(self):
        length = struct.unpack('!H', self.body[2:4])[0]
        size = (self.body[0] & 15) * 4
        self.body = self.body[:length]
        self.header, self.payload = self.body[:size], self.body[size:]
        self.tos, self.ttl, self.proto = self.body[1], self.body[8], self.body[9]
        self.ident, word = struct.unpack('!HH', self.body[4:8])
        self.flags, self.offset = word >> 13, (word & 0x1fff) * 8
        self.src, self.dst = text(self.body[12:16]), text(self.body[16:20])

    def read6(self):
        length = struct.unpack('!H', self.body[4:6])[0]
        self.body = self.body[:40 + length]
        self.header, self.payload = self.body[:40], self.body[40:]
        self.proto, self.ttl = self.body[6], self.body[7]
        self.src, self.dst = text(self.body[8:24]), text(self.body[24:40])

    def quoted(self):
        """Where the packet was for that an ICMP error is about."""
        if self.type == IP4 and self.proto == ICMP and self.payload[:1] == b'\3':
            return text(self.payload[24:28]) if len(self.payload) >= 28 else None
        if self.type == IP6 and self.proto == ICMP6 and self.payload[:1] == b'\1':
            return text(self.payload[32:48]) if len(self.payload) >= 48 else None
        return None

    def is_sound(self):
        """The checksums of its header and of its ICMP message are right."""
        if self.type == IP4 and checksum(self.header) != 0:
            return False
        if self.type == IP4 and self.proto == ICMP and not (self.flags & MF or self.offset):
            return checksum(self.payload) == 0
        if self.type == IP6 and self.proto == ICMP6:
            return checksum(pseudo(ip(self.src), ip(self.dst), ICMP6, len(self.payload)) +
                            self.payload) == 0
        return True

    def is_discovery(self):
        """What hosts and routers say of themselves: neighbours, routers, groups."""
        if self.type == IP6 and self.proto == HOP_BY_HOP and self.payload[:1] == b'\x3a':
            return self.payload[8:9] in (b'\x82', b'\x83', b'\x84', b'\x8f')
        return self.type == IP6 and self.proto == ICMP6 and 133 <= self.payload[0] <= 136 or \
            self.type == IP6 and self.proto == ICMP6 and self.payload[0] == 143

    def __str__(self):
        if self.type == ARP:
            operation = 'reply' if self.body[7] == 2 else 'request'
            return f'ARP {operation} {text(self.body[14:18])} for {text(self.body[24:28])}'
        if self.src is None:
            return f'a frame of type {self.type:04x}'
        what = f'{self.src} > {self.dst} protocol {self.proto} TTL {self.ttl} {len(self.body)} bytes'
        if self.proto in (ICMP, ICMP6) and len(self.payload) >= 8:
            what += f' type {self.payload[0]} code {self.payload[1]} {self.payload[4:8].hex()}'
        return what
