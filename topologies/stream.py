#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Traffic whose fate is known.

  stream.py tcp-sink ADDRESS            one connection: reads all, sends its SHA-256 back, ends
  stream.py tcp-send ADDRESS BYTES      sends random bytes there; 0 when the digest is theirs
  stream.py tcp-echo ADDRESS            one connection: sends back what it reads, ends with it
  stream.py tcp-talk ADDRESS SECONDS    one connection, as of somebody who types: a numbered line every
                                        10 ms, each answered, for that long or until SIGTERM; says what
                                        was answered, and the longest wait
  stream.py udp-sink ADDRESS SECONDS    counts numbered packets until one says that it is the last
  stream.py udp-send ADDRESS RATE SECONDS   for that long, or until SIGTERM
  stream.py flows-sink ADDRESS FILE         until that file is there; then the numbers of the flows seen
  stream.py flows-send ADDRESS COUNT        a packet of each of so many flows, told apart by their port
"""
import hashlib
import os
import signal
import socket
import struct
import sys
import time

PORT = 7007
SO_RCVBUFFORCE = 33
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


def udp_sink(address, seconds):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 16 << 20)
    sock.bind((address, PORT))
    sock.settimeout(float(seconds))
    print('ready', flush=True)
    seen, last, reordered, highest = set(), None, 0, -1
    while last is None or len(seen) <= last:
        try:
            number, is_last = struct.unpack('!IB', sock.recv(2048)[:5])
        except TimeoutError:
            break
        reordered += number < highest
        highest = max(highest, number)
        seen.add(number)
        if is_last:
            last = number
            sock.settimeout(1)
    total = 'unknown' if last is None else last + 1
    print(f'received {len(seen)} of {total}, {reordered} out of order')
    sys.exit(0 if len(seen) == total else 1)


def udp_send(address, rate, seconds):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.connect((address, PORT))
    rate, limit = float(rate), int(float(rate) * float(seconds))
    ends = []
    signal.signal(signal.SIGTERM, lambda *_: ends.append(True))
    began, count = time.monotonic(), 0
    while count < limit and not ends:
        number, count = count, count + 1
        sock.send(struct.pack('!IB', number, 0).ljust(200, b'w'))
        if number % 8 == 7:
            late = time.monotonic() - (began + number / rate)
            time.sleep(max(0, -late))
            began += late if late > 0.2 else 0  # the machine stood still: no burst to make up for it
    time.sleep(0.2)
    sock.send(struct.pack('!IB', count, 1).ljust(200, b'w'))


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
