# SPDX-License-Identifier: BSD-3-Clause
"""Two hosts, A and B, with the router under test between them, and what is expected of it.

The hosts are this program: raw sockets on the far ends of the router's two wires. It answers for
their addresses when the router asks who has them; everything else it only writes down. After each
probe it pings the router: once that is answered, whatever the probe gave rise to is there too.
"""
import select
import socket
import struct
import time

from packets import (ARP, BROADCAST, DF, ICMP, ICMP6, IP4, IP6, MF, Packet, arp, checksum, echo,
                     icmp4, icmp6, ip, ip4, ip6, mac, text, udp, UDP)

ETH_P_ALL, PACKET_OUTGOING = 3, 4
SETTLE = 0.02   # after the ping was answered, s
DAY_MS = 24 * 60 * 60 * 1000
PATIENCE = 4.5  # for what is expected, s: resolving takes three
SENTINEL = 0x5e5e


class Host:
    """One end of one of the router's wires."""

    def __init__(self, device, number):
        self.mac = f'02:00:00:00:0{number}:02'
        self.gateway = f'10.0.{number}.1'
        self.gateway6 = f'2001:db8:{number}::1'
        self.ip = f'10.0.{number}.2'
        self.ip6 = f'2001:db8:{number}::2'
        self.local = f'fe80::{number}:2'
        # One more on the same wire, for redirects.
        self.own = {self.ip, self.ip6, self.local, f'10.0.{number}.3', f'2001:db8:{number}::3',
                    f'10.0.{number + 2}.2'}
        self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        self.sock.bind((device, ETH_P_ALL))
        self.sock.setblocking(False)
        self.router = None  # its MAC address on this wire
        self.router_local = None
        self.seen = []

    def send(self, kind, body, to=None, source=None):
        frame = mac(to or self.router) + mac(source or self.mac) + struct.pack('!H', kind) + body
        self.sock.send(frame.ljust(60, b'\0'))

    def receive(self):
        """Writes down what is there."""
        while True:
            try:
                frame, sender = self.sock.recvfrom(65536)
            except BlockingIOError:
                return
            if sender[2] == PACKET_OUTGOING:
                continue
            packet = Packet(frame)
            packet.at = time.monotonic()
            self.seen.append(packet)
            self.answer(packet)

    def answer(self, packet):
        """Who has one of our addresses? We."""
        if packet.type == ARP and packet.body[6:8] == b'\0\1' and text(packet.body[24:28]) in self.own:
            self.send(ARP, arp(2, self.mac, text(packet.body[24:28]), text(packet.body[14:18])),
                      packet.from_mac.hex(':'))
        if packet.type == IP6 and packet.proto == ICMP6 and packet.payload[0] == 135 and \
                text(packet.payload[8:24]) in self.own and packet.src != '::':
            target = text(packet.payload[8:24])
            body = struct.pack('!I', 0x60000000) + ip(target) + b'\2\1' + mac(self.mac)
            self.send(IP6, ip6(target, packet.src, ICMP6, icmp6(target, packet.src, 136, 0, body),
                               hops=255), packet.from_mac.hex(':'))

    def find_router(self):
        """Its MAC address, which it tells who asks."""
        until = time.monotonic() + 5
        while not self.router and time.monotonic() < until:
            self.send(ARP, arp(1, self.mac, self.ip, self.gateway), BROADCAST)
            select.select([self.sock], [], [], 0.2)
            self.receive()
            for packet in self.seen:
                if packet.type == ARP and text(packet.body[14:18]) == self.gateway:
                    self.router = packet.from_mac.hex(':')
        number = int(self.router.replace(':', ''), 16) ^ 2 << 40
        self.router_local = text(b'\xfe\x80' + bytes(6) + (number >> 24).to_bytes(3, 'big') +
                                 b'\xff\xfe' + (number & 0xffffff).to_bytes(3, 'big'))


