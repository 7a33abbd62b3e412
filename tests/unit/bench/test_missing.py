# SPDX-License-Identifier: BSD-3-Clause
"""What a bench says where something it needs is not there."""
import contextlib
import io
import os
import unittest
from unittest import mock

import here
import machine
import main
import suite
from bench import Bench
from device_ovs import Ovs
from device_testpmd import Testpmd

NOWHERE = Bench('/nonexistent/build', '/nonexistent/peers', 0, 1)


class Missing(unittest.TestCase):
    def test_a_peer_that_is_not_installed_says_how_it_would_be(self):
        with mock.patch('os.path.exists', return_value=False):
            self.assertIn('apt-get install openvswitch-switch-dpdk', Ovs(NOWHERE).missing())
        with mock.patch('shutil.which', return_value=None):
            self.assertIn('apt-get install dpdk-dev', Testpmd(NOWHERE).missing())

    def test_a_peer_that_is_there_but_does_not_run_is_missing_too(self):
        with mock.patch.object(Ovs, '_find', return_value='/bin/false'):
            self.assertIn('false', Ovs(NOWHERE).missing())

    def test_it_is_left_out_by_name_and_the_others_stay(self):
        class Here(Testpmd):
            name = 'here'

            def missing(self):
                return ''

        with mock.patch('shutil.which', return_value=None):
            devices, words = suite.present(NOWHERE, [Here, Testpmd])
        self.assertEqual([device.name for device in devices], ['here'])
        self.assertEqual(len(words), 1)
        self.assertTrue(words[0].startswith('testpmd is left out: no dpdk-testpmd'))

    def run_main(self, arguments):
        said = io.StringIO()
        with mock.patch('sys.argv', ['bench', *arguments]), \
                mock.patch.dict(os.environ, WEFT_BUILD='/nonexistent'), \
                mock.patch('os.sched_getaffinity', return_value={0, 1}), \
                mock.patch.object(main, 'catch_signals'), contextlib.redirect_stderr(said):
            return main.main(), said.getvalue()

    def test_without_hugepages_it_says_how_many_it_needs(self):
        with mock.patch.object(machine, 'hugepages_free_mb', return_value=12):
            status, said = self.run_main(['l2'])
        self.assertEqual(status, main.NO_HUGEPAGES)
        self.assertIn('1024 MB of free hugepages', said)
        self.assertIn('there are 12', said)

    def test_one_core_is_not_enough(self):
        with mock.patch('os.sched_getaffinity', return_value={0}):
            self.assertRaisesRegex(Exception, 'two cores', main.bench.make_bench, '', '')


here.main()
