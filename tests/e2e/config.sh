#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The configuration as a whole: apply, check, diff, confirm, history, rollback, save; events; refusals.
export WEFT_TOPOLOGY_SECONDS=${WEFT_TOPOLOGY_SECONDS:-120}
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

prints() { said out "$1"; }
ports_are() { equal "$*" "$(value one '[.[].name] | join(" ")' port show)"; }
vm() { printf '  vm%s: { type: vhost-user, socket: /run/weft/vm%s.sock }\n' "$1" "$1"; }

{ echo ports:; vm 1; vm 2; printf 'bridges:\n  br0: { ports: { vm1: { vlan: 10 }, vm2: { trunk: [10, 20-29], native: 1 } } }\n'; } >two.yaml
{ echo ports:; vm 1; } >one.yaml
start_weftd one two.yaml
timeout 50 "$build/tools/weft" -n one monitor >events 2>&1 &
monitor=$!

expect 'what config show prints applies without change' code 0 config show
cp out shown.yaml
expect 'the same file again' code 0 config apply shown.yaml
expect 'is unchanged' equal unchanged "$(cat out)"
expect '--diff of the same file' code 0 config apply two.yaml --diff
expect 'is unchanged too' equal unchanged "$(cat out)"
expect '--diff of another' code 0 config apply one.yaml --diff
expect 'prints what would change' prints '^- port vm2'
expect 'and changes nothing' ports_are vm1 vm2
expect '--check says nothing of a sound file' code 0 config apply one.yaml --check
expect 'and changes nothing' ports_are vm1 vm2
printf 'ports:\n  vm1: { type: vhost-user, sokcet: /a }\n' >bad.yaml
expect '--check refuses a bad one' code 1 config apply bad.yaml --check
expect 'at its line and column' said err '^bad.yaml:2:28: '
expect 'so does apply' code 1 config apply bad.yaml
expect 'and changes nothing' ports_are vm1 vm2

expect 'a file is applied' code 0 config apply one.yaml
expect 'and then runs' ports_are vm1
expect 'the bridge is gone' equal '' "$(value one '.[].name' bridge show)"
wait_for 3 said events '"noun":"port".*"name":"vm2".*"action":"remove"'
expect 'who listens hears of it' said events '"noun":"port".*"name":"vm2".*"action":"remove"'
expect 'the history has both' equal 2 "$(value one length config history)"
expect 'rollback goes back' code 0 config rollback
expect 'and there they are again' ports_are vm1 vm2
expect 'rollback to a number' code 0 config rollback 2
expect 'runs what that one said' ports_are vm1
expect 'a number that is not there is refused' code 1 config rollback 99
expect 'a word in its place is a usage error' code 2 config rollback first

# --- on probation ---
expect 'a change on probation' code 0 config apply two.yaml --confirm 1
expect 'runs at once' ports_are vm1 vm2
expect 'and goes back when nobody confirms it' wait_for 4 ports_are vm1
expect 'which is told' said events '"action":"expire"'
expect 'another one' code 0 config apply two.yaml --confirm 2
expect 'is confirmed' code 0 config confirm
sleep 2.5
expect 'and stays' ports_are vm1 vm2
expect 'there is nothing more to confirm' code 1 config confirm

# --- one thing at a time ---
expect 'a port is added' code 0 port add vm3 type=vhost-user socket=/run/weft/vm3.sock
expect 'set' code 0 port set vm3 mtu=9000
expect 'shown' equal 9000 "$(value one '.[0].mtu' port show vm3)"
expect 'put into the bridge' code 0 bridge set br0 ports.vm3.vlan=10
expect 'a port of a bridge is not deleted' code 1 port del vm3
expect 'taken out of it' code 0 bridge set br0 ports.vm3=none
expect 'and deleted' code 0 port del vm3
expect 'a second port of a name is refused' code 1 port add vm1 type=vhost-user socket=/x
expect 'with a reason that names it' said err vm1
expect 'a field that is none is refused' code 1 port set vm1 mut=1500
expect 'with what was meant' said err mtu
expect 'a port that is not there is refused' code 1 port set vm9 mtu=1500
expect 'a noun that is none is a usage error' code 2 prot show
expect 'so is an option that is none' code 2 port show --frobnicate
expect 'the change of one queue is kept in the configuration' code 0 worker move vm1 0 \
	"$(value one '.[0].core' worker show)"
expect 'and shown' equal 1 "$(value one '.ports.vm1.workers | length' config show)"
expect 'a core without a worker is refused' code 1 worker move vm1 0 1000
expect 'a queue that is not there is refused' code 1 worker move vm1 1 0

# --- all or nothing ---
{ cat two.yaml; printf '  br1: { ports: {} }\n'; } >three.yaml
sed -i 's#^bridges#  bad: { type: vhost-user, socket: /run/weft/one.lock }\nbridges#' three.yaml
before=$(weft one config show)
expect 'a file with one port that cannot be opened is refused' code 1 config apply three.yaml
expect 'as a whole' equal "$before" "$(weft one config show)"

# --- kept ---
expect 'save writes the file that weftd starts from' code 0 config save
expect 'as config show prints it' equal "$(weft one config show)" "$(cat two.yaml)"
entries=$(value one length config history)
stop_weftd one
start_weftd one two.yaml
expect 'history survives a restart' at_least "$entries" "$(value one length config history)"
expect 'and so does rollback' code 0 config rollback 2
expect 'to what ran before it' ports_are vm1
expect 'epoch counts changes' at_least 1 "$(value one '.[0].epoch' system show)"
expect 'no turn of the loop was long' never_long
kill "$monitor" 2>/dev/null || true
