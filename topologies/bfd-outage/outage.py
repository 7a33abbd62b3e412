#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""How long packets did not arrive, whoever of several takes them.

  outage.py sink ADDRESS FILE           writes which packets came, when they were sent (us since 1970), a line each
  outage.py send ADDRESS FLOWS FILE     a packet of each flow every 2 ms until FILE is there
  outage.py gap SINCE FILE…             of what was sent since then: the longest time that some flow was not
                                        heard of, in us, and when that began
"""
import os
import socket
import sys
import time

PORT = 7009


def sink(address, path):
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver.bind((address, PORT))
    with open(path, 'w', encoding='ascii', buffering=1 << 16) as out:
        receiver.settimeout(0.2)
        while True:
            try:
                out.write(receiver.recv(100).decode() + '\n')
            except TimeoutError:
                out.flush()


def send(address, flows, path):
    senders = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(int(flows))]
    for sender in senders:
        sender.connect((address, PORT))
    due = time.monotonic()
    while not os.path.exists(path):
        for flow, sender in enumerate(senders):
            sender.send(b'%d %d' % (flow, time.time_ns() // 1000))
        due += 0.002
        time.sleep(max(due - time.monotonic(), 0))


def gap(since, *paths):
    """Between two packets of a flow that arrived: the probe's own 2 ms are in it."""
    times = {}
    for path in paths:
        with open(path, encoding='ascii') as lines:
            for line in lines:
                flow, at = line.split()
                if int(at) >= int(since):
                    times.setdefault(flow, []).append(int(at))
    longest, began = 0, 0
    for of_flow in times.values():
        of_flow.sort()
        for a, b in zip(of_flow, of_flow[1:]):
            if b - a > longest:
                longest, began = b - a, a
    print(longest, began)


if __name__ == '__main__':
    {'sink': sink, 'send': send, 'gap': gap}[sys.argv[1]](*sys.argv[2:])
