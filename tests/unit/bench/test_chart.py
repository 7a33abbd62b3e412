# SPDX-License-Identifier: BSD-3-Clause
import unittest
import xml.etree.ElementTree as tree
from types import SimpleNamespace

import here
import chart
from verdict import Row

DEVICES = [SimpleNamespace(name='weft', title='weft & friends', color='#123456'),
           SimpleNamespace(name='ovs', title='ovs', color='#654321')]
SVG = '{http://www.w3.org/2000/svg}'


def row(device, median, low=None, high=None, **more):
    return Row('c', 'a case', 'mpps', 'M/s', device, median=median, low=low, high=high, **more)


def draw(groups):
    return tree.fromstring(chart.svg('Title <1>', 'M/s', groups, DEVICES, 'a note'))


def bars(image):
    return [r for r in image.iter(SVG + 'rect') if r.find(SVG + 'title') is not None]


class Chart(unittest.TestCase):
    def test_bars_are_as_long_as_their_figures(self):
        image = draw([('a case', [row('weft', 8.0), row('ovs', 2.0)])])
        long, short = (float(bar.get('width')) for bar in bars(image))
        self.assertAlmostEqual(long / short, 4.0, 1)

    def test_the_longest_range_fits(self):
        image = draw([('a case', [row('weft', 8.0, 7.0, 16.0)])])
        self.assertAlmostEqual(float(bars(image)[0].get('width')),
                               (chart.WIDTH - chart.LEFT - chart.RIGHT) / 2, 0)

    def test_what_has_no_figure_has_no_bar(self):
        self.assertEqual(bars(draw([('a case', [row('weft', None)])])), [])

    def test_nothing_at_all_and_zeros_can_be_drawn(self):
        draw([])
        draw([('a case', [row('weft', 0.0, 0.0, 0.0)])])

    def test_a_limited_figure_says_so(self):
        words = [t.text for t in draw([('a', [row('weft', 8.0, limited=True)])]).iter(SVG + 'text')]
        self.assertIn('≥ 8.00', words)
        self.assertIn('weft & friends', words)

    def test_grids_have_round_numbers(self):
        self.assertEqual([chart.nice_step(top) for top in (1, 4.9, 9, 26, 100)],
                         [0.2, 1, 2, 10, 20])


here.main()
