# SPDX-License-Identifier: BSD-3-Clause
import ipaddress
import tempfile
import unittest

import here
import cases
import routes
from routes import Table


def lines(table, kind):
    with tempfile.TemporaryDirectory() as folder:
        routes.SCRATCH = folder
        routes.write(table, [kind])
        with open(table.path(kind), encoding='ascii') as file:
            return file.read().splitlines()


def mac(text):
    return int(text.replace(':', ''), 16)


class Routes(unittest.TestCase):
    def test_a_table_has_as_many_routes_and_none_twice(self):
        for family in (4, 6):
            told = [line.split()[0] for line in lines(Table('t', family, 3000), 'weft')]
            self.assertEqual((len(told), len(set(told))), (3000, 3000))
            for prefix in told:
                ipaddress.ip_network(prefix)  # no bits beyond its length

    def test_two_runs_have_the_same_table(self):
        self.assertEqual(lines(Table('a', 4, 500), 'weft'), lines(Table('b', 4, 500), 'weft'))

    def test_no_route_is_ours_or_nobodys(self):
        bad = [ipaddress.ip_network(net) for net in ('127.0.0.0/8', '224.0.0.0/3', '172.31.0.0/16')]
        for line in lines(Table('t', 4, 20000), 'weft'):
            prefix = ipaddress.ip_network(line.split()[0])
            self.assertFalse(any(prefix.overlaps(other) for other in bad), line)

    def test_a_longer_route_within_another_leads_where_that_does(self):
        """So that the generator needs no longest match."""
        for family, width in ((4, 1), (4, 8), (6, 1)):
            table, found = Table('t', family, 30000, width), {}
            for line in lines(table, 'weft'):
                prefix, via = line.split()
                key = ipaddress.ip_network(prefix).network_address.packed[:2 if family == 4 else 4]
                self.assertEqual(found.setdefault(key, via), via)

    def test_the_generator_expects_the_next_hops_that_devices_have(self):
        for width in (1, 8):
            table = Table('t', 4, 1000, width)
            expected = dict(line.split() for line in lines(table, 'to'))
            for line in lines(table, 'weft'):
                prefix, via = line.split()
                value, bits = expected[prefix].split('/')
                hops = [int(hop.rsplit('.', 1)[1]) - 16 for hop in via.split(',')]
                self.assertEqual(len(hops), width)
                for hop in range(routes.HOPS):
                    same = (mac(value) ^ mac(routes.hop_mac(hop))) >> (48 - int(bits)) == 0
                    self.assertEqual(same, hop in hops)

    def test_what_moves_has_two_right_next_hops_and_the_rest_one(self):
        table = Table('t', 4, 2000, moving=10)
        expected = dict(line.split() for line in lines(table, 'to'))
        before, after = (dict(line.split() for line in lines(table, kind))
                         for kind in ('weft', 'moved'))
        moved = {prefix for prefix in before if before[prefix] != after[prefix]}
        self.assertEqual(len(moved), table.n_moving())
        self.assertTrue(100 < len(moved) < 400)
        for prefix, value in expected.items():
            self.assertEqual(value.endswith('/47'), prefix in moved)
            self.assertEqual(value.endswith('/48'), prefix not in moved)

    def test_all_may_move(self):
        table = Table('t', 4, 2000, moving=1)
        self.assertEqual(table.n_moving(), 2000)

    def test_one_route_is_the_default_route(self):
        table = Table('t', 4, 1, 8)
        self.assertEqual(len(lines(table, 'weft')), 1)
        self.assertTrue(lines(table, 'weft')[0].startswith('0.0.0.0/0 '))
        self.assertTrue(lines(table, 'linux')[0].startswith('route add 0.0.0.0/0 nexthop via '))
        self.assertRegex(lines(table, 'ovs')[0], '^priority=100,ip,actions=.*group:')

    def test_longer_prefixes_win_among_flows(self):
        for line in lines(Table('t', 4, 500), 'ovs'):
            length = int(line.split('/')[1].split(',')[0])
            self.assertTrue(line.startswith(f'priority={100 + length},'))

    def test_each_group_of_flows_is_there(self):
        table = Table('t', 4, 2000, 8)
        there = {line.split(',')[0].split('=')[1] for line in lines(table, 'groups')}
        wanted = {line.rsplit(':', 1)[1] for line in lines(table, 'ovs')}
        self.assertTrue(wanted <= there)
        self.assertEqual(len(there), 8)

    def test_cases_of_routing_say_what_each_device_needs(self):
        for case in cases.L3:
            self.assertIn('--dst-prefixes', case.generator)
            self.assertTrue(case.is_for('weft'))
            self.assertFalse(case.is_for('ovs') and (case.table.n > 10_000 or case.table.family == 6))


here.main()
