# SPDX-License-Identifier: Apache-2.0
"""Where probes connect to, what they say first, and the words when that fails: as HAProxy has them."""
import os
import socket
import threading

import pytest

from harness.certs import tls_server
from harness.ports import free_port
from harness.waiting import PATIENCE_S, wait_for

CONFIG = """
frontend web
    bind 127.0.0.1:{port}
    default_backend app

backend app
    option log-health-checks
    timeout check {patience}
    {script}
    server s1 {address} check inter 400ms rise 1 fall 1 {words}

listen stats
    bind 127.0.0.1:{stats}
    stats enable
    stats uri /stats
"""
ANSWER = b"HTTP/1.0 200 Fine\r\nContent-Length: 0\r\n\r\n"


def probe(balance, syslog, address, words="", script="", patience="1m"):
    """The first line about the server's probes, from "succeeded" or "failed" on."""
    balance(CONFIG.format(port=free_port(), stats=free_port(), address=address, words=words, script=script,
                          patience=patience))
    line = syslog.line("Health check for server app/s1")
    line = line.replace(" (Message too long)", "")  # an errno that HAProxy happens to have left over
    return line.split("app/s1 ")[1].split(", check duration")[0].strip()


class UnixServer:
    """Answers each connection on a unix socket, be it abstract, once something has come."""

    def __init__(self, path):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.bind(path)
        self.sock.listen()
        self.seen = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                conn, _ = self.sock.accept()
            except OSError:
                return
            with conn:
                conn.settimeout(PATIENCE_S)
                try:
                    self.seen.append(conn.recv(4096))
                    conn.sendall(ANSWER)
                    conn.recv(1)
                except OSError:
                    pass

    def close(self):
        self.sock.close()


# ---- unix sockets

def abstract(name):
    """abns@ fills the whole of sun_path."""
    return b"\0" + name.encode().ljust(107, b"\0")


def test_a_probe_over_a_unix_socket(balance, syslog, closing, tmp_path):
    server = closing(UnixServer(str(tmp_path / "s")))
    assert probe(balance, syslog, "unix@%s" % (tmp_path / "s"), script="option httpchk GET /x"
                 ) == "succeeded, reason: Layer7 check passed, code: 200"
    assert server.seen[0].startswith(b"GET /x HTTP/1.0\r\n")


def test_a_probe_over_an_abstract_socket(balance, syslog, closing):
    name = "weir-probe-%d-%d" % (os.getpid(), free_port())
    closing(UnixServer(abstract(name)))
    assert probe(balance, syslog, "abns@" + name, script="option httpchk GET /x"
                 ) == "succeeded, reason: Layer7 check passed, code: 200"


@pytest.mark.weir_only
def test_an_abstract_socket_with_a_short_name(balance, syslog, closing):
    name = "weir-short-%d-%d" % (os.getpid(), free_port())
    closing(UnixServer(b"\0" + name.encode()))
    assert probe(balance, syslog, "abnsz@" + name, script="option httpchk GET /x"
                 ) == "succeeded, reason: Layer7 check passed, code: 200"


def test_nobody_at_a_unix_socket(balance, syslog, tmp_path):
    assert probe(balance, syslog, "unix@%s" % (tmp_path / "s")) == (
        'failed, reason: Socket error, info: "General socket error (No such file or directory)"')


def test_nobody_at_an_abstract_socket(balance, syslog):
    assert probe(balance, syslog, "abns@weir-nobody-%d" % os.getpid()) == (
        'failed, reason: Socket error, info: "General socket error (Connection refused)"')


def test_a_step_connects_to_a_unix_socket(balance, syslog, closing, tmp_path):
    closing(UnixServer(str(tmp_path / "s")))
    script = "\n    ".join(["option tcp-check", "tcp-check connect addr unix@%s" % (tmp_path / "s"),
                            "tcp-check send abc", "tcp-check expect string HTTP"])
    assert probe(balance, syslog, "127.0.0.1:1", script=script) == (
        'succeeded, reason: Layer7 check passed, code: 0, info: "(tcp-check)"')


