# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# Real guests in QEMU, for tests and the quickstart. To be sourced, with:
#   guest_run_dir   a folder of the caller's for sockets, logs and process ids
#   guest_cache     a folder that lives longer, for the initrd (default: build/guest)
#   guest_hugepages where a hugetlbfs is mounted (default: /dev/hugepages)
#
# Guests end with the shell that started them, which therefore is never a subshell.
#
#   guest_start NAME client:SOCKET|server:SOCKET[,ip=A/N][,mac=M][,queues=N][,option=X…]… [mtu=N]
#               [machine=M] [incoming=URI] [iommu=WORDS] [cpus=N] [memory=KIND] [halted=yes]
#       one network card for each socket; the role is weft's: for client QEMU owns the socket.
#       option=packed=on and the like go to the virtio device; mtu=device: what that says (host_mtu)
#       machine: QEMU's, q35 unless told; microvm has its cards on virtio-mmio
#       incoming: waits for another guest to move in
#       halted: its processors wait for cont (guest_monitor)
#       iommu: a q35's virtual IOMMU, and what its kernel is told of it; a card behind it has option=bus=port0,
#       option=iommu_platform=on and option=ats=on
#       memory: shared (by memfd) unless told; file (of a folder), huge (of guest_hugepages),
#       private (a file's, and not shared) or plain (no file's)
#   guest_monitor NAME COMMAND…   tells QEMU something, see qmp
#   guest_wait NAME SECONDS       until it has booted
#   guest_exec NAME SECONDS CMD   runs CMD in the guest: its output, its result (124: no answer)
#   guest_pings NAME ADDRESS SECONDS       an answer within that time
#   guest_sends_file FROM TO ADDRESS MB    a file of random bytes over TCP is whole at the other end
#   guest_alive NAME, guest_stop NAME, guest_kill NAME (-9), guest_stop_all

# shellcheck disable=SC2154 # guest_run_dir is the caller's
guest_lib=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
guest_cache=${guest_cache:-$guest_lib/../../build/guest}
guest_hugepages=${guest_hugepages:-/dev/hugepages}
guest_modules='virtio_ring virtio virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci virtio_mmio failover net_failover virtio_net'
guest_memory=192 # MiB

guest_fail() {
	printf 'guest: %s\n' "$*" >&2
	return 1
}

# The newest kernel for cloud machines, unpacked by tools/run or installed: guests need few modules
# with it. Sets guest_kernel, and guest_root, below which its files are.
guest_find_kernel() {
	local newest
	for guest_root in "$guest_lib/../../build/packages" ''; do
		newest=$(find "$guest_root/boot" -maxdepth 1 -name 'vmlinuz-*-cloud-amd64' 2>/dev/null |
			sort -V | tail -n 1)
		[ -z "$newest" ] || break
	done
	[ -n "$newest" ] || guest_fail "no kernel for guests: sudo tools/run fetches one" || return 1
	guest_kernel=${newest##*/vmlinuz-}
}

# Copies one module, unpacked, into the folder; what is built into the kernel has none.
guest_copy_module() { # NAME FOLDER
	local file
	file=$(find "$guest_root/lib/modules/$guest_kernel/kernel" -name "$1.ko" -o -name "$1.ko.xz" | head -n 1)
	case $file in
	*.xz) busybox unxz -c "$file" >"$2/$1.ko" ;;
	*.ko) cp "$file" "$2/$1.ko" ;;
	*) return 0 ;;
	esac && echo "$1.ko" >>"$2/order"
}

