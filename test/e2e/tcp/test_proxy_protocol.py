# SPDX-License-Identifier: Apache-2.0
"""The PROXY protocol: who is taken for the client, what is refused, what servers are told."""
import contextlib
import re
import socket
import struct
import time

import pytest

from harness.behaviours import echo
from harness.certs import tls_server
from harness.client import Client, tls_client
from harness.ports import free_port
from harness.waiting import PATIENCE_S, wait_for

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"


def v2(command=1, family=0x11, ends=None, tlvs=b"", length=None):
    if ends is None:
        ends = socket.inet_aton("192.0.2.1") + socket.inet_aton("192.0.2.9") + struct.pack(
            ">HH", 4711, 443)
    body = ends + tlvs
    return SIGNATURE + struct.pack(">BBH", 0x20 | command, family,
                                   len(body) if length is None else length) + body


def tlv(kind, value):
    return struct.pack(">BH", kind, len(value)) + value


V1 = b"PROXY TCP4 192.0.2.1 192.0.2.9 4711 443\r\n"
V6 = socket.inet_pton(socket.AF_INET6, "2001:db8::1") + socket.inet_pton(
    socket.AF_INET6, "::1") + struct.pack(">HH", 7, 8)

TAKEN = [
    ("version 1, IPv4", V1, "192.0.2.1"),
    ("version 1, IPv6", b"PROXY TCP6 2001:db8::1 ::1 4711 443\r\n", "2001:db8::1"),
    ("version 1, unknown", b"PROXY UNKNOWN\r\n", "127.0.0.1"),
    ("version 2, IPv4", v2(), "192.0.2.1"),
    ("version 2, IPv6", v2(family=0x21, ends=V6), "2001:db8::1"),
    ("version 2, local", v2(command=0, family=0, ends=b""), "127.0.0.1"),
    ("version 2, local with addresses", v2(command=0), "127.0.0.1"),
    ("version 2 with TLVs", v2(tlvs=tlv(4, b"pad") + tlv(2, b"a.test") + tlv(0xee, b"own")),
     "192.0.2.1"),
]


@pytest.mark.parametrize("header, client", [row[1:] for row in TAKEN],
                         ids=[row[0] for row in TAKEN])
def test_the_header_says_who_the_client_is(start, syslog, header, client):
    site = start(echo, bind="accept-proxy")
    with Client(site.port) as conn:
        conn.send(header + b"behind it")
        assert conn.stream.exactly(9) == b"behind it"
    line = syslog.tcp()[0]
    assert line["client"] == client
    assert line["bytes"] == "9"


@pytest.mark.weir_only
@pytest.mark.parametrize("header", [
    b"PROXY UNKNOWN ffff:f:f ffff 65535 65535\r\n",
    v2(family=0, ends=b""),
    v2(family=0x31, ends=b"/a".ljust(108, b"\0") * 2),
])
def test_a_client_of_which_nothing_is_known(start, syslog, header):
    """As the protocol has it; HAProxy 2.6 refuses these."""
    site = start(echo, bind="accept-proxy")
    with Client(site.port) as conn:
        conn.send(header + b"x")
        assert conn.stream.exactly(1) == b"x"
    assert syslog.tcp()[0]["client"] == "127.0.0.1"


