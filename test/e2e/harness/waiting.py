# SPDX-License-Identifier: Apache-2.0
"""Waiting with a deadline: the only way in which a scenario waits for something to become true."""
import pathlib
import re
import time

LISTEN = "0A"  # state of a socket in /proc/net/tcp
ACCEPTS = " 00010000 "  # flag of a listening one in /proc/net/unix


def wait_for(condition, within=10.0, every=0.02, what=None):
    """Polls condition() until it is true and returns its value; fails the test after `within` seconds."""
    deadline = time.monotonic() + within
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
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


def is_bound(address):
    """Whether the address of a bind line has its listener; one that does not tell its port has it at once."""
    family, _, name = address.rpartition("@")
    if family == "unix" or name.startswith("/"):
        return pathlib.Path(name).is_socket()
    if family in ("abns", "abnsz"):
        with open("/proc/net/unix", encoding="utf-8", errors="replace") as sockets:
            return any(ACCEPTS in line and line.rstrip("@\n").endswith(" @" + name) for line in sockets)
    port = re.search(r":(\d+)(-\d+)?$", name)
    return is_listening(int(port.group(1))) if port else True
