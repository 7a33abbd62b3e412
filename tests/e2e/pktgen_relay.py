# SPDX-License-Identifier: BSD-3-Clause
"""A bad wire for weft-pktgen: passes its packets from one device to another a millisecond late, and of
each ten by their numbers loses one, doubles one, and lets one be overtaken by the next. Says how
many of each it did when it is told to end. Usage: pktgen_relay.py FROM TO"""
import json
import signal
import socket
import struct
import sys
import time

LOST, DOUBLED, LATE = 3, 5, 7  # last digit of the number
STAMP = 14
END_STREAM = 0xff
LATENCY_S = 0.001


def raw_socket(device):
    made = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    made.bind((device, 0))
    return made


def main():
    source, sink = (raw_socket(device) for device in sys.argv[1:3])
    done = {'lost': 0, 'duplicated': 0, 'reordered': 0}
    held = None

    def end(_number, _frame):
        print(json.dumps(done))
        sys.exit(0)
    signal.signal(signal.SIGTERM, end)
    print('ready', flush=True)
    while True:
        frame, address = source.recvfrom(2048)
        if address[2] == socket.PACKET_OUTGOING:
            continue
        time.sleep(LATENCY_S)
        mark, number = struct.unpack_from('<II', frame, len(frame) - STAMP)
        digit = number % 10 if number and mark & 0xff != END_STREAM else 0
        if digit == LATE:
            held = frame
            continue
        if digit == LOST:
            done['lost'] += 1
        else:
            sink.send(frame)
        if digit == DOUBLED:
            sink.send(frame)
            done['duplicated'] += 1
        if held:
            sink.send(held)
            done['reordered'] += digit > 0
            held = None


main()