# Makes the initrd unless there is one for this kernel, busybox and init. Sets guest_initrd.
guest_build_initrd() {
	local busybox module tmp
	guest_find_kernel || return 1
	busybox=$(command -v busybox) || guest_fail "no busybox: apt-get install busybox-static" || return 1
	guest_initrd=$guest_cache/initrd-$guest_kernel-$(cat "$busybox" "$guest_lib/init" "$guest_lib/lib.sh" |
		sha256sum | cut -c 1-12)
	[ -s "$guest_initrd" ] && return 0
	mkdir -p "$guest_cache" || return 1
	tmp=$(mktemp -d) || return 1
	if mkdir -p "$tmp/root/bin" "$tmp/root/modules" &&
		cp "$busybox" "$tmp/root/bin/busybox" && ln -s busybox "$tmp/root/bin/sh" &&
		cp "$guest_lib/init" "$tmp/root/init" &&
		for module in $guest_modules; do
			guest_copy_module "$module" "$tmp/root/modules" || break
		done &&
		(cd "$tmp/root" && find . | cpio -o -H newc --quiet | gzip -1) >"$tmp/initrd"; then
		mv "$tmp/initrd" "$guest_initrd.$$" && mv "$guest_initrd.$$" "$guest_initrd"
	fi
	rm -rf "$tmp"
	[ -s "$guest_initrd" ] || guest_fail "could not make $guest_initrd"
}

guest_accel_file() {
	echo "$guest_cache/accel-$(cat /proc/sys/kernel/random/boot_id)"
}

# False: guest_probe_accel will take up to ten seconds.
guest_accel_known() {
	[ ! -w /dev/kvm ] || [ -s "$(guest_accel_file)" ]
}

# Whether KVM really works: /dev/kvm may be there and a guest hang in its boot ROM. Tried once a
# boot of this machine with a guest that powers off at once. Sets guest_accel.
guest_probe_accel() {
	local known
	known=$(guest_accel_file)
	guest_accel=tcg
	[ -w /dev/kvm ] || return 0
	if ! guest_accel_known; then
		rm -f "$guest_cache"/accel-*
		if (timeout -s KILL 10 qemu-system-x86_64 -accel kvm -M q35 -m 128 -display none -nodefaults \
			-no-reboot -kernel "$guest_root/boot/vmlinuz-$guest_kernel" -initrd "$guest_initrd" \
			-append "quiet weft.probe"; exit $?) >"$guest_cache/kvm.log" 2>&1 </dev/null; then
			echo kvm >"$known"
		else
			echo tcg >"$known"
		fi
	fi
	guest_accel=$(cat "$known")
}

# Appends a card's arguments to the caller's array `arguments`, its address to `addresses`.
guest_add_card() { # NUMBER SPECIFICATION MACHINE
	local number=$1 machine=$3 role socket words word mac='' queues=1 ip='' device chardev
	IFS=, read -r -a words <<<"$2"
	role=${words[0]%%:*}
	socket=${words[0]#*:}
	if [ "$machine" = microvm ]; then
		device=virtio-net-device,netdev=n$number
	else
		device=virtio-net-pci,netdev=n$number,disable-legacy=on,romfile=
		# QEMU 7.2 dies with vhost-user under TCG once a guest turns MSI-X on.
		[ "$guest_accel" = tcg ] && device+=,vectors=0
	fi
	for word in "${words[@]:1}"; do
		case $word in
		ip=*) ip=${word#*=} ;;
		mac=*) mac=${word#*=} ;;
		queues=*) queues=${word#*=} ;;
		option=*) device+=,${word#*=} ;;
		*) guest_fail "unknown: $word" || return 1 ;;
		esac
	done
	[[ $device = *,mrg_rxbuf=* ]] || device+=,mrg_rxbuf=on
	[ -n "$mac" ] && device+=,mac=$mac
	[ "$queues" -gt 1 ] && device+=,mq=on
	case $role in
	client) chardev=socket,id=c$number,path=$socket,server=on,wait=off ;;
	server) chardev=socket,id=c$number,path=$socket,reconnect=1 ;;
	*) guest_fail "neither client nor server: $2" || return 1 ;;
	esac
	addresses+=${addresses:+,}$ip
	arguments+=(-chardev "$chardev" -netdev "vhost-user,id=n$number,chardev=c$number,queues=$queues"
		-device "$device")
}

