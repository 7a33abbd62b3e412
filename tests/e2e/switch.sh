#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A switch between hosts, seen through the command line: every verb of every noun while packets flow.
export WEFT_TOPOLOGY_SECONDS=${WEFT_TOPOLOGY_SECONDS:-120}
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

macs() { value one '[.[].mac] | join(" ")' fdb show "$@"; }

sum_rule() {
	local wrong
	wrong=$(value one '.[] | select(.packets + .generated != .sent + .dropped + .consumed)' worker show)
	[ -z "$wrong" ] || { echo "$wrong"; false; }
}
pids=''

for host in h1 h2 h3; do ns "$host"; done
cat >switch.yaml <<'END'
system: { workers: auto, memory: 256MB }
ports:
  tap1: { type: tap, device: e1, netns: h1, mac: "02:00:00:00:00:01", addresses: [10.0.0.1/24] }
  tap2: { type: tap, device: e2, netns: h2, mac: "02:00:00:00:00:02", addresses: [10.0.0.2/24] }
  late: { type: af_packet, device: late0 }
bridges:
  br0: { ports: { tap1: {}, tap2: {}, late: {} } }
END
start_weftd one switch.yaml
timeout 55 "$build/tools/weft" -n one monitor >events 2>&1 &
monitor=$!

# --- the start ---
expect 'taps are up' ports_up one tap1 tap2
expect 'a port whose device is missing is down' port_is one late down
expect 'which system show tells' is false '.[0].in_sync' system show
expect 'and names the device' said <(value one '.[] | .reason' port show late) late0
expect 'two hosts reach each other' ping_ok h1 10.0.0.2
cable late0 h3 e3
address h3 e3 10.0.0.3/24 02:00:00:00:00:03
expect 'the device comes, and the port with it' ports_up one late
expect 'nothing more is missing' is true '.[0].in_sync' system show
expect 'it is in its bridge' ping_ok h1 10.0.0.3
expect 'which is told' said events '"name":"late".*"state":"up"'
expect 'but by hand such a port is refused' code 1 port add nope type=af_packet device=nope0
expect 'and not there' is 3 length port show

# --- port, drops, stats ---
expect 'packets are counted' at_least 1 "$(value one '.[0].rx_packets' port show tap1)"
expect 'one port is shown with its drops by reason' is object '.[0].drops | type' port show tap1
expect 'the MTU changes while it runs' w port set tap1 mtu=1400
expect 'on the device as well' said <(ip -n h1 link show e1) 'mtu 1400'
expect 'and back' w port set tap1 mtu=1500
w stats clear
expect 'counters begin anew' at_most 20 "$(value one '.[0].rx_packets' stats show)"
w bridge set br0 ports.tap2.vlan=20
expect 'in another VLAN a host is not reached' no_ping h1 10.0.0.2
w bridge set br0 ports.tap1.protected=true ports.tap2.protected=true ports.tap2.vlan=none
expect 'nor is a protected one from another' no_ping h1 10.0.0.2
expect 'but the others are from both' ping_ok h2 10.0.0.3
frames h1 send e1 src=02:00:00:00:00:01 dst=02:00:00:00:00:02 count=3
expect 'the drops say why' at_least 1 "$(drops one protected)"
expect 'of this port' at_least 1 "$(value one length drops show tap1)"
expect 'drops of no port are refused' code 1 drops show tap9
w bridge set br0 ports.tap1.protected=none ports.tap2.protected=none
expect 'without that it is' ping_ok h1 10.0.0.2

# --- fdb ---
expect 'addresses are learned' said <(macs) '02:00:00:00:00:01 02:00:00:00:00:02'
expect 'where they are' is tap2 '.[0].port' fdb show mac=02:00:00:00:00:02
expect 'by port' equal 02:00:00:00:00:01 "$(macs port=tap1)"
expect 'by bridge' at_least 2 "$(value one length fdb show br0)"
expect 'by VLAN' is 0 length fdb show vlan=7
expect 'a bridge that is not there is refused' code 1 fdb show bridge=br9
expect 'flush' w fdb flush port=tap1
expect 'forgets them' equal '' "$(macs port=tap1 mac=02:00:00:00:00:01)"
ping_ok h1 10.0.0.2
expect 'a static address' w bridge set br0 'macs=[{mac: "02:00:00:00:00:09", port: tap2}]'
expect 'is shown as such' is true '.[0].static' fdb show mac=02:00:00:00:00:09
w fdb flush
expect 'stays when others are flushed' equal 02:00:00:00:00:09 "$(macs mac=02:00:00:00:00:09)"
expect 'and goes with its configuration' w bridge set br0 macs=none
expect 'at once' equal '' "$(macs mac=02:00:00:00:00:09)"

# --- what belongs to others ---
expect 'a port is made anew with more queues' w port set tap2 queues=2
expect 'and is in its bridge again' ping_ok h1 10.0.0.2
expect 'and both have a worker' is 4 '[.[].queues[]] | length' worker show
w config show
sed 's/^    ports: .*/    ports: { tap1: {}, late: {} }/; $ a\  br1:\n    ports: { tap2: {} }' out >two.yaml
expect 'a port goes to another bridge' w config apply two.yaml
expect 'and is no longer reached' no_ping h1 10.0.0.2
sed '/^bridges/,$ d' two.yaml >back.yaml
printf 'bridges:\n  br0: { ports: { tap1: {}, tap2: {}, late: {} } }\n' >>back.yaml
cp out one.yaml
expect 'and comes back' w config apply back.yaml
expect 'to where it is reached' ping_ok h1 10.0.0.2
# tap2 goes to br1, then the last port cannot be opened: everything goes back.
sed 's/^bridges:/  nope: { type: af_packet, device: nope0 }\nbridges:/; s/tap2: {}, //; $ a\  br1: { ports: { tap2: {} } }' \
	back.yaml >fails.yaml