def test_addr_of_a_server_is_a_unix_socket(balance, syslog, closing, tmp_path):
    closing(UnixServer(str(tmp_path / "s")))
    assert probe(balance, syslog, "127.0.0.1:1", "addr unix@%s" % (tmp_path / "s")
                 ) == "succeeded, reason: Layer4 check passed"


def test_a_network_that_cannot_be_reached(balance, syslog):
    assert probe(balance, syslog, "255.255.255.255:11111") == (
        'failed, reason: Layer4 connection problem, info: "General socket error (Network is unreachable)"')


# ---- SOCKS4

def socks4(code, seen):
    """A proxy that grants (0x5a) or not, falls silent (None) or resets; then it is the server."""

    def behaviour(conn):
        head = conn.stream.exactly(8)
        seen.append((head, conn.stream.until(b"\0")))
        if code is None:
            conn.wait_closed()
        elif code == 0:
            conn.reset()
        else:
            conn.send(bytes([0, code]) + bytes(6))
            if conn.request():
                conn.send(ANSWER)

    return behaviour


SOCKS = {
    "granted": (0x5a, "succeeded, reason: Layer7 check passed, code: 200"),
    "refused": (0x5b, 'failed, reason: Socket error, info: "SOCKS4 Proxy deny the request"'),
    "reset": (0, 'failed, reason: Socket error, info: "SOCKS4 Proxy handshake aborted by server '
                 '(Connection reset by peer)"'),
    "silent": (None, "failed, reason: Layer7 timeout"),
}


@pytest.mark.parametrize("case", SOCKS)
def test_check_via_socks4(balance, serve, syslog, case):
    seen = []
    code, words = SOCKS[case]
    proxy = serve(socks4(code, seen))
    assert probe(balance, syslog, "192.0.2.7:4711", "socks4 127.0.0.1:%d check-via-socks4" % proxy.port,
                 "option httpchk GET /x", "500ms" if code is None else "1m") == words
    head, user = wait_for(lambda: seen)[0]
    assert head == b"\4\1" + (4711).to_bytes(2, "big") + socket.inet_aton("192.0.2.7")
    assert user.rstrip(b"\0") == b"HAProxy"


def test_a_step_connects_via_socks4(balance, serve, syslog):
    proxy = serve(socks4(0x5b, []))
    script = "option tcp-check\n    tcp-check connect via-socks4\n    tcp-check send abc"
    assert probe(balance, syslog, "192.0.2.7:4711", "socks4 127.0.0.1:%d" % proxy.port, script) == (
        'failed, reason: Socket error, info: "SOCKS4 Proxy deny the request at step 1 of tcp-check (connect)"')


# ---- PROXY headers

def test_version_1_tells_the_ends_of_the_probe(balance, serve, syslog):
    lines = []

    def behaviour(conn):
        lines.append(conn.stream.until(b"\r\n"))
        if conn.request():
            conn.send(ANSWER)

    server = serve(behaviour)
    assert probe(balance, syslog, "127.0.0.1:%d" % server.port, "check-send-proxy",
                 "option httpchk GET /x").startswith("succeeded")
    words = lines[0].decode().split()
    assert words[:4] == ["PROXY", "TCP4", "127.0.0.1", "127.0.0.1"] and words[5] == str(server.port)


def test_version_2_tells_that_it_is_local(balance, serve, syslog):
    heads = []

    def behaviour(conn):
        heads.append(conn.stream.exactly(16))
        if conn.request():
            conn.send(ANSWER)

    assert probe(balance, syslog, "127.0.0.1:%d" % serve(behaviour).port, "send-proxy-v2 check-send-proxy",
                 "option httpchk GET /x").startswith("succeeded")
    assert heads[0] == b"\r\n\r\n\0\r\nQUIT\n" + bytes([0x20, 0, 0, 0])