class Lab:
    def __init__(self, device_a, device_b):
        self.a, self.b = Host(device_a, 1), Host(device_b, 2)
        self.sequence = 0
        for host in (self.a, self.b):
            host.find_router()
        for host in (self.a, self.b):  # over IPv6 the router has to find them as well
            self.run(From(IP6, ip6(host.ip6, host.gateway6, ICMP6, icmp6(
                host.ip6, host.gateway6, 128, 0, echo())), host='a' if host is self.a else 'b'),
                     lambda lab, sent, at=host: None if plain(at) else 'silence')

    def forget(self):
        for host in (self.a, self.b):
            host.receive()
            host.seen.clear()

    def sentinel(self):
        """Pings the router; true when it has answered."""
        self.sequence += 1
        packet = ip4('10.0.1.3', self.a.gateway, ICMP, icmp4(8, 0, echo(SENTINEL, self.sequence)))
        answer = echo(SENTINEL, self.sequence)[:4]
        until = time.monotonic() + PATIENCE
        self.a.send(IP4, packet)
        while time.monotonic() < until:
            select.select([self.a.sock, self.b.sock], [], [], 0.1)
            self.listen()
            for seen in self.a.seen:
                if seen.proto == ICMP and seen.payload[:1] == b'\0' and seen.payload[4:8] == answer:
                    self.a.seen.remove(seen)
                    return True
        return False

    def listen(self, seconds=0.0):
        """Writes down what comes in that time."""
        until = time.monotonic() + seconds
        while True:
            left = max(0, until - time.monotonic())
            select.select([self.a.sock, self.b.sock], [], [], left)
            for host in (self.a, self.b):
                host.receive()
            if left == 0:
                return

    def run(self, sent, judge):
        """None, or what is wrong."""
        self.forget()
        sent(self)
        if not self.sentinel():
            return 'the router does not answer any more'
        self.listen(SETTLE)
        until = time.monotonic() + PATIENCE
        wrong = judge(self, sent.body)
        while isinstance(wrong, str) and wrong.startswith('silence') and time.monotonic() < until:
            self.listen(0.02)
            wrong = judge(self, sent.body)
        return wrong if isinstance(wrong, str) else None


# --- what is sent ---

class From:
    """What host A sends; a body may be a function of the lab. to, source: MAC addresses."""

    def __init__(self, kind, *bodies, to=None, source=None, host='a'):
        self.kind, self.bodies, self.to, self.source = kind, bodies, to, source
        self.host, self.body = host, b''

    def __call__(self, lab):
        for body in self.bodies:
            self.body = body(lab) if callable(body) else body
            getattr(lab, self.host).send(self.kind, self.body, self.to, self.source)


def v4(to=None, src='10.0.1.2', dst='10.0.2.2', proto=UDP, payload=None, data=b'weft', **how):
    """UDP from A to B, or as is said."""
    payload = udp(src, dst, data=data) if payload is None else payload
    return From(IP4, ip4(src, dst, proto, payload, **how), to=to)


def v6(to=None, src='2001:db8:1::2', dst='2001:db8:2::2', proto=UDP, payload=None, data=b'weft', **how):
    payload = udp(src, dst, data=data) if payload is None else payload
    return From(IP6, ip6(src, dst, proto, payload, **how), to=to)


def ping4(dst, src='10.0.1.2', to=None, bad_sum=False, data=b'abcdefghijklmnop', **how):
    return v4(to, src, dst, ICMP, icmp4(8, 0, echo(data=data), bad_sum=bad_sum), **how)


def ping6(dst, src='2001:db8:1::2', to=None, bad_sum=False, data=b'abcdefghijklmnop', **how):
    return v6(to, src, dst, ICMP6, icmp6(src, dst, 128, 0, echo(data=data), bad_sum), **how)


# --- what is expected ---

# Who never answers, and is told of as unreachable three seconds after somebody else's probe.
NOBODY = {'10.0.1.61', '10.0.1.62', '10.0.2.63', '2001:db8:1::62', '2001:db8:1::63', '2001:db8:1::64'}


def plain(host):
    """What came to a host, without what neighbours say to one another and what is late."""
    return [p for p in host.seen if p.src is not None and not p.is_discovery() and p.quoted() not in NOBODY]


def show(packets):
    return '; '.join(map(str, packets)) or 'nothing'


def silent(lab, _):
    """Nothing comes of it."""
    seen = plain(lab.a) + plain(lab.b)
    return f'there came {show(seen)}' if seen else None


def passes(at='b', but=()):
    """It arrives with one hop less and else as it was; but: offsets that may differ."""
    def judge(lab, sent):
        there, elsewhere = (lab.b, lab.a) if at == 'b' else (lab.a, lab.b)
        seen = plain(there)
        if plain(elsewhere):
            return f'at the other side there came {show(plain(elsewhere))}'
        if not seen:
            return 'silence: it does not arrive'
        if len(seen) > 1:
            return f'there came {show(seen)}'
        wanted = Packet(bytes(12) + struct.pack('!H', seen[0].type) + sent)
        if not seen[0].is_sound():
            return 'its checksum is wrong'
        if seen[0].ttl != wanted.ttl - 1:
            return f'its TTL is {seen[0].ttl}'
        if seen[0].from_mac != mac(there.router) or seen[0].to_mac != mac(there.mac):
            return 'its MAC addresses are wrong'
        aged = {8, 10, 11} if seen[0].type == IP4 else {7}
        for i, (was, now) in enumerate(zip(wanted.body, seen[0].body)):
            if was != now and i not in aged and i not in but:
                return f'byte {i} is {now:02x} in place of {was:02x}'
        return None if len(wanted.body) == len(seen[0].body) else f'it has {len(seen[0].body)} bytes'
    return judge


