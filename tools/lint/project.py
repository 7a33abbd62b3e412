# SPDX-License-Identifier: BSD-3-Clause
"""What the checks in this folder share: the project's files, tables, and how problems are told.

Each check is run as  CHECK [ROOT [BUILD]]  and prints a line for each problem; it exits 1 if
there was one. git is not asked: an unpacked archive is checked the same way.
"""
import os
import sys

SKIPPED = {'.git', '.cache', '__pycache__', 'corpus', 'crashes'}

root = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else
                       os.path.join(os.path.dirname(__file__), '../..'))
build = os.path.abspath(sys.argv[2]) if len(sys.argv) > 2 else os.path.join(root, 'build')
problems = 0


def files(*endings, under=''):
    """Paths from the root of all files with one of these endings (all, without)."""
    for folder, folders, names in os.walk(os.path.join(root, under)):
        inside = os.path.relpath(folder, root)
        folders[:] = sorted(f for f in folders if f not in SKIPPED and
                            not (inside == '.' and f.startswith('build')))
        for name in sorted(names):
            path = os.path.normpath(os.path.join(inside, name))
            if not endings or name.endswith(endings):
                yield path


def text(path):
    with open(os.path.join(root, path), encoding='utf-8', errors='replace') as file:
        return file.read()


def lines(path):
    """(number from 1, line) of a file."""
    return enumerate(text(path).splitlines(), 1)


def table(name):
    """The lines of a table in tools/lint, as lists of words: comments and blanks are left out,
    an indented line goes on with the one above."""
    rows = []
    for _, line in lines('tools/lint/' + name):
        words = line.split('#')[0].split()
        if words and line[0].isspace():
            rows[-1] += words
        elif words:
            rows.append(words)
    return rows


def problem(place, what):
    global problems
    problems += 1
    print(f'{place}: {what}')


def finish():
    sys.exit(1 if problems else 0)
