# SPDX-License-Identifier: BSD-3-Clause
"""ARP and neighbour discovery: a line a probe. Who asks, who lies, and who is not there."""
import struct

from ipv6 import ROUTER
from lab import From, ping4, ping6, plain, replies, says, silent, v4, v6
from packets import ARP, BROADCAST, ICMP6, IP4, IP6, UDP, arp, icmp6, ip, ip4, ip6, mac, text, udp

GATEWAY, HOST, HOST6, MINE = '10.0.1.1', '10.0.1.2', '2001:db8:1::2', '02:00:00:00:01:02'
ALL_NODES_MAC, FORGED = '33:33:00:00:00:01', '02:00:00:00:66:66'
SOLICITED, SOLICITED_MAC = 'ff02::1:ff00:1', '33:33:ff:00:00:01'
SOURCE_OPTION, TARGET_OPTION = b'\1\1' + mac(MINE), b'\2\1' + mac(MINE)


# --- ARP ---

def asks(target=GATEWAY, to=BROADCAST, operation=1, sender_mac=MINE, sender=HOST, **how):
    return From(ARP, arp(operation, sender_mac, sender, target, **how), to=to)


def arps(lab, operation):
    return [p for p in lab.a.seen if p.type == ARP and p.body[6:8] == struct.pack('!H', operation)]


def is_told(lab, _):
    """Where the gateway is, and nobody else."""
    seen = arps(lab, 2)
    if not seen:
        return 'silence: no answer'
    answer = seen[0]
    if len(seen) > 1 or answer.body[14:18] != ip(GATEWAY) or answer.body[8:14] != mac(lab.a.router):
        return f'there came {seen}'
    if answer.to_mac != mac(MINE) or answer.body[18:24] != mac(MINE) or answer.from_mac != mac(lab.a.router):
        return 'its MAC addresses are wrong'
    return None


def no_reply(lab, _):
    return f'there came {arps(lab, 2)[0]}' if arps(lab, 2) else None


def defends(lab, _):
    """It says whose the address is, to everybody, or nothing; and keeps it."""
    return no_reply(lab, _)


def lookups(lab, target):
    return [p for host in (lab.a, lab.b) for p in host.seen if p.type == ARP and
            p.body[6:8] == b'\0\1' and p.body[24:28] == ip(target)]


def believed(address):
    """A lie: then a packet for that address. It is looked up on the wire, not sent to the liar."""
    def judge(lab, _):
        if any(p.to_mac == mac(FORGED) or p.dst == address for p in lab.a.seen + lab.b.seen if p.src):
            return 'it is sent to who lied'
        return None if lookups(lab, address) else 'silence: nobody asks for it'
    return judge


def lie(packet, kind=ARP, to=None):
    def send(lab):
        lab.a.send(kind, packet, to or lab.a.router, FORGED if to is None else None)
        lab.listen(0.03)
    return send


def then(first, second):
    def send(lab):
        first(lab)
        second(lab)
        send.body = getattr(second, 'body', b'')
    return send


# --- neighbour discovery ---

def solicit(target=ROUTER, src=HOST6, dst=SOLICITED, options=SOURCE_OPTION, hops=255, code=0, to=SOLICITED_MAC, cut=None,
            bad_sum=False):
    body = (bytes(4) + ip(target) + options)[:cut]
    return From(IP6, ip6(src, dst, ICMP6, icmp6(src, dst, 135, code, body, bad_sum), hops=hops), to=to)


def adverts(lab, kind=136):
    return [p for p in lab.a.seen if p.type == IP6 and p.proto == ICMP6 and p.payload[0] == kind]


def advertises(solicited=True, says_where=True):
    def judge(lab, _):
        seen = adverts(lab)
        if not seen:
            return 'silence: no answer'
        answer = seen[0]
        flags, = struct.unpack('!I', answer.payload[4:8])
        if answer.ttl != 255 or not answer.is_sound() or answer.payload[8:24] != ip(ROUTER):
            return f'there came {answer}'
        if answer.dst != (HOST6 if solicited else 'ff02::1') or bool(flags & 0x40000000) != solicited:
            return f'it goes to {answer.dst} with flags {flags:08x}'
        if not flags & 0x80000000:
            return 'it does not say that it is a router'
        if (says_where or answer.payload[24:]) and answer.payload[24:32] != b'\2\1' + mac(lab.a.router):
            return 'its link-layer address is wrong'
        return None
    return judge


