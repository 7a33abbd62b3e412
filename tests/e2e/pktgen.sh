#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# weft-pktgen: over devices in one process, where nothing can be lost, and through weftd.
export WEFT_TOPOLOGY_SECONDS=${WEFT_TOPOLOGY_SECONDS:-200}
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
mkdir -p /run/dpdk && mount -t tmpfs tmpfs /run/dpdk

pktgen() { timeout 30 "$build/tools/pktgen/weft-pktgen" "$@"; }
# run TX RX WORDS…: what it measures goes to the file json.
run() { pktgen --tx "$1" --rx "$2" -j "${@:3}" >json 2>err || { cat json err; return 1; }; }
loop() { run net_ring0 net_ring0 --seconds 0.3 "$@"; }
has() { # FILTER: a condition on the JSON
	jq -e "$1" json >/dev/null || { echo "not so: $1"; jq -c '.result.directions' json; cat err; false; }
}
whole() { has '.result | .sent > 0 and .received == .sent and .lost == 0 and .duplicated == 0 and .reordered == 0'; }
says() { # STATUS WORDS COMMAND…: ends with this status, and says so
	local status=0
	"${@:3}" >out 2>&1 || status=$?
	if [ $status != "$1" ] || ! grep -q -- "$2" out; then
		echo "ended with $status:"
		cat out
		return 1
	fi
}
# Frames of a pcap file, one a line, in hexadecimal.
frames_of() {
	/usr/bin/python3 - "$1" <<-'END'
		import struct, sys
		data, at = open(sys.argv[1], "rb").read(), 24
		while at + 16 <= len(data):
		    n = struct.unpack_from("=I", data, at + 8)[0]
		    print(data[at + 16:at + 16 + n].hex())
		    at += 16 + n
	END
}

# --- in one process ---
expect 'a ring gives back all that was sent' loop --latency
expect 'nothing is lost, doubled or reordered' whole
expect 'each packet has its latency' has '.result | .latency.samples == .received and .latency.p50_ns > 0'
expect 'and its bucket' has '.result | ([.latency.buckets[][1]] | add) == .received'
expect 'the percentiles are in order' has '.result.latency | .min_ns <= .p50_ns and .p50_ns <= .p99_ns and .p99_ns <= .max_ns'
expect 'the parameters are told' has '.parameters | .tx == "net_ring0" and .size == 64 and .latency'
# Options that the JSON calls otherwise.
declare -A key=([no-stamp]=stamp [flow-field]=flow_fields [src-mac]=mac_src [dst-mac]=mac_dst [src-ip]=ip_src
	[dst-ip]=ip_dst [src-port]=port_src [dst-port]=port_dst [ipv6]=ip_version [tcp]=protocol [split]=packed
	[client]=server [cores]=receive_core [no-warmup]=warmup [windows]=windows_ms
	[resolution]=resolution_percent [max-loss]=max_loss_percent)
all_options_are_told() {
	local word
	for word in $(pktgen --help | sed -n 's/^  --\([a-z0-9-]*\).*/\1/p' | grep -vxE 'json|help|version'); do
		has ".parameters | has(\"${key[$word]:-${word//-/_}}\")" || return 1
	done
}
expect 'each option has its parameter in the JSON' all_options_are_told
expect 'and the generator was the limit, for a ring takes all' has '.result.limit == "generator"'
expect 'a rate is kept' loop --rate 2000 --seconds 0.5
expect 'to the packet, or less where the core was away' has '.result | .sent <= 1000 and .sent + .skipped >= 999'
expect 'all of those come back' whole
expect 'a mix of sizes' loop --size imix
expect 'comes back whole' whole
expect 'and has the bytes of 7:4:1' has '.result | (.sent_bytes / .sent - 361.83) | fabs < 5'
expect 'flows at random' loop --flows 1M --flow-order random --macs 1000
expect 'come back whole' whole
expect 'flows by the law of Zipf' loop --flows 10k --flow-order zipf --vlan 5 --flow-field ip-dst,port-src
expect 'come back, too' whole
printf '%s\n' '10.1.0.0/16 02:58:00:00:00:01' '10.2.0.0/24 02:58:00:00:00:04/46' >to4
printf '2001:db8:%x::/48\n' {1..100} >to6
expect 'destinations below prefixes' loop --dst-prefixes to4
expect 'come back' whole
expect 'half of them to a MAC address that is not theirs' has '.result | .misrouted > .sent / 3 and .misrouted < .sent * 2 / 3 and .foreign == 0'
expect 'IPv6 is told that it needs more room' says 1 'take 80 bytes' pktgen --tx net_ring0 --rx net_ring0 --dst-prefixes to6
expect 'IPv6 destinations' loop --dst-prefixes to6 --size 80
expect 'come back, and no MAC address was asked for' whole
expect 'so that none is wrong' has '.result.misrouted == 0 and .machine.prefixes == 100'
expect 'the largest frames' loop --size 1518
expect 'come back' whole
expect 'windows are kept' loop --windows 50
expect 'each with its packets' has '.windows | .ms == 50 and (.sent | length) >= 5 and (.sent | add) > 0'
expect 'no more than there were' has '(.windows.sent | add) <= .result.sent'
if [ "$(nproc)" -ge 2 ]; then
	expect 'a sender and a receiver on cores of their own' loop --cores 0,1
	expect 'agree on what was sent' whole
