# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# For scripts that need no namespaces of their own: tests, and a scratch folder, $out. `exit $failed` ends them.
n=0 failed=0
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

ok() { # SENTENCE COMMAND…
	n=$((n + 1))
	if "${@:2}" >"$out/said" 2>&1; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		sed 's/^/# /' "$out/said" | tail -n 20
		# shellcheck disable=SC2034
		failed=1
	fi
}
says() { # STATUS WORDS COMMAND…: it ends so, and says that
	local status=0
	"${@:3}" >"$out/words" 2>&1 </dev/null || status=$?
	[ "$status" = "$1" ] && grep -qF -- "$2" "$out/words" && return 0
	echo "ended with $status, wanted $1 and '$2':"
	tail -n 20 "$out/words"
	return 1
}
