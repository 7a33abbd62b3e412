# SPDX-License-Identifier: BSD-3-Clause
import unittest

import here
import verdict
from cases import IDLE, Case
from made import MS, PEER, US, trial
from trial import Piece

CASE = Case('c', 'a case')


def rows(ours, theirs, devices=(US, PEER), case=CASE):
    return verdict.rows_of(case, devices, ours + theirs, 4.0)


def series(device, rates, **more):
    return [trial(device, i, rate, **more) for i, rate in enumerate(rates)]


def in_pieces(device, number, clean, figures):
    """A trial in as many pieces, each clean or not."""
    whole = trial(device, number, 0)
    whole.pieces = [Piece(dict(figures), trial(device, number, 0, clean=it).ticks) for it in clean]
    return whole


class Verdict(unittest.TestCase):
    def test_a_sure_gap_is_better_or_worse(self):
        ours, peer = rows(series(US, [6, 6.1, 6.2, 6, 6.3]), series(PEER, [4, 4, 4.1, 4, 4.2]))
        self.assertEqual(peer.verdict, 'better')
        self.assertAlmostEqual(peer.ratio.median, 1.5, 1)
        self.assertEqual(ours.verdict, '')
        self.assertEqual((ours.low, ours.high, ours.clean), (6, 6.3, 100))
        _, peer = rows(series(US, [4] * 5), series(PEER, [6] * 5))
        self.assertEqual(peer.verdict, 'worse')

    def test_gaps_under_10_percent_are_none(self):
        for ours in (4.3, 3.7):
            _, peer = rows(series(US, [ours] * 5), series(PEER, [4] * 5))
            self.assertIn('no difference', peer.verdict)

    def test_a_single_round_the_other_way_forbids_a_verdict(self):
        _, peer = rows(series(US, [6, 6, 6, 6, 4]), series(PEER, [4] * 5))
        self.assertIn('no difference', peer.verdict)

    def test_less_than_40_clean_windows_judge_nothing(self):
        ours, peer = rows(series(US, [6] * 5, n=7), series(PEER, [4] * 5))
        self.assertIn('35 clean windows of 35, 40 are needed', peer.verdict)
        self.assertIn('none', ours.verdict)

    def test_less_than_five_pairs_judge_nothing(self):
        _, peer = rows(series(US, [6] * 4), series(PEER, [4] * 4))
        self.assertIn('4 clean pairs', peer.verdict)

    def test_more_rounds_are_wanted_where_too_few_were_clean(self):
        for ours, theirs in ((series(US, [6] * 4), series(PEER, [4] * 4)),
                             (series(US, [6] * 5, n=7), series(PEER, [4] * 5)),
                             (series(US, [6] * 5), series(PEER, [4] * 5, clean=False))):
            self.assertTrue(rows(ours, theirs)[1].short)

    def test_no_figure_asks_for_more_rounds(self):
        for rates in ([6] * 5, [4] * 5, [6, 6, 6, 6, 4]):
            self.assertFalse(rows(series(US, rates), series(PEER, [4] * 5))[1].short)
        failed = [trial(PEER, i, 4, problem='gone') for i in range(3)]
        self.assertFalse(rows(series(US, [6] * 3), failed)[1].short)

    def test_windows_that_are_not_clean_are_left_out(self):
        ours, _ = rows(series(US, [6] * 5) + [trial(US, 9, 2, clean=False)], series(PEER, [4] * 5))
        self.assertEqual((ours.median, ours.clean, ours.seen, ours.elsewhere), (6, 100, 120, None))

    def test_only_windows_with_the_cores_in_one_place_are_compared(self):
        ours, peer = rows(series(US, [6] * 5) + [trial(US, 9, 2, ns=400.0)],
                          series(PEER, [4] * 5) + [trial(PEER, 9, 8, ns=400.0)])
        self.assertEqual((ours.place, ours.median, ours.elsewhere), ('near', 6, 2))
        self.assertEqual((peer.median, peer.elsewhere, peer.ratio.interval.n), (4, 8, 5))

    def test_where_the_cores_were_for_most_of_the_time_counts(self):
        ours, peer = rows(series(US, [6] * 5, ns=400.0) + [trial(US, 9, 8)],
                          series(PEER, [4] * 5, ns=400.0))
        self.assertEqual((ours.place, ours.median, ours.elsewhere), ('far', 6, 8))
        self.assertEqual(peer.verdict, 'better')

    def test_the_generator_as_the_limit_of_both_judges_nothing(self):
        _, peer = rows(series(US, [9] * 5, limited=True), series(PEER, [6] * 5, limited=True))
        self.assertIn('generator', peer.verdict)

    def test_as_our_limit_only_it_may_still_be_better_but_never_worse(self):
        _, peer = rows(series(US, [9] * 5, limited=True), series(PEER, [6] * 5))
        self.assertEqual(peer.verdict, 'better')
        _, peer = rows(series(US, [6] * 5, limited=True), series(PEER, [9] * 5))
        self.assertIn('our limit', peer.verdict)

    def test_a_problem_is_told_and_its_trial_does_not_count(self):
        bad = [trial(PEER, 9, 1, problem='no packet came through')]
        _, peer = rows(series(US, [6] * 5), series(PEER, [4] * 5) + bad)
        self.assertEqual(peer.median, 4)
        self.assertIn('no packet came through', peer.verdict)

    def test_less_time_is_better(self):
        def idle(device, value, clean=True):
            return [in_pieces(device, i, [clean] * 2, {'cpu_percent': value, 'first_us': 9.0})
                    for i in range(5)]
        case = Case('c', 'idle', kind=IDLE)
        told = rows(idle(US, 1.0), idle(PEER, 100.0), case=case)
        self.assertEqual([row.figure for row in told],
                         ['cpu_percent', 'cpu_percent', 'first_us', 'first_us'])
        self.assertEqual(told[1].verdict, 'better')
        self.assertIn('no difference', told[3].verdict)
        told = rows(idle(US, 1.0, clean=False), idle(PEER, 100.0), case=case)
        self.assertIn('0 clean rounds of 5', told[1].verdict)

    def test_of_a_round_in_pieces_those_that_are_clean_count(self):
        def busy(device, value):
            rounds = [in_pieces(device, i, [True, False], {'cpu_percent': value, 'first_us': 9.0})
                      for i in range(5)]
            for one in rounds:
                one.pieces[1].figures['cpu_percent'] = 50.0
            return rounds
        ours, peer = rows(busy(US, 1.0), busy(PEER, 90.0), case=Case('c', 'idle', kind=IDLE))[:2]
        self.assertEqual((ours.median, peer.median, peer.verdict), (1.0, 90.0, 'better'))
        self.assertEqual(ours.whole, 25.5)


here.main()
