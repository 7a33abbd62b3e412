#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# weftd as a process: arguments, exit codes, signals, instances, and what it says of bad files.
export WEFT_TOPOLOGY_SECONDS=${WEFT_TOPOLOGY_SECONDS:-120}
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
weftd=$build/control/weftd

has_port() { value "$1" '.[].name' port show | grep -qx "$2"; }
# Clock ticks that instance two takes in a second.
ticks() { awk '{ print $14 + $15 }' "/proc/${weftd_pid[two]}/stat"; }
idle_time() { local before; before=$(ticks); sleep 1; at_most 5 $(($(ticks) - before)); }

# --- arguments ---
expect '--help prints the usage and ends with 0' status 0 "$weftd" --help
expect 'the help names the default file' said out /etc/weft/weft.yaml
expect '--version prints a version' status 0 "$weftd" --version
expect 'the version has a number' said out '^weftd [0-9]'
expect 'an unknown option is a usage error' status 2 "$weftd" --chekc
expect 'a stray word is a usage error' status 2 "$weftd" weft.yaml
expect 'an option without its value is a usage error' status 2 "$weftd" -c
expect 'a name with a slash is a usage error' status 2 "$weftd" -n ../x
expect 'an empty name is a usage error' status 2 "$weftd" -n ''
expect 'a name too long is a usage error' status 2 "$weftd" -n "$(printf 'a%.0s' {1..33})"

# --- --check ---
printf 'ports:\n  vm1: { type: vhost-user, socket: /run/weft/vm1.sock }\n' >good.yaml
cat >bad.yaml <<'END'
ports:
  vm1: { type: vhost-user, sokcet: /run/weft/vm1.sock }
  vm2: { type: vhost-user, socket: /run/weft/vm2.sock, mtu: 9001 }
  vm3: { type: carrier-pigeon }
bridges:
  br0: { ports: { vm9: {} } }
END
expect 'a sound file is found sound' status 0 "$weftd" --check -c good.yaml
expect 'and nothing is said about it' silent err
expect 'a bad file is refused' status 1 "$weftd" --check -c bad.yaml
for at in 2:28 3:61 4:16 6:19; do
	expect "the error at $at is told" said err "^bad.yaml:$at: "
done
expect 'all errors are told, a line each' at_least 3 "$(grep -c '^bad.yaml:[0-9]*:[0-9]*: ' err)"
expect 'a file that is missing is refused' status 1 "$weftd" --check -c missing.yaml
expect 'a folder in place of a file is refused' status 1 "$weftd" --check -c /
{ echo bridges:; printf '  b%d: {}\n' {1..257}; } >many.yaml
expect 'more bridges than there can be are refused' status 1 "$weftd" --check -c many.yaml
expect 'and told where they begin to be too many' said err '^many.yaml:258:9: bridges.b257: no more than 256'
sed -i '$d' many.yaml
expect 'as many as there can be are sound' status 0 "$weftd" --check -c many.yaml
expect 'a start with a bad file ends with 1' status 1 "$weftd" -n bad -c bad.yaml
expect 'with no empty line among its errors' equal 0 "$(grep -c '^$' err)"
expect 'and tells all its errors' at_least 3 "$(grep -c '^bad.yaml:[0-9]*:[0-9]*: ' err)"
: >empty.yaml
expect 'an empty file is sound' status 0 "$weftd" --check -c empty.yaml

# --- instances ---
start_weftd one good.yaml
start_weftd two empty.yaml
expect 'two instances run side by side' equal vm1 "$(value one '.[].name' port show)"
expect 'each with its own ports' equal '' "$(value two '.[].name' port show)"
expect 'a second instance of a name is refused' status 1 "$weftd" -n one -c empty.yaml
expect 'and told whose it is' said err "runs already (process ${weftd_pid[one]})"
expect 'the first one is not disturbed' weftd_answers one
expect 'the socket is for its group only' equal 660 "$(stat -c %a /run/weft/one.sock)"
expect 'it was ready in under a second and said so' said one.log 'is ready after [0-9][0-9]\{0,2\} ms'
expect 'idle, it takes next to no processor time' idle_time

# --- signals ---
kill -HUP "${weftd_pid[one]}"
expect 'SIGHUP with an unchanged file changes nothing' wait_for 3 said one.log 'applied: 0 changes'
cp good.yaml one.yaml
stop_weftd one
start_weftd one one.yaml
printf '  vm2: { type: vhost-user, socket: /run/weft/vm2.sock }\n' >>one.yaml
kill -HUP "${weftd_pid[one]}"
expect 'SIGHUP applies the file again' wait_for 3 has_port one vm2
printf '  vm3: { type: carrier-pigeon }\n' >>one.yaml
kill -HUP "${weftd_pid[one]}"
expect 'SIGHUP with a bad file logs its errors' wait_for 3 said one.log 'one.yaml:4:16: '
expect 'and leaves everything as it was' equal 'vm1 vm2' "$(value one '[.[].name] | join(" ")' port show)"
expect 'SIGTERM ends it with 0' stop_weftd one
expect 'its socket is gone' fails test -e /run/weft/one.sock
kill -INT "${weftd_pid[two]}"
expect 'SIGINT ends it with 0' wait "${weftd_pid[two]}"
unset 'weftd_pid[two]'

# --- it was killed ---
start_weftd three good.yaml
kill -KILL "${weftd_pid[three]}"
wait "${weftd_pid[three]}" 2>/dev/null
expect 'after kill -9 its socket is left behind' test -S /run/weft/three.sock
start_weftd three good.yaml
expect 'and the next start takes it over' equal vm1 "$(value three '.[].name' port show)"

# --- systemd ---
/usr/bin/python3 - >notified 2>&1 <<'END' &
import socket
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind("/run/weft-topology/notify")
s.settimeout(20)
for _ in range(2):
    print(s.recv(100).decode(), flush=True)
END
wait_for 5 test -S notify
NOTIFY_SOCKET=$scratch/notify start_weftd four empty.yaml
expect 'systemd is told that it is ready' wait_for 3 said notified READY=1
stop_weftd four
expect 'and that it stops' wait_for 3 said notified STOPPING=1

# --- its limits ---
ulimit -Sn 256
start_weftd seven empty.yaml
expect 'it takes as many open files as it may' equal "$(ulimit -Hn)" \
	"$(awk '/^Max open files/ { print $4 }' "/proc/${weftd_pid[seven]}/limits")"
stop_weftd seven

# --- little rights, little room ---
chmod 755 "$scratch" /run/weft
expect 'another user is told that root is needed' status 1 \
	setpriv --reuid=65534 --regid=65534 --clear-groups "$weftd" -n five -c empty.yaml
expect 'in words' said err 'started as root'
chmod 777 /run/weft
setpriv --reuid=65534 --regid=65534 --clear-groups "$weftd" -n six -c empty.yaml 2>six.log &
weftd_pid[six]=$!
expect 'with a folder that it may write it runs without root' wait_for 10 weftd_answers six
expect 'and says what it cannot do' said six.log CAP_NET_ADMIN
