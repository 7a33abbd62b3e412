# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# What the scripts of this folder begin with: namespaces, a current folder of their own, and the command line of the
# instance $instance.

e2e_tests=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../../topologies/lib.sh
. "$e2e_tests/../../topologies/lib.sh"
# shellcheck source=../support/words.sh
. "$e2e_tests/../support/words.sh"
cd "$scratch" || exit 1
instance=one

code() { status "$1" "$build/tools/weft" -n "$instance" "${@:2}"; }  # CODE WORDS…
w() { code 0 "$@"; }                                                 # WORDS…: done
refused() { code 1 "${@:2}" && said err "$1"; }                      # PATTERN WORDS…: for a reason
is() { equal "$1" "$(value "$instance" "${@:2}")"; }                 # WANTED FILTER WORDS…: see value
never_long() { at_most 50000 "$(value "$instance" '.[0].loop_max_us' system show)"; }
