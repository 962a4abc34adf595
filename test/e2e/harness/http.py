# SPDX-License-Identifier: Apache-2.0
"""HTTP/1 messages off a socket, read strictly, with every byte kept as it came.

Both ends use it: clients read responses, servers read requests. It is written for tests: a message that
cannot be framed without guessing raises Malformed, one that ends early raises Cut with what was there.
"""
import socket
from dataclasses import dataclass, field

from harness.waiting import PATIENCE_S


class Malformed(Exception):
    pass


class Cut(Exception):
    """The peer closed in the middle of a message (or, with no bytes, instead of one)."""

    def __init__(self, received):
        super().__init__("cut after %d bytes: %r" % (len(received), bytes(received[-200:])))
        self.received = bytes(received)


@dataclass
class Message:
    start_line: str
    headers: list  # of (lower case name, value)
    head: bytes
    body: bytes = b""  # without the chunked framing
    raw_body: bytes = b""
    trailers: list = field(default_factory=list)
    interim: list = field(default_factory=list)  # of Message: the 1xx heads that came before

    def header(self, name, default=None):
        """All fields of that name joined with commas, as RFC 9110 5.2 reads them."""
        values = [value for key, value in self.headers if key == name.lower()]
        return ", ".join(values) if values else default

    @property
    def status(self):
        return int(self.start_line.split(" ", 2)[1])

    @property
    def raw(self):
        return self.head + self.raw_body

    @property
    def wants_close(self):
        connection = (self.header("connection") or "").lower()
        return "close" in connection or ("HTTP/1.0" in self.start_line
                                         and "keep-alive" not in connection)


class Stream:
    """A socket with a buffer in front of it; every wait ends at a deadline."""

    def __init__(self, sock, timeout=PATIENCE_S):
        self.sock = sock
        self.timeout = timeout
        self.buffer = bytearray()
        self.received = bytearray()  # everything ever received

    def fill(self, timeout=None):
        """Receives something more; False at the end of the stream."""
        self.sock.settimeout(timeout or self.timeout)
        data = self.sock.recv(262144)
        self.buffer += data
        self.received += data
        return bool(data)

    def take(self, count):
        taken = bytes(self.buffer[:count])
        del self.buffer[:count]
        return taken

    def exactly(self, count):
        while len(self.buffer) < count:
            if not self.fill():
                raise Cut(self.buffer)
        return self.take(count)

    def until(self, mark, limit=1 << 20):
        start = 0
        while (end := self.buffer.find(mark, start)) < 0:
            start = max(0, len(self.buffer) - len(mark) + 1)
            if len(self.buffer) > limit:
                raise Malformed("no %r within %d bytes" % (mark, limit))
            if not self.fill():
                raise Cut(self.buffer)
        return self.take(end + len(mark))

    def rest(self):
        """All until the peer closes; a reset counts as closing."""
        try:
            while self.fill():
                pass
        except ConnectionError:
            pass
        return self.take(len(self.buffer))

    def is_closed(self, within=PATIENCE_S):
        """True when the peer closes in time; bytes that come instead are kept and mean False."""
        try:
            return not self.fill(within)
        except socket.timeout:
            return False
        except ConnectionError:
            return True

    def is_silent(self, during=0.2):
        """True when neither a byte nor the end of the stream comes meanwhile."""
        try:
            self.fill(during)
            return False
        except socket.timeout:
            return not self.buffer


def parse_head(head):
    lines = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    headers = []
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if not colon or not name or name != name.strip() or "\n" in line or "\r" in line:
            raise Malformed("header line %r" % line)
        headers.append((name.lower(), value.strip(" \t")))
    return Message(lines[0], headers, head)


def _read_chunked(stream, message):
    raw = bytearray()
    body = bytearray()
    while True:
        line = stream.until(b"\r\n")
        raw += line
        size = int(line.split(b";")[0], 16)
        if size == 0:
            break
        chunk = stream.exactly(size + 2)
        if not chunk.endswith(b"\r\n"):
            raise Malformed("chunk does not end with CRLF: %r" % chunk[-8:])
        raw += chunk
        body += chunk[:-2]
    while (line := stream.until(b"\r\n")) != b"\r\n":
        raw += line
        name, _, value = line.decode("latin-1").rstrip("\r\n").partition(":")
        message.trailers.append((name.lower(), value.strip(" \t")))
    message.raw_body = bytes(raw + b"\r\n")
    message.body = bytes(body)


def _read_body(stream, message, until_close):
    if (message.header("transfer-encoding") or "").lower() == "chunked":
        _read_chunked(stream, message)
    elif message.header("content-length") is not None:
        message.raw_body = message.body = stream.exactly(int(message.header("content-length")))
    elif until_close:
        message.raw_body = message.body = stream.rest()
    return message


def read_request(stream):
    """The next request; None when the peer closes between two requests."""
    if not stream.buffer and not stream.fill():
        return None
    return _read_body(stream, parse_head(stream.until(b"\r\n\r\n")), until_close=False)


def read_response(stream, method="GET"):
    """The next final response, with the interim ones before it. A tunnel is left unread."""
    interim = []
    while True:
        message = parse_head(stream.until(b"\r\n\r\n"))
        if message.status == 101 or not 100 <= message.status <= 199:
            break
        interim.append(message)
    message.interim = interim
    if (method == "HEAD" or message.status in (101, 204, 304)
            or (method == "CONNECT" and message.status == 200)):
        return message
    return _read_body(stream, message, until_close=True)
