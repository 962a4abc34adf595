# SPDX-License-Identifier: Apache-2.0
"""Waiting with a deadline: the only way in which a scenario waits for something to become true."""
import time

LISTEN = "0A"  # state of a socket in /proc/net/tcp


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
