# SPDX-License-Identifier: Apache-2.0
"""Servers behind the balancer, one thread for each connection, which record every byte they receive.

What a server does is a function of one connection:

    def slow(conn):
        request = conn.request()
        time.sleep(1)
        conn.send(OK)

    with Origin(slow) as origin: ...   origin.port, origin.requests, origin.connections
"""
import socket
import struct
import threading

from harness.http import Cut, Malformed, Stream, read_request
from harness.ports import free_port
from harness.waiting import PATIENCE_S, wait_for


def reply(body=b"ok", status="200 OK", headers=(), version="1.1"):
    """A response with a Content-Length."""
    lines = ["HTTP/%s %s" % (version, status), "Content-Length: %d" % len(body)]
    lines += ["%s: %s" % header for header in headers]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def always(response):
    """A well-behaved server: the same answer to each request, on connections that stay open."""

    def serve(conn):
        while conn.request():
            conn.send(response)

    return serve


def once(data, close=True):
    """Sends these bytes after the first request, then closes or falls silent."""

    def serve(conn):
        if conn.request():
            conn.send(data)
            if not close:
                conn.wait_closed()

    return serve


class OriginConn:
    """One accepted connection, in its own thread."""

    def __init__(self, origin, sock):
        self.origin = origin
        self.sock = sock
        self.stream = Stream(sock)
        self.requests = []
        self.malformed = None

    def begin(self):
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.origin.tls:
            self.sock = self.stream.sock = self.origin.tls.wrap_socket(self.sock, server_side=True,
                                                                       do_handshake_on_connect=False)
            self.sock.do_handshake()

    @property
    def received(self):
        return bytes(self.stream.received)

    def request(self):
        """The next request, recorded; None at the end of the connection."""
        request = read_request(self.stream)
        if request:
            self.requests.append(request)
            self.origin.requests.append(request)
        return request

    def send(self, data):
        self.sock.sendall(data)

    def wait_closed(self):
        self.stream.rest()

    def reset(self):
        """Closes with a RST instead of a FIN."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


class Origin:
    def __init__(self, serve=None, port=None, host="127.0.0.1", tls=None, backlog=128):
        self.serve = serve or always(reply())
        self.port = port or free_port()
        self.host = host
        self.tls = tls
        self.requests = []  # of all connections, in the order of their ends
        self.connections = []
        self.open = set()
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind((host, self.port))
        self.listener.listen(backlog)
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Stops listening and ends what is open, be it accepted only just now."""
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.thread.join(PATIENCE_S)
        self.listener.close()
        self.close_connections()

    def close_connections(self):
        for conn in list(self.open):
            try:
                conn.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def forget(self):
        """Closes what is open and empties the record."""
        self.close_connections()
        wait_for(lambda: not self.open, what="connections to the server end")
        self.requests.clear()
        self.connections.clear()

    def _accept(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            conn = OriginConn(self, sock)
            self.open.add(conn)  # before its thread runs: whoever closes us now finds it
            threading.Thread(target=self._run, args=(conn,), daemon=True).start()

    def _run(self, conn):
        try:  # fails where a probe has reset the connection by now
            conn.begin()
        except OSError:
            pass
        self.connections.append(conn)
        try:
            self.serve(conn)
        except Malformed as error:
            conn.malformed = error
        except (Cut, OSError, ValueError):
            pass
        finally:
            self.open.discard(conn)
            conn.sock.close()
