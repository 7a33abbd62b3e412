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
