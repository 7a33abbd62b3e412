# SPDX-License-Identifier: BSD-3-Clause
"""Finds tests/bench; tests are run as files. Tells a test's name as its sentence."""
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../bench'))


class Told(unittest.TextTestResult):
    def startTest(self, test):
        super().startTest(test)
        self.stream.flush()

    def addSuccess(self, test):
        super().addSuccess(test)
        print(f'[       OK ] {test._testMethodName[5:]}')

    def addFailure(self, test, err):
        super().addFailure(test, err)
        print(f'[  FAILED  ] {test._testMethodName[5:]}')

    def addError(self, test, err):
        super().addError(test, err)
        print(f'[  FAILED  ] {test._testMethodName[5:]}')


def main():
    unittest.main(testRunner=unittest.TextTestRunner(sys.stdout, resultclass=Told, verbosity=0))