def unanswered(lab, _):
    return f'there came {adverts(lab)[0]}' if adverts(lab) else None


def advert(target, hops=255, flags=0x60000000, code=0, src=None):
    src = src or target
    return lie(ip6(src, ROUTER, ICMP6, icmp6(src, ROUTER, 136, code, struct.pack('!I', flags) + ip(target) + b'\2\1' + mac(FORGED)), hops=hops), IP6)


def lookups6(lab, target):
    return [p for p in adverts(lab, 135) if p.payload[8:24] == ip(target)]


def believed6(address):
    def judge(lab, _):
        if any(p.to_mac == mac(FORGED) for p in lab.a.seen):
            return 'it is sent to who lied'
        return None if lookups6(lab, address) else 'silence: nobody asks for it'
    return judge


def towards(address):
    """A packet from A to somebody on A's own wire: the router has to look for him."""
    return v6(dst=address) if ':' in address else v4(dst=address)


def router_advert(lab, _):
    seen = adverts(lab, 134)
    if not seen:
        return 'silence: no advertisement'
    advertisement = seen[0]
    if advertisement.ttl != 255 or advertisement.src != lab.a.router_local or not advertisement.is_sound():
        return f'there came {advertisement}'
    return None if ip('2001:db8:1::') in advertisement.payload else 'it lacks the prefix'


def burst(lab):
    """Ten packets for one who is not known, and then speaks."""
    for i in range(10):
        lab.a.send(IP4, ip4(HOST, '10.0.2.88', UDP, udp(HOST, '10.0.2.88', data=bytes([i]) * 4)))
    lab.listen(0.4)
    for asked in lookups(lab, '10.0.2.88')[:1]:
        lab.b.send(ARP, arp(2, lab.b.mac, '10.0.2.88', text(asked.body[14:18])), lab.b.router)
    lab.listen(0.1)


def is_kept(lab, _):
    asked, came = lookups(lab, '10.0.2.88'), [p for p in plain(lab.b) if p.dst == '10.0.2.88']
    if len(asked) > 1:
        return f'{len(asked)} requests within half a second'
    return None if came and came[-1].payload.endswith(b'\x09' * 4) else 'silence: the newest was not kept'


burst.body = b''
REDIRECT = icmp6('fe80::66', ROUTER, 137, 0, bytes(4) + ip('2001:db8:1::3') + ip('2001:db8:9::9'))

