# SPDX-License-Identifier: Apache-2.0
"""One haproxy.cfg, two programs: every case is a frontend and a backend of its own in both.

A case's frontend listens on an address of its own of 127.0.0.0/8, and so does its server, so that one
port is enough for all of them and the server knows by the address whose request it has.
"""
import dataclasses
import pathlib
import re
import socket
import tempfile
import threading
import time

from harness.http import Cut, Malformed, Stream, read_request
from harness.waiting import PATIENCE_S

RESPONSE = (b"HTTP/1.1 200 OK\r\nServer: origin\r\nX-List: a, b, c\r\nSet-Cookie: sid=42; Path=/\r\n"
            b"Content-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello")
DEFAULTS = """
defaults
    mode http
    log {log} local0
    option httplog
    log-format-sd "[of@1 connections=\\"%[fe_conn]\\"]"
    timeout connect 30s
    timeout client 2m
    timeout server 2m
    timeout http-request 2m
    timeout tarpit 200ms
"""
LAST = "frontend f%d\n bind %s:%d\n http-request return status 200"  # its line comes behind that of the case before

# Files that cases name, made by write_files() in a folder of this process alone.
FOLDER = tempfile.TemporaryDirectory(prefix="weir-rules-")
FILES = {
    "403.http": "HTTP/1.1 403 No\r\nContent-Type: text/html\r\nContent-Length: 10\r\nX-Own: yes\r\n\r\n<p>no</p>\n",
    "200.http": "HTTP/1.1 200 Fine\nContent-Length: 5\nX-Own: yes\n\nfine\n",
    "body.txt": "a body\n",
    "format.txt": "path %[path]",
}


def write_files():
    for name, text in FILES.items():
        (pathlib.Path(FOLDER.name) / name).write_bytes(text.encode())


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
    text.append(LAST % (len(cases), address(net, len(cases)), port))
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
        stream = Stream(sock)
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


def is_whole(raw, method):
    """Whether the answer to a request of that method is there."""
    if b"\r\n\r\n" not in raw:
        return False
    head, body = raw.split(b"\r\n\r\n", 1)
    first, *fields = head.decode("latin-1").lower().split("\r\n")
    fields = dict(field.split(": ", 1) for field in fields if ": " in field)
    status = int(first.split()[1])
    if 100 <= status < 200:
        return is_whole(body, method)
    if method == "HEAD" or status in (204, 304):
        return True
    if "transfer-encoding" in fields:
        return body.endswith(b"0\r\n\r\n")
    return len(body) >= int(fields.get("content-length", 1 << 30))


def exchange(host, port, request, patience=PATIENCE_S):
    """Sends it and reads until the answer is whole, the connection ends, or patience does."""
    parts = [request] if isinstance(request, str) else request
    with socket.create_connection((host, port), timeout=patience) as sock:
        raw = b""
        for part in parts:
            if isinstance(part, float):
                time.sleep(part)
            else:
                sock.sendall(part.encode("latin-1"))
        try:
            while not is_whole(raw, parts[0].split(" ")[0]) and (data := sock.recv(65536)):
                raw += data
        except (TimeoutError, ConnectionResetError) as error:
            raw += b"<%s>" % type(error).__name__.encode()
    return raw


LOG = re.compile(r"\] (?P<frontend>f\d+)~? (?P<backend>[^/ ]+)/(?P<server>\S+) (?P<times>[-+\d/]+) "
                 r"(?P<status>-?\d+) (?P<bytes>\d+) (?P<cookies>\S+ \S+) (?P<end>\S{4}) [\d/+]+ \d+/\d+"
                 r"(?P<captures>( \{[^}]*\})*) \"(?P<request>.*)\"$")


LOGGED = ("backend", "server", "status", "cookies", "end", "captures", "request")


def log_line(syslog, number, ask_last):
    """What of the case's line does not depend on time; None if none came before the one that ask_last() causes."""
    ask_last("GET /case/%d HTTP/1.1\r\nHost: a\r\n\r\n" % number)
    syslog.line('"GET /case/%d HTTP/1.1"' % number)
    for match in filter(None, map(LOG.search, list(syslog.lines))):
        if match["frontend"] == "f%d" % number:
            reached = ["never" if part == "-1" else "reached" for part in match["times"].split("/")]
            return {"times": reached} | {key: match[key] for key in LOGGED}
    return None
