# SPDX-License-Identifier: BSD-3-Clause
import unittest
from types import SimpleNamespace

import here
import suite
from cases import Case
from made import FLOOR, PEER, US, trial

CASES = [Case('c', 'a case'), Case('d', 'another', devices=('weft', 'ovs'))]


def play(rounds, extra, is_clean):
    """What would be measured in each round, where is_clean(case, device, round) tells how it went."""
    trials, seen = [], []
    options = SimpleNamespace(rounds=rounds, extra=extra)
    for number, pairs in suite._rounds(CASES, [US, PEER, FLOOR], trials, options):
        seen.append([f'{case.name}-{device.name}' for case, device in pairs])
        for case, device in pairs:
            trials.append(trial(device, number, 5, clean=is_clean(case.name, device.name, number)))
            trials[-1].case = case.name
    return seen


ALL = ['c-weft', 'c-ovs', 'c-testpmd', 'd-weft', 'd-ovs']


class Rounds(unittest.TestCase):
    def test_clean_ones_are_as_many_as_asked_for(self):
        self.assertEqual(play(5, 5, lambda *_: True), [ALL] * 5)

    def test_those_that_lack_clean_ones_go_on_and_ours_with_them(self):
        seen = play(5, 5, lambda case, device, n: (case, device) != ('c', 'ovs') or n > 2)
        self.assertEqual(seen, [ALL] * 5 + [['c-weft', 'c-ovs']] * 2)

    def test_without_ours_nobody_of_the_case_has_enough(self):
        seen = play(5, 9, lambda case, device, n: (case, device) != ('c', 'weft') or n > 1)
        self.assertEqual(seen, [ALL] * 5 + [['c-weft', 'c-ovs', 'c-testpmd']])

    def test_it_ends_where_nothing_is_ever_clean(self):
        # Each trial has a slow core.
        self.assertEqual(len(play(2, 3, lambda *_: False)), 5)
        self.assertEqual(len(play(2, 0, lambda *_: False)), 2)


here.main()
