# SPDX-License-Identifier: BSD-3-Clause
import ipaddress
import struct
import tempfile
import unittest

import here
import stages
from routes import Table

ANNOTATED = '''
Ir
9,311,038 (100.0%)  PROGRAM TOTALS

Ir                  file:function
3,973,000 (42.67%)  ???:stage_parse [/build/weft-bench-stages]
   64,000 ( 0.69%)  ../dataplane/tx.h:tx_flush'2 [/build/weft-bench-stages]
   32,000 ( 0.34%)  ../dataplane/tx.c:tx_flush
'''


class Stages(unittest.TestCase):
    def test_counts_are_read_by_function_and_totals_are_none(self):
        self.assertEqual(stages.parse_callgrind(ANNOTATED),
                         {'stage_parse': 3973000, 'tx_flush': 96000})

    def test_a_baseline_reads_back_as_written(self):
        counts = {'switch-1': {'all': 290.97, 'stage_egress': 21.81}, 'route4-1': {'all': 301.5}}
        text = stages.format_baseline('gcc 12', counts)
        self.assertEqual(stages.read_baseline(text), counts)
        self.assertEqual(stages.differences(stages.read_baseline(text), counts), [])

    def test_what_changed_is_told_and_nothing_else(self):
        told = stages.differences({'switch-1': {'a': 100.0, 'b': 5.0, 'gone': 2.0}},
                                  {'switch-1': {'a': 110.0, 'b': 5.0, 'new': 1.0}})
        self.assertEqual(told, ['switch-1: a 100.00 -> 110.00 (+10.0 %)',
                                'switch-1: gone 2.00 -> 0.00 (-100.0 %)',
                                'switch-1: new 0.00 -> 1.00'])

    def test_frames_to_a_router_have_a_sound_header_and_a_destination_of_the_table(self):
        table = Table('t', 4, 100)
        routed = [ipaddress.ip_network(table.text(prefix)) for prefix in table.prefixes()]
        with tempfile.NamedTemporaryFile() as file:
            stages.write_routed_pcap(file.name, table)
            read = file.read()[24:]
        self.assertEqual(len(read), stages.PACKETS * 76)
        for at in range(0, len(read), 76 * 500):
            ip = read[at + 30:at + 50]
            total = sum(struct.unpack('>10H', ip))
            self.assertEqual((total & 0xffff) + (total >> 16), 0xffff)
            self.assertTrue(any(ipaddress.ip_address(ip[16:]) in net for net in routed))


class Dead:
    """A device that starts only in part."""
    stopped = False

    def start(self, _ports, _case):
        raise stages.processes.Failed('no memory')

    def stop(self):
        self.stopped = True


class Replays(unittest.TestCase):
    def test_a_file_has_no_comma_which_would_end_it_among_the_arguments_of_a_device(self):
        for name in ('switch, 10000 flows', 'route, v4-10k'):
            self.assertRegex(stages.Replay(name, []).pcap, r'^/[a-zA-Z0-9/.-]+\.pcap$')
        self.assertNotEqual(stages.Replay('switch, 1 flows', []).pcap,
                            stages.Replay('switch, 10000 flows', []).pcap)

    def test_a_device_that_does_not_start_is_stopped(self):
        dead = Dead()
        with self.assertRaises(stages.processes.Failed):
            stages.replay(dead, 'file', None)
        self.assertTrue(dead.stopped)


here.main()
