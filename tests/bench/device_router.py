# SPDX-License-Identifier: BSD-3-Clause
"""The devices as routers: packets come to their MAC address, and leave to one of 64 neighbours. All of
these are known beforehand: nobody has to answer."""
import processes
import routes
from cases import UPDATES
from device_ovs import Ovs
from device_weft import Weft

TABLE = 'table'  # name of the file of routes
FEW = 1000


class WeftRouter(Weft):
    """A routed port on either side, and the routes from a file."""

    def conf(self, ports, case):
        table, conf = case.table, super().conf(ports, case)
        del conf['bridges']
        inside, outside = routes.NETS[table.family]
        neighbors = [{'address': routes.hop_address(table.family, hop), 'mac': routes.hop_mac(hop)}
                     for hop in range(routes.HOPS)]
        conf['interfaces'] = {
            'in': {'port': 'p0', 'mac': routes.ROUTER_MAC, 'addresses': [inside], 'dad': False},
            'out': {'port': 'p1', 'addresses': [outside], 'dad': False, 'neighbors': neighbors}}
        conf['route_files'] = {TABLE: {'file': table.path(
            'now' if case.kind == UPDATES else 'weft')}}
        return conf

    def is_up(self):
        return all(port['state'] == 'up' for port in self.ask('port', 'show'))

    def settle(self):
        """The routes are where the workers find them. They are not while the ports have no link."""
        processes.wait_for('the routes are not loaded', self._has_loaded, 60, self.process,
                           self.log)

    def _has_loaded(self):
        return (self.ask('route', 'file', 'show', TABLE)[0]['state'] == 'loaded' and
                self.ask('system', 'show')[0]['in_sync'])

    def reload(self):
        """Reads the file anew; returns when it is read."""
        processes.run([self.bench.weft, '-n', 'bench', 'route', 'file', 'reload', TABLE], patience=60)

    def drops(self):
        """{reason: packets}"""
        found = {}
        for drop in self.ask('drops', 'show'):
            found[drop['reason']] = found.get(drop['reason'], 0) + drop['packets']
        return found

    def doubt(self, case):
        """The first packets find none, until the ports have a link."""
        lost = self.drops().get('no_route', 0)
        return f'{lost} packets found no route' if lost > FEW else ''


class OvsRouter(Ovs):
    """A flow for each route. More than some ten thousand are not tried: its datapath keeps 200,000 at
    most, and packets that find none wait for the threads that make them."""
    title, flows = 'OVS, routes as flows', []

    def launch(self, ports, case):
        super().launch(ports, case)
        bridge, table = f'unix:{self.folder}/br0.mgmt', case.table
        if table.width > 1:
            self._ofctl('add-groups', bridge, table.path('groups'))
        self._ofctl('add-flows', bridge, table.path('ovs'))
        self._appctl('dpif-netdev/pmd-stats-clear')

    def _ofctl(self, *words):
        self._run('usr/bin/ovs-ofctl', '-O', 'OpenFlow13', *words, patience=60)

    def learned(self):
        return None