NOT_HEADER = "Received something which does not look like a PROXY protocol header"
BAD_HEADER = "Received an invalid PROXY protocol header"
REFUSED = [
    ("none", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", NOT_HEADER),
    ("an address that is none", b"PROXY TCP4 192.0.2.x 192.0.2.9 4711 443\r\n", BAD_HEADER),
    ("a command that is none", v2(command=2), BAD_HEADER),
    ("too short for its family", v2(ends=b"\1\2\3\4"), BAD_HEADER),
    ("a TLV beyond the end", v2(tlvs=b"\x04\x00\x09x"), BAD_HEADER),
    ("a wrong checksum", v2(tlvs=tlv(3, b"abcd")), BAD_HEADER),
]


@pytest.mark.parametrize("header, reason", [row[1:] for row in REFUSED],
                         ids=[row[0] for row in REFUSED])
def test_a_wrong_header_is_refused(start, syslog, header, reason):
    site = start(echo, bind="accept-proxy")
    with Client(site.port) as client:
        client.send(header + b"x" * 60)
        assert client.is_closed()
    assert syslog.line(reason).endswith("web/1: " + reason)
    assert not site.origin.connections


@pytest.mark.weir_only
@pytest.mark.parametrize("header, reason", [
    (b"PROXY TCP4 192.0.2.1 192.0.2.9 04711 443\r\n", BAD_HEADER),
    (b"PROXY TCP4 192.0.2.1 192.0.2.9 66666 443\r\n", BAD_HEADER),
    (b"PROXY UDP4 192.0.2.1 192.0.2.9 4711 443\r\n",
     "Received an unhandled protocol in the PROXY protocol header"),
    (b"PROXY UNKNOWN " + b"f" * 200, BAD_HEADER),
    (v2(length=0xffff), BAD_HEADER),
    (v2(family=0x41), "Received an unhandled protocol in the PROXY protocol header"),
])
def test_what_could_be_read_in_two_ways_is_refused(start, syslog, header, reason):
    site = start(echo, bind="accept-proxy")
    with Client(site.port) as client:
        client.send(header)
        assert client.is_closed()
    assert syslog.line(reason)


@pytest.mark.weir_only
def test_a_header_may_come_byte_by_byte(start, syslog):
    site = start(echo, bind="accept-proxy")
    for header in (V1, v2()):
        with Client(site.port) as client:
            for i in range(len(header)):
                client.send(header[i:i + 1])
                time.sleep(0.002)
            client.send(b"x")
            assert client.stream.exactly(1) == b"x"
    assert [line["client"] for line in syslog.tcp(2)] == ["192.0.2.1"] * 2


@pytest.mark.weir_only
def test_a_slow_header_has_a_deadline(start, syslog):
    site = start(echo, bind="accept-proxy", front=["timeout client 600ms"])
    began = time.monotonic()
    with Client(site.port) as client:
        with contextlib.suppress(OSError):  # it is closed
            for at in range(10):
                client.send(V1[at:at + 1])
                time.sleep(0.1)
        assert client.is_closed()
        assert time.monotonic() - began >= 0.5
    assert syslog.line("web/1: Timeout while waiting for PROXY protocol header")


@pytest.mark.weir_only
def test_a_cut_header(start, syslog):
    site = start(echo, bind="accept-proxy")
    with Client(site.port) as client:
        client.send(V1[:20]).end()
        assert client.is_closed()
    assert syslog.line("web/1: Truncated PROXY protocol header received")


def test_nothing_at_all(start, syslog):
    site = start(echo, bind="accept-proxy")
    Client(site.port).close()
    assert syslog.line("web/1: Connection closed while waiting for PROXY protocol header")


def test_tls_behind_the_header(start, syslog, authority):
    site = start(echo, bind="accept-proxy ssl crt %s" % authority.pem("a.test"))
    sock = socket.create_connection(("127.0.0.1", site.port), PATIENCE_S)
    sock.sendall(V1)
    with tls_client().wrap_socket(sock, server_hostname="a.test") as tls:
        tls.sendall(b"hello")
        assert tls.recv(5) == b"hello"
    line = syslog.tcp(frontend="web")[0]
    assert line["client"] == "192.0.2.1"


def test_what_the_header_tells_can_be_asked_for(balance):
    port = free_port()
    balance("""
frontend web
    bind 127.0.0.1:%d accept-proxy
    http-request return status 200 content-type text/plain lf-string "%%[src] %%[dst]:%%[dst_port] %%[fc_rcvd_proxy] %%[fc_pp_authority] %%[fc_pp_unique_id]"
""" % port)
    with Client(port) as client:
        client.send(v2(tlvs=tlv(4, b"") + tlv(2, b"a.test") + tlv(5, b"id-1")))
        assert client.request().body == b"192.0.2.1 192.0.2.9:443 1 a.test id-1"
    for long in (tlv(2, b"a" * 256), tlv(5, b"a" * 129)):
        with Client(port) as client:
            client.send(v2(tlvs=long))
            assert client.is_closed()


# ---- towards servers ------------------------------------------------------------------------------------


def first_bytes(site, send=b"x", **options):
    with Client(site.port, **options) as client:
        client.send(send)
        conn = wait_for(lambda: next(iter(site.origin.connections), None))
        wait_for(lambda: conn.received.endswith(send))
        return conn.received, client.sock.getsockname()


def listen_only(conn):
    while conn.stream.fill():
        pass


def test_version_1_to_a_server(start):
    site = start(listen_only, words="send-proxy")
    received, client = first_bytes(site)
    assert received == b"PROXY TCP4 127.0.0.1 127.0.0.1 %d %d\r\nx" % (client[1], site.port)


def test_version_2_to_a_server(start):
    site = start(listen_only, words="send-proxy-v2")
    received, client = first_bytes(site)
    ends = socket.inet_aton("127.0.0.1") * 2 + struct.pack(">HH", client[1], site.port)
    assert received == v2(ends=ends) + b"x"


def test_a_header_is_passed_on(start):
    site = start(listen_only, bind="accept-proxy", words="send-proxy")
    with Client(site.port) as client:
        client.send(V1 + b"x")
        conn = wait_for(lambda: next(iter(site.origin.connections), None))
        wait_for(lambda: conn.received.endswith(b"x"))
    assert conn.received == V1 + b"x"


def test_the_checksum_is_right(start, balance, serve, syslog):
    site = start(listen_only, words="send-proxy-v2 proxy-v2-options crc32c")
    received, _ = first_bytes(site)
    header = received[:-1]
    assert header[14:16] == b"\x00\x13" and header[28:31] == b"\x03\x00\x04"
    port = free_port()
    balance("""
listen again
    mode tcp
    option tcplog
    bind 127.0.0.1:%d accept-proxy
    server s1 127.0.0.1:%d
""" % (port, serve(echo).port))
    with Client(port) as client:
        client.send(header + b"y")
        assert client.stream.exactly(1) == b"y"


def test_a_unique_id_to_a_server(start):
    site = start(listen_only, words="send-proxy-v2 proxy-v2-options unique-id",
                 front=["unique-id-format id-%[src]-%fp"])
    received, _ = first_bytes(site)
    assert tlvs_of(received[:-1])[5] == b"id-127.0.0.1-%d" % site.port


@pytest.mark.weir_only  # since HAProxy 2.9
def test_tlvs_of_the_administrators_own(start):
    site = start(listen_only, words="send-proxy-v2 set-proxy-v2-tlv-fmt(0xE1) %[src]:%fp "
                 "set-proxy-v2-tlv-fmt(226) '' set-proxy-v2-tlv-fmt(0xe3)")
    received, _ = first_bytes(site)
    assert tlvs_of(received[:-1]) == {0xe1: b"127.0.0.1:%d" % site.port, 0xe2: b"", 0xe3: b""}


def tlvs_of(header):
    found, rest = {}, header[28:]
    while len(rest) >= 3:
        kind, length = struct.unpack(">BH", rest[:3])
        found[kind], rest = rest[3:3 + length], rest[3 + length:]
    return found


def test_facts_of_tls_to_a_server(start, authority):
    site = start(listen_only, words="send-proxy-v2-ssl-cn proxy-v2-options "
                 "authority,ssl-cipher,cert-key,cert-sig",
                 bind="ssl crt %s verify optional ca-file %s" % (authority.pem("a.test"),
                                                                 authority.cert))
    received, _ = first_bytes(site, tls=tls_client(crt=authority.pem("client.test")),
                              sni="a.test")
    tlvs = tlvs_of(received[:-1])
    assert tlvs[2] == b"a.test"
    inner, facts = tlvs[0x20], {}
    assert inner[:5] == b"\x07\0\0\0\0"
    rest = inner[5:]
    while rest:
        kind, length = struct.unpack(">BH", rest[:3])
        facts[kind], rest = rest[3:3 + length], rest[3 + length:]
    assert facts[0x21].startswith(b"TLSv1.") and facts[0x22] == b"client.test"
    assert facts[0x23].startswith(b"TLS_") and facts[0x25] == b"EC256"
    assert facts[0x24] == b"ecdsa-with-SHA256"


def test_tls_to_the_server_comes_behind_the_header(balance, authority):
    listener = socket.create_server(("127.0.0.1", 0))
    port = free_port()
    balance("""
listen web
    mode tcp
    bind 127.0.0.1:%d
    server s1 127.0.0.1:%d send-proxy ssl verify none
""" % (port, listener.getsockname()[1]))
    with Client(port) as client:
        client.send(b"hello")
        sock, _ = listener.accept()
        sock.settimeout(PATIENCE_S)
        line = b""
        while not line.endswith(b"\r\n"):
            line += sock.recv(1) or b"(closed)\r\n"  # byte by byte: what follows is for TLS
        assert line.startswith(b"PROXY TCP4 127.0.0.1 127.0.0.1 ")
        with tls_server(authority.pem("s.test")).wrap_socket(sock, server_side=True) as tls:
            assert tls.recv(5) == b"hello"
    listener.close()


def test_each_client_has_its_own_connection_in_http(balance, serve, syslog):
    def answer(conn):
        conn.stream.until(b"\r\n")
        while conn.request():
            conn.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    port, origin = free_port(), serve(answer)
    balance("""
frontend web
    bind 127.0.0.1:%d
    default_backend app
backend app
    http-reuse always
    server s1 127.0.0.1:%d send-proxy pool-low-conn 9
""" % (port, origin.port))
    for _ in range(2):
        with Client(port) as client:
            assert client.request().status == 200
            assert client.request().status == 200
            name = b"PROXY TCP4 127.0.0.1 127.0.0.1 %d " % client.sock.getsockname()[1]
        assert origin.connections[-1].received.startswith(name)
    assert len(origin.connections) == 2


@pytest.mark.weir_only
def test_probes_begin_with_a_header_too(balance, serve):
    for words, header in (("send-proxy", rb"PROXY TCP4 127\.0\.0\.1 127\.0\.0\.1 \d+ \d+\r\n"),
                          ("send-proxy-v2", re.escape(SIGNATURE + b"\x20\x00\x00\x00"))):
        origin = serve(listen_only)
        balancer = balance("""
listen web
    mode tcp
    bind 127.0.0.1:%d
    server s1 127.0.0.1:%d check inter 100ms %s
""" % (free_port(), origin.port, words))
        wait_for(lambda: any(re.fullmatch(header, conn.received) for conn in list(origin.connections)))
        balancer.close()


def test_the_log_tells_where_the_client_meant_to_connect(start, syslog):
    site = start(echo, bind="accept-proxy", front=['log-format "to=%fi:%fp from=%ci:%cp"'])
    with Client(site.port) as conn:
        conn.send(V1 + b"behind it")
        assert conn.stream.exactly(9) == b"behind it"
    assert syslog.line("to=192.0.2.9:443 from=192.0.2.1:4711")
