# SPDX-License-Identifier: BSD-3-Clause
"""`tools/bench l2`: switching, beside the others."""
import cases
from device_ovs import Ovs, OvsFlow, OvsSignature
from device_testpmd import Testpmd
from device_weft import Weft
from suite import Suite

SUITE = Suite('l2', 'Switching', 'Switching, one core', cases.L2,
              [Weft, Ovs, OvsSignature, OvsFlow, Testpmd], [Weft, Ovs, Testpmd])
