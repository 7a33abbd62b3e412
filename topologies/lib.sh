# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# The plumbing of all networks in this folder. A network's script (topologies/NAME/run) begins with
#
#   . "$(dirname "$0")/../lib.sh"
#
# and from then on is alone: in mount, network and process namespaces of its own, with empty
# /run/netns, /run/weft and /var/lib/weft, in its own folder ($here), with a scratch folder ($scratch).
# All that it starts and makes ends with it. It says what holds with `expect`; the lines are TAP.
# Hosts are network namespaces; weftd runs in the namespace of the script.

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=${WEFT_BUILD:-$root/build}
scratch=/run/weft-topology

if [ "${WEFT_TOPOLOGY:-}" != "$here" ]; then
	[ "$(id -u)" = 0 ] || { echo "needs root: sudo $0" >&2; exit 1; }
	[ -x "$build/control/weftd" ] || { echo "no weftd in $build: sudo tools/run builds it" >&2; exit 1; }
	WEFT_TOPOLOGY=$here exec timeout -k 5 "${WEFT_TOPOLOGY_SECONDS:-60}" \
		unshare --mount --net --pid --fork --kill-child --mount-proc "$0" "$@"
fi

set -u
cd "$here" || exit 1
mount --make-rprivate /
mount -t sysfs sysfs /sys # that of the new network namespace
mkdir -p "$scratch" /run/netns /run/weft /var/lib/weft
for folder in "$scratch" /run/netns /run/weft /var/lib/weft; do
	mount -t tmpfs tmpfs "$folder"
done
ip link set lo up

n_tests=0
n_failed=0
declare -A weftd_pid=()
trap finish EXIT

# --- what holds ---

# expect SENTENCE COMMAND…: a test that passes when the command does. What the command says is
# shown when it fails.
expect() {
	local said=$scratch/said
	n_tests=$((n_tests + 1))
	if "${@:2}" >"$said" 2>&1; then
		echo "ok $n_tests - $1"
		return 0
	fi
	n_failed=$((n_failed + 1))
	echo "not ok $n_tests - $1"
	sed 's/^/# /' "$said"
	return 1
}

# For `expect`: the command fails.
fails() {
	! "$@"
}

# wait_for SECONDS COMMAND…: until the command succeeds; 1 when it did not in that time.
wait_for() {
	local until=$(($(date +%s%N) + $1 * 1000000000))
	until "${@:2}"; do
		[ "$(date +%s%N)" -lt $until ] || return 1
		sleep 0.1
	done >"$scratch/waited" 2>&1
}

# at_most LIMIT NUMBER, at_least LIMIT NUMBER, equal WANTED SEEN: comparisons that say what they saw.
at_most() { [ "$2" -le "$1" ] || { echo "$2 is more than $1"; false; }; }
at_least() { [ "$2" -ge "$1" ] || { echo "$2 is less than $1"; false; }; }
equal() { [ "$1" = "$2" ] || { echo "wanted '$1', saw '$2'"; false; }; }

finish() {
	local status=$? name
	trap - EXIT
	[ $status = 0 ] || [ $n_failed -gt 0 ] || echo "# the script ended with $status after test $n_tests"
	if [ $n_failed -gt 0 ] || [ $status != 0 ]; then
		for name in "${!weftd_pid[@]}"; do
			explain_weftd "$name"
		done
	fi
	for name in "${!weftd_pid[@]}"; do
		stop_weftd "$name" || { echo "not ok - weftd $name stops cleanly"; n_failed=$((n_failed + 1)); }
	done
	echo "1..$n_tests"
	[ $n_failed = 0 ] || status=1
	exit $status # alone, in a trap it is the status from before the trap
}

explain_weftd() {
	{
		echo "weftd $1 said:"
		tail -n 30 "$scratch/$1.log"
		weft "$1" port show
		weft "$1" fdb show
		weft "$1" drops show
		weft "$1" worker show
	} 2>&1 | sed 's/^/# /'
}

# --- hosts and links ---

# ns NAME: a host.
ns() {
	ip netns add "$1" && ip -n "$1" link set lo up
}

# on HOST COMMAND…: runs it there.
on() {
	nsenter --net="/run/netns/$1" "${@:2}"
}

