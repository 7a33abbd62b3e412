# SPDX-License-Identifier: BSD-3-Clause
import unittest

import here
import stages

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
        counts = {1: {'all': 290.97, 'stage_egress': 21.81}, 100000: {'all': 301.5}}
        text = stages.format_baseline('gcc 12', counts)
        self.assertEqual(stages.read_baseline(text), counts)
        self.assertEqual(stages.differences(stages.read_baseline(text), counts), [])

    def test_what_changed_is_told_and_nothing_else(self):
        told = stages.differences({1: {'a': 100.0, 'b': 5.0, 'gone': 2.0}},
                                  {1: {'a': 110.0, 'b': 5.0, 'new': 1.0}})
        self.assertEqual(told, ['1 stations: a 100.00 -> 110.00 (+10.0 %)',
                                '1 stations: gone 2.00 -> 0.00 (-100.0 %)',
                                '1 stations: new 0.00 -> 1.00'])


here.main()