fi
expect 'a search over a ring' loop --ndr --seconds 0.1
expect 'finds that the generator is the limit' has '.ndr | .found and .generator_limits and .pps > 0 and (.trials | length) >= 2'
expect 'a search below a rate' loop --ndr --seconds 0.1 --rate 5000
expect 'tries none above' has '[.ndr.trials[].wanted_pps] | max <= 5000'
expect 'people read text' says 0 'received' pktgen --tx net_ring0 --rx net_ring0 --seconds 0.1

# --- recorded frames ---
expect 'frames go into a file' run net_pcap0,tx_pcap=sent.pcap net_null0 --no-warmup --rate 2000 \
	--seconds 0.5 --flows 100 --macs 10 --size 128
sent=$(jq .result.sent json)
frames_of sent.pcap >sent.hex
expect 'as many as were counted' equal "$sent" "$(wc -l <sent.hex)"
expect 'of the size wanted, less its checksum' equal 124 "$(($(head -n 1 sent.hex | wc -c) / 2))"
expect 'with an address a flow' equal 100 "$(cut -c 53-60 sent.hex | sort -u | wc -l)"
expect 'and ten stations' equal 10 "$(cut -c 1-12 sent.hex | sort -u | wc -l)"
expect 'recorded frames go round a ring' loop --pcap sent.pcap
expect 'and are accounted for' whole
expect 'all of them' has ".machine.recorded_frames == $sent and .machine.recorded_frames_skipped == 0"
expect 'untouched they are counted' run net_pcap0,tx_pcap=again.pcap net_null0 --no-warmup --rate 2000 \
	--seconds 0.4 --pcap sent.pcap --no-stamp
frames_of again.pcap >again.hex
again=$(wc -l <again.hex)
expect 'and are what was recorded' cmp again.hex <(head -n "$again" sent.hex)
expect 'packets of others are foreign' run net_null0 net_pcap0,rx_pcap=sent.pcap --no-warmup --rate 100 --seconds 0.3
expect 'each of them' has ".result | .foreign == $sent and .received == 0 and .lost == .sent"

# --- header fields ---
# Some thousand packets into a file, and what is in them.
made() {
	run net_pcap0,tx_pcap=made.pcap net_null0 --no-warmup --rate 20k --seconds 0.3 "$@" &&
		/usr/bin/python3 "$here/pktgen_frames.py" made.pcap >json
}
sound() { has '.frames > 1000 and .wrong == 0'; }
varies() { # FIELD=N…: so many values
	local pair
	for pair; do has ".values[\"${pair%=*}\"] == ${pair#*=}" || { cat json; return 1; }; done
}
narrow=dscp,ecn,outer-pcp,outer-dei,vlan-pcp,vlan-dei,ip-flags
expect 'fields of a few bits, side by side in their words' made --tcp --vlan 5 --outer-vlan 6 --size 100 \
	--flow-field $narrow --flows 300
expect 'have right checksums around them' sound
expect 'turn as digits' varies all=300 dscp=64 ecn=4 outer-pcp=2 vlan=1 outer-vlan=1 ip-src=1
expect 'fields of TCP, in frames of an odd size' made --tcp --size 101 --flows 200 \
	--flow-field tcp-seq,tcp-ack,tcp-flags,tcp-window,tcp-urgent,port-src,port-dst --set tcp-flags=0,tcp-window=1000
