#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""record.py IF FILE: keeps what comes in on an interface in a pcap file, until killed.

Frames that this machine sends are left out, and so are the times: what is wanted is what others say.
"""
import socket
import struct
import sys

ETH_P_ALL, PACKET_OUTGOING, DLT_EN10MB, SNAP = 3, 4, 1, 65535

device, path = sys.argv[1:]
sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
sock.bind((device, ETH_P_ALL))
with open(path, 'wb', buffering=0) as out:
    out.write(struct.pack('=IHHIIII', 0xa1b2c3d4, 2, 4, 0, 0, SNAP, DLT_EN10MB))
    while True:
        try:
            frame, sender = sock.recvfrom(SNAP)
        except OSError:  # the interface goes down, or away
            continue
        if sender[2] != PACKET_OUTGOING:
            out.write(struct.pack('=IIII', 0, 0, len(frame), len(frame)) + frame)
