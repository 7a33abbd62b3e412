# SPDX-License-Identifier: BSD-3-Clause
"""IPv6: a line a probe. What the RFC's section asks, what A sends, what has to come of it."""
from lab import From, passes, ping6, replies, says, silent, v6
from packets import (BROADCAST, DESTINATION, FRAGMENT, HOP_BY_HOP, ICMP6, IP6, NO_NEXT, ROUTING, UDP, echo,
                     fragment6, icmp6, ip6, option6, options6, routing6, udp)

ROUTER, BEYOND, LOOPBACK, HERE, THERE = '2001:db8:1::1', '2001:db8:2::1', '2001:db8::1', '2001:db8:1::2', '2001:db8:2::2'
BIG = bytes(range(256)) * 6
DATA = b'abcdefghijklmnop'
QUOTED = ip6(THERE, HERE, UDP, udp(THERE, HERE))
ALL_NODES, ALL_NODES_MAC = 'ff02::1', '33:33:00:00:00:01'
PADDED, ALERT = option6(1, b'\0\0\0\0'), option6(5, b'\0\0')
SEGMENT = udp(HERE, THERE)
PING = icmp6(HERE, ROUTER, 128, 0, echo())


def error6(kind, code=0, **how):
    return v6(proto=ICMP6, payload=icmp6(HERE, how.get('dst', THERE), kind, code, bytes(4) + QUOTED), **how)


def to_router(proto=UDP, payload=None, **how):
    return v6(dst=how.pop('dst', ROUTER), proto=proto, payload=payload, **how)


def destination(options, following=ICMP6, payload=PING, **how):
    """A ping of the router behind destination options."""
    return to_router(DESTINATION, options6(following, options) + payload, **how)


def local(kind, **how):
    """From or to the link-local address of A or the router."""
    return lambda lab: kind(lab, **how)


