# SPDX-License-Identifier: BSD-3-Clause
import unittest

import here
import windows
from windows import FAR, MOVED, NEAR, SHARED, SLOW, TWIN, Tick, Window

MS = 1_000_000


def ticks(*changes, n=4):
    """n good ones, 50 ms apart; (which, field, value) makes one worse."""
    told = [{'ns': i * 50 * MS, 'round_ns': 90.0, 'speeds': (4.0, 4.0), 'waited_ns': 0}
            for i in range(n)]
    for which, name, value in changes:
        told[which][name] = value
    return [Tick(**tick) for tick in told]


def kind(*changes, begin=60, away=0.0):
    """Of a window that lies between the ticks at 50 and 150 ms."""
    return windows.classify(Window(begin * MS, 1000, away), ticks(*changes), 4.0)


class Windows(unittest.TestCase):
    def test_a_window_between_good_ticks_is_in_their_place(self):
        self.assertEqual(kind(), NEAR)

    def test_the_time_from_core_to_core_tells_the_place(self):
        for ns, place in ((50.0, TWIN), (66.0, NEAR), (219.0, NEAR), (330.0, FAR), (700.0, MOVED)):
            changes = [(i, 'round_ns', ns) for i in (1, 2, 3)]
            self.assertEqual(kind(*changes), place)

    def test_another_place_at_any_tick_beside_it_spoils_it(self):
        for which in (1, 2, 3):
            self.assertEqual(kind((which, 'round_ns', 400.0)), MOVED)
        self.assertEqual(kind((0, 'round_ns', 400.0)), NEAR)

    def test_either_core_below_93_percent_makes_it_slow(self):
        self.assertEqual(kind((2, 'speeds', (4.0, 3.7))), SLOW)
        self.assertEqual(kind((2, 'speeds', (3.7, 4.0))), SLOW)
        self.assertEqual(kind((2, 'speeds', (3.73, 4.0))), NEAR)

    def test_threads_that_waited_share_their_core(self):
        self.assertEqual(kind((3, 'waited_ns', 6 * MS)), SHARED)
        self.assertEqual(kind((3, 'waited_ns', 4 * MS)), NEAR)
        self.assertEqual(kind(away=0.06), SHARED)

    def test_a_core_that_did_not_come_is_shared(self):
        self.assertEqual(kind((2, 'round_ns', 0.0)), SHARED)

    def test_what_nobody_watched_is_not_clean(self):
        self.assertEqual(kind(begin=140), SHARED)
        self.assertEqual(windows.classify(Window(60 * MS, 1, 0), [], 4.0), SHARED)

    def test_lines_of_the_probe_are_read_and_others_left_out(self):
        told = windows.parse_ticks('50000000 91.5 4.1 4.2 77\nhalf a li')
        self.assertEqual(told, [Tick(50000000, 91.5, (4.1, 4.2), 77)])
        self.assertEqual(windows.best_speed(told), 4.2)

    def test_windows_come_from_the_report_without_the_edges(self):
        report = {'windows': {'ms': 50, 'began_ns': 1000, 'received': [1, 2, 3, 4, 5, 6],
                              'away_cycles': [0, 0, 0, 25, 0, 0]}}
        told = windows.windows_of(report, 1000)  # 50 cycles a window
        self.assertEqual([w.packets for w in told], [3, 4])
        self.assertEqual(told[0].begin_ns, 1000 + 100 * MS)
        self.assertEqual(told[1].away_share, 0.5)
        self.assertEqual(windows.windows_of({'windows': None}, 1), [])

    def test_a_rate_is_millions_a_second(self):
        self.assertEqual(windows.mpps(Window(0, 500_000, 0)), 10.0)

    def test_the_clean_share_of_a_time(self):
        self.assertEqual(windows.share_clean(ticks(), 4.0), 1.0)
        self.assertEqual(windows.share_clean(ticks((0, 'round_ns', 400.0), n=5), 4.0), 0.75)
        self.assertEqual(windows.share_clean(ticks(), 4.0, (FAR,)), 0.0)
        self.assertEqual(windows.share_clean([], 4.0), 0.0)

    def test_the_main_place_is_where_most_of_the_clean_time_was(self):
        far = ticks(*((i, 'round_ns', 400.0) for i in range(7)), n=7)
        slow = ticks(*((i, 'speeds', (1.0, 1.0)) for i in range(9)), n=9)
        self.assertEqual(windows.main_place([ticks(n=4), far, slow], 4.0), FAR)
        self.assertEqual(windows.main_place([ticks(n=8), far, slow], 4.0), NEAR)
        self.assertEqual(windows.main_place([], 4.0), NEAR)


here.main()
