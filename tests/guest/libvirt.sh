#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A guest of Debian's libvirt, with three interfaces: one whose port is configured, in the element
# that weft prints, and one in each role whose ports the hook adds. libvirtd is our own, with
# folders of its own and without systemd.
export WEFT_TOPOLOGY_SECONDS=${WEFT_TOPOLOGY_SECONDS:-100}
for tool in libvirtd virsh virt-xml-validate; do
	command -v $tool >/dev/null || { echo "no $tool: apt-get install libvirt-daemon-system libvirt-clients libxml2-utils"; exit 77; }
done
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"
guest_build_initrd || exit 1
hook=$root/packaging/libvirt/qemu
cd "$scratch" || exit 1

said() { grep -q -- "$2" "$1" || { echo "no '$2' in:"; cat "$1"; return 1; }; }
# status CODE COMMAND…: it ends with this code; what it says is in out and err.
status() {
	local wanted=$1 seen=0
	timeout 30 "${@:2}" >out 2>err || seen=$?
	[ "$seen" = "$wanted" ] || { echo "ended with $seen, wanted $wanted"; cat out err; return 1; }
}
port_names() { value weft '[.[].name | sub("-[0-9a-f]{8}$"; "")] | join(" ")' port show; }
port_of() { value weft ".ports | to_entries[] | select(.value.socket == \"$1\") | .key" config show; }
up() { wait_for "$1" port_is weft "$(port_of "$2")" up; }
rights() { equal "$1" "$(stat -c '%a %G' "$2")"; }
reaches() { wait_for "${3:-3}" on "$1" ping -n -c 1 -W 1 "$2"; }

# --- libvirtd, alone ---
for folder in /run/libvirt /var/lib/libvirt /var/log/libvirt /var/cache/libvirt /etc/libvirt; do
	mkdir -p $folder
	mount -t tmpfs -o mode=755 tmpfs $folder
done
install -d -o libvirt-qemu -g libvirt-qemu /var/lib/libvirt/qemu "$scratch/guests"
install -D "$hook" /etc/libvirt/hooks/qemu
chmod 755 "$scratch"
printf '%s\n' 'auth_unix_rw = "none"' 'auth_unix_ro = "none"' "log_outputs = \"3:file:$scratch/libvirtd.log\"" >/etc/libvirt/libvirtd.conf
printf '%s\n' 'security_driver = "none"' 'stdio_handler = "file"' 'namespaces = []' 'cgroup_controllers = []' >/etc/libvirt/qemu.conf

for i in 0 1 2; do ns h$i; done
cat >weft.yaml <<END
ports:
  h0: { type: tap, device: e0, netns: h0, addresses: [10.0.0.1/24] }
  h1: { type: tap, device: e0, netns: h1, addresses: [10.0.1.1/24] }
  h2: { type: tap, device: e0, netns: h2, addresses: [10.0.2.1/24] }
  fixed: { type: vhost-user, socket: /run/weft/fixed.sock, role: server, group: libvirt-qemu, mtu: 9000, queues: 2 }
bridges:
  br0: { ports: { h0: { vlan: 10 }, h1: { vlan: 20 }, h2: { vlan: 30 }, fixed: { vlan: 10 } } }
END
start_weftd weft weft.yaml
configured=$(weft weft config show)
libvirtd -p "$scratch/libvirtd.pid" >libvirtd.out 2>&1 &
libvirtd=$!
expect 'libvirtd answers' wait_for 15 virsh -c qemu:///system version
export LIBVIRT_DEFAULT_URI=qemu:///system

# --- what weft and the documentation say ---
sed -n "/^<domain type='kvm'>/,/^<\/domain>/p" "$root/docs/libvirt.md" >documented.xml
expect 'the documented domain is one' virt-xml-validate documented.xml domain
sed "/<interface/,/<\/interface>/d" documented.xml >rest.xml
weft weft port show fixed --libvirt >interface.xml
sed '/<devices>/r interface.xml' rest.xml >printed.xml
expect 'with the printed interface too' virt-xml-validate printed.xml domain
expect 'it has the role' said interface.xml "path='/run/weft/fixed.sock' mode='client'"
expect 'the MTU' said interface.xml 'MTU 9000'
expect 'the queues' said interface.xml "driver queues='2'"
expect 'and what memory needs' said interface.xml "<access mode='shared'/>"
expect 'a tap is not for guests' status 1 "$build/tools/weft" port show h0 --libvirt
expect 'which is said' said err 'port h0 is of type tap'
expect 'nor is a port that is not there' status 1 "$build/tools/weft" port show h9 --libvirt
expect 'sockets are for the group' rights '660 libvirt-qemu' /run/weft/fixed.sock