PROBES = [
    # --- a header, before anything is done with it ---
    ('8200 3', 'a right packet is forwarded, one hop less, all else as it was', v6(), passes()),
    ('8200 3', 'traffic class and flow label are kept', v6(traffic_class=0xbb, label=0xabcde), passes()),
    ('8200 3', 'version 4: dropped', v6(version=4), silent),
    ('8200 3', 'a payload length beyond the frame: dropped', v6(length=2000), silent),
    ('8200 3', 'what fills up a short frame is not part of the packet',
     From(IP6, ip6(HERE, THERE, UDP, SEGMENT) + b'filling'), lambda lab, sent: passes()(lab, sent[:-7])),
    ('8200 4.7', 'no next header goes on, with what is behind it', v6(proto=NO_NEXT, payload=b'whatever'), passes()),
    ('2464 3', 'a frame for another MAC address: not forwarded', v6(to='02:00:00:00:77:77'), silent),
    ('2464 7', 'one address in a multicast frame: not forwarded', v6(to=ALL_NODES_MAC), silent),
    ('2464 7', 'or in a broadcast frame', v6(to=BROADCAST), silent),

    # --- hop limit ---
    ('8200 3', 'a hop limit of 2 goes on as 1', v6(hops=2), passes()),
    ('4443 3.3', 'a hop limit of 1 ends here: hop limit exceeded', v6(hops=1), says(3, 0)),
    ('4443 3.3', 'a hop limit of 0 is not forwarded', v6(hops=0), says(3, 0)),
    ('8200 3', 'for the router itself a hop limit of 1 is enough', ping6(ROUTER, hops=1), replies(ROUTER)),
    ('4443 3.3', 'a ping whose hop limit ends here is told of, too', ping6(THERE, hops=1), says(3, 0)),

    # --- extension headers on their way ---
    ('8200 4.3', 'hop-by-hop options that are padding go on', v6(proto=HOP_BY_HOP, payload=options6(UDP, PADDED) + SEGMENT), passes()),
    ('2711 2', 'router alert goes on', v6(proto=HOP_BY_HOP, payload=options6(UDP, ALERT) + SEGMENT), passes()),
    ('8200 4.2', 'an unknown hop-by-hop option that may be skipped goes on',
     v6(proto=HOP_BY_HOP, payload=options6(UDP, option6(0x1e, b'\1\2\3\4')) + SEGMENT), passes()),
    ('8200 4.6', 'destination options are nobody\'s here, whatever they are',
     v6(proto=DESTINATION, payload=options6(UDP, option6(0xde, b'\1\2\3\4')) + SEGMENT), passes()),
    ('8200 4.4', 'a routing header goes on', v6(proto=ROUTING, payload=routing6(UDP, 4, 1, ['2001:db8:9::1']) + SEGMENT), passes()),
    ('8200 4.5', 'a fragment goes on', v6(proto=FRAGMENT, payload=fragment6(UDP, 0, True) + SEGMENT), passes()),
    ('8200 4.5', 'a later one, too', v6(proto=FRAGMENT, payload=fragment6(UDP, 1440) + b'the rest'), passes()),
    ('7045 2.1', 'a chain of all of them goes on', v6(proto=HOP_BY_HOP, payload=options6(DESTINATION, PADDED) +
     options6(ROUTING, PADDED) + routing6(FRAGMENT, 4, 0) + fragment6(UDP) + SEGMENT), passes()),
    ('7045 2.1', 'an upper layer that nobody knows goes on', v6(proto=253, payload=b'whatever'), passes()),

    # --- too long ---
    ('8200 5', 'as long as the MTU: forwarded', v6(data=BIG[:1352]), passes()),
    ('4443 3.2', 'longer: packet too big, and the MTU', v6(data=BIG[:1400]), says(2, 0, word=1400)),
    ('4443 2.4', 'which quotes as much as fits into 1280 bytes', v6(data=BIG[:1400]), says(2, 0, least=1190, most=1280)),
    ('8200 4.5', 'a fragment is not cut further', v6(proto=FRAGMENT, payload=fragment6(UDP, 0, True) + BIG[:1400]), says(2, 0, word=1400)),

    # --- martians, and scopes ---
    ('4291 2.5.3', 'from ::1: dropped', v6(src='::1'), silent),
    ('4291 2.5.3', 'to ::1: dropped', v6(dst='::1'), silent),
    ('4291 2.5.2', 'from nobody: not forwarded', v6(src='::'), silent),
    ('4291 2.5.2', 'to nobody: dropped', v6(dst='::'), silent),
    ('4291 2.7', 'from a group: dropped', v6(src='ff0e::1'), silent),
    ('4291 2.7', 'to a group of scope 0: dropped', v6(dst='ff00::1', to='33:33:00:00:00:01'), silent),
    ('4291 2.7', 'to one of this interface alone: dropped', v6(dst='ff01::1', to='33:33:00:00:00:01'), silent),
    ('4291 2.7', 'to one of this link: not forwarded', v6(dst='ff02::77', to='33:33:00:00:00:77'), silent),
    ('4291 2.7', 'to one that nobody routes: not forwarded, not answered', v6(dst='ff0e::77', to='33:33:00:00:00:77'), silent),
    ('4291 2.5.6', 'to a link-local address of somebody else: not forwarded', v6(dst='fe80::99'), silent),
    ('4443 3.1', 'from a link-local one: beyond its scope', v6(src='fe80::1:2'),
     lambda lab, sent: says(1, 2)(lab, sent) and says(1, 2, source=lab.a.router_local)(lab, sent)),

    # --- where nothing leads ---
    ('4443 3.1', 'no route: no route to destination', v6(dst='2001:db8:ff::9'), says(1, 0)),
    ('4443 3.1', 'a route that says unreachable: address unreachable', v6(dst='2001:db8:10::9'), says(1, 3)),
    ('4443 3.1', 'one that says prohibit: administratively prohibited', v6(dst='2001:db8:11::9'), says(1, 1)),
    ('4443 3.1', 'one that says blackhole: silence', v6(dst='2001:db8:12::9'), silent),
    ('8200 3', 'a gateway is used that a route names', v6(dst='2001:db8:9::9'), passes()),
    ('4861 8.2', 'back to the wire it came from: forwarded, and no redirect', v6(dst='2001:db8:13::9'), passes(at='a')),

    # --- errors: what they look like, and what there is none about ---
    ('4443 2.4', 'an error quotes all there is of a short packet', v6(hops=1, data=BIG[:1000]), says(3, 0, least=1008)),
    ('4443 2.4', 'none about an unreachable', error6(1, hops=1), silent),
    ('4443 2.4', 'none about a packet too big', error6(2, hops=1), silent),
    ('4443 2.4', 'none about a time exceeded', error6(3, hops=1), silent),
    ('4443 2.4', 'none about a parameter problem', error6(4, hops=1), silent),
    ('4443 2.4', 'none about an error of a kind that nobody knows', error6(100, hops=1), silent),
    ('4443 2.4', 'none about a redirect', error6(137, hops=1), silent),
    ('4443 2.4', 'none about an error that no route leads to', error6(1, dst='2001:db8:ff::9'), silent),
    ('4443 2.4', 'none about what went to a group', v6(hops=1, dst='ff0e::77', to='33:33:00:00:00:77'), silent),
    ('4443 2.4', 'none about what came in a multicast frame', v6(hops=1, to=ALL_NODES_MAC), silent),
    ('4443 2.4', 'none to a group', v6(hops=1, src='ff02::1'), silent),
    ('4443 2.4', 'none to nobody', v6(hops=1, src='::'), silent),
    ('4443 2.4', 'none to the router itself', v6(hops=1, src=ROUTER), silent),

    # --- what is for the router ---
    ('4443 4.2', 'a ping of the near address', ping6(ROUTER), replies(ROUTER)),
    ('4443 4.2', 'of the far one', ping6(BEYOND), replies(BEYOND)),
    ('4443 4.2', 'of a loopback', ping6(LOOPBACK), replies(LOOPBACK)),
    ('4291 2.8', 'of its link-local address', From(IP6, lambda lab: ip6(lab.a.local, lab.a.router_local, ICMP6,
     icmp6(lab.a.local, lab.a.router_local, 128, 0, echo()))), lambda lab, sent: replies(lab.a.router_local)(lab, sent)),
    ('4443 4.2', 'to all nodes: from an address of the wire', ping6(ALL_NODES, src='fe80::1:2', to=ALL_NODES_MAC),
     lambda lab, sent: replies(lab.a.router_local)(lab, sent)),
    ('4291 2.6.1', 'of the subnet\'s anycast address', ping6('2001:db8:1::'),
     lambda lab, sent: replies('2001:db8:1::')(lab, sent) and replies(ROUTER)(lab, sent)),
    ('4443 4.2', 'with a thousand bytes', ping6(ROUTER, data=BIG[:1000]), replies(ROUTER, data=BIG[:1000])),
    ('8200 5', 'in two fragments', From(IP6, *[ip6(HERE, ROUTER, FRAGMENT, fragment6(ICMP6, at, more) + part) for part, at, more in
     ((icmp6(HERE, ROUTER, 128, 0, echo(data=BIG[:1000]))[:512], 0, True), (icmp6(HERE, ROUTER, 128, 0, echo(data=BIG[:1000]))[512:], 512, False))]),
     replies(ROUTER, data=BIG[:1000])),
    ('6946 4', 'in a fragment that is the whole', to_router(FRAGMENT, fragment6(ICMP6) + PING), replies(ROUTER)),
    ('4443 2.1', 'a ping whose checksum is wrong: silence', ping6(ROUTER, bad_sum=True), silent),
    ('4443 2.4', 'a message for information of an unknown kind: silence', to_router(ICMP6, icmp6(HERE, ROUTER, 200)), silent),
    ('4443 3.1', 'a UDP port that nobody listens to: port unreachable', to_router(), says(1, 4)),
    ('8200 8.1', 'unless its checksum is wrong', to_router(payload=udp(HERE, ROUTER, bad_sum=True)), silent),
    ('8200 8.1', 'or missing', to_router(payload=udp(HERE, ROUTER, no_sum=True)), silent),
    ('4443 3.4', 'a next header that nobody knows: parameter problem, and where', to_router(253, b'whatever'), says(4, 1, word=6)),
    ('4443 3.4', 'also behind other headers', destination(PADDED, 253, b'whatever'), says(4, 1, word=40)),
    ('8200 4.1', 'hop-by-hop options that are not the first header', destination(PADDED, HOP_BY_HOP, options6(ICMP6, PADDED) + PING), says(4, 1, word=40)),
    ('8200 4.7', 'no next header: silence', to_router(NO_NEXT, b''), silent),
    ('8200 4.2', 'an unknown option that may be skipped', destination(option6(0x1e, bytes(4))), replies(ROUTER)),
    ('8200 4.2', 'one of the kind "drop in silence"', destination(option6(0x5e, bytes(4))), silent),
    ('8200 4.2', 'one of the kind "drop and tell"', destination(option6(0x9e, bytes(4))), says(4, 2, word=42)),
    ('8200 4.2', 'one of the kind "tell unless it went to a group"', destination(option6(0xde, bytes(4))), says(4, 2, word=42)),
    ('5095 3', 'a type 0 routing header with somewhere to go: refused', to_router(ROUTING, routing6(UDP, 0, 1, [THERE]) + SEGMENT), says(4, 0, word=42)),
    ('5095 3', 'one that has nowhere to go any more is passed over', to_router(ROUTING, routing6(ICMP6, 0, 0) + PING), replies(ROUTER)),
    ('8200 4.4', 'one of an unknown type likewise', to_router(ROUTING, routing6(ICMP6, 99, 1) + PING), says(4, 0, word=42)),
]
