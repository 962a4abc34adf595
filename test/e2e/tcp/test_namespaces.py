# SPDX-License-Identifier: Apache-2.0
"""Listeners and servers in another network namespace."""
import socket
import subprocess
import sys

import pytest

from harness.client import Client
from harness.ports import free_port

ECHO = """
import socket
listener = socket.create_server(("127.0.0.1", %d))
print("ready", flush=True)
while True:
    sock, _ = listener.accept()
    sock.sendall(sock.recv(100).upper())
    sock.close()
"""


@pytest.fixture
def namespace():
    """A named one, as `ip netns` makes them; with an echo inside."""
    name, port = "weir-test-%d" % free_port(), free_port()
    try:
        subprocess.run(["ip", "netns", "add", name], check=True, capture_output=True)
    except (subprocess.CalledProcessError, OSError) as error:
        pytest.skip("no network namespaces here: %s" % error)
    inside = ["ip", "netns", "exec", name]
    subprocess.run(inside + ["ip", "link", "set", "lo", "up"], check=True)
    server = subprocess.Popen(inside + [sys.executable, "-c", ECHO % port],
                              stdout=subprocess.PIPE)
    server.stdout.readline()
    yield name, port
    server.kill()
    server.wait()
    subprocess.run(["ip", "netns", "delete", name], check=True)


def test_a_server_in_a_namespace(balance, namespace):
    name, server = namespace
    port = free_port()
    balance("""
listen web
    mode tcp
    bind 127.0.0.1:%d
    server s1 127.0.0.1:%d namespace %s
""" % (port, server, name))
    with Client(port) as client:
        assert client.send(b"hello").rest() == b"HELLO"


def test_a_listener_in_a_namespace(balance, namespace):
    """(Two blanks behind bind: the port cannot be seen from here, so nobody shall wait for it.)"""
    name, server = namespace
    port, inside = free_port(), free_port()
    balance("""
listen web
    mode tcp
    bind 127.0.0.1:%d
    server s1 127.0.0.1:%d namespace %s
listen inside
    mode tcp
    bind  127.0.0.1:%d namespace %s
    server s1 127.0.0.1:%d namespace %s
""" % (port, inside, name, inside, name, server, name))
    with Client(port) as client:
        assert client.send(b"through two").rest() == b"THROUGH TWO"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", inside), timeout=1)
