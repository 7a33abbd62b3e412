# SPDX-License-Identifier: BSD-3-Clause
"""What is in the frames of a pcap file: how many different values each header field has, and how
many checksums are wrong. One JSON object. Usage: pktgen_frames.py FILE"""
import json
import struct
import sys

TAGS = (0x8100, 0x88a8)
IPV4, IPV6, TCP, UDP = 0x0800, 0x86dd, 6, 17


def frames_of(path):
    with open(path, 'rb') as file:
        data = file.read()
    at = 24
    while at + 16 <= len(data):
        length = struct.unpack_from('=I', data, at + 8)[0]
        yield data[at + 16:at + 16 + length]
        at += 16 + length


def is_wrong(words):
    """Whether bytes with their checksum in them do not sum up to all ones."""
    words += bytes(len(words) % 2)
    total = sum(struct.unpack(f'>{len(words) // 2}H', words))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total != 0xffff


def fields_of(frame):
    """(fields, wrong checksums)"""
    found = {'mac-dst': frame[0:6], 'mac-src': frame[6:12]}
    at, tags = 12, []
    while int.from_bytes(frame[at:at + 2], 'big') in TAGS:
        tags.append(struct.unpack_from('>HH', frame, at))
        at += 4
    for name, (tpid, tci) in zip(('vlan', 'outer'), reversed(tags)):
        found |= {f'{name}-tpid': tpid, f'{name}-pcp': tci >> 13, f'{name}-dei': tci >> 12 & 1,
                  'vlan' if name == 'vlan' else 'outer-vlan': tci & 4095}
    kind = found['ether-type'] = int.from_bytes(frame[at:at + 2], 'big')
    packet = frame[at + 2:]
    if kind == IPV4:
        return ip4(found, packet)
    if kind == IPV6:
        return ip6(found, packet)
    return found, 0


def ip4(found, packet):
    (_, tos, length, number, fragment, ttl, protocol, _, source, destination) = struct.unpack_from(
        '>BBHHHBBH4s4s', packet)
    found |= {'dscp': tos >> 2, 'ecn': tos & 3, 'ip-id': number, 'ip-flags': fragment >> 13,
              'fragment': fragment & 0x1fff, 'ttl': ttl, 'protocol': protocol, 'ip-src': source,
              'ip-dst': destination}
    wrong = is_wrong(packet[:20]) + (length != len(packet))
    return found, wrong + l4(found, packet[20:], source + destination, protocol)


def ip6(found, packet):
    first, length, protocol, hops = struct.unpack_from('>IHBB', packet)
    source, destination = packet[8:24], packet[24:40]
    found |= {'dscp': first >> 22 & 63, 'ecn': first >> 20 & 3, 'flow-label': first & 0xfffff,
              'ttl': hops, 'protocol': protocol, 'ip-src': source, 'ip-dst': destination}
    return found, (length + 40 != len(packet)) + l4(found, packet[40:], source + destination,
                                                   protocol)


def l4(found, segment, addresses, protocol):
    if protocol not in (TCP, UDP):
        return 0
    found['port-src'], found['port-dst'] = struct.unpack_from('>HH', segment)
    if protocol == TCP:
        (found['tcp-seq'], found['tcp-ack'], _, found['tcp-flags'], found['tcp-window'], _,
         found['tcp-urgent']) = struct.unpack_from('>IIBBHHH', segment, 4)
    elif segment[6:8] == b'\0\0':
        return len(addresses) > 8  # none: IPv4 allows it
    return is_wrong(addresses + struct.pack('>II', len(segment), protocol) + segment)


def main():
    values, wrong, n = {}, 0, 0
    for frame in frames_of(sys.argv[1]):
        found, mistakes = fields_of(frame)
        n += 1
        wrong += mistakes
        for name, value in found.items():
            values.setdefault(name, set()).add(value)
        values.setdefault('all', set()).add(tuple(found.values()))
    print(json.dumps({'frames': n, 'wrong': wrong,
                      'values': {name: len(each) for name, each in values.items()}}))


main()
