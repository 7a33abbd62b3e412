#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Which lines of its decoder a fuzz target's corpus covers.

  coverage.py BUILD TABLE [TARGET…]     a row for each; with TARGETs also the lines that are not covered

BUILD was compiled with clang's -fprofile-instr-generate and -fcoverage-mapping; TABLE says which files
are whose decoder. Run in the project's folder.
"""
import os
import subprocess
import sys
import tempfile


def read_table(path):
    with open(path, encoding='utf-8') as table:
        rows = (line.split() for line in table if not line.startswith('#'))
        return {name: files for name, *files in rows}


def run_corpus(program, name, profile):
    kept = [folder for folder in (f'tests/fuzz/corpus/{name}', f'tests/fuzz/crashes/{name}')
            if os.path.isdir(folder)]
    done = subprocess.run([program, '-runs=0', '-error_exitcode=76', *kept], capture_output=True, text=True, check=False,
                          env={**os.environ, 'LLVM_PROFILE_FILE': profile})
    if done.returncode not in (0, 77):
        sys.exit(f'{name}: {done.stderr[-2000:]}')
    return done.returncode == 0


def within(functions, starts):
    """Whether a line belongs to one of these functions; starts: line -> name, of all of the file."""
    def belongs(number):
        before = [start for start in starts if start <= number]
        return bool(before) and starts[max(before)] in functions
    return belongs


def lines_of(program, profile, decoders):
    """file -> {line: how often}. decoders: FILE, or FILE:FUNCTION,FUNCTION… where the rest of it
    decodes nothing."""
    files = [decoder.partition(':')[0] for decoder in decoders]
    merged = profile + '.merged'
    subprocess.run(['llvm-profdata', 'merge', '-o', merged, profile], check=True)
    text = subprocess.run(['llvm-cov', 'export', '-format=lcov', f'-instr-profile={merged}', program,
                           *map(os.path.abspath, files)], capture_output=True, text=True, check=True).stdout
    found, starts, current, first = {}, {}, {}, {}
    for line in text.splitlines():
        key, _, value = line.partition(':')
        if key == 'SF':
            current = found.setdefault(os.path.relpath(value), {})
            first = starts.setdefault(os.path.relpath(value), {})
        elif key == 'FN':
            number, name = value.split(',')
            first[int(number)] = name.rpartition(':')[2]
        elif key == 'DA':
            number, count = map(int, value.split(',')[:2])
            current[number] = count
    return {file: chosen(decoder, file, found, starts) for decoder, file in zip(decoders, files)}


def chosen(decoder, file, found, starts):
    """Of one file the lines that count."""
    if file not in found:
        sys.exit(f'nothing is known of {file}')
    functions = decoder.partition(':')[2]
    if not functions:
        return found[file]
    unknown = set(functions.split(',')) - set(starts[file].values())
    if unknown:
        sys.exit(f'{file} has no {unknown}')
    belongs = within(functions.split(','), starts[file])
    return {number: count for number, count in found[file].items() if belongs(number)}


def ranges(numbers):
    """3 4 5 9 as "3-5 9"."""
    out = []
    for n in numbers:
        if out and out[-1][1] == n - 1:
            out[-1][1] = n
        else:
            out.append([n, n])
    return ' '.join(str(a) if a == b else f'{a}-{b}' for a, b in out)


def main(build, table, *wanted):
    decoders = read_table(table)
    print('| target | seeds | decoder | lines | covered |\n|---|---|---|---|---|')
    for name in wanted or decoders:
        program = f'{build}/tests/fuzz/fuzz_{name}'
        with tempfile.TemporaryDirectory() as folder:
            profile = f'{folder}/raw'
            if not run_corpus(program, name, profile):
                print(f'| `{name}` | cannot run here | | | |')
                continue
            found = lines_of(program, profile, decoders[name])
        n = sum(len(lines) for lines in found.values())
        covered = sum(count > 0 for lines in found.values() for count in lines.values())
        n_seeds = len(os.listdir(f'tests/fuzz/corpus/{name}'))
        print(f'| `{name}` | {n_seeds} | {", ".join(os.path.basename(file) for file in found)} | {n} | '
              f'{100 * covered / n:.1f} % |', flush=True)
        for file, lines in found.items() if wanted else ():
            missed = [number for number, count in lines.items() if count == 0]
            print(f'  {file}: {ranges(missed)}')


main(*sys.argv[1:])
