#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Ethernet frames, as they are on the wire, from and to an interface of the namespace it runs in.

  frames.py send IF [src=MAC] [dst=MAC] [vlan=N[,N…]] [type=0x88b5] [text=WORDS] [size=BYTES]
                 [count=N] [rate=PER-SECOND]
  frames.py flood IF count=N [rate=PER-SECOND]    each from another source address
  frames.py watch IF seconds=S [text=WORDS] [announces=MAC] [until=N]
                 prints how many frames with these words in them came, and with which tags; or those that
                 announce that an address is here: RARP, or ARP for the sender's own address
  frames.py answer IF ip=ADDRESS mac=MAC [vlan=N]
                 is a host with this address behind this tag: answers ARP and ping until killed

The kernel of the test machine need not know VLAN devices: tags are made and read here.
"""
import json
import socket
import struct
import sys
import time

ETH_P_ALL = 3
SOL_PACKET, PACKET_AUXDATA = 263, 8
SO_RCVBUFFORCE = 33
AUXDATA = struct.Struct('=IIIHHHH')  # status len snaplen mac net vlan_tci vlan_tpid
TP_STATUS_VLAN_VALID = 1 << 4
BROADCAST = 'ff:ff:ff:ff:ff:ff'


def mac(text):
    return bytes.fromhex(text.replace(':', ''))


def tag(vlan):
    return struct.pack('!HH', 0x8100, int(vlan))


def open_on(interface):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    sock.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
    sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20)
    sock.bind((interface, ETH_P_ALL))
    return sock


def receive(sock):
    """The frame with its tags in it, or None for one that this machine sent or when time is up."""
    try:
        frame, extra, _, sender = sock.recvmsg(65536, 256)
    except TimeoutError:
        return None
    if sender[2] == socket.PACKET_OUTGOING:
        return None
    for level, kind, data in extra:
        if level == SOL_PACKET and kind == PACKET_AUXDATA:
            status, *_, tci, tpid = AUXDATA.unpack(data[:AUXDATA.size])
            if status & TP_STATUS_VLAN_VALID:
                frame = frame[:12] + struct.pack('!HH', tpid or 0x8100, tci) + frame[12:]
    return frame


def tags(frame):
    """VLANs of a frame, and what lies behind its tags."""
    vlans, at = [], 12
    while frame[at:at + 2] in (b'\x81\x00', b'\x88\xa8'):
        vlans.append(struct.unpack('!H', frame[at + 2:at + 4])[0] & 0xfff)
        at += 4
    return vlans, frame[at:]


def build(options):
    frame = mac(options.get('dst', BROADCAST)) + mac(options['src'])
    frame += b''.join(tag(vlan) for vlan in options['vlan'].split(',')) if 'vlan' in options else b''
    frame += struct.pack('!H', int(options.get('type', '0x88b5'), 16))
    frame += options.get('text', '').encode()
    return frame.ljust(int(options.get('size', 60)), b'\0')


class Pace:
    """Keeps to a rate by sleeping now and then; None: as fast as it goes."""

    def __init__(self, rate):
        self.rate, self.began, self.n = rate, time.monotonic(), 0

    def wait(self):
        self.n += 1
        if self.rate and self.n % 16 == 0:
            time.sleep(max(0, self.began + self.n / self.rate - time.monotonic()))


def put(sock, frame):
    while True:
        try:
            sock.send(frame)
            return
        except OSError as error:  # the interface's queue is full
            if error.errno != 105:
                raise
            time.sleep(0.001)


def send(interface, options):
    sock = open_on(interface)
    options.setdefault('src', sock.getsockname()[4].hex(':'))
    frame, pace = build(options), Pace(float(options.get('rate', 0)))
    for _ in range(int(options.get('count', 1))):
        put(sock, frame)
        pace.wait()


def flood(interface, options):
    sock, pace = open_on(interface), Pace(float(options.get('rate', 0)))
    frame = bytearray(build({**options, 'src': '02:00:00:00:00:00'}))
    for i in range(int(options['count'])):
        frame[6:12] = struct.pack('!HI', 0x0266, i)
        put(sock, frame)
        pace.wait()


def announces(frame, address):
    _, payload = tags(frame)
    return frame[6:12] == address and (payload[:2] == b'\x80\x35' or (
        payload[:2] == b'\x08\x06' and payload[16:20] == payload[26:30]))


def watch(interface, options):
    sock, seen = open_on(interface), {}
    end, total = time.monotonic() + float(options['seconds']), 0
    print('ready', flush=True)
    while total < int(options.get('until', 1 << 60)) and time.monotonic() < end:
        sock.settimeout(max(0.001, end - time.monotonic()))
        frame = receive(sock)
        if frame and 'announces' in options and not announces(frame, mac(options['announces'])):
            continue
        if frame and options.get('text', '').encode() in frame:
            vlans, _ = tags(frame)
            name = ','.join(map(str, vlans)) or 'untagged'
            seen[name] = seen.get(name, 0) + 1
            total += 1
    print(json.dumps({'frames': total, 'tags': seen}))


def checksum(data):
    total = sum(struct.unpack(f'!{len(data) // 2}H', data[:len(data) & ~1]))
    total += data[-1] << 8 if len(data) & 1 else 0
    total = (total & 0xffff) + (total >> 16)
    return ~(total + (total >> 16)) & 0xffff


def reply_to(payload, ip, own):
    """What a host answers to ARP and to ping; None: nothing."""
    kind = payload[:2]
    if kind == b'\x08\x06' and payload[8:10] == b'\0\1' and payload[26:30] == ip:
        return payload[:8] + b'\0\2' + own + ip + payload[10:20]
    if kind == b'\x08\x00' and payload[11] == 1 and payload[18:22] == ip and payload[22] == 8:
        length = struct.unpack('!H', payload[4:6])[0]
        icmp = b'\0\0\0\0' + payload[26:2 + length]
        icmp = icmp[:2] + struct.pack('!H', checksum(icmp)) + icmp[4:]
        return payload[:14] + payload[18:22] + payload[14:18] + icmp
    return None


def answer(interface, options):
    sock, own = open_on(interface), mac(options['mac'])
    ip, vlan = socket.inet_aton(options['ip']), options.get('vlan')
    print('ready', flush=True)
    while True:
        frame = receive(sock)
        if not frame or frame[:6] not in (own, mac(BROADCAST)):
            continue
        vlans, payload = tags(frame)
        if vlans != ([int(vlan)] if vlan else []):
            continue
        reply = reply_to(payload, ip, own)
        if reply:
            put(sock, (frame[6:12] + own + (tag(vlan) if vlan else b'') + reply).ljust(60, b'\0'))


verb, device, *words = sys.argv[1:]
{'send': send, 'flood': flood, 'watch': watch, 'answer': answer}[verb](
    device, dict(word.split('=', 1) for word in words))
