# SPDX-License-Identifier: Apache-2.0
"""One haproxy.cfg, two programs: every case is a frontend and a backend of its own in both.

A case's frontend listens on an address of its own of 127.0.0.0/8, and so does its server, so that one
port is enough for all of them and the server knows by the address whose request it has.
"""
import dataclasses
import re
import socket
import threading
import time

from harness.http import Cut, Malformed, Stream, read_request

RESPONSE = (b"HTTP/1.1 200 OK\r\nServer: origin\r\nX-List: a, b, c\r\nSet-Cookie: sid=42; Path=/\r\n"
            b"Content-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello")
DEFAULTS = """
defaults
    mode http
    log {log} local0
    option httplog
    timeout connect 2s
    timeout client 5s
    timeout server 5s
    timeout http-request 5s
    timeout tarpit 200ms
"""


@dataclasses.dataclass
class Case:
    name: str
    front: str = ""  # lines of the frontend
    back: str = ""  # lines of the backend
    request: str = "GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n"
    response: bytes = RESPONSE
    more: str = ""  # further sections
    default_backend: bool = True


def get(target="/", *fields, method="GET", version="1.1", body=""):
    """The text of a request."""
    lines = ["%s %s HTTP/%s" % (method, target, version), "Host: www.example.com", *fields]
    if body:
        lines.append("Content-Length: %d" % len(body))
    return "\r\n".join(lines) + "\r\n\r\n" + body


def address(net, number):
    return "127.%d.%d.%d" % (net, number // 250, number % 250 + 1)


def configuration(cases, net, port, server_port, log):
    text = [DEFAULTS.format(log=log)]
    for number, case in enumerate(cases):
        text.append(case.more)
        text.append("frontend f%d\n bind %s:%d" % (number, address(net, number), port))
        text += [" " + line.strip() for line in case.front.strip().splitlines()]
        if case.default_backend:
            text.append(" default_backend b%d" % number)
        text.append("backend b%d" % number)
        text += [" " + line.strip() for line in case.back.strip().splitlines()]
        if not re.search(r"^\s*server ", case.back, re.M):
            text.append(" server s %s:%d" % (address(20, number), server_port))
    return "\n".join(text) + "\n"


class Servers:
    """All servers of all cases: what each was sent, raw."""

    def __init__(self, cases):
        self.cases = cases
        self.received = {}
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("0.0.0.0", 0))
        self.listener.listen(512)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self.listener.close()

    def _accept(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock):
        numbers = list(map(int, sock.getsockname()[0].split(".")))
        number = numbers[2] * 250 + numbers[3] - 1
        stream = Stream(sock, timeout=10.0)
        try:
            while request := read_request(stream):
                self.received.setdefault(number, []).append(bytes(stream.received))
                stream.received.clear()
                sock.sendall(self.cases[number].response)
        except (Cut, Malformed, OSError, ValueError):
            pass
        finally:
            sock.close()


def parse(raw):
    """(first line, [(lower case name, value)], body) of a message; of nothing: None."""
    if b"\r\n\r\n" not in raw:
        return raw.decode("latin-1")
    head, body = raw.split(b"\r\n\r\n", 1)
    first, *fields = head.decode("latin-1").split("\r\n")
    pairs = [tuple(part.strip() for part in field.split(":", 1)) for field in fields]
    pairs = [(name.lower(), value) for name, value in pairs]
    if " 10" in first and body:
        return first, pairs, parse(body)
    if ("transfer-encoding", "chunked") in pairs:
        body = b"".join(re.findall(rb"[0-9a-f]+\r\n(.+?)\r\n", body, re.S))
    return first, pairs, body.decode("latin-1")


def without_net(what):
    """The two programs listen in nets of their own."""
    return re.sub(r"127\.2[12]\.", "127.2x.", repr(what))


def is_whole(raw):
    if b"\r\n\r\n" not in raw:
        return False
    first, fields, body = parse(raw)
    if " 100 " in first:
        return is_whole(raw.split(b"\r\n\r\n", 1)[1])
    length = dict(fields).get("content-length")
    if dict(fields).get("transfer-encoding"):
        return body.endswith("0\r\n\r\n")
    return length is not None and len(body) >= int(length)


def exchange(host, port, request):
    """Sends it and reads until the answer is whole, the connection ends, or nothing more comes."""
    parts = [request] if isinstance(request, str) else request
    with socket.create_connection((host, port), timeout=3) as sock:
        raw = b""
        for part in parts:
            if isinstance(part, float):
                time.sleep(part)
            else:
                sock.sendall(part.encode("latin-1"))
        try:
            while not is_whole(raw) and (data := sock.recv(65536)):
                raw += data
        except (TimeoutError, ConnectionResetError) as error:
            raw += b"<%s>" % type(error).__name__.encode()
    return raw


LOG = re.compile(r"\] (?P<frontend>f\d+)~? (?P<backend>[^/ ]+)/(?P<server>\S+) (?P<times>[-+\d/]+) "
                 r"(?P<status>-?\d+) (?P<bytes>\d+) (?P<cookies>\S+ \S+) (?P<end>\S{4}) [\d/+]+ \d+/\d+"
                 r"(?P<captures>( \{[^}]*\})*) \"(?P<request>.*)\"$")


def log_line(syslog, number, within=2.0):
    """What of the case's line does not depend on time; None if none was written."""
    until = time.monotonic() + within
    while time.monotonic() < until:
        for line in list(syslog.lines):
            match = LOG.search(line)
            if match and match["frontend"] == "f%d" % number:
                return {key: match[key] for key in ("backend", "server", "status", "end", "captures",
                                                    "request")}
        time.sleep(0.02)
    return None
