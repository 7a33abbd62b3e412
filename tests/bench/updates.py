# SPDX-License-Identifier: BSD-3-Clause
"""Routes change while packets pass: weftd's file of routes is read again and again, each time with
other next hops for some of them. weft-pktgen numbers its packets and knows the right next hops, of
routes that change both: nothing may be lost, and nothing come to a neighbour that is none of these."""
import os
import signal
import time

import generator
import processes

RATE = '1M'    # packets a second: a fifth of what passes, so that nothing is lost for want of time
RING = '4096'  # room for what comes while others have the generator's core
REST = 60      # seconds at most until the routes are loaded and what counts begins
UP_WITHIN = 20
MODEST = 5     # the generator's niceness: it polls, and control has work to do on the same core


def _show(table, kind):
    """Puts a version of the table where weftd's file is."""
    new = table.path('new')
    os.symlink(table.path(kind), new)
    os.replace(new, table.path('now'))


def prepare(table):
    """A file of no routes, with which weftd starts."""
    open(table.path('none'), 'w', encoding='ascii').close()
    _show(table, 'none')


def _load(device, table):
    """Seconds from the command until all routes are where the workers find them."""
    _show(table, 'weft')
    began = time.monotonic()
    device.reload()
    device.settle()
    return time.monotonic() - began


def _change(device, case, running):
    """Until the generator ends; of each change when it was done, and how many routes it was."""
    done, kinds = [], ('moved', 'weft')
    while running.is_on():
        began = time.monotonic()
        _show(case.table, kinds[len(done) % 2])
        device.reload()
        device.settle()
        done.append((time.monotonic(), case.table.n_moving()))
        while case.pace and time.monotonic() < began + case.pace and running.is_on():
            time.sleep(0.02)
    return done


def _within(done, report):
    """Routes that were changed while packets were sent, a second."""
    began, seconds = report['windows']['began_ns'] / 1e9, report['result']['seconds']
    counted = [routes for at, routes in done if began <= at <= began + seconds]
    return sum(counted) / seconds


def measure(bench, device, case, seconds, trial, take):
    running = generator.begin(bench, device, [*case.generator, '--rate', RATE, '--ring', RING,
                                              '--settle', str(REST), '--seconds', str(seconds)])
    os.setpriority(os.PRIO_PROCESS, running.process.pid, MODEST)
    try:
        processes.wait_for('the ports do not come up', device.is_up, UP_WITHIN, device.process)
        load_s = _load(device, case.table)
        running.process.send_signal(signal.SIGUSR1)  # ends its rest
        done = _change(device, case, running)
    finally:
        run = running.end(seconds)
        prepare(case.table)  # for the next round
    result = take(trial, run, case, device)
    trial.figures = {'changes_k': _within(done, run.report) / 1e3, 'lost': result['lost'],
                     'late': device.drops().get('tx_full', 0),
                     'misrouted': result['misrouted'], 'load_s': load_s, 'sent': result['sent'],
                     'changes': len(done), 'drops': device.drops()}
