# SPDX-License-Identifier: BSD-3-Clause
"""Processes that the bench starts, each recorded, so that each is ended."""
import glob
import os
import signal
import subprocess
import time


class Failed(Exception):
    """What could not be done, in words for the user."""


class Stopped(Exception):
    """Ctrl-C, or a polite kill."""


_running = []


def start(command, log, stdin=subprocess.DEVNULL, stdout=None, env=None):
    """In a session of its own: a Ctrl-C reaches us alone, and we end it."""
    with open(log, 'ab') as errors:
        process = subprocess.Popen(command, stdin=stdin, stdout=stdout or errors, stderr=errors,
                                   start_new_session=True, env={**os.environ, **(env or {})})
    _running.append(process)
    return process


def stop(process, patience=4):
    """Politely, then not. Returns its status."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    if process.stdin:
        process.stdin.close()
    if process in _running:
        _running.remove(process)
    return process.returncode


def stop_all():
    for process in reversed(list(_running)):
        stop(process, patience=2)


def run(command, patience=15, env=None):
    """What a short command says; Failed with its complaint where it fails."""
    name = os.path.basename(command[0])
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=patience, env={**os.environ, **(env or {})}, check=False)
    except subprocess.TimeoutExpired:
        raise Failed(f'{name} did not end within {patience} s') from None
    except OSError as error:
        raise Failed(f'{command[0]}: {error.strerror}') from None
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise Failed(f"{name} {' '.join(command[1:4])}…: " + (said[-1] if said else 'failed'))
    return done.stdout


def wait_for(what, condition, seconds, process=None, log=None):
    """Polls; Failed when it does not come true, or the process ends meanwhile."""
    end = time.monotonic() + seconds
    while not condition():
        dead = process is not None and process.poll() is not None
        if dead or time.monotonic() > end:
            raise Failed(what + (f' (it ended with {process.returncode})' if dead else '') +
                         last_words(log))
        time.sleep(0.05)


def last_words(log):
    if not log or not os.path.exists(log):
        return ''
    with open(log, encoding='utf-8', errors='replace') as file:
        said = [line.strip() for line in file if line.strip()]
    return ': ' + said[-1] if said else ''


def threads(process):
    """(thread id, the cores it may run on) of each thread."""
    found = []
    for name in os.listdir(f'/proc/{process.pid}/task'):
        try:
            found.append((int(name), os.sched_getaffinity(int(name))))
        except ProcessLookupError:
            pass
    return found


def thread_name(process, thread):
    try:
        with open(f'/proc/{process.pid}/task/{thread}/comm', encoding='utf-8') as file:
            return file.read().strip()
    except OSError:
        return ''  # it has ended


def cpu_seconds(process):
    """Processor time that its threads have used: to the nanosecond, not in ticks of 10 ms."""
    used = 0
    for thread in glob.glob(f'/proc/{process.pid}/task/*/schedstat'):
        with open(thread, encoding='utf-8') as file:
            used += int(file.read().split()[0])
    return used / 1e9
