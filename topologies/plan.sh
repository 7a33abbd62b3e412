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
	plan_routers=() plan_time=0s plan_carriers=0
	declare -gA plan_devices=() plan_carrier=() plan_judges=()
	mapfile -t plan_routers < <("$sim" "$plan" --routers)
	local words word options
	"$sim" "$plan" --links >"$scratch/links" || return 1
	while read -ra words; do
		plan_devices[${words[0]}]='' options=()
		for word in "${words[@]:1}"; do
			case $word in
			*=*) options+=("$word") ;;
			*) plan_devices[${words[0]}]+=" $word" ;;
			esac
		done
		plan_link "${words[0]}" "${options[@]}"
	done <"$scratch/links"
	[ ${#plan_routers[@]} -gt 0 ]
}

# Two ends are a cable; more are plugged into a bridge of the kernel's. Where packets are to be late, lost or doubled, or
# are not to come at all for a time, wire.py carries them from end to end.
plan_link() { # NAME [OPTION=N…]
	local device devices
	read -ra devices <<<"${plan_devices[$1]}"
	if [ $# -gt 1 ]; then
		plan_carry "$@"
	elif [ ${#devices[@]} = 2 ]; then
		ip link add "${devices[0]}" type veth peer name "${devices[1]}"
	else
		ip link add "$1" type bridge && ip link set "$1" up
		plan_plug "$1" "$1" master "$1"
	fi
	for device in "${devices[@]}"; do
		# a dot in a name is a slash to sysctl
		sysctl -qw "net.ipv6.conf.${device//./\/}.disable_ipv6=1"
		ip link set "$device" up
	done
}

# The other ends of a link's devices: BOX.1, BOX.2, …
plan_plug() { # NAME BOX [WORDS of ip link set]
	local device n=0
	for device in ${plan_devices[$1]}; do
		n=$((n + 1))
		ip link add "$device" type veth peer name "$2.$n" && ip link set "$2.$n" "${@:3}" up
		sysctl -qw "net.ipv6.conf.${2//./\/}/$n.disable_ipv6=1" 2>/dev/null
	done
}

plan_carry() { # NAME OPTION=N…
	local box pipe fd
	plan_carriers=$((plan_carriers + 1))
	box=wire$plan_carriers
	pipe=$scratch/$box
	plan_plug "$1" "$box"
	mkfifo "$pipe"
	exec {fd}<>"$pipe"
	plan_carrier[$1]=$fd
	# shellcheck disable=SC2046 # a word an end
	"${root:?}/topologies/wire.py" "seed=${PLAN_SEED:-1}" "${@:2}" \
		$(wc -w <<<"${plan_devices[$1]}" | xargs seq -f "$box.%g") <"$pipe" &
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

plan_stop() { # ROUTER: in good order
	stop_weftd "$1"
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

# plan_judge ROUTER: what a daemon of others plays is in a namespace of its own, with that router's addresses; judges.sh has
# to be there. Its networks are net1, net2, … in the order of the file. Where it is killed, stopped or started in the file, the
# network's script has a function for that: judge_kill ROUTER, …
plan_judge() {
	local device address
	plan_judges[$1]=1
	router_ns "$1"
	while read -r device address; do
		if [[ $device = net* ]]; then
			stub "$1" "$device" "$address"
			continue
		fi
		[ -n "$(ip -n "$1" link show "$device" 2>/dev/null)" ] || plan_move "$device" "$1"
		ip -n "$1" address add "$address" dev "$device"
	done < <("$sim" "$plan" --addresses "$1")
}

plan_move() { # DEVICE NAMESPACE
	ip link set "$1" netns "$2"
	ip -n "$2" link set "$1" addrgenmode none
	on "$2" sysctl -qw "net.ipv6.conf.${1//./\/}.disable_ipv6=0" "net.ipv6.conf.${1//./\/}.accept_dad=0"
	on "$2" ethtool -K "$1" tx off >/dev/null 2>&1 # wire.py carries packets as they are: with their checksums
	ip -n "$2" link set "$1" up
}

plan_router() { # stop|kill|start ROUTER
	case ${plan_judges[$2]:+judge} in
	judge) "judge_$1" "$2" ;;
	*) "plan_$1" "$2" ;;
	esac
}

# plan_play TIME: lets it happen, to those that run.
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
		stop | kill | start) plan_router "$what" "$rest" || return 1 ;;
		cost)
			for device in ${plan_devices[${rest% *}]}; do
				plan_apply "${device%%-*}" || return 1
			done
			;;
		set)
			rest=${rest#* } rest=${rest%% *}
			plan_apply "${rest%%-*}" || return 1 # of a router, or of its interface
			;;
		silent | heard) echo "$what" >&"${plan_carrier[$rest]}" ;;
		calm)
			for device in "${plan_carrier[@]}"; do
				echo calm >&"$device"
			done
			;;
		*)
			echo "$what: who plays networks in namespaces does not know this"
			return 1
			;;
		esac
	done < <(plan_events "$1")
}

# What a router's table is, in the form of sim --tables.
plan_table() { # ROUTER
	value "$1" '.[] | select(.selected and (.protocol == "rip" or .protocol == "static"))
		| "\(.prefix) \(.protocol) \(.metric)"
		  + ([.nexthops[] | select(.gateway // "" | . != "") | " \(.gateway)%\(.interface)"] | sort | join(""))
		  + if .tag > 0 then " tag \(.tag)" else "" end' \
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

# sessions_up: BFD watches the gateways of static routes that follow it. What it has not seen alive has not failed when it
# falls silent (RFC 5882 3.2): before that happens the session has to be there.
sessions_up() {
	local router
	for router in "${!weftd_pid[@]}"; do
		comm -23 <("$sim" "$plan" --sessions "$router" --at "$plan_time" | LC_ALL=C sort -u) \
			<(value "$router" '.[] | select(.state == "up") | "\(.peer) \(.interface)"' bfd show | LC_ALL=C sort) \
			>"$scratch/sessions"
		[ -s "$scratch/sessions" ] || continue
		echo "sessions of $router that are not up:"
		cat "$scratch/sessions"
		return 1
	done
}

plan_right() {
	tables_right && sessions_up
}

# plan_run SECONDS: every router, from the beginning to the end of the script; after each event every table is right within
# that time, and every gateway that is to be watched is.
plan_run() {
	local time words
	plan_start "${plan_routers[@]}"
	expect "in the beginning every table is right" wait_for "$1" plan_right || plan_right
	for time in $(plan_times); do
		words=$(plan_events "$time" | paste -sd,)
		expect "$words" plan_play "$time"
		expect "then every table is right" wait_for "$1" plan_right || plan_right
	done
}