# Appends the memory's arguments to the caller's array `arguments`.
guest_add_memory() { # KIND
	local backend="id=mem,size=${guest_memory}M"
	case $1 in
	shared) backend=memory-backend-memfd,$backend,share=on ;;
	private) backend=memory-backend-memfd,$backend,share=off ;;
	file) backend=memory-backend-file,$backend,share=on,mem-path=$dir/memory ;;
	huge) backend=memory-backend-file,$backend,share=on,mem-path=$guest_hugepages ;;
	plain) return 0 ;;
	*) guest_fail "no such memory: $1" || return 1 ;;
	esac
	arguments+=(-object "$backend")
	if [ "$machine" = microvm ]; then # it has no NUMA
		arguments+=(-machine memory-backend=mem)
	else
		arguments+=(-numa "node,memdev=mem")
	fi
}

# Appends the machine's arguments, and the second serial port, over which guest_exec speaks. What the
# kernel is told is in `kernel`.
guest_add_machine() { # MACHINE
	arguments+=(-M "$1" -chardev "pipe,id=shell,path=$dir/shell")
	if [ "$1" = microvm ]; then
		arguments+=(-global virtio-mmio.force-legacy=false -device "isa-serial,index=1,chardev=shell")
		# Beside other work the guest may fail to measure its clock, which it has no other for.
		[ "$guest_accel" != tcg ] ||
			kernel+=" tsc_early_khz=$(awk '/^cpu MHz/ { printf "%d", $4 * 1000; exit }' /proc/cpuinfo)"
	else
		arguments+=(-serial chardev:shell)
	fi
}

guest_start() { # NAME CARD… [mtu=N] [machine=M] [incoming=URI] [iommu=WORDS] [cpus=N] [memory=KIND]
	local name=$1 dir=$guest_run_dir/$1 addresses='' arguments=() mtu=1500 n=0 card machine=q35 cpus=1
	local memory=shared cards=() kernel='console=ttyS0 quiet panic=1'
	shift
	guest_build_initrd && guest_probe_accel || return 1
	guest_alive "$name" && { guest_fail "$name runs already" || return 1; }
	rm -rf "$dir"
	mkdir -p "$dir" && mkfifo "$dir/shell.in" "$dir/shell.out" || return 1
	for card; do
		case $card in
		mtu=*) mtu=${card#*=} ;;
		machine=*) machine=${card#*=} ;;
		cpus=*) cpus=${card#*=} ;;
		memory=*) memory=${card#*=} ;;
		incoming=*) arguments+=(-incoming "${card#*=}") ;;
		halted=yes) arguments+=(-S) ;;
		iommu=*)
			# A card of the root's own bus would not be one that may keep translations (ATS).
			arguments+=(-device "intel-iommu,device-iotlb=on" -device "pcie-root-port,id=port0")
			kernel+=" intel_iommu=on ${card#*=}"
			;;
		*) cards+=("$card") ;;
		esac
	done
	for card in "${cards[@]}"; do
		guest_add_card $n "$card" "$machine" || return 1
		n=$((n + 1))
	done
	guest_add_memory "$memory" && guest_add_machine "$machine" || return 1
	setsid setpriv --pdeathsig KILL \
		qemu-system-x86_64 -name "$name" -accel "$guest_accel" -m $guest_memory -smp "$cpus" \
		-kernel "$guest_root/boot/vmlinuz-$guest_kernel" -initrd "$guest_initrd" \
		-append "$kernel weft.ip=$addresses weft.mtu=$mtu" \
		-qmp "unix:$dir/qmp,server=on,wait=off" -nodefaults -display none -serial "file:$dir/console.log" \
		"${arguments[@]}" >"$dir/qemu.log" 2>&1 </dev/null &
	echo $! >"$dir/pid"
	disown $! # the shell need not say that it was killed
	echo 0 >"$dir/number"
}

guest_monitor() { # NAME COMMAND…
	timeout 30 "$guest_lib/qmp" "$guest_run_dir/$1/qmp" "${@:2}"
}

