# SPDX-License-Identifier: Apache-2.0
"""The cases of varnishtest, one test each."""
import os
import pathlib
import subprocess

import pytest

from harness.balancer import weir_binary
from harness.waiting import PATIENCE_S

FOLDER = pathlib.Path(__file__).parent
PROGRAMS = {"haproxy": lambda: "/usr/sbin/haproxy", "weir": weir_binary}


# What only later versions of HAProxy have.
NEWER = {"proxy_header_tlvs"}


@pytest.mark.parametrize("case", sorted(FOLDER.glob("*.vtc")), ids=lambda path: path.stem)
def test_vtc(kind, case):
    if kind == "haproxy" and case.stem in NEWER:
        pytest.skip("HAProxy 2.6 does not have it")
    ran = subprocess.run(["varnishtest", "-t", "%d" % (2 * PATIENCE_S), str(case)], capture_output=True, check=False,
                         env={**os.environ, "HAPROXY_PROGRAM": PROGRAMS[kind]()})
    assert ran.returncode == 0, ran.stdout.decode(errors="replace")[-6000:]