# address HOST INTERFACE ADDRESS/LENGTH [MAC]: up, without IPv6's chatter.
address() {
	[ -z "${4:-}" ] || ip -n "$1" link set "$2" address "$4"
	on "$1" sysctl -qw "net.ipv6.conf.$2.disable_ipv6=1" &&
		ip -n "$1" address add "$3" dev "$2" && ip -n "$1" link set "$2" up
}

# cable IF HOST IF-THERE: a veth pair between weftd's machine and a host; both ends up. The ends
# keep their offloads: what they leave unfinished is weft's to finish.
cable() {
	ip link add "$1" type veth peer name "$3" netns "$2"
	sysctl -qw "net.ipv6.conf.$1.disable_ipv6=1"
	on "$2" sysctl -qw "net.ipv6.conf.$3.disable_ipv6=1"
	ip link set "$1" up
	ip -n "$2" link set "$3" up
	record "$1"
}

# record IF: where WEFT_RECORD names a folder, what comes in there is kept in it (tools/fuzz --seeds).
record() {
	[ -n "${WEFT_RECORD:-}" ] || return 0
	/usr/bin/python3 "$root/topologies/record.py" "$1" "$WEFT_RECORD/${here##*/}-$1.pcap" &
}

# --- weft ---

# weft INSTANCE WORDS…: the command line.
weft() {
	timeout 10 "$build/tools/weft" -n "$1" "${@:2}"
}

# start_weftd INSTANCE CONFIG [OPTIONS…]: returns when it answers.
start_weftd() {
	"$build/control/weftd" -n "$1" -c "$2" "${@:3}" 2>"$scratch/$1.log" &
	weftd_pid[$1]=$!
	wait_for 10 weftd_answers "$1" && return 0
	echo "Bail out! weftd $1 does not start: $(tail -n 5 "$scratch/$1.log")"
	exit 1
}

weftd_answers() {
	kill -0 "${weftd_pid[$1]}" && weft "$1" -j system show
}

# Ends it as systemd would; fails when it does not end well within five seconds.
stop_weftd() {
	local pid=${weftd_pid[$1]}
	unset "weftd_pid[$1]"
	kill -TERM "$pid" || return 1
	(
		sleep 5
		kill -KILL "$pid"
	) 2>/dev/null &
	local watch=$! status=0
	wait "$pid" || status=$?
	kill "$watch" 2>/dev/null
	return $status
}

# value INSTANCE FILTER WORDS…: what a jq filter says about a command's JSON.
value() {
	weft "$1" -j "${@:3}" | jq -r "$2"
}

port_is() { # INSTANCE PORT up|down
	[ "$(value "$1" ".[] | select(.name == \"$2\") | .state" port show)" = "$3" ]
}

# ports_up INSTANCE [PORT…]: waits until these ports, or all, are up.
ports_up() {
	local port instance=$1
	shift
	[ $# -gt 0 ] || mapfile -t ports < <(value "$instance" '.[].name' port show)
	for port in "${@:-${ports[@]}}"; do
		wait_for 5 port_is "$instance" "$port" up || { echo "$port is not up"; return 1; }
	done
}

# How many packets were dropped for a reason, on a port or on all.
drops() { # INSTANCE REASON [PORT]
	value "$1" "[.[] | select(.reason == \"$2\" and (\"${3:-}\" == \"\" or .port == \"${3:-}\")) | .packets] | add // 0" \
		drops show
}

# --- traffic ---

# ping_ok HOST ADDRESS: an answer within five seconds.
ping_ok() {
	wait_for 5 on "$1" ping -n -c 1 -W 1 "$2"
}

# no_ping HOST ADDRESS: none of three is answered.
no_ping() {
	fails on "$1" ping -n -c 3 -i 0.2 -W 1 "$2"
}

# frames HOST WORDS…: see frames.py
frames() {
	on "$1" /usr/bin/python3 "$root/topologies/frames.py" "${@:2}"
}

# stream HOST WORDS…: see stream.py
stream() {
	on "$1" /usr/bin/python3 "$root/topologies/stream.py" "${@:2}"
}

# tcp_ok FROM TO ADDRESS [BYTES]: a connection carries random bytes one way and their digest back.
tcp_ok() {
	local server status=0
	stream "$2" tcp-sink "$3" >"$scratch/sink" 2>&1 &
	server=$!
	stream "$1" tcp-send "$3" "${4:-2000000}" || status=1
	kill "$server" 2>/dev/null
	wait "$server" 2>/dev/null
	return $status
}
