#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# TCP with its content checked between every two kinds of ports, with and without offloads: what a
# sender leaves unfinished arrives finished or is passed on as what it is. Then the counters: large
# packets travel whole where both ends take them, and are cut where one does not.
export WEFT_TOPOLOGY_SECONDS=${WEFT_TOPOLOGY_SECONDS:-220}
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"

size=${1:-3} # MB a connection

# full1 and full2 are guests with all offloads, plain one without any; router is one between networks,
# with all on the near side and none on the far one.
declare -A at=([full1]=10.0.0.1 [full2]=10.0.0.2 [plain]=10.0.0.3 [tap1]=10.0.0.4 [tap2]=10.0.0.5
	[tap0]=10.0.0.6 [pkt1]=10.0.0.7 [xdp1]=10.0.0.8 [nic1]=10.0.0.10 [far]=10.1.0.1)
guests='full1 full2 plain router'

cat >"$scratch/weft.yaml" <<END
ports:
  full1: { type: vhost-user, socket: $scratch/full1.sock, offloads: { tso: true } }
  full2: { type: vhost-user, socket: $scratch/full2.sock, offloads: { tso: true } }
  plain: { type: vhost-user, socket: $scratch/plain.sock, offloads: { checksum: false } }
  tap1: { type: tap, device: eth0, netns: tap1, addresses: [10.0.0.4/24] }
  tap2: { type: tap, device: eth0, netns: tap2, addresses: [10.0.0.5/24] }
  tap0: { type: tap, device: eth0, netns: tap0, addresses: [10.0.0.6/24], offloads: { checksum: false } }
  pkt1: { type: af_packet, device: pkt1 }
  xdp1: { type: af_xdp, device: xdp1 }
  nic1: { type: vdev, args: "net_af_packet1,iface=nic1" }
  router0: { type: vhost-user, socket: $scratch/router0.sock, offloads: { tso: true } }
  router1: { type: vhost-user, socket: $scratch/router1.sock, offloads: { checksum: false } }
  far: { type: tap, device: eth0, netns: far, addresses: [10.1.0.1/24], gateway: 10.1.0.9 }
bridges:
  br1: { ports: { router1: {}, far: {} } }
  br0: { ports: { full1: {}, full2: {}, plain: {}, tap1: {}, tap2: {}, tap0: {}, pkt1: {}, xdp1: {}, nic1: {}, router0: {} } }
END

is_guest() {
	[[ " $guests " = *" $1 "* ]]
}

# There, with SECONDS to do it in.
at_node() { # NODE SECONDS COMMAND
	if is_guest "$1"; then
		guest_exec "$1" "$2" "cd /tmp; $3"
	else
		on "$1" timeout "$2" busybox sh -c "cd $scratch; $3"
	fi
}

# Takes one connection in the background. nc hangs up when its own input ends: hence the sleep.
listen() { # NODE
	at_node "$1" 20 "rm -f got.$1; sleep 60 | nc -l -p 5000 >got.$1 2>/dev/null & until grep -q ':1388 .* 0A ' /proc/net/tcp*; do usleep 50000; done"
}

# The digest of what came: once all of it is there.
received() { # NODE BYTES
	at_node "$1" 40 "n=0; until [ \$(stat -c %s got.$1) = $2 ] || [ \$n = 500 ]; do n=\$((n + 1)); usleep 50000; done; sha256sum <got.$1"
}

declare -A digest=()
carries() { # FROM TO
	listen "$2" && at_node "$1" 40 "nc ${at[$2]} 5000 <sent.$1" &&
		equal "${digest[$1]}" "$(received "$2" $((size << 20)))"
}

count() { # PORT KEY
	value w ".[0].$2" port show "$1"
}

accounted() {
	equal 0 "$(value w '[.[] | .packets + .generated - .sent - .dropped - .consumed] | add' worker show)"
}

for node in tap1 tap2 tap0 pkt1 xdp1 nic1 far; do
	ns $node
done
for node in pkt1 xdp1 nic1; do
	cable $node $node eth0
	address $node eth0 "${at[$node]}/24"
done
on nic1 ethtool -K eth0 tx off >/dev/null # as on a wire; weft has a driver of DPDK's there
start_weftd w "$scratch/weft.yaml"
for node in full1 full2 plain; do
	options=
	[ "$node" = full2 ] && options=,option=packed=on
	guest_start "$node" "client:$scratch/$node.sock,ip=${at[$node]}/24,mac=02:00:00:00:00:0${at[$node]##*.}$options"
done
guest_start router "client:$scratch/router0.sock,ip=10.0.0.9/24,mac=02:00:00:00:00:09" \
	"client:$scratch/router1.sock,ip=10.1.0.9/24,mac=02:00:00:00:01:09"
for node in $guests; do
	expect "guest $node boots" guest_wait "$node" 60
done
expect 'all ports are up' ports_up w
for node in "${!at[@]}"; do
	digest[$node]=$(at_node "$node" 15 "dd if=/dev/urandom of=sent.$node bs=1M count=$size 2>/dev/null; sha256sum <sent.$node")
done

expect 'a guest agreed to what its port offers' equal 'checksum, tso' "$(count full1 offloads)"
expect 'and to nothing where it offers nothing' equal '' "$(count plain offloads)"

for from in full1 plain tap1 tap0 pkt1 xdp1; do
	for to in full2 plain tap2 tap0 pkt1 xdp1; do
		[ $from = $to ] || expect "TCP from $from to $to" carries $from $to
	done
done
# What taps and sockets exchange with a NIC: topologies/tcp.
for guest in full1 plain; do
	expect "TCP from $guest to nic1" carries $guest nic1
	expect "TCP from nic1 to $guest" carries nic1 $guest
done

# The router's kernel cuts what it was given whole, going by the sums that came with it.
guest_exec router 5 'echo 1 >/proc/sys/net/ipv4/ip_forward'
ip -n tap1 route add 10.1.0.0/24 via 10.0.0.9
expect 'TCP through a guest that routes' carries tap1 far
expect 'which got it in large packets' at_least 20 "$(count router0 tx_whole)"
expect 'and TCP the other way' carries far tap1

for node in full2 tap2 pkt1; do
	expect "large packets went whole to $node" at_least 20 "$(count $node tx_whole)"
done
for node in plain tap0 xdp1 nic1; do
	expect "and none to $node" equal 0 "$(count $node tx_whole)"
	expect "for which they were cut" at_least 20 "$(count $node tx_cut)"
	expect "into several each" at_least $((2 * $(count $node tx_cut))) "$(count $node tx_segments)"
done
for node in plain tap0 xdp1 nic1; do
	expect "checksums were finished for $node" at_least 1 "$(count $node tx_checksums)"
done
expect 'no packet was malformed' equal 0 "$(value w '[.[] | select(.stage == "parse") | .packets] | add // 0' drops show)"
expect 'or could not be finished' equal 0 "$(drops w bad_offload)"
expect 'and every packet is accounted for' wait_for 5 accounted
