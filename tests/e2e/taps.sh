#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Many taps of one bridge that are flooded, and how weftd leaves them: soon, with all that it made gone and nothing of
# anybody else's.
#
#   TAPS=1000 tests/e2e/taps.sh       more of them
taps=${TAPS:-60}
export WEFT_TOPOLOGY_SECONDS=${WEFT_TOPOLOGY_SECONDS:-$((60 + taps / 5))}
# shellcheck source=../../topologies/lib.sh
. "$(dirname "$0")/../../topologies/lib.sh"
cd "$scratch" || exit 1

said() { grep -q -- "$2" "$1" || { echo "no '$2' in:"; cat "$1"; return 1; }; }
# Those of weft's, here and at the host: w0, w1…
n_here() { find /sys/class/net -name 'w[0-9]*' | wc -l; }
n_there() { on h1 ip -o link show | grep -c ' w[0-9]'; }
all_gone() { equal 0 "$(n_here)" && equal 0 "$(n_there)"; }
only_w0_is_left() { ip link show w0 && equal 1 "$(n_here)" && equal 0 "$(n_there)"; }
all_there() { equal $((taps / 2)) "$(n_here)" && equal $((taps - taps / 2)) "$(n_there)"; }
others_stay() { ip link show mine0 && ip link show cable0 && ip -n h1 link show cable1 && ip link show lasting0; }
sent() { value w '[.[].tx_packets] | add' port show; }

# Broadcasts by way of two of the taps, more than a worker can send to all the others; they end with the device.
floods=()
flood() {
	local tap before
	floods=()
	for tap in w1 w3; do
		frames h1 send "$tap" count=100000000 rate=20000 2>/dev/null &
		floods+=($!)
	done
	before=$(sent)
	wait_for 10 flows $((before + 20 * taps)) || echo "# no flood: $(sent) packets sent, $before before it"
}
flows() { [ "$(sent)" -gt "$1" ]; }
calm() {
	kill "${floods[@]}" 2>/dev/null
	wait "${floods[@]}" 2>/dev/null
}

# ms since a time of `date +%s%N`
ms_since() { echo $((($(date +%s%N) - $1) / 1000000)); }
ends() { # the time goes to `took`
	local began
	began=$(date +%s%N)
	stop_weftd w || return 1
	ms_since "$began" >took
}
dies() {
	local began
	began=$(date +%s%N)
	kill -KILL "${weftd_pid[w]}"
	wait "${weftd_pid[w]}" 2>/dev/null
	ms_since "$began" >took
}

# Nothing but what is sent here: the kernel takes long to see a thousand devices' neighbour discovery.
ns h1
sysctl -qw net.ipv6.conf.default.disable_ipv6=1
on h1 sysctl -qw net.ipv6.conf.default.disable_ipv6=1
cable cable0 h1 cable1
ip tuntap add lasting0 mode tap # made to last, and given to weft
ip tuntap add mine0 mode tap    # made to last, and not
{
	echo 'ports:'
	echo '  lasting: { type: tap, device: lasting0 }'
	for ((n = 0; n < taps; n++)); do
		[ $((n % 2)) = 0 ] && echo "  w$n: { type: tap, device: w$n }" || echo "  w$n: { type: tap, device: w$n, netns: h1 }"
	done
	echo 'bridges:'
	echo '  br0:'
	echo '    ports:'
	echo '      lasting: {}'
	for ((n = 0; n < taps; n++)); do echo "      w$n: {}"; done
} >taps.yaml

start_weftd w taps.yaml
expect 'all taps are there' wait_for 10 all_there
expect 'weftd ends well' ends
echo "# $taps taps at rest, gone in $(cat took) ms"
expect 'all taps are gone' all_gone
expect 'those of others are not, nor one that was made to last' others_stay

start_weftd w taps.yaml
flood
expect 'it ends well while they are flooded' ends
expect 'and soon' at_most $((1000 + 3 * taps)) "$(cat took)"
echo "# $taps taps under a flood, gone in $(cat took) ms"
calm
expect 'all are gone' all_gone
expect 'and others stay' others_stay

start_weftd w taps.yaml
flood
dies
began=$(date +%s%N)
start_weftd w taps.yaml
echo "# $taps taps under a flood, killed: dead after $(cat took) ms, there again $(ms_since "$began") ms later"
calm
expect 'a weftd that was killed leaves none behind that is in the way of the next one' wait_for 10 all_there

ip link delete w0
ip link add w0 type veth peer name other0
expect 'one is deleted, and another device has its name' wait_for 3 port_is w w0 down
expect 'weftd ends well' ends
expect 'that device stays' only_w0_is_left
ip link delete w0

# weftd deletes its own as a group of devices; whoever else is in that group is not to go with them.
start_weftd w taps.yaml
expect 'all taps are there once more' wait_for 10 all_there
ip link set mine0 group $((0x57000000 | weftd_pid[w]))
expect 'weftd ends well where another device is in the group that it would use' ends
expect 'which it says' said w.log 'cannot delete the devices on this host at once'
expect 'its own are gone as well' all_gone
expect 'and the others stay' others_stay