expect 'a change that fails' code 1 config apply fails.yaml
expect 'leaves the bridges as they were' is br0 '[.[].name] | join(" ")' bridge show
expect 'and their ports' ping_ok h1 10.0.0.2
sed 's/^  tap1: .*/  nope: { type: af_packet, device: nope0 }/; s/tap1: {}/nope: {}/' back.yaml >fails.yaml
expect 'one that takes a port away and fails' code 1 config apply fails.yaml
expect 'brings it back' ports_up one tap1
expect 'to its bridge' ping_ok h1 10.0.0.2
ip link del late0
expect 'a port whose device went is down' wait_for 3 port_is one late down
expect 'a change of it that fails' code 1 port set late device=nope0
expect 'leaves it as it was, though its device is missing' is late0 .ports.late.device config show
expect 'and waiting' port_is one late down
cable late0 h3 e3
address h3 e3 10.0.0.3/24 02:00:00:00:00:03
expect 'for the device to come back' ports_up one late
expect 'and the bridge to have it' ping_ok h1 10.0.0.3

# --- ageing, limits, moves ---
learned() { value one '[.[] | select(.static | not)] | length' fdb show "port=$1"; }
learned_is() { equal "$2" "$(learned "$1")"; }
w bridge set br0 aging=1
expect 'a silent address is forgotten' wait_for 6 learned_is tap2 0
w bridge set br0 aging=300 ports.tap1.mac_limit=5
frames h1 flood e1 count=40 rate=2000
expect 'a port learns as many addresses as it may' wait_for 3 learned_is tap1 5
expect 'and says that it learns no more' is false '.[0].members[] | select(.port == "tap1").learning' bridge show br0
expect 'which harms nobody else' ping_ok h2 10.0.0.3
w fdb flush port=tap1
expect 'with room it learns again' ping_ok h1 10.0.0.3
expect 'its own address' said <(macs port=tap1) 02:00:00:00:00:01
w bridge set br0 ports.tap1.mac_limit=none
for host in h1:e1 h2:e2; do
	frames "${host%:*}" send "${host#*:}" src=02:00:00:00:00:77 count=600 rate=400 &
	pids+=" $!"
done
# shellcheck disable=SC2086
wait $pids
expect 'an address at two ports is seen to move' at_least 5 "$(value one '.[0].moves' fdb show mac=02:00:00:00:00:77)"
expect 'and who listens hears of it' said events '"action":"moved"'
expect 'as of its flapping' said events '"action":"flapping"'
expect 'the log tells it once' equal 1 "$(grep -c 'moves to and fro' one.log)"

# --- workers ---
w port set tap2 queues=1
expect 'each queue has a worker' is 'late:0 tap1:0 tap2:0' '[.[].queues[]] | sort | join(" ")' worker show
cores=$(nproc)
expect 'a worker on each core' w system set "workers=[$(seq -s, 0 $((cores - 1)))]"
expect 'has its share of the queues' is "$cores" length worker show
on h1 ping -n -q -i 0.01 -c 250 -W 1 10.0.0.2 >ping.out 2>&1 &
ping=$!
for round in 1 2 3 4 5 6; do
	for port in tap1 tap2; do
		w worker move "$port" 0 $((round % cores)) || echo "# round $round: $(cat err)"
	done
done
wait "$ping"
expect 'queues move between workers and lose nothing' said ping.out ' 0% packet loss'
expect 'what was moved is kept in the configuration' is $((6 % cores)) '.ports.tap1.workers[0]' config show
if [ "$cores" -gt 1 ]; then
	expect 'a core is not taken away while a queue is pinned to it' code 1 system set "workers=[1]"
	expect 'which is told' said err 'core 0 has no worker'
fi
expect 'the sum rule holds for each worker' sum_rule
expect 'polling is a choice' w system set idle=poll
expect 'and back' w system set idle=adaptive
expect 'memory changes at the next start' w system set memory=300MB
expect 'and says so' is true '.[0].restart_needed' system show

# --- under traffic ---
on h1 ping -n -q -i 0.01 -c 250 -W 1 10.0.0.2 >ping.out 2>&1 &
ping=$!
for round in 1 2 3; do
	w port add "hot$round" type=tap device=hot$round || cat err
	w bridge set br0 "ports.hot$round.vlan=1" || cat err
	w bridge set br0 "ports.hot$round=none" || cat err
	w port del "hot$round" || cat err
done
wait "$ping"
expect 'ports come and go and nobody else loses a packet' said ping.out ' 0% packet loss'

# --- it was killed ---
kill -KILL "${weftd_pid[one]}"
wait "${weftd_pid[one]}" 2>/dev/null
start_weftd one switch.yaml
expect 'after kill -9 it starts again' ports_up one tap1 tap2 late
expect 'and carries packets' ping_ok h1 10.0.0.2
expect 'no turn of the loop was long' never_long
kill "$monitor" 2>/dev/null || true
