# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# What commands say, for scripts whose current folder is one of their own: its files are out and err.

# status CODE COMMAND…: it ends with this code.
status() {
	local wanted=$1 seen=0
	timeout "${patience:-10}" "${@:2}" >out 2>err || seen=$?
	[ "$seen" = "$wanted" ] || { echo "ended with $seen, wanted $wanted"; cat out err; return 1; }
}
said() { grep -q -- "$2" "$1" || { echo "no '$2' in:"; cat "$1"; return 1; }; } # FILE PATTERN
silent() { [ ! -s "$1" ] || { echo "said:"; cat "$1"; return 1; }; }            # FILE
