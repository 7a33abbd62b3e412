# SPDX-License-Identifier: BSD-3-Clause
"""Frames at a rate."""
import socket
import time


def send(device, frames, rate, seconds):
    """The frames, over and over, until then; how many were sent. They are made before: sending is all
    that takes time."""
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    sock.bind((device, 0))
    began, n = time.monotonic(), 0
    while (now := time.monotonic() - began) < seconds:
        while n < now * rate:
            try:
                sock.send(frames[n % len(frames)])
            except OSError:  # its queue is full
                break
            n += 1
        time.sleep(0.001)
    return n