def writes(options, clock=None):
    """It arrives with these options, written by the router; clock: where there is the time, in ms since midnight UT."""
    def judge(lab, sent):
        wrong = passes(but=range(20, 60))(lab, sent)
        if wrong:
            return wrong
        seen = bytearray(plain(lab.b)[0].header[20:])
        if clock is not None:
            late = (int(time.time() * 1000) - int.from_bytes(seen[clock:clock + 4], 'big')) % DAY_MS
            if late > 5000:
                return f'the time is {late} ms off'
            seen[clock:clock + 4] = options[clock:clock + 4]
        return None if seen == options else f'the options are {seen.hex()}'
    return judge


def says(kind, code, word=None, source=None, least=8, most=None):
    """A is told so, by an error that quotes what it sent. word: the second of its header."""
    def judge(lab, sent):
        seen = plain(lab.a)
        if plain(lab.b):
            return f'B got {show(plain(lab.b))}'
        if not seen:
            return 'silence: nobody is told'
        if len(seen) > 1:
            return f'there came {show(seen)}'
        error = seen[0]
        if (error.payload[0], error.payload[1]) != (kind, code):
            return f'there came {error}'
        if not error.is_sound() or error.ttl < 2:
            return 'its checksum or its TTL is wrong'
        if word is not None and struct.unpack('!I', error.payload[4:8])[0] != word:
            return f'there came {error}'
        if error.src != (source or (lab.a.gateway if error.type == IP4 else lab.a.gateway6)):
            return f'it comes from {error.src}'
        quoted = error.payload[8:]
        header = 20 if error.type == IP4 else 40
        if quoted[header - 8:header] == b'' or len(quoted) < header + least:
            return f'it quotes {len(quoted)} bytes'
        if most and len(error.body) > most:
            return f'it has {len(error.body)} bytes'
        return None
    return judge


def replies(source, data=b'abcdefghijklmnop', to=None):
    """An echo reply from this address, with what was asked."""
    def judge(lab, sent):
        seen = plain(lab.a)
        if not seen:
            return 'silence: no reply'
        if len(seen) > 1 or plain(lab.b):
            return f'there came {show(seen + plain(lab.b))}'
        reply = seen[0]
        if reply.payload[:2] != (b'\0\0' if reply.type == IP4 else b'\x81\0'):
            return f'there came {reply}'
        if not reply.is_sound() or reply.ttl < 2:
            return 'its checksum or its TTL is wrong'
        if reply.src != source or (to and reply.dst != to):
            return f'it goes from {reply.src} to {reply.dst}'
        return None if reply.payload[4:] == echo(data=data) else 'it has other data'
    return judge


def recorded(option, address):
    """An echo reply with such an option, in which the address is the first."""
    def judge(lab, sent):
        wrong = replies(address)(lab, sent)
        if wrong:
            return wrong
        seen = plain(lab.a)[0].header[20:]
        return None if seen[:2] == option and seen[3:7] == ip(address) else f'its options are {seen.hex() or "none"}'
    return judge


def pieces(mtu, whole_options=b'', first_options=b''):
    """B gets fragments that fit, and together are what was sent."""
    def judge(lab, sent):
        seen = sorted(plain(lab.b), key=lambda p: p.offset)
        was = Packet(bytes(12) + b'\x08\0' + sent)
        if plain(lab.a):
            return f'A got {show(plain(lab.a))}'
        if not seen or sum(len(p.payload) for p in seen) < len(was.payload):
            return f'silence: there came {show(seen)}'
        together, at = b'', was.offset
        for i, part in enumerate(seen):
            last = i == len(seen) - 1
            if part.offset != at or part.ident != was.ident or not part.is_sound():
                return f'fragment {i} is wrong: {part}'
            if len(part.body) > mtu or (not last and len(part.payload) % 8):
                return f'fragment {i} is of a wrong length: {part}'
            if bool(part.flags & MF) != (not last or bool(was.flags & MF)) or part.flags & DF:
                return f'fragment {i} has wrong flags'
            options = part.header[20:]
            if whole_options and whole_options not in options:
                return f'fragment {i} lacks an option'
            if first_options and (first_options in options) != (i == 0):
                return f'fragment {i} has an option that it should not, or lacks one'
            together += part.payload
            at += len(part.payload)
        return None if together == was.payload else 'they are not what was sent'
    return judge
