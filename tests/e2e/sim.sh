#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# tools/sim from the command line: transcripts that repeat, seeds that fail, mistakes that are told.
# shellcheck disable=SC2317 # ok() calls the other functions
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
export WEFT_BUILD=${WEFT_BUILD:-$root/build}
sim=$root/tools/sim
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
n=0 failed=0

ok() { # SENTENCE COMMAND…
	n=$((n + 1))
	if "${@:2}" >"$out/said" 2>&1; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		sed 's/^/# /' "$out/said" | tail -n 20
		failed=1
	fi
}
says() { # STATUS WORDS ARGUMENTS…
	local status=0
	"$sim" "${@:3}" >"$out/words" 2>&1 </dev/null || status=$?
	[ "$status" = "$1" ] && grep -qF -- "$2" "$out/words" && return 0
	echo "ended with $status, wanted $1 and '$2':"
	tail -n 20 "$out/words"
	return 1
}
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

ok 'a run ends well, and says so' says 0 'every table is right' "$ring" --seed 3
ok 'its transcript tells of packets' says 0 'rip request for everything' "$ring" --seed 3
ok 'and of tables' says 0 '+ 10.3.0.0/16 rip 3 via 172.16.1.2 on r1-r2' "$ring" --seed 3
ok 'the same seed says the same, byte for byte' repeats "$ring" --seed 3
ok 'by chance, too' repeats --random 12 --weather rough --seed 9
ok 'a network by chance can be kept as a file' is_kept
ok 'many seeds are counted' says 0 '20 seeds, 0 failed' --random 0 --seeds 1-20
ok 'one that fails is told of with its reason' says 1 '# seed 2: at 60.000001 s, a: 198.18.0.0/24 went in a loop of 2 routers' \
	"$out/loop" --seeds 1-3
ok 'and how many there were' says 1 '3 seeds, 3 failed' "$out/loop" --seeds 1-3
ok 'a mistake in a file is told of with its line' says 2 "$out/bad:2: c: no router has this name" "$out/bad"
ok 'a file that is not there is told of' says 2 'No such file' "$out/none"
ok 'a folder is no file' says 2 'Is a directory' "$out"
ok 'so is an option that does not exist' says 2 'usage:' "$ring" --fast
ok 'a seed that is no number' says 2 'a number is wanted' "$ring" --seed x
ok 'seeds that are no range' says 2 'a range such as 1-300 is wanted' "$ring" --seeds 7
ok 'a shape that nobody knows' says 2 'random, chain, ring, grid or star is wanted' --random 5 --shape tree
ok 'and nothing to play' says 2 'a topology or --random is wanted'
ok 'what a link does is told to whoever plays it for real' says 0 'loss=80000' "$out/kept" --links
ok 'a router without a name there is told of' says 2 'no router has this name' "$ring" --weftd r9
echo "1..$n"
exit $failed
