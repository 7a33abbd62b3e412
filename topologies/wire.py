#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""wire.py [KEY=N…] DEVICE…: carries packets from each device to the others, as a link of a topology does.

delay and jitter are microseconds, loss and dup packets of a million; seed makes the same choices again. Lines on standard
input: silent, heard (nothing comes through, and again), calm (no jitter, no loss, none twice). Ends with its standard input."""
import heapq
import os
import random
import select
import socket
import sys
import time

OUTGOING = 4      # PACKET_OUTGOING of linux/if_packet.h
ETH_P_ALL = 3


class Wire:
    def __init__(self, options, devices):
        self.conf = {'delay': 0, 'jitter': 0, 'loss': 0, 'dup': 0, 'seed': 1, **options}
        self.chance = random.Random(self.conf['seed'])
        self.is_silent = False
        self.due = []   # (when, number, packet, where from)
        self.number = 0
        self.ends = []
        for device in devices:
            end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
            end.bind((device, 0))
            end.setblocking(False)
            self.ends.append(end)

    def happens(self, what):
        return self.chance.randrange(1000000) < self.conf[what]

    def launch(self, packet, end):
        late = self.conf['delay'] + self.chance.randrange(self.conf['jitter'] + 1)
        self.number += 1
        heapq.heappush(self.due, (time.monotonic() + late / 1e6, self.number, packet, end))

    def take(self, end):
        packet, address = end.recvfrom(65536)
        if address[2] == OUTGOING or self.is_silent or self.happens('loss'):
            return
        self.launch(packet, end)
        if self.happens('dup'):
            self.launch(packet, end)

    def deliver(self):
        while self.due and self.due[0][0] <= time.monotonic():
            _, _, packet, origin = heapq.heappop(self.due)
            for end in self.ends:
                if end is origin:
                    continue
                try:
                    end.send(packet)
                except OSError:
                    pass    # that end is down: it is lost

    def obey(self, word):
        if word in ('silent', 'heard'):
            self.is_silent = word == 'silent'
        elif word == 'calm':
            self.conf.update(jitter=0, loss=0, dup=0)
        else:
            sys.exit(f'{word}: silent, heard or calm is wanted')

    def run(self):
        while True:
            wait = max(0, self.due[0][0] - time.monotonic()) if self.due else None
            ready = select.select([sys.stdin, *self.ends], [], [], wait)[0]
            for end in self.ends:
                if end in ready:
                    try:
                        self.take(end)
                    except OSError:
                        pass    # it went down, and comes back
            if sys.stdin in ready:
                words = os.read(sys.stdin.fileno(), 4096).decode().split()
                if not words:
                    return
                for word in words:
                    self.obey(word)
            self.deliver()


def main(words):
    options = {}
    for word in words:
        key, equal, value = word.partition('=')
        if equal:
            options[key] = int(value)
    Wire(options, [word for word in words if '=' not in word]).run()


if __name__ == '__main__':
    main(sys.argv[1:])
