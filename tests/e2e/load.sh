#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The control socket under load: two hundred clients with ten thousand requests a second between them, and beside them
# those who send half a request, read no answer, send garbage, come and go, or are too many. What is demanded:
#
#   - a stream between two ports of the fast path loses nothing, all the time;
#   - whoever asks properly is answered, every time, rightly and in order, whoever else there is;
#   - what is no request is refused as it should be, and its connection is as good as before;
#   - none of the rude clients leaves anything behind: afterwards weftd holds what it held.
#
# Times are told, and nothing is demanded of them.
#
#   tests/e2e/load.sh         some seconds of each
#   LOAD_SECONDS=600          longer
#   LOAD_RATE=20000           other than ten thousand
seconds=${LOAD_SECONDS:-2} rate=${LOAD_RATE:-10000}
export WEFT_TOPOLOGY_SECONDS=${WEFT_TOPOLOGY_SECONDS:-$((120 + 6 * seconds))}
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
load=$build/tests/e2e/load/load

{
	cat <<-END
		system: { memory: 64MB }
		ports:
		  t1: { type: tap, device: eth0, netns: h1, addresses: [192.0.2.1/24] }
		  t2: { type: tap, device: eth0, netns: h2, addresses: [192.0.2.2/24] }
		  t3: { type: tap, device: eth0, netns: h3, addresses: [10.0.0.3/24] }
		bridges:
		  br0: { ports: { t1: {}, t2: {} } }
		interfaces:
		  lan: { port: t3, addresses: [10.0.0.1/24, "2001:db8::1/64"] }
		routes:
	END
	printf '  - { prefix: 10.%d.0.0/16, via: [{ gateway: 10.0.0.3 }] }\n' {1..50}
} >"$scratch/weft.yaml"

# --- clients ---

declare -A loads=()
begin() { # ROLE CLIENTS [AMOUNT]: see load/main.c
	"$load" "/run/weft/$instance.sock" "$seconds" "$@" >"$scratch/$1.load" 2>&1 &
	loads[$1]=$!
}
# ROLE: until it is over; none was left without an answer, or got a wrong one.
ends_well() {
	local status=0
	wait "${loads[$1]}" || status=$?
	cat "$scratch/$1.load"
	return $status
}
tell() { sed -n '/ answered, /s/^/# /p' "$scratch/$1.load"; }
n_of() { sed -n "s/.*[ :]\([0-9]*\) $2.*/\1/p" "$scratch/$1.load"; } # ROLE OUTCOME
all_end_well() { # SENTENCE ROLE…: `%` in it is the role
	local role
	for role in "${@:2}"; do
		expect "${1/\%/$role}" ends_well "$role"
		tell "$role"
	done
}

# --- who sees what weftd loses and keeps ---

stream_begins() { # 500 numbered packets a second from h1 to h2
	stream h2 udp-sink 192.0.2.2 99999 >got &
	sink=$!
	wait_for 5 said got ready || return 1
	nsenter --net=/run/netns/h1 /usr/bin/python3 "$root/topologies/stream.py" udp-send 192.0.2.2 500 99999 &
	sender=$!
}
stream_is_whole() {
	local status=0
	kill -TERM "$sender"
	wait "$sender" "$sink" || status=$?
	cat got
	[ $status = 0 ] && said got ' 0 out of order' && equal 0 "$(value w '[.[] | select(.port == "t1" or .port == "t2") | .packets] | add // 0' drops show)"
}

