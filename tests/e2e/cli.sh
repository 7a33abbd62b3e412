#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The command line against a running weftd: exit codes, what goes to which output, scripts on
# standard input, the shell on a terminal, completion in bash, events, and JSON-RPC by hand.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
weft=$build/tools/weft
export XDG_STATE_HOME=$scratch/state

lines() { status 0 "$weft" -n cli complete -- "$@" && tr '\n' ' ' <out; }
offers() { local seen; seen=$(lines "${@:2}"); equal "$1 " "$seen"; }

# --- without a daemon ---
expect '--help needs no daemon' status 0 "$weft" --help
expect 'it goes to standard output' said out '^usage: weft'
expect '--version needs no daemon' status 0 "$weft" --version
expect 'an unknown option is wrong usage' status 2 "$weft" --hlep
expect 'a name with a slash is wrong usage' status 2 "$weft" -n ../x port
expect 'no daemon: the command fails' status 1 "$weft" -n nobody port show
expect 'and says how to start one' said err 'not running as instance nobody (no socket /run/weft/nobody.sock): start it with "weftd -n nobody"'
expect 'standard output stays empty' silent out
expect 'completion offers nothing then' status 0 "$weft" -n nobody complete -- po
expect 'without a word' silent err

start_weftd cli /dev/null
W=("$weft" -n cli)
expect 'who may not use the socket fails' status 1 setpriv --reuid nobody --regid nogroup --clear-groups "${W[@]}" port
expect 'and is told of the group' said err 'join the group weft'

# --- exit codes and outputs ---
expect 'a change is done' status 0 "${W[@]}" port add t0 type=tap device=t0
expect 'and said' said out '^+ port t0 type=tap device=t0$'
expect 'the same again changes nothing' status 0 "${W[@]}" port set t0 device=t0
expect 'and says so' said out '^unchanged$'
expect '-q is quiet' status 0 "${W[@]}" -q port set t0 mtu=1400
expect 'wholly' silent out
expect 'a refused change fails' status 1 "${W[@]}" port set t0 mtu=1
expect 'with key, value and range' said err '^weft: ports.t0.mtu: 1 .*68'
expect '-j: nothing but JSON, even where it fails' status 1 "${W[@]}" -j port set t0 mtu=1
expect 'so nothing' silent out
expect 'an unknown name fails' status 1 "${W[@]}" port show t1
expect 'with a suggestion' said err 'did you mean t0'
expect 'an unknown noun is wrong usage' status 2 "${W[@]}" prot show
expect 'an unknown argument is wrong usage' status 2 "${W[@]}" fdb show colour=red
expect 'a missing name is wrong usage' status 2 "${W[@]}" port del
expect 'with the right usage' said err '^usage: weft port del NAME$'
expect '-j may stand at the end' status 0 "${W[@]}" port show -j
expect 'and is JSON' jq -e '.[0].name == "t0" and .[0].mtu == 1400' out
expect 'a closed standard output is a failure too' status 1 bash -c '"$@" >&-' - "${W[@]}" port show
expect 'what cannot be written is a failure' status 1 bash -c '"$@" >/dev/full' - "${W[@]}" port show

# --- scripts ---
printf 'port add t1 type=tap device=t1\n# nothing\n\nport show t9\nbridge add br0 ports={t0: {vlan: 10}, t1: {}}\n' >script
expect 'a script goes on after a failure and ends with it' status 1 bash -c '"$@" <script' - "${W[@]}"
expect 'its last command was done' said out '^+ bridge br0'
expect 'standard input may be the file' status 0 bash -c '"$@" config show | "$@" config apply -' - "${W[@]}"
expect 'which changes nothing' said out '^unchanged$'
printf 'exit\nport add t2 type=tap device=t2\n' >script
expect 'exit ends a script' status 0 bash -c '"$@" <script' - "${W[@]}"
expect 'and nothing after it is done' silent out

# --- the shell ---
shell() { timeout 50 "$here/cli_shell.py" "$weft" cli "$@"; }
expect 'Tab completes nouns, verbs and names' shell 'po\tsh\tt1\n' 'rx_packets:' '' 'cli> ' \
	'br\tset br0 po\tt1.vl\t20\n' 'ports.t1.vlan: none -> 20' '' 'cli> '
expect '? helps where the cursor is' shell 'port add x type=?' 'vhost-user' '\x15port set t0 ?' 'usage: weft port set NAME'
expect '^C ends a monitor, not the shell' shell 'monitor\n' 'monitor\r\n' '\x03' 'cli> ' 'port show t0\n' 'mtu:' '' 'cli> '
expect 'it ends with the code of the last failure' status 1 "$here/cli_shell.py" "$weft" cli \
	'port show t9\n' 'no port is named' '' 'cli> ' 'port show t0\n' 'mtu:' '' 'cli> '
expect 'history is kept' grep -q 'port.040show.040t9' state/weft/history
expect 'and for its owner only' equal 600 "$(stat -c %a state/weft/history)"

# --- completion in bash ---
offers_in_bash() {
	PATH=$build/tools:$PATH bash -c '
		. "$1"; COMP_LINE=$2; COMP_POINT=${#2}; _weft 2>/dev/null; echo "${COMPREPLY[*]}"' \
		- "$root/tools/completion/weft.bash" "$1"
}
expect 'verbs are offered' offers 'show set' port s
expect 'names are offered' offers 't0 t1 --libvirt' port show ''
expect 'keys inside others are offered' offers 'ports.t1.vlan=' bridge set br0 ports.t1.v
expect 'bash offers nouns' equal port "$(offers_in_bash 'weft -n cli po')"
expect 'bash offers values' equal tap "$(offers_in_bash 'weft -n cli port set t0 type=ta')"

# --- events ---
"${W[@]}" monitor >events &
all=$!
"${W[@]}" monitor bridge >bridge_events &
bridges=$!
touch_up() { "${W[@]}" bridge set br0 aging=$((RANDOM + 10)) && grep -q aging events && grep -q aging bridge_events; }
expect 'monitor tells of a change' wait_for 10 touch_up
"${W[@]}" port set t1 mtu=1300 >/dev/null
expect 'of every noun' wait_for 10 grep -q '"mtu":1300' events
"${W[@]}" bridge set br0 aging=7 >/dev/null
expect 'or of one' wait_for 10 grep -q '"aging":"7s"' bridge_events
expect 'and of no other' fails grep -q '"noun":"port"' bridge_events
expect 'each a JSON object a line' jq -e . events
kill $all $bridges
wait $all $bridges

# --- by hand ---
# One request a line; the answer comes on the same connection.
by_hand() { echo '{"jsonrpc":"2.0","id":1,"method":"bridge.show","params":{"name":"br0"}}' | timeout 10 nc -N -U /run/weft/cli.sock; }
expect 'nc can speak to it' equal br0 "$(by_hand | jq -r '.result[0].name')"
