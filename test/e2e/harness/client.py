# SPDX-License-Identifier: Apache-2.0
"""Clients: raw bytes out, parsed responses in, over TCP or TLS."""
import socket
import ssl
import struct
import time

from harness.http import Cut, Stream, read_response
from harness.waiting import PATIENCE_S

WOULD_BLOCK = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class Client:
    """One connection. `tls` is an ssl.SSLContext, `sni` the name to ask for, `source` the address to come from."""

    def __init__(self, port, host="127.0.0.1", tls=None, sni=None, timeout=PATIENCE_S, session=None,
                 receive_buffer=None, source=None):
        self.sock = socket.socket()
        if source:
            self.sock.bind((source, 0))
        if receive_buffer:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.sock.connect((host, port))  # with a time-out a reset close behind would pass for a failure
        self.sock.settimeout(timeout)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls:
            self.sock = tls.wrap_socket(self.sock, server_hostname=sni, session=session)
        self.stream = Stream(self.sock, timeout)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.sock.close()

    def send(self, data):
        self.sock.sendall(data.encode("latin-1") if isinstance(data, str) else data)
        return self

    def echoed(self, data):
        """Sends all of `data` while receiving as much, in one thread: a TLS session must not be used by two."""
        deadline = time.monotonic() + self.stream.timeout
        sent = 0
        while len(self.stream.buffer) < len(data):
            assert time.monotonic() < deadline, "%d bytes sent, %d came back" % (sent, len(self.stream.buffer))
            self.sock.settimeout(0.0)
            sent += self._push(data[sent:sent + 65536])
            self._pull(sent - len(self.stream.buffer))
        return self.stream.take(len(data))

    def _push(self, data):
        try:
            return self.sock.send(data) if data else 0
        except WOULD_BLOCK:
            return 0

    def _pull(self, outstanding):
        try:
            if outstanding and not self.stream.fill(0.05):
                raise Cut(self.stream.buffer)
        except (socket.timeout, *WOULD_BLOCK):
            pass

    def end(self):
        """Nothing more will be sent; the other direction stays open."""
        self.sock.shutdown(socket.SHUT_WR)
        return self

    def reset(self):
        """Leaves with a RST, after which nobody can take it for a half-closed client."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def response(self, method="GET"):
        return read_response(self.stream, method)

    def request(self, method="GET", path="/", headers=(), body=b"", version="1.1"):
        """Sends a well-formed request and reads its response."""
        lines = ["%s %s HTTP/%s" % (method, path, version)]
        names = [name.lower() for name, _ in headers]
        if "host" not in names:
            lines.append("Host: test")
        if body and "content-length" not in names and "transfer-encoding" not in names:
            lines.append("Content-Length: %d" % len(body))
        lines += ["%s: %s" % header for header in headers]
        self.send("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)
        return self.response(method)

    def is_closed(self, within=PATIENCE_S):
        return self.stream.is_closed(within)

    def is_silent(self, during=0.2):
        return self.stream.is_silent(during)

    def rest(self):
        return self.stream.rest()


def get(port, path="/", headers=(), **options):
    """One request on a connection of its own."""
    with Client(port, **options) as client:
        return client.request("GET", path, headers)


def tls_client(ca=None, alpn=None, minimum=None, maximum=None, crt=None):
    """An ssl.SSLContext; without `ca` the server's certificate is not checked."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if ca:
        context.load_verify_locations(ca)
    else:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if alpn:
        context.set_alpn_protocols(alpn)
    if minimum and minimum < ssl.TLSVersion.TLSv1_2:
        context.set_ciphers("ALL:@SECLEVEL=0")
    if minimum:
        context.minimum_version = minimum
    if maximum:
        context.maximum_version = maximum
    if crt:
        context.load_cert_chain(crt)
    return context
