#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Traffic whose fate is known.

  stream.py tcp-sink ADDRESS            one connection: reads all, sends its SHA-256 back, ends
  stream.py tcp-send ADDRESS BYTES      sends random bytes there; 0 when the digest is theirs
  stream.py tcp-echo ADDRESS            one connection: sends back what it reads, ends with it
  stream.py tcp-talk ADDRESS SECONDS    one connection, as of somebody who types: a numbered line every
                                        10 ms, each answered, for that long or until SIGTERM; says what
                                        was answered, and the longest wait
  stream.py udp-sink ADDRESS SECONDS [PROCESS]   counts numbered packets until one says that it is the last; how
                                        long the slowest was on its way, and the slowest without the time that workers
                                        of this weftd waited for a processor meanwhile
  stream.py udp-send ADDRESS RATE SECONDS   for that long, or until SIGTERM; says how many
  stream.py flows-sink ADDRESS FILE         until that file is there; then the numbers of the flows seen
  stream.py flows-send ADDRESS COUNT        a packet of each of so many flows, told apart by their port
"""
import collections
import errno
import glob
import hashlib
import os
import signal
import socket
import struct
import sys
import time

PORT = 7007
SO_RCVBUFFORCE = 33
SO_TIMESTAMPNS = 35
IP_RECVERR = 11
NUMBERED = '!I?q'  # number, whether it is the last, when it was sent (ns)
SECONDS = 15  # for a connection as a whole


def tcp_sink(address):
    family = socket.AF_INET6 if ':' in address else socket.AF_INET
    listener = socket.create_server((address, PORT), family=family)
    listener.settimeout(SECONDS)
    peer, _ = listener.accept()
    peer.settimeout(SECONDS)
    digest = hashlib.sha256()
    while data := peer.recv(1 << 16):
        digest.update(data)
    peer.sendall(digest.digest())
    peer.close()


def connect(address):
    end = time.monotonic() + 5
    while True:
        try:
            return socket.create_connection((address, PORT), timeout=2)
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def tcp_send(address, size):
    data = os.urandom(int(size))
    peer = connect(address)
    peer.settimeout(SECONDS)
    began = time.monotonic()
    peer.sendall(data)
    peer.shutdown(socket.SHUT_WR)
    digest = peer.recv(32, socket.MSG_WAITALL)
    print(f'{len(data) * 8 / 1e6 / (time.monotonic() - began):.0f} Mbit/s')
    if digest != hashlib.sha256(data).digest():
        sys.exit('what arrived is not what was sent')


def tcp_echo(address):
    listener = socket.create_server((address, PORT))
    listener.settimeout(SECONDS)
    peer, _ = listener.accept()
    listener.close()
    while data := peer.recv(1 << 16):
        peer.sendall(data)


def tcp_talk(address, seconds):
    peer, ends = connect(address), []
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    peer.settimeout(SECONDS)
    signal.signal(signal.SIGTERM, lambda *_: ends.append(True))
    until, count, longest = time.monotonic() + float(seconds), 0, 0.0
    print('ready', flush=True)
    while not ends and time.monotonic() < until:
        began, line = time.monotonic(), struct.pack('!Q', count)
        peer.sendall(line)
        if peer.recv(len(line), socket.MSG_WAITALL) != line:
            sys.exit(f'line {count} came back as another')
        count += 1
        longest = max(longest, time.monotonic() - began)
        time.sleep(0.01)
    print(f'{count} lines answered, the longest wait {longest * 1000:.0f} ms')


class Workers:
    """For how long a weftd's workers were ready to run, and the machine had others run."""

    def __init__(self, process):
        self.files, self.seen = [], collections.deque([(0, 0)], 4096)
        for task in glob.glob(f'/proc/{process}/task/*') if process else []:
            with open(f'{task}/comm') as comm:
                if comm.read().startswith('weft-w'):
                    self.files.append(open(f'{task}/schedstat'))
        self.look()

    def look(self):
        waited = 0
        for file in self.files:
            file.seek(0)
            waited += int(file.read().split()[1])
        self.seen.append((time.time_ns(), waited))

    def waited(self, since_ns):
        """From then to the last look: ns."""
        before = next((waited for at, waited in reversed(self.seen) if at <= since_ns), self.seen[0][1])
        return self.seen[-1][1] - before


