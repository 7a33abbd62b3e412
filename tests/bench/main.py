# SPDX-License-Identifier: BSD-3-Clause
"""tools/bench calls this, in namespaces of its own, with hugepages taken."""
import argparse
import os
import signal
import sys

import bench
import cases
import l2
import l3
import machine
import processes
import stages
import suite

SUITES = {kind.name: kind for kind in (l2.SUITE, l3.SUITE)}
NEEDED_MB = 1024
NO_HUGEPAGES = 3  # exit status


def number_of(lowest, highest, kind):
    def parse(text):
        try:
            value = kind(text)
        except ValueError:
            value = None
        if value is None or not lowest <= value <= highest:
            raise argparse.ArgumentTypeError(f'{text}: expected {lowest} to {highest}')
        return value
    return parse


def _add_suite(kinds, kind, words):
    one = kinds.add_parser(kind.name, help=words, allow_abbrev=False)
    one.add_argument('--quick', action='store_true',
                     help='a minute: shows that all works, judges nothing')
    one.add_argument('--rounds', type=number_of(1, 1000, int), help='default 5; quick: 2')
    one.add_argument('--extra', type=number_of(0, 1000, int), metavar='ROUNDS',
                     help='at most so many more, of cases of which too few rounds were clean; '
                     'default as many as --rounds; quick: 0')
    one.add_argument('--seconds', type=number_of(0.5, 60, float),
                     help='of each trial, default 3; quick: 1')
    one.add_argument('--case', nargs='+', metavar='NAME', default=[],
                     help='these alone: ' + ' '.join(case.name for case in kind.cases))
    one.add_argument('--device', nargs='+', metavar='NAME', default=[], choices=kind.names(),
                     help='these alone: ' + ' '.join(kind.names()))
    one.add_argument('--out', metavar='DIR', help='for JSON, page and chart; default build/bench')


def parse_options(arguments):
    parser = argparse.ArgumentParser(prog='tools/bench', add_help=True, allow_abbrev=False,
                                     description='weft beside Open vSwitch and testpmd: '
                                     'docs/bench/README.md tells how to read it.')
    kinds = parser.add_subparsers(dest='bench', required=True, metavar='l2|l3|stages')
    _add_suite(kinds, l2.SUITE, 'switching between two guests')
    _add_suite(kinds, l3.SUITE, 'routing between two guests')
    two = kinds.add_parser('stages', help='the stages alone, on one core', allow_abbrev=False)
    two.add_argument('--update', action='store_true',
                     help='makes the instruction counts of now the baseline')
    two.add_argument('--instructions', action='store_true', help='only counts instructions')
    two.add_argument('--rounds', type=number_of(1, 1000, int), help='default 5')
    two.add_argument('--out', metavar='DIR', help='default build/bench')
    options = parser.parse_args(arguments)
    options.out = os.path.abspath(options.out or os.path.join(bench.ROOT, 'build/bench'))
    quick = getattr(options, 'quick', False)
    options.rounds = options.rounds or (2 if quick else 5)
    if options.bench in SUITES:
        if options.extra is None:
            options.extra = 0 if quick else options.rounds
        options.seconds = options.seconds or (1.0 if quick else 3.0)
        try:
            cases.choose(SUITES[options.bench].cases, options.case, quick)
        except cases.UnknownCase as error:
            parser.error(str(error))
    return options


def catch_signals():
    def stop(_number, _frame):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # the clean-up is short and runs once
        raise processes.Stopped
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)


def main():
    options = parse_options(sys.argv[1:])
    if os.environ.get('WEFT_BENCH_PARSE'):
        return 0
    catch_signals()
    try:
        here = bench.make_bench(os.environ['WEFT_BUILD'], os.environ.get('WEFT_PEERS', ''))
        if options.bench == 'stages':
            return stages.run(here, options)
        if machine.hugepages_free_mb() < NEEDED_MB:
            print(f'tools/bench: needs {NEEDED_MB} MB of free hugepages of 2 MB, and there are '
                  f'{machine.hugepages_free_mb()}', file=sys.stderr)
            return NO_HUGEPAGES
        return suite.run(here, options, SUITES[options.bench])
    except processes.Stopped:
        print('tools/bench: stopped', file=sys.stderr)
        return suite.STOPPED
    except processes.Failed as error:
        print(f'tools/bench: {error}', file=sys.stderr)
        return 1
    finally:
        processes.stop_all()


if __name__ == '__main__':
    sys.exit(main())