# Descriptors, mappings, packet buffers, and KiB of memory, of which the allocator keeps some for the next: 10 to 60
# MiB were seen. The rude clients may hold 256 MiB, and send more.
slack=(0 12 256 131072)
holds() {
	local pid=${weftd_pid[$instance]}
	echo "$(find "/proc/$pid/fd" -mindepth 1 | wc -l) $(wc -l <"/proc/$pid/maps")" \
		"$(value "$instance" '.[0].mbufs_used' system show) $(awk '$1 == "RssAnon:" { print $2 }' "/proc/$pid/status")"
}
remember() { read -r -a held < <(holds); }
holds_no_more() {
	local now i
	read -r -a now < <(holds)
	for i in "${!held[@]}"; do
		[ "${now[i]}" -le $((held[i] + slack[i])) ] || return 1
	done
}
back_where_it_was() {
	wait_for 4 holds_no_more || { echo "then ${held[*]}, now $(holds)"; false; }
}

tell_turns() {
	value "$instance" '.[0] | "# longest turn of the loop so far: \(.loop_max_us) us, in \(.loop_max_in); \(.loop_max_cpu_us) us of processor time"' \
		system show
}
# Weft's counters agree with each other.
sum_rule() { is '' '.[] | select(.packets + .generated != .sent + .dropped + .consumed)' worker show; }

# --- many who ask ---

for host in h1 h2 h3; do
	ns $host
	on $host sysctl -qw net.ipv6.conf.default.disable_ipv6=1 # nobody speaks but the stream
done
instance=w
start_weftd w "$scratch/weft.yaml"
expect 'the ports are up' ports_up w
expect 'a stream begins' stream_begins
seconds=1 begin ask 200 "$rate" # what is allocated once is there
seconds=1 begin garbage 8
wait "${loads[ask]}" "${loads[garbage]}"
sleep 0.5
remember
begin ask 200 "$rate"
begin sane 1 100
begin fresh 2 50
all_end_well "200 clients, $rate requests a second: all of '%' are answered" ask sane fresh
expect 'and each of the clients has asked' at_least 200 "$(n_of ask answered)"
tell_turns

# --- and those who do not ask properly ---

begin ask 200 "$rate"
begin half 100 0
begin deaf 40
begin garbage 8
begin storm 20 2000
begin flood 4 50
begin batch 4 100
begin sane 1 100
begin fresh 2 50
all_end_well "beside rude clients: all of '%' are answered" ask sane fresh flood batch garbage
all_end_well "those of '%' got no wrong answer" half deaf storm
expect 'half a request harms nobody: with its other half it is answered' equal 100 "$(n_of half answered)"
expect 'each kind of garbage was tried' at_least 25 "$(n_of garbage answered)"
tell_turns

# --- and too much, or too many ---

begin hoard 24 15000000
begin ask 200 1000
begin sane 1 100
begin fresh 2 50
all_end_well "beside those who hold more memory than they may: '%' is answered" ask sane fresh hoard
expect 'those who hold too much together have to go, or are answered' equal 24 $(($(n_of hoard answered) + $(n_of hoard 'turned away')))

begin crowd 1300
begin ask 200 1000
begin sane 1 100
begin fresh 2 50
all_end_well "with more connections than there may be: '%' is answered" ask sane fresh crowd
expect 'some of the many had to go' at_least 1 "$(n_of crowd 'turned away')"
expect 'weftd holds what it held' back_where_it_was
expect 'the stream lost nothing' stream_is_whole
expect "and weft's counters add up" sum_rule
tell_turns
echo "# descriptors, maps, buffers, KiB: then ${held[*]}, now $(holds); stream: $(grep received got)"
stop_weftd w

# --- no descriptors ---

(ulimit -n 400; exec 2>"$scratch/few.log"; exec "$build/control/weftd" -n few -c "$scratch/weft.yaml") &
weftd_pid[few]=$!
instance=few
expect 'a weftd with few descriptors starts' wait_for 10 weftd_answers few
remember
begin crowd 600
begin ask 20 500
begin sane 1 100
begin fresh 2 50
expect 'a port comes where connections would take every descriptor' weft few port add t4 type=tap device=t4
expect 'and goes' weft few port del t4
all_end_well "with more connections than descriptors: '%' is answered" ask sane fresh crowd
expect 'that weftd holds what it held, too' back_where_it_was
