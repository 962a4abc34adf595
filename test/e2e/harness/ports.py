# SPDX-License-Identifier: Apache-2.0
"""Hands out free TCP ports of the range that the scenarios own.

Kernel-chosen ports would not do: a port has to be known before the program that binds it starts, and
outgoing connections of other tests must not take it meanwhile. Each test process locks a slice of its
own: two balancers could bind one port without an error (SO_REUSEPORT) and share its connections.
"""
import itertools
import socket

FIRST, LAST, SLICE = 23000, 31999, 200


def _lock_slice():
    """The ports of the first slice that no other process has; and its lock, held until we end."""
    for first in range(FIRST, LAST + 1, SLICE):
        lock = socket.socket(socket.AF_UNIX)
        try:
            lock.bind("\0weir-ports-%d" % first)  # a name in no file system: it goes with the process
        except OSError:
            lock.close()
            continue
        return range(first, first + SLICE), lock
    raise RuntimeError("all slices of ports are taken")


_slice, _lock = _lock_slice()
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
