#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Sockets of guests that cannot be, and namespaces and devices that go and come back: each port says why, and comes to
# life when it can, while two other ports exchange numbered packets of which none may be missing.
export WEFT_TOPOLOGY_SECONDS=${WEFT_TOPOLOGY_SECONDS:-110}
# shellcheck source=../../topologies/lib.sh
. "$(dirname "$0")/../../topologies/lib.sh"
cd "$scratch" || exit 1

weftd=$build/control/weftd
said() { grep -q -- "$2" "$1" || { echo "no '$2' in:"; cat "$1"; return 1; }; }
refused() { # TEXT WORDS…
	weft one "${@:2}" >out 2>&1 && { echo 'it was done'; return 1; }
	said out "$1"
}
says() { # INSTANCE PORT TEXT
	value "$1" ".[] | select(.name == \"$2\") | .reason" port show | grep -F -- "$3"
}
state() { value "$1" ".[] | select(.name == \"$2\") | .state + \" \" + .reason" port show; }
drop() { weft one bridge set br0 "ports.$1=none" && weft one port del "$1"; }
names() { value one '[.[].name] | join(" ")' port show; }

for host in h1 h2; do ns $host; done
mkdir folder
echo precious >file
echo precious >other
cat >one.yaml <<END
ports:
  good1: { type: tap, device: e1, netns: h1, mac: "02:00:00:00:00:01", addresses: [10.0.0.1/24] }
  good2: { type: tap, device: e2, netns: h2, mac: "02:00:00:00:00:02", addresses: [10.0.0.2/24] }
  folder-c: { type: vhost-user, socket: $scratch/folder }
  file-c: { type: vhost-user, socket: $scratch/file }
  file-s: { type: vhost-user, socket: $scratch/other, role: server }
  below-c: { type: vhost-user, socket: $scratch/file/vm.sock }
  none-c: { type: vhost-user, socket: $scratch/none/c.sock }
  none-s: { type: vhost-user, socket: $scratch/none/s.sock, role: server, mode: "0666" }
  group-s: { type: vhost-user, socket: $scratch/group.sock, role: server, group: no-such-group }
bridges:
  br0: { ports: { good1: {}, good2: {}, folder-c: {}, file-c: {}, file-s: {}, none-s: {} } }
END

# --- a start ---
expect 'the file of such ports does not pass --check' fails "$weftd" --check -c one.yaml 2>out
"$weftd" --check -c one.yaml 2>out
for place in 4:41 5:39 6:39 7:40 9:39 10:92; do
	expect "and is told why, at $place" said out "^one.yaml:$place: "
done
expect 'a folder that a client waits for is no mistake' fails said out '^one.yaml:8:'
start_weftd one one.yaml
expect 'but weftd starts with it' ports_up one good1 good2
expect 'and the other ports work' ping_ok h1 10.0.0.2

on h2 /usr/bin/python3 "$root/topologies/stream.py" udp-sink 10.0.0.2 80 >received 2>&1 &
sink=$!
wait_for 5 said received ready
nsenter --net=/run/netns/h1 /usr/bin/python3 "$root/topologies/stream.py" udp-send 10.0.0.2 500 80 &
stream=$!

expect 'a client says that a folder is at its path' says one folder-c "$scratch/folder is a folder: name a socket in it"
expect 'or a file' says one file-c "$scratch/file exists and is not a socket"
expect 'or that its folder is a file' says one below-c "there is no folder $scratch/file for the socket"
expect 'or is missing' says one none-c "there is no folder $scratch/none for the socket"
expect 'a server says that a file is at its path' says one file-s "$scratch/other exists and is not a socket"
expect 'or that its folder is missing' says one none-s "there is no folder $scratch/none for the socket"
expect 'or its group' says one group-s 'there is no group no-such-group'
expect 'the file is as it was' equal precious "$(cat other)"

# --- changes beside them ---
expect 'while they wait, other ports are added' weft one port add vm1 type=vhost-user "socket=$scratch/vm1.sock"
expect 'changed' weft one port set good1 mtu=1400
expect 'and back' weft one port set good1 mtu=1500
expect 'their own MTU as well' weft one port set folder-c mtu=2000
expect 'what runs applies again' eval 'weft one config show >again.yaml && weft one config apply again.yaml'
kill -HUP "${weftd_pid[one]}"
expect 'and so does the file itself' wait_for 3 said one.log 'applied: '
expect 'a port is added after that' weft one port add vm1 type=vhost-user "socket=$scratch/vm1.sock"
mkdir another
echo precious >third

# --- new ports ---
expect 'a new port with a folder for its socket is refused' refused 'another is a folder' \
	port add bad type=vhost-user "socket=$scratch/another"
expect 'and one with a file' refused 'exists and is not a socket' port add bad type=vhost-user "socket=$scratch/third"
expect 'a server without its folder' refused 'there is no folder' \
	port add bad type=vhost-user role=server "socket=$scratch/no/s"
expect 'a path that is too long' refused '107' port add bad type=vhost-user \
	"socket=$scratch/$(printf 'x%.0s' {1..90})"
expect 'one that another port has' refused 'is used by port vm1 already' \
	port add bad type=vhost-user "socket=$scratch/./vm1.sock"
ln -s "$scratch" link
expect 'by whatever way' refused 'is used by port vm1 already' port add bad type=vhost-user "socket=$scratch/link/vm1.sock"
expect 'more queues than there are' refused '1 to 16' port add bad type=vhost-user queues=17 socket=/run/q.sock
expect 'and a port that is there does not move to such a path' refused 'another is a folder' \
	port set vm1 "socket=$scratch/another"
