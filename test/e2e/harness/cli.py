# SPDX-License-Identifier: Apache-2.0
"""A client of the admin socket."""
import socket

from harness.waiting import PATIENCE_S


def ask(path, line, timeout=PATIENCE_S):
    """The whole answer to a line, read until the other side closes."""
    with connect(path, timeout) as client:
        client.sendall(line.encode() + b"\n")
        return read_all(client)


def connect(path, timeout=PATIENCE_S):
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(timeout)
    client.connect(str(path))
    return client


def read_all(client):
    text = b""
    while part := client.recv(65536):
        text += part
    return text.decode()


def read_until(client, end):
    """What comes up to and with `end`."""
    text = b""
    while not text.endswith(end.encode()):
        part = client.recv(1)
        assert part, "closed after %r" % text
        text += part
    return text.decode()
