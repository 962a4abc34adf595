# SPDX-License-Identifier: Apache-2.0
"""What the kernel knows of a connection."""
from harness.waiting import wait_for

NO_INODE = "0"  # of a connection that nobody has accepted


def _hex(address):
    host, port = address
    return "%08X:%04X" % (int.from_bytes(bytes(map(int, host.split("."))), "little"), port)


def _is_taken(client):
    ours, theirs = _hex(client.sock.getsockname()), _hex(client.sock.getpeername())
    with open("/proc/net/tcp", encoding="ascii") as sockets:
        rows = {(fields[1], fields[2]): fields for fields in map(str.split, sockets)}
    if (theirs, ours) not in rows or rows[theirs, ours][9] == NO_INODE:
        return False
    unacknowledged, unread = rows[ours, theirs][4].split(":")[0], rows[theirs, ours][4].split(":")[1]
    return int(unacknowledged, 16) == int(unread, 16) == 0


def wait_taken(client):
    """Until the other side has accepted this client of 127.0.0.1 and read all that it has sent: before it hears of
    anything else, it does what follows from that."""
    wait_for(lambda: _is_taken(client), what="the balancer reads")
