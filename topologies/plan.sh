# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# A topology file (README.md) with a weftd for each of its routers, in the script's namespace: what tools/sim plays in
# virtual time, for real. To be sourced behind lib.sh. The program of the simulator reads the file, says how each weftd is
# configured, and what its routes must be.

sim=${build:?}/tests/sim/sim
mkdir -p "${scratch:?}"

# plan FILE: makes its links.
plan() {
	plan=$1
	plan_routers=() plan_time=0s
	declare -gA plan_devices=()
	mapfile -t plan_routers < <("$sim" "$plan" --routers)
	local name devices
	"$sim" "$plan" --links >"$scratch/links" || return 1
	while read -r name devices; do
		plan_devices[$name]=$devices
		# shellcheck disable=SC2086 # one word a device
		plan_link "$name" $devices
	done <"$scratch/links"
	[ ${#plan_routers[@]} -gt 0 ]
}

# Two ends are a cable; more are plugged into a bridge of the kernel's.
plan_link() { # NAME DEVICE…
	local device n=0
	if [ $# = 3 ]; then
		ip link add "$2" type veth peer name "$3"
	else
		ip link add "$1" type bridge && ip link set "$1" up
		for device in "${@:2}"; do
			n=$((n + 1))
			ip link add "$device" type veth peer name "$1.$n" && ip link set "$1.$n" master "$1" up
			sysctl -qw "net.ipv6.conf.${1//./\/}/$n.disable_ipv6=1" 2>/dev/null
		done
	fi
	for device in "${@:2}"; do
		# a dot in a name is a slash to sysctl
		sysctl -qw "net.ipv6.conf.${device//./\/}.disable_ipv6=1"
		ip link set "$device" up
	done
}

# plan_start ROUTER…: each with the configuration that it has at the time that is played.
plan_start() {
	local router
	for router; do
		plan_config "$router" && start_weftd "$router" "$scratch/$router.yaml"
	done
}

plan_config() { # ROUTER
	"$sim" "$plan" --weftd "$1" --at "$plan_time" >"$scratch/$1.yaml"
}

plan_apply() { # ROUTER: live
	[ -n "${weftd_pid[$1]:-}" ] || return 0
	plan_config "$1" && weft "$1" config apply "$scratch/$1.yaml"
}

plan_kill() { # ROUTER: without a word
	local pid=${weftd_pid[$1]}
	unset "weftd_pid[$1]"
	kill -KILL "$pid"
	wait "$pid" 2>/dev/null
	return 0
}

# plan_times: when something happens.
plan_times() {
	"$sim" "$plan" --events | sed -n 's/^at \([^ ]*\) .*/\1/p' | uniq
}

# plan_events TIME: what happens then, in words.
plan_events() {
	"$sim" "$plan" --events | sed -n "s/^at $1 //p"
}

# plan_play TIME: lets it happen. That a link falls silent is for the simulator.
plan_play() {
	local what rest device
	plan_time=$1
	while read -r what rest; do
		case $what in
		down | up)
			for device in ${plan_devices[$rest]}; do
				ip link set "$device" "$what" || return 1
			done
			;;
		stop) stop_weftd "$rest" || return 1 ;;
		kill) plan_kill "$rest" ;;
		start) plan_start "$rest" ;;
		cost)
			for device in ${plan_devices[${rest% *}]}; do
				plan_apply "${device%%-*}" || return 1
			done
			;;
		set)
			rest=${rest#* }
			plan_apply "${rest%% *}" || return 1
			;;
		calm) ;;
		*)
			echo "$what: only in the simulator"
			return 1
			;;
		esac
	done < <(plan_events "$1")
}

# What a router's table is, in the form of sim --tables.
plan_table() { # ROUTER
	value "$1" '.[] | select(.selected and (.protocol == "rip" or .protocol == "static"))
		| "\(.prefix) \(.protocol) \(.metric)"
		  + ([.nexthops[] | select(.gateway // "" | . != "") | " \(.gateway)%\(.interface)"] | sort | join(""))' \
		route show | LC_ALL=C sort
}

# tables_right: every route of every router that runs is what the oracle wants at the time that is played.
tables_right() {
	local router
	for router in "${!weftd_pid[@]}"; do
		diff <("$sim" "$plan" --tables "$router" --at "$plan_time") <(plan_table "$router") >"$scratch/diff" && continue
		echo "the routes of $router (< wanted, > seen):"
		cat "$scratch/diff"
		return 1
	done
}