class Arrivals:
    """What came of a numbered stream, and how long it was on its way."""

    def __init__(self, workers):
        self.workers, self.held = workers, (0, 0)
        self.seen, self.last = set(), None
        self.reordered, self.highest, self.slowest, self.slow = 0, -1, (0, 0), 0

    def take(self, packet, came_ns):
        number, is_last, sent_ns = struct.unpack_from(NUMBERED, packet)
        self.reordered += number < self.highest
        self.highest = max(self.highest, number)
        self.seen.add(number)
        self.slowest = max(self.slowest, (came_ns - sent_ns, number))
        self.slow += came_ns - sent_ns > 100e6
        self.workers.look()
        self.held = max(self.held, (came_ns - sent_ns - self.workers.waited(sent_ns), number))
        if is_last:
            self.last = number

    def is_whole(self):
        return self.last is not None and len(self.seen) > self.last

    def missing(self):
        """The first gaps, each as first-last."""
        gaps, before = [], -1
        for number in sorted(self.seen):
            if number > before + 1:
                gaps.append(f'{before + 1}-{number - 1}')
            before = number
        return ' '.join(gaps[:8]) or 'at the end, if any'


def udp_sink(address, seconds, process=None):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 16 << 20)
    sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    sock.bind((address, PORT))
    sock.settimeout(float(seconds))
    print('ready', flush=True)
    came = Arrivals(Workers(process))
    while not came.is_whole():
        try:
            packet, stamp, _, _ = sock.recvmsg(2048, 64)
        except TimeoutError:
            break
        whole, part = struct.unpack('qq', stamp[0][2][:16])  # by the kernel, as it came in
        came.take(packet, whole * 10**9 + part)
        if came.last is not None:
            sock.settimeout(1)
    total = 'unknown' if came.last is None else came.last + 1
    print(f'# the slowest took {came.slowest[0] / 1e6:.0f} ms, number {came.slowest[1]}; {came.slow} took more than 100; '
          f'without waiting for a processor {came.held[0] / 1e6:.0f} ms, number {came.held[1]}')
    if not came.is_whole():
        print(f'# missing: {came.missing()}')
    print(f'received {len(came.seen)} of {total}, {came.reordered} out of order')
    sys.exit(0 if came.is_whole() else 1)


class Sender:
    """Loses nothing itself: what the kernel's queue refuses is sent again once there is room."""

    def __init__(self, address):
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.setsockopt(socket.IPPROTO_IP, IP_RECVERR, 1)  # else it says that all went well
        self.sock.connect((address, PORT))
        self.count = self.refused = self.stops = 0

    def send(self, is_last=False):
        packet = struct.pack(NUMBERED, self.count, is_last, time.time_ns()).ljust(200, b'w')
        until = time.monotonic() + SECONDS
        while True:
            try:
                self.sock.send(packet)
                break
            except OSError as error:
                if error.errno != errno.ENOBUFS or time.monotonic() > until:
                    raise
            self.refused += 1
            time.sleep(0.01)
        self.count += 1

    def end(self):
        """The sink waits for the last one: should that be lost, it has more chances."""
        self.send(is_last=True)
        try:
            for _ in range(2):
                time.sleep(0.1)
                self.sock.send(struct.pack(NUMBERED, self.count - 1, True, time.time_ns()).ljust(200, b'w'))
        except ConnectionRefusedError:
            pass  # it came, and the sink has ended


def udp_send(address, rate, seconds):
    sender, ends = Sender(address), []
    rate, limit = float(rate), int(float(rate) * float(seconds))
    signal.signal(signal.SIGTERM, lambda *_: ends.append(True))
    began = time.monotonic()
    while sender.count < limit and not ends:
        sender.send()
        if sender.count % 8 == 0:
            late = time.monotonic() - (began + sender.count / rate)
            time.sleep(max(0, -late))
            if late > 0.2:  # the machine stood still: no burst to make up for it
                began += late
                sender.stops += 1
    time.sleep(0.2)
    sender.end()
    print(f'# sent {sender.count}, {sender.refused} times refused by a full queue, stood still {sender.stops} times')


def flows_sink(address, file):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 16 << 20)
    sock.bind((address, PORT))
    sock.settimeout(0.1)
    seen = set()
    print('ready', flush=True)
    while not os.path.exists(file):
        try:
            seen.add(struct.unpack('!I', sock.recv(64)[:4])[0])
        except TimeoutError:
            continue
    for number in sorted(seen):
        print(number)


def flows_send(address, count):
    for number in range(int(count)):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind(('', 10000 + number))
        sock.sendto(struct.pack('!I', number), (address, PORT))
        sock.close()
        if number % 16 == 15:
            time.sleep(0.002)


verb, *words = sys.argv[1:]
{'tcp-sink': tcp_sink, 'tcp-send': tcp_send, 'tcp-echo': tcp_echo, 'tcp-talk': tcp_talk,
 'udp-sink': udp_sink, 'udp-send': udp_send,
 'flows-sink': flows_sink, 'flows-send': flows_send}[verb](*words)
