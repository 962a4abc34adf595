# SPDX-License-Identifier: Apache-2.0
"""What servers do that speak no HTTP."""
import socket
import time

from harness.waiting import PATIENCE_S


def echo(conn):
    """Sends back what comes, and ends when the client has ended."""
    while data := conn.sock.recv(65536):
        conn.sock.sendall(data)


def silent(conn):
    """Accepts and says nothing, until it is left."""
    conn.wait_closed()


def deaf(_):
    """Says nothing and does not even notice that it is left."""
    time.sleep(2 * PATIENCE_S)


def greet(conn):
    """Speaks first, then echoes."""
    conn.send(b"welcome\n")
    echo(conn)


def count(conn):
    """Answers with the number of bytes that came, once the client has ended."""
    conn.send(b"%d" % len(conn.stream.rest()))


def say_and_end(conn):
    """Ends its side at once, and reads on."""
    conn.send(b"that is all")
    conn.sock.shutdown(socket.SHUT_WR)
    conn.wait_closed()


def reset_later(conn):
    """Resets the connection after the first bytes."""
    conn.sock.recv(100)
    conn.reset()


def close_at_once(conn):
    """Closes without a word."""