PROBES = [
    ('826', 'who has the gateway? It says so', asks(), is_told),
    ('1122 2.3.2.1', 'asked by who knows, by unicast, too', asks(to=None), is_told),
    ('5227 2.1.1', 'a probe by who has no address yet is answered', asks(sender='0.0.0.0'), is_told),
    ('826', 'who has somebody else on the wire? Silence', asks('10.0.1.77'), no_reply),
    ('1027 2', 'or somebody behind the router? Silence: no proxy', asks('10.0.2.2'), no_reply),
    ('826', 'or an address of another wire\'s subnet', asks('10.9.9.9'), no_reply),
    ('826', 'hardware of another type: silence', asks(hardware=6), no_reply),
    ('826', 'a protocol that is not IP: silence', asks(protocol=0x0805), no_reply),
    ('826', 'hardware addresses of another length: silence', asks(hardware_len=8), no_reply),
    ('826', 'an operation that does not exist: silence', asks(operation=77), no_reply),
    ('826', 'a message that is cut off: silence', From(ARP, arp(1, MINE, HOST, GATEWAY)[:20], to=BROADCAST), no_reply),
    ('1812 3.3.2', 'a sender with a broadcast MAC address: silence', asks(sender_mac=BROADCAST), no_reply),
    ('1812 3.3.2', 'or a multicast one', asks(sender_mac='01:00:5e:00:00:01'), no_reply),
    ('1812 3.3.2', 'nor is such a one believed, who answers', then(lie(arp(2, '01:00:5e:00:00:01', '10.0.1.61', GATEWAY)), towards('10.0.1.61')), believed('10.0.1.61')),
    ('826', 'an answer that nobody asked for is not believed', then(lie(arp(2, FORGED, '10.0.1.62', GATEWAY)), towards('10.0.1.62')), believed('10.0.1.62')),
    ('5227 2.4', 'who claims the gateway\'s own address does not get it', then(lie(arp(1, FORGED, GATEWAY, GATEWAY), to=BROADCAST), ping4(GATEWAY)), replies(GATEWAY)),
    ('826', 'who claims an address of another subnet is not believed', then(lie(arp(1, FORGED, '10.0.2.63', GATEWAY)), towards('10.0.2.63')), believed('10.0.2.63')),
    ('1122 2.3.2', 'packets for an unknown one: one request, the newest waits', burst, is_kept),
    ('1812 4.3.3.1', 'nobody answers: host unreachable', towards('10.0.2.99'), says(3, 1)),

    ('4861 7.2.4', 'a solicitation is answered', solicit(), advertises()),
    ('4861 7.2.4', 'one by unicast, too', solicit(dst=ROUTER, to=None), advertises(says_where=False)),
    ('4861 7.2.4', 'who has no address yet is answered to all nodes', solicit(src='::', options=b''), advertises(False)),
    ('4861 7.2.3', 'for somebody else: silence', solicit(target='2001:db8:1::77'), unanswered),
    ('4861 7.2.3', 'for somebody behind the router: silence', solicit(target='2001:db8:2::2'), unanswered),
    ('4861 7.1.1', 'a hop limit of 254: ignored', solicit(hops=254), unanswered),
    ('4861 7.1.1', 'a code other than 0: ignored', solicit(code=1), unanswered),
    ('4861 7.1.1', 'a wrong checksum: ignored', solicit(bad_sum=True), unanswered),
    ('4861 7.1.1', 'a message that is cut off: ignored', solicit(cut=12, options=b''), unanswered),
    ('4861 7.1.1', 'an option of length 0: ignored', solicit(options=b'\1\0' + mac(MINE)), unanswered),
    ('4861 7.1.1', 'an option beyond the end: ignored', solicit(options=b'\1\xff' + mac(MINE)), unanswered),
    ('4861 7.1.1', 'a group as target: ignored', solicit(target='ff02::1'), unanswered),
    ('4861 7.1.1', 'from nobody, and not to the solicited node\'s group: ignored', solicit(src='::', dst='ff02::1', to=ALL_NODES_MAC, options=b''), unanswered),
    ('4861 7.1.1', 'from nobody, with a link-layer address: ignored', solicit(src='::'), unanswered),
    ('6980 5', 'in a fragment: ignored', From(IP6, ip6(HOST6, SOLICITED, 44, b'\x3a\0\0\0\0\0\0\7' + icmp6(HOST6, SOLICITED, 135, 0, bytes(4) + ip(ROUTER) + SOURCE_OPTION), hops=255), to=SOLICITED_MAC), unanswered),
    ('4861 7.2.5', 'an advertisement that nobody asked for is not believed', then(advert('2001:db8:1::62'), towards('2001:db8:1::62')), believed6('2001:db8:1::62')),
    ('4861 7.1.2', 'an advertisement from afar is not believed', then(towards('2001:db8:1::63'), advert('2001:db8:1::63', hops=254)), believed6('2001:db8:1::63')),
    ('4861 7.1.2', 'nor one with another code', then(towards('2001:db8:1::64'), advert('2001:db8:1::64', code=1)), believed6('2001:db8:1::64')),
    ('4862 5.4', 'who claims the router\'s own address does not get it', then(advert(ROUTER, flags=0x20000000), ping6(ROUTER)), replies(ROUTER)),
    ('4861 8.1', 'a router takes no redirect', then(lie(ip6('fe80::66', ROUTER, ICMP6, REDIRECT, hops=255), IP6), v6(dst='2001:db8:9::9')),
     lambda lab, _: None if plain(lab.b) else 'silence: it was believed'),
    ('4861 6.2.6', 'a router solicitation is answered', From(IP6, ip6('fe80::1:2', 'ff02::2', ICMP6, icmp6('fe80::1:2', 'ff02::2', 133, 0, bytes(4) + SOURCE_OPTION), hops=255), to='33:33:00:00:00:02'), router_advert),
    ('4443 3.1', 'nobody answers: address unreachable', v6(dst='2001:db8:2::99'), says(1, 3)),
]
