# SPDX-License-Identifier: BSD-3-Clause
import json
import unittest

import here
import cases
import report
from figures import ratios
from trial import Trial
from verdict import Row
from windows import Tick, Window


def run(**more):
    row = Row('64-1', '64 B', 'mpps', 'M/s', 'ovs', 'far', median=4.0, low=3.5, high=4.5, clean=50,
              seen=60, whole=3.9, cycles=264.0, ratio=ratios([(6, 4)] * 5), verdict='better')
    return {'title': 'Switching', 'quick': False, 'rounds': 5, 'more_rounds': 0, 'seconds': 3, 'stopped': False,
            'clean_percent': 83.0, 'versions': ['weft 1'], 'meaningless': [], 'notes': [],
            'command': 'sudo ./tools/bench l2',
            'machine': {'processor': 'P', 'cores': 2, 'kernel': 'Linux', 'began': 'now',
                        'load_before': 0.1, 'load_after': 2.0}, 'rows': [row], **more}


class Report(unittest.TestCase):
    def test_a_row_has_its_ratio_with_range_confidence_and_pairs(self):
        text = report.text(run())
        self.assertIn('1.50 (1.50–1.50, 94 %, 5)', text)
        self.assertIn('3.50–4.50', text)
        self.assertIn('50/60', text)
        self.assertIn('64 B [M/s], cores far apart', text)

    def test_a_run_that_judges_nothing_says_so(self):
        self.assertNotIn('JUDGES NOTHING', report.text(run()))
        self.assertIn('JUDGES NOTHING: load', report.text(run(meaningless=['load'])))

    def test_a_page_has_tables_with_as_many_cells_as_their_heads(self):
        lines = [line for line in report.markdown(run(), 'l2.svg').splitlines() if line[:1] == '|']
        heads = [report.summary(run()['rows'])[0], report.HEAD]
        self.assertEqual([line.count('|') for line in lines],
                         [len(head) + 1 for head in heads for _ in range(3)])

    def test_a_page_begins_with_a_line_a_case_and_tells_only_sure_verdicts_there(self):
        ours = Row('64-1', '64 B', 'mpps', 'M/s', 'weft', 'far', median=6.0, limited=True)
        peer = run()['rows'][0]
        unsure = Row('64-1', '64 B', 'mpps', 'M/s', 'testpmd', 'far', ratio=ratios([(5, 6), (8, 6)]),
                     verdict='no difference of 10 % is sure')
        self.assertEqual(report.summary([ours, peer, unsure]), [
            ['case', 'cores', 'weft', 'to ovs', 'to testpmd'],
            ['64 B [M/s]', 'cores far apart', '≥ 6.00', '1.50 (1.50–1.50) better',
             '1.08 (0.83–1.33)']])

    def test_a_device_that_is_missing_in_a_case_is_a_dash(self):
        other = Row('1518', '1,518 B', 'mpps', 'M/s', 'weft', 'far', median=2.0)
        table = report.summary([Row('64-1', '64 B', 'mpps', 'M/s', 'weft', 'far'),
                                run()['rows'][0], other])
        self.assertEqual(table[2], ['1,518 B [M/s]', 'cores far apart', '2.00', report.DASH])

    def test_json_has_every_window_with_its_class(self):
        ticks = [Tick(i * 50_000_000, 90.0, (4.0, 4.0), 0) for i in range(4)]
        trial = Trial('64-1', 'ovs', 1, windows=[Window(60_000_000, 250_000, 0)], ticks=ticks)
        told = json.loads(report.as_json(run(), [trial], 4.0))
        self.assertEqual(told['trials'][0]['windows'], [[5.0, 'near']])
        self.assertEqual(told['trials'][0]['ticks'][1], [50_000_000, 90.0, 4.0, 4.0, 0])
        self.assertEqual(told['rows'][0]['ratio']['median'], 1.5)

    def test_changes_of_routes_have_one_table_with_a_line_a_case(self):
        told = run(rows=run()['rows'] + [
            Row('c', 'a table', figure, unit, 'weft', median=median, low=low, high=high)
            for (figure, _, unit), (median, low, high) in zip(
                cases.FIGURES[cases.UPDATES],
                ((99.5, 99, 100), (0, 0, 7), (0, 0, 7), (0, 0, 0), (0.91, 0.9, 1.2)))])
        page = report.markdown(told, 'l3.svg')
        self.assertIn('| a table | 99.5 (99.0–100) | 0 (0–7) | 0 (0–7) | 0 (0–0) | 0.91 (0.90–1.20) |',
                      page)
        self.assertEqual(page.count('a table'), 1)
        self.assertIn('lost [packets]: 0 (0–7)', report.text(told))
        self.assertNotIn('Routes that change', report.markdown(run(), 'l2.svg'))

    def test_a_change_that_could_not_be_measured_says_why(self):
        told = run(rows=[Row('c', 'a table', figure, unit, 'weft', problems=['no port'])
                         for figure, _, unit in cases.FIGURES[cases.UPDATES]])
        self.assertIn('| a table | no port |', report.markdown(told, 'l3.svg'))

    def test_cases_are_chosen_by_name_once_and_unknown_ones_refused(self):
        self.assertEqual([c.name for c in cases.choose(cases.L2, ['imix', '64-1', 'imix'], False)],
                         ['imix', '64-1'])
        with self.assertRaisesRegex(cases.UnknownCase, 'nosuch.*64-1M'):
            cases.choose(cases.L2, ['nosuch'], False)
        self.assertEqual(len(cases.choose(cases.L2, [], False)), len(cases.L2))


here.main()