expect 'of all that nothing stays' equal 'good1 good2 folder-c file-c file-s below-c none-c none-s group-s vm1' "$(names)"

# --- the obstacle goes ---
rmdir folder
rm file other
mkdir none
expect 'without the folder the client waits for its guest' wait_for 3 says one folder-c 'no socket'
expect 'without the file as well' wait_for 3 says one file-c 'no socket'
expect 'the server makes its socket' wait_for 3 says one file-s 'no guest on'
expect 'and in the folder that came' wait_for 3 says one none-s 'no guest on'
expect 'with the rights asked for' equal 666 "$(stat -c %a none/s.sock)"
expect 'where the client waits, too' wait_for 3 says one none-c 'no socket'

# --- and comes back ---
rm -r none
expect 'a folder that vanishes is told by the server' wait_for 3 says one none-s 'there is no folder'
expect 'and by the client' wait_for 3 says one none-c 'there is no folder'
mkdir none
expect 'when it is back, so is the socket' wait_for 3 says one none-s 'no guest on'
rm none/s.sock
expect 'a socket that somebody removed is made anew' wait_for 3 test -S none/s.sock
expect 'with its rights' wait_for 3 equal 666 "$(stat -c %a none/s.sock)"
rm none/s.sock
echo theirs >none/s.sock
expect 'what was put in its place is told' wait_for 3 says one none-s 'exists and is not a socket'
expect 'and left there' equal theirs "$(cat none/s.sock)"
drop none-s
expect 'when the port goes, too' equal theirs "$(cat none/s.sock)"

# --- namespaces and devices ---
expect 'a tap in a namespace that is not there is refused' refused 'there is no namespace h4: ip netns add h4' \
	port add t4 type=tap device=e4 netns=h4
expect 'or named by a path' refused 'there is no namespace /run/h4: has its container' port add t4 type=tap device=e4 netns=/run/h4
ns h4
ns h5
weft one port add t4 type=tap device=e4 netns=h4 addresses=10.0.0.4/24 >out && weft one bridge set br0 ports.t4={} >>out
cable v5 h5 e5
address h5 e5 10.0.0.5/24 02:00:00:00:00:55
ip link set v5 netns h4
ip -n h4 link set v5 up
weft one port add p5 type=af_packet device=v5 netns=h4 >out && weft one bridge set br0 ports.p5={} >>out
expect 'with the namespace it is made, and reached' ping_ok h1 10.0.0.4
expect 'so is a device there' ping_ok h1 10.0.0.5
ip netns del h4
expect 'when the namespace goes that is told, though nobody asks' wait_for 3 said one.log 'port t4 is down: namespace h4 is gone'
expect 'of the other kind as well' wait_for 3 said one.log 'port p5 is down: namespace h4 is gone'
expect 'and what would mend it' wait_for 3 says one t4 'there is no namespace h4: ip netns add h4'
ns h4
expect 'in a namespace of that name the tap is made by itself' wait_for 3 port_is one t4 up
expect 'with its address' ping_ok h1 10.0.0.4
expect 'and the other port waits for its device' wait_for 3 says one p5 'there is no device v5 in namespace h4'
cable v5 h5 e6
address h5 e6 10.0.0.5/24 02:00:00:00:00:55
ip link set v5 netns h4
ip -n h4 link set v5 up
expect 'which comes' wait_for 3 port_is one p5 up
expect 'and carries' ping_ok h1 10.0.0.5
ip -n h4 link del e4
expect 'a tap that somebody deletes' wait_for 3 said one.log 'device e4 is gone from namespace h4: it is made anew'
expect 'is made anew' wait_for 3 port_is one t4 up
expect 'and is reached' ping_ok h1 10.0.0.4
ip -n h4 link set e4 name e44
expect 'one that is renamed, too' wait_for 3 ip -n h4 link show e4
expect 'and reached' ping_ok h1 10.0.0.4
drop t4
drop p5
expect 'with its port a tap goes' fails ip -n h4 link show e4

# --- two weftd on one socket ---
cat >two.yaml <<END
ports:
  both: { type: vhost-user, socket: $scratch/other, role: server }
  mine: { type: tap, device: e1, netns: h1 }
END
start_weftd two two.yaml
expect 'a second weftd with the same socket waits' says two both 'another process listens on'
expect 'and with the same tap' says two mine 'in use by another program'
expect 'the first one keeps both' eval 'port_is one good1 up && says one file-s "no guest on"'
expect 'and lets go of the socket' drop file-s
expect 'for the second one' wait_for 3 says two both 'no guest on'
expect 'which the first one then is refused' refused 'another process listens' \
	port add file-s type=vhost-user role=server "socket=$scratch/other"
kill -KILL "${weftd_pid[two]}"
wait "${weftd_pid[two]}" 2>/dev/null
unset 'weftd_pid[two]'
expect 'what a killed one leaves is nobody'"'"'s' weft one port add file-s type=vhost-user role=server "socket=$scratch/other"

kill "$stream"
wait "$stream"
expect 'of the other ports, no packet was lost' wait "$sink"
sed 's/^/# /' received

# --- killed ---
kill -KILL "${weftd_pid[one]}"
wait "${weftd_pid[one]}" 2>/dev/null
expect 'after kill -9 the socket is left behind' test -S other
start_weftd one one.yaml
expect 'and the next weftd takes it over' says one file-s 'no guest on'
expect 'its taps as well' ports_up one good1 good2
expect 'which work' ping_ok h2 10.0.0.1
expect 'it ends well' stop_weftd one
expect 'and leaves no socket' fails test -e other
