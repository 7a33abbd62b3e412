# SPDX-License-Identifier: BSD-3-Clause
"""IPv4: a line a probe. What the RFC's section asks, what A sends, what has to come of it."""
from lab import From, passes, ping4, pieces, recorded, replies, says, silent, v4, writes
from packets import BROADCAST, DF, ICMP, IP4, MF, UDP, icmp4, ip, ip4, mac, udp

ROUTER, BEYOND, LOOPBACK = '10.0.1.1', '10.0.2.1', '192.0.2.1'
GROUP = '01:00:5e:00:00:09'
BIG = bytes(range(256)) * 6                 # 1536 bytes
ALERT = b'\x94\4\0\0'                       # copied into every fragment
RECORD = b'\7\7\4' + bytes(4)               # record route, one place: only in the first
QUOTED = ip4('10.0.2.2', '10.0.1.2', UDP, udp('10.0.2.2', '10.0.1.2'))[:28]


def error4(kind, code=0, **how):
    return v4(proto=ICMP, payload=icmp4(kind, code, data=QUOTED), **how)


def to_router(proto=UDP, payload=None, **how):
    return v4(dst=ROUTER, proto=proto, payload=payload, **how)


PROBES = [
    # --- a header, before anything is done with it ---
    ('1812 5.2.2', 'a right packet is forwarded, one hop less, all else as it was', v4(), passes()),
    ('1812 5.2.2', 'a wrong header checksum: dropped', v4(bad_sum=True), silent),
    ('1812 5.2.2', 'version 5: dropped', v4(version=5), silent),
    ('1812 5.2.2', 'version 6 in an IPv4 frame: dropped', v4(version=6), silent),
    ('1812 5.2.2', 'a header length of 4 words: dropped', v4(ihl=4), silent),
    ('1812 5.2.2', 'a header longer than the packet: dropped', v4(ihl=15, length=32), silent),
    ('1812 5.2.2', 'a total length less than the header: dropped', v4(length=19), silent),
    ('1812 5.2.2', 'a total length of 0: dropped', v4(length=0), silent),
    ('1812 5.2.2', 'a total length beyond the frame: dropped', v4(length=2000), silent),
    ('1812 5.2.2', 'what fills up a short frame is not part of the packet',
     From(IP4, ip4('10.0.1.2', '10.0.2.2', UDP, udp('10.0.1.2', '10.0.2.2')) + b'filling'),
     lambda lab, sent: passes()(lab, sent[:-7])),
    ('1812 3.3', 'a frame for another MAC address: not forwarded', v4(to='02:00:00:00:77:77'), silent),
    ('1812 5.3.4', 'one IP address in a broadcast frame: not forwarded', v4(to=BROADCAST), silent),
    ('1812 5.3.4', 'nor in a multicast frame', v4(to=GROUP), silent),
    ('1122 3.2.1.1', 'a broken packet is not forwarded even in a fragment', v4(bad_sum=True, flags=MF), silent),

    # --- TTL ---
    ('1812 5.3.1', 'a TTL of 2 goes on as 1', v4(ttl=2), passes()),
    ('1812 5.3.1', 'a TTL of 255 as 254', v4(ttl=255), passes()),
    ('1812 5.3.1', 'a TTL of 1 ends here: time exceeded', v4(ttl=1), says(11, 0)),
    ('1812 4.2.2.9', 'a TTL of 0 is not forwarded', v4(ttl=0), lambda lab, sent: None
     if silent(lab, sent) is None else says(11, 0)(lab, sent)),
    ('1812 5.3.1', 'for the router itself a TTL of 1 is enough', ping4(ROUTER, ttl=1), replies(ROUTER)),
    ('792', 'a ping whose TTL ends here is told of, too', ping4('10.0.2.2', ttl=1), says(11, 0)),

    # --- what stays as it is ---
    ('2474 3', 'DSCP and ECN are kept', v4(tos=0xbb), passes()),
    ('3168 5', 'congestion experienced is kept', v4(tos=3), passes()),
    ('791 3.2', 'a fragment passes', v4(flags=MF, offset=0), passes()),
    ('791 3.2', 'a later one, too', v4(offset=1480), passes()),
    ('791 3.2', 'DF is kept', v4(flags=DF), passes()),
    ('791 3.2', 'TCP, or whatever a packet holds, is not touched', v4(proto=253, payload=b'whatever'), passes()),

    # --- too long ---
    ('1812 4.2.2.7', 'as long as the MTU: whole', v4(data=BIG[:1372]), passes()),
    ('1812 4.2.2.7', 'longer: cut', v4(data=BIG[:1400]), pieces(1400)),
    ('791 2.3', 'a fragment is cut further', v4(data=BIG[:1400], flags=MF, offset=1480), pieces(1400)),
    ('791 3.1', 'an option that is to be copied is in every fragment',
     v4(data=BIG[:1400], options=ALERT), pieces(1400, whole_options=ALERT)),
    ('791 3.1', 'another in the first only', v4(data=BIG[:1400], options=RECORD), pieces(1400, first_options=b'\7\7')),
    ('1191 4', 'with DF: fragmentation needed, and the MTU', v4(data=BIG[:1400], flags=DF), says(3, 4, word=1400)),

    # --- options ---
    ('7126 4.3', 'a loose source route: dropped', v4(options=b'\x83\7\4' + ip('10.0.2.2')), silent),
    ('7126 4.4', 'a strict one: dropped', v4(options=b'\x89\7\4' + ip('10.0.2.2')), silent),
    ('7126 4.3', 'one for the router itself: not followed', to_router(options=b'\x83\7\4' + ip('10.0.2.2')), silent),
    ('2113 2.1', 'router alert goes on', v4(options=ALERT), passes()),
    ('1812 4.2.2.1', 'an option that nobody knows goes on', v4(options=b'\x5e\4\1\2'), passes()),
    ('791 3.1', 'no-operation and end of options go on', v4(options=b'\1\1\0\0'), passes()),
    ('1812 5.3.13.3', 'record route gets the address that the packet leaves by', v4(options=b'\7\7\4' + bytes(5)),
     writes(b'\7\7\x08' + ip(BEYOND) + b'\0')),
    ('791 3.1', 'behind those that are there', v4(options=b'\7\x0b\x08' + ip('192.0.2.9') + bytes(5)),
     writes(b'\7\x0b\x0c' + ip('192.0.2.9') + ip(BEYOND) + b'\0')),
    ('791 3.1', 'one that is full goes on as it is', v4(options=b'\7\7\x08' + ip('192.0.2.9') + b'\0'),
     writes(b'\7\7\x08' + ip('192.0.2.9') + b'\0')),
    ('791 3.1', 'one with room for a part of an address: parameter problem', v4(options=b'\7\x08\6' + bytes(5)),
     says(12, 0, word=22 << 24)),
    ('1812 5.3.13.4', 'a timestamp gets the time', v4(options=b'\x44\x08\5\0' + bytes(4)),
     writes(b'\x44\x08\x09\0' + bytes(4), clock=4)),
    ('791 3.1', 'and the address where that is asked for', v4(options=b'\x44\x0c\5\1' + bytes(8)),
     writes(b'\x44\x0c\x0d\1' + ip(BEYOND) + bytes(4), clock=8)),
    ('1812 5.3.13.4', 'of a router that is named', v4(options=b'\x44\x0c\5\3' + ip(LOOPBACK) + bytes(4)),
     writes(b'\x44\x0c\x0d\3' + ip(LOOPBACK) + bytes(4), clock=8)),
    ('791 3.1', 'and of no other', v4(options=b'\x44\x0c\5\3' + ip('192.0.2.9') + bytes(4)),
     writes(b'\x44\x0c\5\3' + ip('192.0.2.9') + bytes(4))),
    ('791 3.1', 'where there is no room for a time those who missed are counted', v4(options=b'\x44\x08\x09\x20' + bytes(4)),
     writes(b'\x44\x08\x09\x30' + bytes(4))),
    ('1812 4.3.3.5', 'an option of length 0: not forwarded, parameter problem', v4(options=b'\x07\0\0\0'), says(12, 0)),
    ('1812 4.3.3.5', 'one that goes on beyond the header, too', v4(options=b'\x44\x28\5\0'), says(12, 0)),

    # --- martians ---
    ('1812 5.3.7', 'from 127/8: dropped', v4(src='127.0.0.1'), silent),
    ('1812 5.3.7', 'from 0/8: dropped', v4(src='0.1.2.3'), silent),
    ('1812 5.3.7', 'from nobody: not forwarded', v4(src='0.0.0.0'), silent),
    ('1812 5.3.7', 'from a group: dropped', v4(src='224.1.2.3'), silent),
    ('1812 5.3.7', 'from class E: dropped', v4(src='240.1.2.3'), silent),
    ('1812 5.3.7', 'from all ones: dropped', v4(src='255.255.255.255'), silent),
    ('1812 5.3.7', 'to 127/8: dropped', v4(dst='127.0.0.1'), silent),
    ('1812 5.3.7', 'to 0/8: dropped', v4(dst='0.1.2.3'), silent),
    ('1812 5.3.7', 'to class E: dropped', v4(dst='240.1.2.3'), silent),
    ('1812 5.3.5.1', 'to all ones: not forwarded', v4(dst='255.255.255.255'), silent),
    ('1812 5.3.5.1', 'to all ones in a broadcast frame: not forwarded', v4(dst='255.255.255.255', to=BROADCAST), silent),
    ('2644 2', 'a directed broadcast: not forwarded', v4(dst='10.0.2.255'), silent),
    ('1812 5.3.5.2', 'nor one of the sender\'s own subnet', v4(dst='10.0.1.255'), silent),
    ('1812 5.2.1', 'a group of this link: not forwarded', v4(dst='224.0.0.77', to='01:00:5e:00:00:4d'), silent),
    ('1812 5.2.1', 'one that nobody routes: not forwarded, not answered', v4(dst='239.1.2.3', to='01:00:5e:01:02:03'), silent),

    # --- where nothing leads ---
    ('1812 4.3.3.1', 'no route: net unreachable', v4(dst='203.0.113.9'), says(3, 0)),
    ('1812 4.3.3.1', 'a route that says unreachable: host unreachable', v4(dst='10.10.1.1'), says(3, 1)),
    ('1812 4.3.3.1', 'one that says prohibit: administratively prohibited', v4(dst='10.11.1.1'), says(3, 13)),
    ('7126 2', 'one that says blackhole: silence', v4(dst='10.12.1.1'), silent),
    ('1812 5.2.4.3', 'a gateway is used that a route names', v4(dst='10.9.1.1'), passes()),
    ('1812 5.2.7.2', 'back to the wire it came from: forwarded, and no redirect', v4(dst='10.13.1.1'), passes(at='a')),

    # --- errors: what they look like ---
    ('1812 4.3.2.3', 'an error quotes all there is of a short packet', v4(ttl=1, data=BIG[:200]), says(11, 0, least=208)),
    ('1812 4.3.2.3', 'of a long one up to 576 bytes in all', v4(ttl=1, data=BIG[:1200]), says(11, 0, least=500, most=576)),
    ('1812 4.3.2.4', 'it comes from the address of the wire that it goes to', v4(dst='203.0.113.9'), says(3, 0, source=ROUTER)),
    ('1812 4.3.2.5', 'its precedence is that of network control', v4(ttl=1),
     lambda lab, sent: says(11, 0)(lab, sent) or (None if [p for p in lab.a.seen if p.proto == ICMP][0].tos >> 5 in (6, 7) else 'it is not')),

    # --- errors: what there is none about ---
    ('1812 4.3.2.7', 'none about an unreachable', error4(3, 1, ttl=1), silent),
    ('1812 4.3.2.7', 'none about a source quench', error4(4, ttl=1), silent),
    ('1812 4.3.2.7', 'none about a redirect', error4(5, 1, ttl=1), silent),
    ('1812 4.3.2.7', 'none about a time exceeded', error4(11, ttl=1), silent),
    ('1812 4.3.2.7', 'none about a parameter problem', error4(12, ttl=1), silent),
    ('1812 4.3.2.7', 'none about an error that no route leads to', error4(3, 1, dst='203.0.113.9'), silent),
    ('1812 4.3.2.7', 'one about the first fragment', v4(ttl=1, flags=MF), says(11, 0)),
    ('1812 4.3.2.7', 'none about a later one', v4(ttl=1, offset=1480), silent),
    ('1812 4.3.2.7', 'none about what went to a group', v4(ttl=1, dst='239.1.2.3', to='01:00:5e:01:02:03'), silent),
    ('1812 4.3.2.7', 'none about what came in a broadcast frame', v4(ttl=1, to=BROADCAST), silent),
    ('1812 4.3.2.7', 'none about what went to a subnet\'s broadcast address', v4(dst='10.0.1.255', to=BROADCAST), silent),
    ('1812 4.3.2.7', 'none to a subnet\'s broadcast address', v4(ttl=1, src='10.0.1.255'), silent),
    ('1812 4.3.2.7', 'none to the router itself', v4(ttl=1, src=ROUTER), silent),

    # --- what is for the router ---
    ('1812 4.3.3.6', 'a ping of the near address', ping4(ROUTER), replies(ROUTER)),
    ('1812 4.3.3.6', 'of a second one', ping4('10.0.3.1'), replies('10.0.3.1')),
    ('1812 4.3.3.6', 'of the far one, which it comes from', ping4(BEYOND), replies(BEYOND)),
    ('1812 5.2.3', 'of a loopback', ping4(LOOPBACK), replies(LOOPBACK)),
    ('1122 3.2.2.6', 'one that records its route: so does the reply, with an address of the router',
     ping4(ROUTER, options=b'\7\x0b\4' + bytes(9)), recorded(b'\7\x0b', ROUTER)),
    ('1812 4.3.3.6', 'with no data at all', ping4(ROUTER, data=b''), replies(ROUTER, data=b'')),
    ('1812 4.3.3.6', 'with a thousand bytes', ping4(ROUTER, data=BIG[:1000]), replies(ROUTER, data=BIG[:1000])),
    ('1812 4.2.2.8', 'in two fragments', From(IP4, *[ip4('10.0.1.2', ROUTER, ICMP, part, ident=9, flags=more, offset=at)
     for part, more, at in ((icmp4(8, 0, b'\x77\x66\0\1', BIG[:1000])[:512], MF, 0), (icmp4(8, 0, b'\x77\x66\0\1', BIG[:1000])[512:], 0, 512))]),
     replies(ROUTER, data=BIG[:1000])),
    ('1122 3.2.2.6', 'to all ones: silence', ping4('255.255.255.255', to=BROADCAST), silent),
    ('1122 3.2.2.6', 'to the subnet\'s broadcast address: silence', ping4('10.0.1.255', to=BROADCAST), silent),
    ('1122 3.2.2.6', 'from a broadcast address: silence', ping4(ROUTER, src='10.0.1.255'), silent),
    ('1122 3.2.2', 'a ping whose checksum is wrong: silence', ping4(ROUTER, bad_sum=True), silent),
    ('1122 3.2.2', 'an ICMP message of an unknown type: silence', to_router(ICMP, icmp4(200)), silent),
    ('792', 'one of four bytes: silence', to_router(ICMP, icmp4(8, 0, b'')), silent),
    ('1812 4.3.3.7', 'an information request: silence', to_router(ICMP, icmp4(15)), silent),
    ('6918 2', 'an address mask request: silence', to_router(ICMP, icmp4(17, 0, bytes(4), bytes(4))), silent),
    ('1812 4.3.3.2', 'a redirect: silence', to_router(ICMP, icmp4(5, 1, ip('10.0.1.3'), ip4('10.0.1.1', '10.9.1.1', UDP, bytes(8)))), silent),
    ('1812 4.3.3.2', 'and nothing is redirected by it', v4(dst='10.9.1.1'), passes()),
    ('1122 3.2.2.1', 'a UDP port that nobody listens to: port unreachable', to_router(), says(3, 3)),
    ('1122 4.1.3.4', 'unless its checksum is wrong', to_router(payload=udp('10.0.1.2', ROUTER, bad_sum=True)), silent),
    ('768', 'one without a checksum is answered', to_router(payload=udp('10.0.1.2', ROUTER, no_sum=True)), says(3, 3)),
    ('1122 3.2.2.1', 'a broadcast to such a port: silence', v4(dst='10.0.1.255', to=BROADCAST, payload=udp('10.0.1.2', '10.0.1.255')), silent),
    ('1122 3.2.2.1', 'a protocol that nobody speaks: protocol unreachable', to_router(253, b'whatever'), says(3, 2)),
]


def ration(lab):
    """TTLs that end here, as fast as they go, from a network that asks for nothing else."""
    packet = ip4('10.0.3.2', '10.0.2.2', UDP, udp('10.0.3.2', '10.0.2.2'), ttl=1)
    for _ in range(3000):
        lab.a.send(IP4, packet)


def is_rationed(lab, _):
    n = sum(p.proto == ICMP and p.payload[0] == 11 for p in lab.a.seen)
    return None if 1 <= n <= 1500 else f'of 3000 packets {n} were answered'


ration.body = b''
PROBES.append(('1812 4.3.2.8', 'errors are rationed', ration, is_rationed))