# ---- TLS

TLS = {
    "check-sni": ("check-ssl check-sni of.check", "", ("of.check", None)),
    "check-alpn": ("check-ssl check-alpn http/1.1", "", (None, "http/1.1")),
    "those of a step": ("", "connect ssl sni of.step alpn http/1.0", ("of.step", "http/1.0")),
    "as the server is probed": ("check-ssl check-sni of.check check-alpn http/1.0", "connect default",
                                ("of.check", "http/1.0")),
    "a step over the server's": ("check-ssl check-sni of.check check-alpn http/1.0",
                                 "connect default sni of.step alpn http/1.1", ("of.step", "http/1.1")),
}


@pytest.mark.parametrize("case", TLS)
def test_names_and_protocols_in_the_handshake(balance, serve, syslog, authority, case):
    words, step, want = TLS[case]
    seen = []
    context = tls_server(authority.pem("of.check"))
    context.set_alpn_protocols(["http/1.1", "http/1.0"])

    def note_name(sock, name, _):
        sock.asked_for = name

    def behaviour(conn):
        seen.append((conn.sock.asked_for, conn.sock.selected_alpn_protocol()))
        conn.wait_closed()

    context.sni_callback = note_name

    script = "option tcp-check\n    tcp-check " + step if step else ""
    line = probe(balance, syslog, "127.0.0.1:%d" % serve(behaviour, tls=context).port, words + " verify none", script)
    assert line.startswith("succeeded, reason: Layer6 check passed")
    assert wait_for(lambda: seen)[0] == want


# ---- what defaults give

INHERITED = """
defaults
    mode http
    timeout client 5s
    timeout server 5s
    timeout connect 5s
    default-server inter 400ms
    option httpchk GET /of-defaults HTTP/1.1
    http-check send hdr Host of.defaults body hello

frontend web
    bind 127.0.0.1:{port}
    default_backend app

backend app
    {lines}
    server s1 127.0.0.1:{server} check
"""
REQUESTS = {
    "all of it": ("", "GET /of-defaults HTTP/1.1", "of.defaults", b"hello"),
    "its own option": ("option httpchk", "OPTIONS / HTTP/1.0", None, b""),
    "its own lines": ("http-check send hdr Host own body x", "OPTIONS / HTTP/1.0", "own", b"x"),
    "its own of both": ("option httpchk GET /own HTTP/1.0\n    http-check send hdr Host own", "GET /own HTTP/1.0", "own",
                        b""),
    "headers behind a version": (r"option httpchk GET /own HTTP/1.0\r\nHost:\ hidden" "\n    http-check send hdr X-A b",
                                 "GET /own HTTP/1.0", None, b""),
    "a line without headers": (r"option httpchk GET /own HTTP/1.0\r\nHost:\ hidden" "\n    http-check send comment its",
                               "GET /own HTTP/1.0", "hidden", b""),
    "the lines come first": ("http-check expect status 200\n    " r"option httpchk PUT /own HTTP/1.1\r\nHost:\ hidden\r\n\r\nhello",
                             "PUT /own HTTP/1.1", "hidden", b"hello"),
    "hidden, and forgotten": (r"option httpchk PUT /own HTTP/1.1\r\nHost:\ hidden\r\n\r\nhello" "\n    option httpchk",
                              "OPTIONS / HTTP/1.0", None, b""),
}


@pytest.mark.parametrize("case", REQUESTS)
def test_what_a_backend_has_of_its_defaults(balance, serve, case):
    lines, start_line, host, body = REQUESTS[case]
    server = serve()
    balance(INHERITED.format(port=free_port(), server=server.port, lines=lines))
    wait_for(lambda: server.requests)
    request = server.requests[0]
    assert (request.start_line, request.header("host"), request.body) == (start_line, host, body)
