# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# Who sees what weftd loses and keeps. To be sourced after topologies/lib.sh:
#
#   remember INSTANCE         what weftd holds: descriptors, mappings, packet buffers, KiB of memory; in `held`
#   holds INSTANCE            what it holds now
#   back_where_it_was [SECONDS]   for `expect`: what it holds is what it held, with some slack
#
#   start_stream INSTANCE [RATE]  numbered packets from host h1, behind port t1, to host h2, behind port t2: taps called
#                             eth0 there, with the addresses 192.0.2.1 and 192.0.2.2, alone in a bridge
#   end_stream                for `expect`: weft lost nothing and stood still at no time, see stream_verdict; what there is to
#                             know is in the file stream.told

# shellcheck disable=SC2154 # scratch, root and weftd_pid are topologies/lib.sh's

# --- what weftd holds ---

slack_maps=12   # what the allocator makes of its heaps
slack_mbufs=256 # what rings and workers hold for a moment
slack_kib=8192  # what the allocator gives back late

holds() {
	local pid=${weftd_pid[$1]}
	echo "$(find "/proc/$pid/fd" -mindepth 1 | wc -l) $(wc -l <"/proc/$pid/maps")" \
		"$(value "$1" '.[0].mbufs_used' system show) $(awk '$1 == "RssAnon:" { print $2 }' "/proc/$pid/status")"
}
remember() {
	witnessed=$1
	read -r -a held < <(holds "$1")
}
holds_no_more() {
	local now
	read -r -a now < <(holds "$witnessed")
	[ "${now[0]}" -le "${held[0]}" ] && [ "${now[1]}" -le $((held[1] + slack_maps)) ] &&
		[ "${now[2]}" -le $((held[2] + slack_mbufs)) ] && [ "${now[3]}" -le $((held[3] + slack_kib)) ]
}
back_where_it_was() {
	wait_for "${1:-4}" holds_no_more && return 0
	echo "descriptors, maps, buffers, KiB: then ${held[*]}, now $(holds "$witnessed")"
	find "/proc/${weftd_pid[$witnessed]}/fd" -mindepth 1 -printf '%l\n' | sed 's/:.*//' | sort | uniq -c
	return 1
}

# --- the stream that is not to notice ---

stream_patience=500 # ms that a packet may be on its way, without what workers waited for a processor: who misses a wake-up sleeps twice that

# Without a shell between: it is ended by its process id.
counted() { # HOST WORDS…
	exec nsenter --net="/run/netns/$1" /usr/bin/python3 "$root/topologies/stream.py" "${@:2}"
}

# Along the way, each number said by who stands there: given to weft by the kernel of h1 (and refused, the queue being
# full); received, sent and dropped by weft; given to the kernel of h2 (and refused by it).
stream_counts() {
	ip -n h1 -s -j link show eth0 | jq -r '.[0].stats64.tx | "\(.packets)\n\(.dropped)"'
	value "$streams_by" '(.[] | select(.name == "t1") | .rx_packets), (.[] | select(.name == "t2") | .tx_packets)' port show
	value "$streams_by" '[.[] | select(.port == "t1" or .port == "t2") | .packets] | add // 0' drops show
	ip -n h2 -s -j link show eth0 | jq -r '.[0].stats64.rx | "\(.packets)\n\(.dropped)"'
}
# What has passed since the stream began, in `passed`.
stream_passed() {
	local i
	mapfile -t passed < <(stream_counts)
	for i in "${!passed[@]}"; do
		passed[i]=$((passed[i] - stream_began[i]))
	done
}
# What weft was given it has given on, to the packet, and the kernels at both ends say the same.
stream_is_even() {
	[ "${passed[2]}" = "${passed[0]}" ] && [ "${passed[3]}" = "${passed[2]}" ] && [ "${passed[5]}" = "${passed[3]}" ] &&
		[ "${passed[4]}" = 0 ]
}
stream_adds_up() { stream_passed && stream_is_even; }
stream_flows() {
	stream_passed
	[ "${passed[2]}" -gt 50 ]
}

# Counters of one moment: they are read one after another, and what passes meanwhile would be in some of them.
stream_at_rest() {
	local again
	mapfile -t stream_began < <(stream_counts)
	mapfile -t again < <(stream_counts)
	[ "${again[*]}" = "${stream_began[*]}" ]
}

start_stream() { # INSTANCE [RATE]
	streams_by=$1
	counted h2 udp-sink 192.0.2.2 99999 "${weftd_pid[$1]}" >"$scratch/stream.got" 2>&1 &
	stream_sink=$!
	wait_for 5 grep -q ready "$scratch/stream.got" || return 1
	wait_for 10 stream_at_rest || return 1
	counted h1 udp-send 192.0.2.2 "${2:-250}" 99999 >"$scratch/stream.sent" 2>&1 &
	stream_sender=$!
	wait_for 5 stream_flows # it can be told to end from then on
}

end_stream() {
	kill -TERM "$stream_sender"
	wait "$stream_sender" || { sleep 1; kill -TERM "$stream_sink"; } # it would wait for the last packet
	wait "$stream_sink"
	wait_for 2 stream_adds_up
	stream_verdict
}

# Whatever a packet may have been lost to: the sender sends again what its queue refuses, and the sink has room for minutes,
# so that one that is missing is weft's loss, or a kernel's, and the counters along the way say whose. A worker that
# the machine does not let run may be late by as much; one that sleeps, or waits for something, may not.
stream_verdict() {
	local sent got reordered slowest own
	sent=$(sed -n 's/^# sent \([0-9]*\),.*/\1/p' "$scratch/stream.sent")
	read -r slowest own < <(sed -n 's/^# the slowest took \([0-9]*\) ms,.* processor \([0-9]*\) ms,.*/\1 \2/p' "$scratch/stream.got")
	read -r got reordered < <(sed -n 's/^received \([0-9]*\) of .*, \([0-9]*\) out of order/\1 \2/p' "$scratch/stream.got")
	{
		echo "# stream: received ${got:-none} of ${sent:-?}, ${reordered:-?} out of order; the slowest took ${slowest:-?} ms," \
			"without what workers waited for a processor ${own:-?} ms"
		echo "# on the way: ${passed[0]} given to weft by h1, ${passed[1]} refused; weft received ${passed[2]}, sent ${passed[3]}," \
			"dropped ${passed[4]}; ${passed[5]} given to h2, ${passed[6]} refused"
		cat "$scratch/stream.sent" "$scratch/stream.got"
	} | tee "$scratch/stream.told"
	if ! stream_is_even; then
		echo 'weft did not give on what it was given'
	elif [ "${got:-0}" = 0 ] || [ "$got" != "$sent" ] || [ "$reordered" != 0 ]; then
		echo 'packets are missing, or came in another order'
	elif [ "$own" -gt $stream_patience ]; then
		echo 'weft stood still'
	else
		return 0
	fi
	return 1
}
