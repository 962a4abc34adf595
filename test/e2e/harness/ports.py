# SPDX-License-Identifier: Apache-2.0
"""Hands out free TCP ports of the range that the scenarios own.

Kernel-chosen ports would not do: a port has to be known before the program that binds it starts, and
outgoing connections of other tests must not take it meanwhile. Each parallel worker has a slice.
"""
import itertools
import os
import socket

FIRST, LAST, SLICE = 26000, 27999, 250

_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_slice = range(FIRST + _worker * SLICE, min(FIRST + (_worker + 1) * SLICE, LAST + 1))
_candidates = itertools.cycle(_slice)


def _is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("0.0.0.0", port))
        except OSError:
            return False
    return True


def free_port():
    for port in itertools.islice(_candidates, len(_slice)):
        if _is_free(port):
            return port
    raise RuntimeError("no free port left between %d and %d" % (_slice[0], _slice[-1]))
