#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Guests of every make: machine, queues, form of the rings, mergeable buffers, indirect descriptors, event index, who
# makes the socket, kind of memory, MTU. Two at a time, so that each also talks to one of another make. Every
# combination of ring, mergeable, indirect and event index is tried, and every pair of any two of all.
export WEFT_TOPOLOGY_SECONDS=${WEFT_TOPOLOGY_SECONDS:-290}
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"
guest_hugepages=$scratch/huge

# A guest a line, two lines a run, both of which have one MTU:
#        MACHINE QUEUES RING MERGEABLE INDIRECT EVENT ROLE MEMORY MTU
guests=(
	'q35     2 packed off on  off client shared 1500'
	'q35     1 packed on  off off client file   1500'
	'microvm 2 packed on  on  on  server file   9000'
	'q35     2 packed off on  on  client file   9000'
	'q35     1 split  on  off on  client file   1500'
	'pc      2 split  off on  off client file   1500'
	'pc      1 split  on  off off server shared 9000'
	'microvm 2 split  off off off server shared 9000'
	'q35     2 split  off off on  server shared 1500'
	'microvm 1 split  off on  on  client shared 1500'
	'q35     1 packed on  off on  server file   9000'
	'microvm 1 packed off off on  client shared 9000'
	'microvm 1 split  on  on  off server shared 1500'
	'pc      2 packed off off off client shared 1500'
	'pc      1 packed on  on  off server file   9000'
	'pc      2 split  on  on  on  server file   9000'
)
# Last, where hugepages can be had for them:
huge=(
	'q35     1 split  on  on  on  client huge   9000'
	'microvm 2 packed off on  on  server huge   9000'
)

# Sets the variables of a guest.
read_guest() { # LINE
	read -r machine queues ring mergeable indirect event role memory mtu <<<"$1"
}

say_port() { # NAME LINE
	local machine queues ring mergeable indirect event role memory mtu
	read_guest "$2"
	echo "  $1: { type: vhost-user, socket: $scratch/$1.sock, queues: $queues, role: $role, mtu: $mtu }"
}

start_guest() { # NAME NUMBER LINE
	local machine queues ring mergeable indirect event role memory mtu card
	read_guest "$3"
	card=$role:$scratch/$1.sock,ip=10.0.0.$2/24,mac=02:00:00:00:00:0$2,queues=$queues,option=mrg_rxbuf=$mergeable
	card+=,option=indirect_desc=$indirect,option=event_idx=$event,option=host_mtu=$mtu
	[ "$ring" = split ] || card+=,option=packed=on
	guest_start "$1" "$card" "machine=$machine" "cpus=$queues" "memory=$memory" mtu=device
}

# The port says what was agreed on.
is_as_told() { # NAME LINE
	local machine queues ring mergeable indirect event role memory mtu wanted='' peer
	read_guest "$2"
	[ "$mergeable" = off ] || wanted+='mergeable '
	[ "$ring" = split ] || wanted+='packed '
	[ "$indirect" = off ] || wanted+='indirect '
	[ "$event" = off ] || wanted+='event-index '
	equal "$wanted" "$(value m '.[0].features' port show "$1" |
		grep -owE 'mergeable|packed|indirect|event-index' | tr '\n' ' ')" || return 1
	peer=$(value m '.[0].peer' port show "$1")
	[[ $peer = *", $((2 * queues)) rings, $ring"*", host_mtu $mtu" ]] || { echo "saw $peer"; return 1; }
}

small_and_large_pass() { # MTU
	guest_pings vm1 10.0.0.2 10 && guest_pings vm2 10.0.0.1 10 &&
		guest_exec vm1 10 "ping -c 3 -s $(($1 - 28)) 10.0.0.2" &&
		guest_exec vm2 10 "ping -c 3 -s $(($1 - 28)) 10.0.0.1"
}

run() { # GUEST GUEST
	local mtu=${1##* }
	expect "ports for: $(tr -s ' ' <<<"$1"), and: $(tr -s ' ' <<<"$2")" weft m config apply /dev/stdin <<-END
		ports:
		$(say_port vm1 "$1")
		$(say_port vm2 "$2")
		bridges: { br0: { ports: { vm1: {}, vm2: {} } } }
	END
	start_guest vm1 1 "$1"
	start_guest vm2 2 "$2"
	expect 'they boot' eval 'guest_wait vm1 60 && guest_wait vm2 60'
	expect 'the one is what it was told to be' wait_for 3 is_as_told vm1 "$1"
	expect 'the other too' wait_for 3 is_as_told vm2 "$2"
	expect "they reach each other, with packets of $mtu bytes too" small_and_large_pass "$mtu"
	expect 'a file passes over TCP' guest_sends_file vm1 vm2 10.0.0.2 2
	expect 'and another way' guest_sends_file vm2 vm1 10.0.0.1 2
	guest_kill vm1
	guest_kill vm2
}

# --- hugepages: of the machine, so they are given back ---

pages=/sys/kernel/mm/hugepages/hugepages-2048kB
wanted=$((2 * (guest_memory + 8) / 2)) # for two guests

take_pages() {
	had=$(cat $pages/nr_hugepages 2>/dev/null) || return 1
	trap 'give_pages; finish' EXIT
	mkdir "$guest_hugepages" && mount -t hugetlbfs -o pagesize=2M hugetlbfs "$guest_hugepages" &&
		echo $((had + wanted)) >$pages/nr_hugepages && [ "$(cat $pages/free_hugepages)" -ge $wanted ]
}
give_pages() {
	umount "$guest_hugepages"
	echo "$had" >$pages/nr_hugepages
} 2>/dev/null

echo 'ports: {}' >"$scratch/weft.yaml"
start_weftd m "$scratch/weft.yaml"
for ((i = 0; i < ${#guests[@]}; i += 2)); do
	run "${guests[i]}" "${guests[i + 1]}"
done
if take_pages; then
	run "${huge[@]}"
	give_pages
	trap finish EXIT
else
	give_pages
	n_tests=$((n_tests + 1))
	echo "ok $n_tests - guests with hugepages # SKIP $wanted pages of 2 MiB cannot be had"
fi
expect 'no packet was malformed' equal 0 "$(value m '[.[] | select(.stage == "parse") | .packets] | add // 0' drops show)"
