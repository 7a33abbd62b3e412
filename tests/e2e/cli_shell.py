#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""cli_shell.py WEFT INSTANCE [KEYS TEXT]…: runs the shell that weft alone opens on a terminal, types
the keys and waits, ten seconds each, for the text (both with Python's escapes); then leaves with
exit. Ends with what the shell ends with, 99 where a text did not come.

While a command runs the terminal is not the shell's: keys but a ^C alone wait until it is.
"""
import os
import pty
import select
import sys
import termios
import time

PATIENCE = 10


def read(terminal):
    """What has come within a moment, None at the end."""
    if not select.select([terminal], [], [], 0.1)[0]:
        return b''
    try:
        return os.read(terminal, 65536) or None
    except OSError:
        return None


def wait_for(terminal, text, seen):
    """Reads until the text came. Returns what stands behind it, None if it did not come."""
    end = time.monotonic() + PATIENCE
    while text not in seen:
        got = read(terminal)
        if got is None or time.monotonic() > end:
            print(f'no {text!r} in {seen!r}')
            return None
        seen += got
    return seen[seen.index(text) + len(text):]


def wait_for_reader(terminal):
    """The prompt comes a moment before the shell takes the terminal out of its line mode."""
    end = time.monotonic() + PATIENCE
    while termios.tcgetattr(terminal)[3] & termios.ICANON and time.monotonic() < end:
        time.sleep(0.01)


def typed(text):
    return text.encode().decode('unicode_escape').encode('latin-1')


def main():
    weft, instance, *steps = sys.argv[1:]
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update(TERM='dumb', LC_ALL='C.UTF-8')
        os.execv(weft, [weft, '-n', instance])
    rest = wait_for(terminal, f'{instance}> '.encode(), b'')
    for keys, text in zip(steps[::2], steps[1::2]):
        if rest is None:
            break
        if keys != r'\x03':
            wait_for_reader(terminal)
        os.write(terminal, typed(keys))
        rest = wait_for(terminal, typed(text), rest)
    done = rest is not None
    if done:
        wait_for_reader(terminal)
    os.write(terminal, b'\x15exit\n' if done else b'\x03exit\n')
    end = time.monotonic() + PATIENCE
    while read(terminal) is not None and time.monotonic() < end:
        pass
    os.close(terminal)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    sys.exit(status if done else 99)


main()
