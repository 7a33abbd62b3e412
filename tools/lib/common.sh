# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# What tools/run, tools/check and tools/bench share: messages, packages, the build.
# To be sourced; sets `root` to the project's folder.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
logs=$root/build/log

say() { printf '%s\n' "$*"; }

die() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

need_root() {
	[ "$(id -u)" = 0 ] || die "needs root, for packages, namespaces and ports: sudo $0 $*"
}

# The packages of the groups named, one a line.
packages_of() {
	local group
	for group; do
		sed -n "s/^$group  *\([^ ]*\).*/\1/p" "$root/tools/packages"
	done
}

packages_missing() {
	local wanted
	mapfile -t wanted < <(packages_of "$@")
	dpkg-query -W -f='${db:Status-Status} ${Package}\n' "${wanted[@]}" 2>/dev/null |
		sed -n 's/^installed //p' | sort -u |
		comm -13 - <(printf '%s\n' "${wanted[@]}" | sort -u)
}

apt() {
	env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 "$@"
}

apt_failed() { # WHAT
	tail -n 20 "$logs/apt.log" >&2
	die "could not $1; the whole output is in $logs/apt.log"
}

# Installs what is missing of the groups named. Nothing missing: no network, no lock, no time.
install_packages() {
	local missing
	command -v dpkg-query >/dev/null || die "needs Debian 12 (there is no dpkg here)"
	mapfile -t missing < <(packages_missing "$@")
	[ ${#missing[@]} -gt 0 ] || return 0
	mkdir -p "$logs"
	say "installing ${#missing[@]} Debian packages: ${missing[*]}"
	{ apt update && apt install -y --no-install-recommends "${missing[@]}"; } \
		>"$logs/apt.log" 2>&1 </dev/null || apt_failed "install the packages"
}

# Unpacks the kernel of the group kernel into build/packages, once, unless it is installed.
unpack_kernel() {
	local kernel folder=$root/build/packages
	[ -n "$(packages_missing kernel)" ] && [ ! -e "$folder/boot" ] || return 0
	rm -rf "$folder.part"
	mkdir -p "$logs" "$folder.part"
	say "fetching a kernel for the guests"
	# The package is only a name for the newest one.
	{ apt update && kernel=$(apt-cache depends "$(packages_of kernel)" |
		sed -n 's/^ *Depends: \(linux-image-\)/\1/p') &&
		(cd "$folder.part" && apt download "$kernel" && dpkg-deb -x ./*.deb . && rm ./*.deb) &&
		mv "$folder.part" "$folder"; } >"$logs/apt.log" 2>&1 </dev/null ||
		apt_failed "fetch the kernel"
}

# Unpacks the packages of a group into a folder below build, unless they are installed or there
# already. 1 where they cannot be had: there may be no network.
unpack_group() { # GROUP WHAT
	local folder=$root/build/$1 names
	names=$(packages_of "$1")
	[ -n "$(packages_missing "$1")" ] && [ "$(cat "$folder/unpacked" 2>/dev/null)" != "$names" ] || return 0
	[ -n "$(ip route show default)" ] || return 1 # apt would try for long
	rm -rf "$folder" "$folder.part"
	mkdir -p "$logs" "$folder.part"
	say "fetching $2"
	(cd "$folder.part" && apt update && mapfile -t names <<<"$names" &&
		apt -o APT::Sandbox::User=root download "${names[@]}" &&
		for package in ./*.deb; do dpkg-deb -x "$package" . || exit; done &&
		rm ./*.deb && printf '%s\n' "${names[@]}" >unpacked) >"$logs/$1.log" 2>&1 </dev/null &&
		mv "$folder.part" "$folder"
}

# The switches to compare with, in build/peers.
unpack_peers() { unpack_group peers "Open vSwitch"; }

# The routing daemons that judge ours, in build/judges.
unpack_judges() { unpack_group judges "BIRD and FRR"; }

# Shows the last "[n/m]" of a growing ninja log until the process ends: in place on a terminal,
# a line every ten seconds elsewhere.
show_progress() { # PID LOG WHAT
	local seen='' now i=0
	while kill -0 "$1" 2>/dev/null; do
		now=$(grep -o '^\[[0-9]*/[0-9]*\]' "$2" 2>/dev/null | tail -n 1)
		if [ -n "$now" ] && [ "$now" != "$seen" ]; then
			if [ -t 1 ]; then
				printf '\r%s %s\033[K' "$3" "$now"
				seen=$now
			elif [ $((i % 50)) = 49 ]; then
				say "$3 $now"
				seen=$now
			fi
		fi
		i=$((i + 1))
		sleep 0.2
	done
	[ -t 1 ] && printf '\r\033[K'
	return 0
}

# Configures DIR if it is new (with the meson arguments that follow), and builds build_targets, or
# all where there are none. Returns 1 with the compiler's words on standard error.
build_targets=()
build_in() { # DIR [ARGS…]
	local dir=$1 log pid
	shift
	log=$logs/build-$(basename "$dir").log
	mkdir -p "$logs"
	if [ ! -e "$dir/build.ninja" ]; then
		meson setup "$dir" "$root" "$@" >"$log" 2>&1 </dev/null ||
			{ tail -n 20 "$log" >&2; return 1; }
	fi
	ninja -C "$dir" "${build_targets[@]}" >"$log" 2>&1 </dev/null &
	pid=$!
	show_progress "$pid" "$log" "building"
	wait "$pid" && return 0
	grep -E -A 8 'error:|FAILED|ERROR' "$log" | head -n 60 >&2
	return 1
}