expect 'have a checksum that is right' sound
expect 'and as many values as there are flows' varies all=200 tcp-seq=200 tcp-ack=200 tcp-flags=200 \
	tcp-window=200 tcp-urgent=200 port-src=200 port-dst=200 ttl=1
expect 'fields of IPv6' made --ipv6 --size 128 --flow-order random --flows 100 \
	--flow-field ip-src,ip-dst,flow-label,dscp,ecn,ttl,port-dst --macs 7 --set dscp=60
expect 'have one, too' sound
expect 'at random' varies all=100 ip-src=100 ip-dst=100 flow-label=100 dscp=4 ecn=4 ttl=100 port-dst=100 mac-dst=7
expect 'fields of IPv4, types and protocols' made --udp-checksum --vlan 5 --size imix --flows 190 \
	--flow-field ip-id,fragment,ttl,protocol,vlan
expect 'are in their checksum' sound
expect 'with other protocols among them' varies protocol=190 ttl=190 ip-id=190 fragment=190 vlan=190
expect 'a field that packets have not is refused' says 2 'ttl is a field of IP' pktgen --tx net_ring0 --rx net_ring0 \
	--set ether-type=0x0806 --flow-field ttl --flows 9
expect 'so are more flows than fields can tell apart' says 2 'tells 64 apart at most' pktgen --tx net_ring0 --rx net_ring0 \
	--flow-field dscp --flows 1M

# --- what goes wrong ---
expect 'a wrong word is usage' says 2 'expected 64 to 9018' pktgen --tx net_ring0 --rx net_ring0 --size 1
expect 'so is a missing port' says 2 'are needed' pktgen --tx net_ring0
expect 'help is help' says 0 '--flow-field' pktgen --help
expect 'an unknown device is told' says 1 'nosuch: DPDK cannot open it' pktgen --tx nosuch --rx net_ring0
expect 'so is a PCI address where nothing is' says 1 '^weft-pktgen: 0000:ff:1f.7: ' pktgen --tx 0000:ff:1f.7 --rx net_ring0
expect 'a socket that is missing' says 1 'no such socket' pktgen --tx ./none.sock --rx net_ring0
expect 'a file that is none' says 1 'is no socket' pktgen --tx ./sent.pcap --rx net_ring0
/usr/bin/python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("dead.sock")'
expect 'a socket nobody listens on' says 1 'nobody listens' pktgen --tx dead.sock --rx net_ring0
ln -s dead.sock alias.sock
expect 'two names for one socket' says 1 'are the same socket' pktgen --tx dead.sock --rx alias.sock
expect 'a switch that never connects' says 1 'no switch connected' pktgen --tx mine.sock --rx net_ring0 --server --wait 0.2
expect 'whose socket is gone afterwards' fails test -e mine.sock
expect 'a core there is not' says 1 'core 1000' pktgen --tx net_ring0 --rx net_ring0 --core 1000
expect 'a file that holds no frames' says 1 'pcap json: unknown' pktgen --tx net_ring0 --rx net_ring0 --pcap json
"$build/tools/pktgen/weft-pktgen" --tx net_ring0 --rx net_ring0 --rate 1000 --seconds 25 -j >json 2>err &
pid=$!
expect 'a long run begins' wait_for 5 test -d "/proc/$pid/task/$pid"
sleep 1
kill -INT $pid
expect 'Ctrl-C ends it well' wait $pid
expect 'and it reports what it saw' has '.interrupted and .result.seconds < 20'
expect 'which came back' whole

# --- over a bad wire ---
ip link add end1 type veth peer name wire1 && ip link add end2 type veth peer name wire2
for device in end1 wire1 end2 wire2; do
	sysctl -qw "net.ipv6.conf.$device.disable_ipv6=1" || true
	ip link set $device up
