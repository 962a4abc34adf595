# SPDX-License-Identifier: Apache-2.0
"""What the kernel knows of a connection."""
from harness.waiting import wait_for


def _hex(address):
    host, port = address
    return "%08X:%04X" % (int.from_bytes(bytes(map(int, host.split("."))), "little"), port)


def _is_taken(client):
    ours, theirs = _hex(client.sock.getsockname()), _hex(client.sock.getpeername())
    with open("/proc/net/tcp", encoding="ascii") as sockets:
        rows = {(fields[1], fields[2]): fields[4] for fields in map(str.split, sockets)}
    unacknowledged = rows[ours, theirs].split(":")[0]
    unread = rows.get((theirs, ours), ":1").split(":")[1]  # it is not there before it has been accepted
    return int(unacknowledged, 16) == int(unread, 16) == 0


def wait_taken(client):
    """Until the other side has read all that this client of 127.0.0.1 has sent."""
    wait_for(lambda: _is_taken(client), what="the balancer reads")
