# SPDX-License-Identifier: BSD-3-Clause
import unittest

import here
import figures


class Figures(unittest.TestCase):
    def test_the_median_is_the_middle_or_between_the_two_in_the_middle(self):
        self.assertEqual(figures.median([5, 1, 3]), 3)
        self.assertEqual(figures.median([4, 1, 3, 2]), 2.5)

    def test_nothing_has_no_median(self):
        self.assertIsNone(figures.median([]))
        self.assertIsNone(figures.sign_interval([]))

    def test_five_values_enclose_their_median_with_94_percent(self):
        i = figures.sign_interval([3, 1, 5, 2, 4])
        self.assertEqual((i.low, i.high, i.n), (1, 5, 5))
        self.assertAlmostEqual(i.confidence, 1 - 2 / 32)

    def test_few_values_are_told_to_be_unsure(self):
        self.assertAlmostEqual(figures.sign_interval([1, 2, 3]).confidence, 0.75)
        self.assertEqual(figures.sign_interval([7]).confidence, 0)

    def test_more_values_leave_out_the_extremes(self):
        # Binomial(9, 1/2): at most 1 of 9 has 10/512 on either side, at most 2 already 46/512.
        i = figures.sign_interval(range(1, 10))
        self.assertEqual((i.low, i.high), (2, 8))
        self.assertAlmostEqual(i.confidence, 1 - 20 / 512)

    def test_no_interval_is_less_sure_than_wanted_once_one_can_be(self):
        for n in range(5, 60):
            self.assertGreaterEqual(figures.sign_interval(range(n)).confidence, 0.9)

    def test_ratios_are_of_pairs_and_leave_out_halves(self):
        r = figures.ratios([(2, 1), (None, 1), (9, 3), (4, None), (8, 2), (1, 0)])
        self.assertEqual(r.median, 3)
        self.assertEqual((r.interval.low, r.interval.high, r.interval.n), (2, 4, 3))

    def test_no_pair_no_ratio(self):
        self.assertIsNone(figures.ratios([(None, 1)]))


here.main()