guest_pid() {
	cat "$guest_run_dir/$1/pid" 2>/dev/null
}

guest_alive() {
	local pid
	pid=$(guest_pid "$1") && kill -0 "$pid" 2>/dev/null
}

# One command at a time in a guest; several callers may try at once.
guest_exec() { # NAME SECONDS COMMAND
	local dir=$guest_run_dir/$1 deadline=$((SECONDS + $2)) number part line='' in out lock ours='' result=124
	guest_alive "$1" || { guest_fail "$1 does not run" || return 125; }
	exec {lock}>>"$dir/lock"
	flock -w "$2" $lock || { exec {lock}>&-; return 124; }
	number=$(($(cat "$dir/number") + 1))
	echo $number >"$dir/number"
	exec {in}<>"$dir/shell.in" {out}<>"$dir/shell.out"
	printf '%s %s\n' $number "$3" >&$in
	while [ $SECONDS -lt $deadline ] && guest_alive "$1"; do
		IFS= read -r -t 1 part <&$out || { line+=$part; continue; } # time is up amid a line
		line+=$part
		case $line in
		"::$number begins") ours=yes ;;
		"::$number ends "*)
			result=${line##* }
			break
			;;
		*) [ -z "$ours" ] || printf '%s\n' "$line" ;; # else of a command that nobody waited for
		esac
		line=
	done
	exec {in}>&- {out}>&- {lock}>&-
	return "$result"
}

guest_pings() { # NAME ADDRESS SECONDS
	guest_exec "$1" "$3" "n=0; until ping -c 1 -W 1 $2; do n=\$((n + 1)); [ \$n -lt $3 ] || exit 1; done"
}

# nc hangs up when its own input ends: hence the sleep.
guest_sends_file() { # FROM TO ADDRESS MEGABYTES
	local sent seen
	guest_exec "$2" 5 'rm -f /tmp/got; sleep 60 | nc -l -p 5000 >/tmp/got 2>/dev/null & sleep 0.2' || return 1
	sent=$(guest_exec "$1" 60 "dd if=/dev/urandom of=/tmp/sent bs=1M count=$4 2>/dev/null; nc $3 5000 </tmp/sent && sha256sum </tmp/sent") || return 1
	# shellcheck disable=SC2016 # the guest expands it
	seen=$(guest_exec "$2" 20 'n=0; while [ -n "$(pidof nc)" ] && [ $n -lt 50 ]; do n=$((n + 1)); sleep 0.1; done; sha256sum </tmp/got') || return 1
	[ "$sent" = "$seen" ] || guest_fail "sent $sent, and there came $seen"
}

# Asks again and again: what is sent before the guest has opened its serial port is lost.
guest_wait() { # NAME SECONDS
	local deadline=$((SECONDS + $2))
	while [ $SECONDS -lt $deadline ] && guest_alive "$1"; do
		guest_exec "$1" 1 true >/dev/null && return 0
	done
	guest_fail "$1 is not up after $2 s" || true
	tail -n 20 "$guest_run_dir/$1"/{qemu,console}.log >&2
	return 1
}

# Signals the recorded process, and waits until it is gone.
guest_end() { # NAME SIGNAL
	local pid i
	pid=$(guest_pid "$1") || return 0
	kill "-$2" "$pid" 2>/dev/null
	for ((i = 0; i < 50; i++)); do
		kill -0 "$pid" 2>/dev/null || break
		sleep 0.1
	done
	kill -KILL "$pid" 2>/dev/null
	rm -f "$guest_run_dir/$1/pid"
}

guest_stop() { guest_end "$1" TERM; }
guest_kill() { guest_end "$1" KILL; }

guest_stop_all() {
	local pid
	for pid in "$guest_run_dir"/*/pid; do
		[ -e "$pid" ] && guest_stop "$(basename "$(dirname "$pid")")"
	done
	return 0
}