# --- a guest ---
# Emulated, QEMU 7.2 dies with vhost-user once a guest turns MSI-X on.
property='<qemu:frontend><qemu:property name="vectors" type="unsigned" value="0"/></qemu:frontend>'
domain() { # METADATA
	cat <<-END
		<domain type='qemu' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
		  <name>vm.one</name>
		  <metadata>$1</metadata>
		  <memory unit='MiB'>192</memory>
		  <memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking>
		  <vcpu>1</vcpu>
		  <os>
		    <type arch='x86_64' machine='q35'>hvm</type>
		    <kernel>$scratch/kernel</kernel>
		    <initrd>$scratch/initrd</initrd>
		    <cmdline>console=ttyS0 quiet panic=1 weft.ip=10.0.0.2/24,10.0.1.2/24,10.0.2.2/24</cmdline>
		  </os>
		  <devices>
		    $(cat interface.xml)
		    <interface type='vhostuser'>
		      <source type='unix' path='/run/weft/one.sock' mode='client'><reconnect enabled='yes' timeout='1'/></source>
		      <model type='virtio'/>
		    </interface>
		    <interface type='vhostuser'>
		      <source type='unix' path='$scratch/guests/two.sock' mode='server'/>
		      <model type='virtio'/>
		    </interface>
		    <serial type='file'><source path='$scratch/console.log'/></serial>
		    <serial type='null'/>
		    <memballoon model='none'/>
		  </devices>
		  <qemu:override>
		    <qemu:device alias='net0'>$property</qemu:device>
		    <qemu:device alias='net1'>$property</qemu:device>
		    <qemu:device alias='net2'>$property</qemu:device>
		  </qemu:override>
		</domain>
	END
}
cp "$guest_root/boot/vmlinuz-$guest_kernel" kernel
cp "$guest_initrd" initrd
chmod 644 kernel initrd
ports() { echo "<weft:ports xmlns:weft='urn:weft:libvirt' bridge='$1' vlan='20' save='yes'><weft:port socket='$scratch/guests/two.sock' bridge='br0' vlan='30' mtu='2000'/></weft:ports>"; }

domain "$(ports br9)" >vm.xml
expect 'a domain for a bridge that is not there does not start' status 1 virsh create vm.xml
expect 'and says so' said err 'br9'
expect 'no port is left of it' equal "$configured" "$(weft weft config show)"
domain "$(ports br0)" >vm.xml
expect 'the domain is one' virt-xml-validate vm.xml domain
expect 'it starts' status 0 virsh create vm.xml
expect 'with its ports' equal 'h0 h1 h2 fixed lv-vm-one lv-vm-one' "$(port_names)"
expect 'whose sockets QEMU may use' rights '660 libvirt-qemu' /run/weft/one.sock
expect 'QEMU is not root' equal libvirt-qemu "$(ps -o user= -C qemu-system-x86_64 | sort -u | cut -c 1-12)"
expect 'the MTU is the one asked for' equal 2000 "$(value weft ".ports.\"$(port_of "$scratch/guests/two.sock")\".mtu" config show)"
expect 'the guest boots' up 40 /run/weft/fixed.sock
expect 'the port that is configured carries' reaches h0 10.0.0.2 10
expect 'so does the one that the hook made, weft being the server' reaches h1 10.0.1.2 10
expect 'and the one where QEMU is' reaches h2 10.0.2.2 10

kill -KILL "${weftd_pid[weft]}"
wait "${weftd_pid[weft]}" 2>/dev/null
start_weftd weft weft.yaml
expect 'weftd is killed and starts: the first carries again' reaches h0 10.0.0.2 10
expect 'the second' reaches h1 10.0.1.2 10
expect 'and the third' reaches h2 10.0.2.2 10

expect 'the guest is destroyed' status 0 virsh destroy vm.one
expect 'its ports go, the one that is configured stays' equal "$configured" "$(weft weft config show)"
expect 'and its socket too' test ! -e /run/weft/one.sock

# --- the hook by itself ---
hook() { status "$1" "$hook" vm.one "$2" "$3" - <"$4"; } # CODE OPERATION SUB-OPERATION DOMAIN
expect 'the hook adds' hook 0 prepare begin vm.xml
before=$(weft weft config show)
expect 'ports that were left behind are made anew' hook 0 prepare begin vm.xml
expect 'as they were' equal "$before" "$(weft weft config show)"
expect 'those that are there stay when libvirtd comes back' hook 0 reconnect begin vm.xml
expect 'it removes' hook 0 release end vm.xml
expect 'them all' equal "$configured" "$(weft weft config show)"
expect 'again is well' hook 0 release end vm.xml
expect 'what libvirtd misses when it comes back is added' hook 0 reconnect begin vm.xml
expect 'with the bridge' equal "$before" "$(weft weft config show)"
hook 0 release end vm.xml
expect 'other operations are not its concern' hook 0 started begin vm.xml
expect 'nor are other domains' hook 0 prepare begin documented.xml
expect 'a domain that is no XML is refused' hook 1 prepare begin weft.yaml
expect 'without a trace' equal "$configured" "$(weft weft config show)"
expect 'weftd stops' stop_weftd weft
expect 'without it no such domain starts' hook 1 prepare begin vm.xml
expect 'and says why' said err 'weftd is not running as instance weft'
kill "$libvirtd"
wait "$libvirtd" || true
