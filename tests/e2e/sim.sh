#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# tools/sim from the command line: transcripts that repeat, seeds that fail, mistakes that are told.
# shellcheck disable=SC2317 # ok() calls the other functions
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
export WEFT_BUILD=${WEFT_BUILD:-$root/build}
sim=$root/tools/sim
# shellcheck source=../support/tap.sh
. "$root/tests/support/tap.sh"

plays() { says "$1" "$2" "$sim" "${@:3}"; } # STATUS WORDS ARGUMENTS…
repeats() { # ARGUMENTS…
	"$sim" "$@" >"$out/first" && "$sim" "$@" >"$out/second" && cmp "$out/first" "$out/second"
}
is_kept() { # a network by chance, as a file, plays as it did
	"$sim" --random 8 --weather rough --seed 5 >"$out/direct" &&
		"$sim" --random 8 --weather rough --seed 5 --print >"$out/kept" &&
		"$sim" "$out/kept" --seed 5 >"$out/again" && cmp "$out/direct" "$out/again"
}

ring=$root/topologies/ring/topology
printf 'router a b\nlink a b\nrip\nsettle 60s\nstatic a 198.18.0.0/24 via b\nstatic b 198.18.0.0/24 via a\n' >"$out/loop"
printf 'router a b\nlink a c\n' >"$out/bad"

ok 'a run ends well, and says so' plays 0 'every table is right' "$ring" --seed 3
ok 'its transcript tells of packets' plays 0 'rip request for everything' "$ring" --seed 3
ok 'and of tables' plays 0 '+ 10.3.0.0/16 rip 3 via 172.16.1.2 on r1-r2' "$ring" --seed 3
ok 'the same seed says the same, byte for byte' repeats "$ring" --seed 3
ok 'by chance, too' repeats --random 12 --weather rough --seed 9
ok 'a network by chance can be kept as a file' is_kept
ok 'many seeds are counted' plays 0 '20 seeds, 0 failed' --random 0 --seeds 1-20
ok 'one that fails is told of with its reason' plays 1 '# seed 2: at 60.000001 s, a: 198.18.0.0/24 went in a loop of 2 routers' \
	"$out/loop" --seeds 1-3
ok 'and how many there were' plays 1 '3 seeds, 3 failed' "$out/loop" --seeds 1-3
for file in "$root"/topologies/*/topology; do
	ok "${file#"$root/topologies/"}, which weftds and others play for real, is played by the engines, too" \
		plays 0 '10 seeds, 0 failed' "$file" --seeds 1-10
done
ok 'a mistake in a file is told of with its line' plays 2 "$out/bad:2: c: no router has this name" "$out/bad"
ok 'a file that is not there is told of' plays 2 'No such file' "$out/none"
ok 'a folder is no file' plays 2 'Is a directory' "$out"
ok 'so is an option that does not exist' plays 2 'usage:' "$ring" --fast
ok 'a seed that is no number' plays 2 'a number is wanted' "$ring" --seed x
ok 'seeds that are no range' plays 2 'a range such as 1-300 is wanted' "$ring" --seeds 7
ok 'a shape that nobody knows' plays 2 'random, chain, ring, grid or star is wanted' --random 5 --shape tree
ok 'and nothing to play' plays 2 'a topology or --random is wanted'
ok 'what a link does is told to whoever plays it for real' plays 0 'loss=80000' "$out/kept" --links
ok 'a router without a name there is told of' plays 2 'no router has this name' "$ring" --weftd r9
echo "1..$n"
exit $failed
