# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# Routing daemons of others, for networks in which they and weft have to agree: BIRD and FRR, installed
# or as tools/check unpacks them. To be sourced behind lib.sh, whose $root and $scratch it uses; what it
# starts ends with the script's process namespace.

judges=${root:?}/build/judges
[ -d "$judges/usr" ] || judges=
mkdir -p "${scratch:?}"

if [ ! -x "$judges/usr/sbin/bird" ] || [ ! -x "$judges/usr/lib/frr/zebra" ]; then
	echo "BIRD and FRR are not here: sudo tools/check fetches them"
	trap - EXIT
	exit 77
fi

# judge HOST COMMAND…: runs one of their programs there.
judge() {
	LD_LIBRARY_PATH=$judges/usr/lib/x86_64-linux-gnu/frr:/usr/lib/x86_64-linux-gnu/frr \
		on "$1" "$judges${2}" "${@:3}"
}

# start_bird HOST CONFIG: returns when it answers.
start_bird() {
	judge "$1" /usr/sbin/bird -f -c "$2" -s "$scratch/$1.ctl" -P "$scratch/$1.pid" \
		>"$scratch/$1.bird" 2>&1 &
	wait_for 10 bird "$1" show status || { echo "# bird does not start"; sed 's/^/# /' "$scratch/$1.bird"; }
}

# bird HOST WORDS…: its command line.
bird() {
	timeout 5 "$judges/usr/sbin/birdc" -r -s "$scratch/$1.ctl" "${@:2}"
}

# FRR wants users and groups of its own; they are there for this script's mounts alone.
frr_users() {
	grep -q '^frr:' /etc/passwd && grep -q '^frrvty:' /etc/group && return 0
	[ -e "$scratch/group" ] && return 0
	{ cat /etc/passwd; echo 'frr:x:64990:64990::/:/usr/sbin/nologin'; } >"$scratch/passwd"
	{ cat /etc/group; printf 'frr:x:64990:\nfrrvty:x:64991:frr\n'; } >"$scratch/group"
	mount --bind "$scratch/passwd" /etc/passwd && mount --bind "$scratch/group" /etc/group
}

# start_frr HOST CONFIG DAEMON…: zebra and these; returns when they answer.
start_frr() {
	local daemon folder=$scratch/frr-$1
	frr_users
	mkdir -p "$folder" && chmod 777 "$folder"
	cp "$2" "$folder/frr.conf" && chmod 644 "$folder/frr.conf"
	echo "username root nopassword" >"$folder/vtysh.conf" # vtysh asks no PAM then
	for daemon in zebra "${@:3}"; do
		start_frr_daemon "$1" "$daemon"
	done
}

start_frr_daemon() { # HOST DAEMON
	local folder=$scratch/frr-$1 daemon=$2
	rm -f "$folder/$daemon.vty" # of one that was killed
	judge "$1" "/usr/lib/frr/$daemon" -u frr -g frr -f "$folder/frr.conf" \
		-i "$folder/$daemon.pid" -z "$folder/zserv" --vty_socket "$folder" -P 0 \
		--log "file:$folder/$daemon.log" >"$folder/$daemon.out" 2>&1 &
	wait_for 10 test -S "$folder/$daemon.vty" ||
		{ echo "# $daemon does not start"; sed 's/^/# /' "$folder/$daemon.out"; }
}

# kill_judge PIDFILE…: without a word.
kill_judge() {
	local file
	for file; do
		kill -KILL "$(cat "$file")" || return 1
	done
}

# frr HOST COMMAND: what vtysh says to it.
frr() {
	judge "$1" /usr/bin/vtysh --vty_socket "$scratch/frr-$1" --config_dir "$scratch/frr-$1" -c "$2"
}

# A host that may forward, as a router of others does.
router_ns() {
	ns "$1" && on "$1" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
		net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
}

# stub HOST INTERFACE ADDRESS: a network of its own behind a host.
stub() {
	ip -n "$1" link add "$2" type veth peer name "$2p"
	ip -n "$1" link set "$2p" up
	ip -n "$1" address add "$3" dev "$2"
	ip -n "$1" link set "$2" up
}

# has_route HOST PREFIX VIA: in the host's kernel.
has_route() {
	[ "$(ip -n "$1" -j route show "$2" | jq -r '.[0].gateway // .[0].nexthops[0].gateway // ""')" = "$3" ]
}
