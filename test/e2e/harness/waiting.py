# SPDX-License-Identifier: Apache-2.0
"""Waiting with a deadline: the only way in which a scenario waits for something to become true.

The deadline is for what will never come. It costs nothing while all is well, so it is longer than any machine is busy.
"""
import pathlib
import re
import time

PATIENCE_S = 60.0
LISTEN = "0A"  # state of a socket in /proc/net/tcp
ACCEPTS = " 00010000 "  # flag of a listening one in /proc/net/unix
BOUND_BYTES = 90  # so much of a path is left in the name that a socket is bound under before it gets its own


def wait_for(condition, within=PATIENCE_S, every=0.02, what=None):
    """Polls condition() until it is true and returns its value; fails the test after `within` seconds."""
    deadline = time.monotonic() + within
    while True:
        is_last = time.monotonic() > deadline  # read first: who was held up meanwhile looks once more
        value = condition()
        if value:
            return value
        if is_last:
            reason = what() if callable(what) else what or condition
            raise AssertionError("not within %.1f s: %s" % (within, reason))
        time.sleep(every)


def is_listening(port):
    """Asks the kernel rather than connecting: a connection would show up in logs and counters."""
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with open(table, encoding="ascii") as sockets:
            for line in sockets:
                fields = line.split()
                if fields[3] == LISTEN and int(fields[1].rpartition(":")[2], 16) == port:
                    return True
    return False


def _accepting():
    """The names of all unix sockets that take connections; @ begins those of no file system and fills them up."""
    with open("/proc/net/unix", encoding="utf-8", errors="replace") as sockets:
        return [line.rstrip("@\n").split(" ")[-1] for line in sockets if ACCEPTS in line]


def is_bound(address):
    """Whether the address of a bind line has its listener; one that does not tell its port has it at once."""
    family, _, name = address.rpartition("@")
    if family == "unix" or name.startswith("/"):
        return pathlib.Path(name).is_socket() and any(bound.startswith(name[:BOUND_BYTES]) for bound in _accepting())
    if family in ("abns", "abnsz"):
        return "@" + name in _accepting()
    port = re.search(r":(\d+)(-\d+)?$", name)
    return is_listening(int(port.group(1))) if port else True
