# SPDX-License-Identifier: BSD-3-Clause
"""What a report tells of the machine it was made on."""
import os
import platform
import re
import time


def _processor():
    with open('/proc/cpuinfo', encoding='utf-8') as file:
        found = re.search(r'^model name\s*:\s*(.*)$', file.read(), re.M)
    return found.group(1) if found else platform.machine()


def load():
    return round(os.getloadavg()[0], 2)


def steal_and_total():
    with open('/proc/stat', encoding='utf-8') as file:
        fields = [int(word) for word in file.readline().split()[1:]]
    return fields[7], sum(fields[:8])


def busy_seconds(core):
    """Processor time of a core since it started, less what it idled."""
    with open('/proc/stat', encoding='utf-8') as file:
        found = re.search(rf'^cpu{core} (.*)$', file.read(), re.M)
    fields = [int(word) for word in found.group(1).split()]
    user, nice, system, _idle, _wait, hard, soft = fields[:7]
    return (user + nice + system + hard + soft) / os.sysconf('SC_CLK_TCK')


def tsc_hz():
    """As the processor's own name of its speed has it."""
    with open('/proc/cpuinfo', encoding='utf-8') as file:
        found = re.search(r'^cpu MHz\s*:\s*([\d.]+)', file.read(), re.M)
    return float(found.group(1)) * 1e6 if found else None


def hugepages_free_mb():
    """Of 2 MB pages."""
    try:
        with open('/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages',
                  encoding='utf-8') as file:
            return 2 * int(file.read())
    except OSError:
        return 0


def describe():
    return {'processor': _processor(), 'cores': os.cpu_count(),
            'kernel': 'Linux ' + platform.release(), 'load_before': load(),
            'began': time.strftime('%Y-%m-%d %H:%M UTC', time.gmtime())}
