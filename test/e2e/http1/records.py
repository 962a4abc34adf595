# SPDX-License-Identifier: Apache-2.0
"""Begins the record of a server anew, between two rows of a corpus that share it."""
import socket

from harness.waiting import wait_for


def _is_of(conn, address):
    try:
        return conn.sock.getpeername() == address
    except OSError:
        return False  # it has ended


def forget(origin):
    """Connections that it has yet to accept are forgotten as well: they come in turn, and ours is the last of them."""
    with socket.create_connection(("127.0.0.1", origin.port)) as last:
        address = last.getsockname()
        wait_for(lambda: any(_is_of(conn, address) for conn in list(origin.open)), what="the server accepts")
        origin.forget()