done
/usr/bin/python3 "$here/pktgen_relay.py" wire1 wire2 >wire 2>wire.log &
wire=$!
expect 'a wire that loses, doubles and mixes up' wait_for 5 grep -q ready wire
expect 'carries packets' run net_af_packet0,iface=end1 net_af_packet1,iface=end2 --rate 300 --seconds 1 --latency
kill -TERM $wire
expect 'and ends' wait $wire
did() { sed -n 2p wire | jq ".$1"; }
expect 'what it lost is lost, to the packet' has ".result.lost == $(did lost) and .result.lost > 5"
expect 'what it doubled is doubled' has ".result.duplicated == $(did duplicated) and .result.duplicated > 5"
expect 'what it held back is reordered, by one packet' has ".result | .reordered == $(did reordered) and .reordered > 5 and .displacement_max == 2"
expect 'and its millisecond is in every latency' has '.result.latency | .min_ns >= 1000000 and .p50_ns < 1000000000'

# --- through weftd ---
cat >switch.yaml <<END
system: { workers: auto, memory: 256MB }
ports:
  s1: { type: vhost-user, role: server, socket: $scratch/s1.sock }
  s2: { type: vhost-user, role: server, socket: $scratch/s2.sock }
  c1: { type: vhost-user, socket: $scratch/c1.sock }
  c2: { type: vhost-user, socket: $scratch/c2.sock }
bridges:
  br0: { ports: { s1: {}, s2: {} } }
  br1: { ports: { c1: {}, c2: {} } }
END
start_weftd one switch.yaml
# A slow rate: a busy machine may hold up a worker for as long as a ring has room.
switched() { run s1.sock s2.sock --rate 2000 --seconds 0.5 "$@"; }
expect 'the sockets are there' wait_for 5 test -S s2.sock
expect 'two guests with packed rings join' switched --latency
expect 'a packet came through before anything was measured' has .machine.came_through
expect 'all that was sent is received' whole
expect 'and nothing else' has '.result.foreign == 0'
expect 'with split rings' switched --split
expect 'as well' whole
expect 'both directions at once' switched --both --flows 100 --flow-order random
expect 'lose nothing' whole
expect 'and both sent' has '.result.directions | length == 2 and .[0].sent > 0 and .[1].sent > 0'
expect 'a thousand stations' switched --macs 1000 --flow-order random
expect 'are all reached' whole
expect 'and were learned' at_least 1000 "$(value one length fdb show)"
expect 'as fast as it can' run s1.sock s2.sock --seconds 0.5
expect 'most comes through' has '.result | .received > 0 and .received + .lost == .sent and .duplicated == 0 and .reordered == 0'
expect 'the switch connects to our sockets' run c1.sock c2.sock --server --rate 2000 --seconds 0.5 --wait 15
expect 'and passes on all' whole
expect 'the sockets are gone afterwards' fails ls c1.sock c2.sock
expect 'TCP over IPv6 in flows of every kind' switched --ipv6 --tcp --size 128 --flows 1M --flow-order random \
	--flow-field flow-label,dscp,ttl,tcp-flags,ip-dst
expect 'is switched as anything else' whole
# The switch stands still when sending ends, for longer than a pause that says that nothing more comes.
"$build/tools/pktgen/weft-pktgen" --tx s1.sock --rx s2.sock --rate 1000 --seconds 0.5 --settle 30 -j >json 2>err &
pid=$!
expect 'a run waits' wait_for 5 port_is one s2 up
sleep 0.3
kill -USR1 $pid
sleep 0.25
kill -STOP "${weftd_pid[one]}"
sleep 0.7
kill -CONT "${weftd_pid[one]}"
expect 'a switch that stood still when sending ended' wait $pid
expect 'has lost nothing' whole
expect 'and what marked the end is no stranger' has '.result.foreign == 0 and .machine.came_through'
# The switch dies under a run, and comes again under another: either run goes on to its end.
"$build/tools/pktgen/weft-pktgen" --tx s1.sock --rx s2.sock --rate 1000 --seconds 2 -j >json 2>err &
pid=$!
expect 'a run begins' wait_for 5 port_is one s2 up
kill -KILL "${weftd_pid[one]}"
wait "${weftd_pid[one]}" 2>/dev/null
unset "weftd_pid[one]"
expect 'a switch that dies does not take it along' wait $pid
expect 'but it has lost packets, and says so' has '.result | .received < .sent + .skipped'
expect 'no folder of DPDK stays behind' fails compgen -G '/run/dpdk/pktgen-*'
