#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""What a router says of itself on a wire, a line each, until killed.

  hear.py wire IF    from the wire:  arp ADDRESS MAC      who says of himself that he is there (request or reply)
                                     na ADDRESS MAC       likewise, to all nodes
                                     ra FROM lifetime S mtu N prefix P/L … dns ADDRESS S …
  hear.py kernel     from the kernel, after it has checked it:  dns IF ADDRESS SECONDS
"""
import socket
import struct
import sys

from packets import ARP, ICMP6, Packet, text

ETH_P_ALL = 3
NDUSEROPT_GROUP, RTM_NEWNDUSEROPT, RDNSS = 20, 68, 25
PREFIX, MTU = 3, 5


def servers(option):
    """Of a RDNSS option: its addresses and lifetime."""
    seconds, = struct.unpack('!I', option[4:8])
    return [(text(option[at:at + 16]), seconds) for at in range(8, len(option), 16)]


def advertisement(packet):
    body, words = packet.payload, []
    at = 16
    while at + 8 <= len(body) and body[at + 1]:
        option = body[at:at + 8 * body[at + 1]]
        if option[0] == PREFIX:
            words.append(f'prefix {text(option[16:32])}/{option[2]}')
        elif option[0] == MTU:
            words.append(f'mtu {struct.unpack("!I", option[4:8])[0]}')
        elif option[0] == RDNSS:
            words += [f'dns {address} {seconds}' for address, seconds in servers(option)]
        at += len(option)
    return f'ra {packet.src} lifetime {struct.unpack("!H", body[6:8])[0]} ' + ' '.join(words)


def line_of(packet):
    if packet.type == ARP and packet.body[14:18] == packet.body[24:28]:
        return f'arp {text(packet.body[14:18])} {packet.body[8:14].hex(":")}'
    if packet.proto != ICMP6 or packet.ttl != 255 or not packet.is_sound():
        return None
    if packet.payload[0] == 136 and packet.dst == 'ff02::1':
        return f'na {text(packet.payload[8:24])} {packet.payload[26:32].hex(":")}'
    return advertisement(packet) if packet.payload[0] == 134 else None


def wire(device):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    sock.bind((device, ETH_P_ALL))
    print('ready', flush=True)
    while True:
        try:
            frame, sender = sock.recvfrom(65536)
        except OSError:  # told once when the link goes down
            continue
        said = None if sender[2] == socket.PACKET_OUTGOING else line_of(Packet(frame))
        if said:
            print(said, flush=True)


def kernel():
    sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
    sock.bind((0, 1 << (NDUSEROPT_GROUP - 1)))
    print('ready', flush=True)
    while True:
        data = sock.recv(65536)
        if struct.unpack_from('=H', data, 4)[0] != RTM_NEWNDUSEROPT:
            continue
        _, _, length, index = struct.unpack_from('=BBHi', data, 16)
        option = data[32:32 + length]  # behind struct nduseroptmsg
        if option[0] == RDNSS:
            for address, seconds in servers(option):
                print(f'dns {socket.if_indextoname(index)} {address} {seconds}', flush=True)


verb, *words = sys.argv[1:]
{'wire': wire, 'kernel': kernel}[verb](*words)
