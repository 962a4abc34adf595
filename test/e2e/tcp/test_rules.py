# SPDX-License-Identifier: Apache-2.0
"""Rules of TCP: TLS that is passed on goes by its SNI, connections are judged, protocols told apart."""
import socket
import ssl
import time

import pytest

from harness.balancer import DidNotStart
from harness.behaviours import echo, greet, silent
from harness.certs import tls_server
from harness.client import Client, get, tls_client
from harness.ports import free_port
from harness.sockets import wait_taken
from harness.waiting import PATIENCE_S, wait_for


def name_of(name):
    """A TLS server that tells its name."""
    def serve(conn):
        conn.send(name)
        conn.stream.rest()

    return serve


SNI = """
frontend web
    mode tcp
    option tcplog
    no option dontlognull
    bind 127.0.0.1:{port}
    tcp-request inspect-delay {delay}
    {rules}
    use_backend a if {{ req.ssl_sni -i a.test }}
    use_backend b if {{ req_ssl_sni -m end .b.test }}
    use_backend acme if {{ req.ssl_alpn acme-tls/1 }}
    default_backend other
backend a
    mode tcp
    server s1 127.0.0.1:{a}
backend b
    mode tcp
    server s1 127.0.0.1:{b}
backend acme
    mode tcp
    server s1 127.0.0.1:{acme}
backend other
    mode tcp
    server s1 127.0.0.1:{other}
"""
ACCEPT = "tcp-request content accept if { req_ssl_hello_type 1 }"


@pytest.fixture
def route(balance, serve, authority):
    """route(rules) -> port: servers a, b, acme and other tell their names over TLS; they are in route.servers."""

    def run(rules=ACCEPT, delay="1m"):
        pem = authority.pem("a.test", ["a.test", "x.b.test"])
        run.servers = {name: serve(name_of(name.encode()), tls=tls_server(pem)) for name in ("a", "b", "other")}
        context = tls_server(pem)
        context.set_alpn_protocols(["acme-tls/1"])
        run.servers["acme"] = serve(name_of(b"acme"), tls=context)
        port = free_port()
        balance(SNI.format(port=port, rules=rules, delay=delay,
                           **{name: server.port for name, server in run.servers.items()}))
        return port

    return run


@pytest.mark.parametrize("sni, alpn, server", [
    ("a.test", None, b"a"), ("A.test", None, b"a"), ("x.b.test", None, b"b"),
    ("else.test", None, b"other"), (None, None, b"other"), ("else.test", ["acme-tls/1"], b"acme"),
    ("else.test", ["http/1.1", "acme-tls/1"], b"acme"),
])
def test_tls_goes_where_its_name_says(route, syslog, sni, alpn, server):
    with Client(route(), tls=tls_client(alpn=alpn), sni=sni) as client:
        assert client.stream.exactly(len(server)) == server
    assert syslog.tcp()[0]["backend"] == server.decode()


def hello(sni):
    context = tls_client()
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing, server_hostname=sni)
    with pytest.raises(ssl.SSLWantReadError):
        tls.do_handshake()
    return outgoing.read()


def records(message, size):
    return b"".join(b"\x16\x03\x01" + len(part).to_bytes(2, "big") + part
                    for part in (message[i:i + size] for i in range(0, len(message), size)))


def padded(data, total):
    """The same ClientHello with a padding extension, RFC 7685."""
    message = data[5:]
    body = bytearray(message[4:])
    at = 34
    at += 1 + body[at]
    at += 2 + int.from_bytes(body[at:at + 2], "big")
    at += 1 + body[at]
    extensions = bytes(body[at + 2:])
    # it must come first for the SNI to be far behind
    padding = b"\x00\x15" + (total - len(message) - 4).to_bytes(2, "big") + bytes(
        total - len(message) - 4)
    extensions = padding + extensions
    body = bytes(body[:at]) + len(extensions).to_bytes(2, "big") + extensions
    return b"\x01" + len(body).to_bytes(3, "big") + body


def test_a_hello_in_pieces(route, syslog):
    data = hello("a.test")
    with Client(route()) as client:
        for at in range(0, len(data), 40):
            client.send(data[at:at + 40])
            time.sleep(0.005)
        assert client.stream.exactly(3)[:1] == b"\x16"
    assert syslog.tcp()[0]["backend"] == "a"


@pytest.mark.weir_only
@pytest.mark.parametrize("size", [1, 7, 100])
def test_a_hello_in_many_records(route, syslog, size):
    """HAProxy 2.6 looks into the first record only."""
    with Client(route()) as client:
        client.send(records(hello("a.test")[5:], size))
        client.stream.exactly(3)
    assert syslog.tcp()[0]["backend"] == "a"


@pytest.mark.weir_only
def test_a_hello_padded_to_16_kb(route, syslog):
    message = padded(hello("a.test"), 16384)
    with Client(route()) as client:
        client.send(records(message, 16384))
        client.stream.exactly(3)
    assert syslog.tcp()[0]["backend"] == "a"


def test_a_hello_that_never_ends(route, syslog):
    with Client(route(delay="600ms")) as client:
        client.send(hello("a.test")[:100])
        wait_for(lambda: route.servers["other"].open)
    line = syslog.tcp()[0]
    assert line["backend"] == "other"
    assert int(line["Tt"]) >= 550


def test_a_client_that_says_nothing(route, syslog):
    with Client(route(delay="500ms")):
        wait_for(lambda: route.servers["other"].open)
    assert syslog.tcp()[0]["backend"] == "other"


def test_what_is_no_tls_is_rejected(route, syslog):
    rules = ACCEPT + "\n    tcp-request content reject"
    with Client(route(rules)) as client:
        client.send("GET / HTTP/1.1\r\n\r\n")
        assert client.is_closed()
    line = syslog.tcp()[0]
    assert (line["backend"], line["server"], line["termination"]) == ("web", "<NOSRV>", "PR")


def test_old_versions_are_rejected(route, syslog):
    rules = "tcp-request content reject if { req.ssl_ver lt 3.1 }\n    " + ACCEPT
    with Client(route(rules), tls=tls_client(), sni="a.test") as client:
        assert client.stream.exactly(1) == b"a"
    assert syslog.tcp()[0]["backend"] == "a"


def test_a_client_that_leaves_while_it_is_looked_at(route, syslog):
    with Client(route()) as client:
        wait_taken(client.send(hello("a.test")[:50]))
        client.reset()
    assert syslog.tcp()[0]["termination"] == "CR"


SSH_OR_TLS = """
frontend web
    mode tcp
    option tcplog
    bind 127.0.0.1:{port}
    tcp-request inspect-delay 1s
    acl is_ssh req.payload(0,4) -m bin 5353482d
    acl is_tls req.ssl_hello_type 1
    tcp-request content accept if is_ssh
    tcp-request content accept if is_tls
    tcp-request content accept if HTTP
    use_backend ssh if is_ssh
    use_backend plain if HTTP
    default_backend tls
backend ssh
    mode tcp
    server s1 127.0.0.1:{server}
backend tls
    mode tcp
    server s1 127.0.0.1:{server}
backend plain
    mode tcp
    server s1 127.0.0.1:{server}
"""


@pytest.mark.parametrize("data, backend", [
    (b"SSH-2.0-test\r\n", "ssh"), (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "plain"),
    (b"\x16\x03\x01", "tls"),
])
def test_protocols_share_a_port(balance, serve, syslog, data, backend):
    port = free_port()
    balance(SSH_OR_TLS.format(port=port, server=serve(echo).port))
    with Client(port) as client:
        assert client.send(data).stream.exactly(len(data)) == data
    assert syslog.tcp()[0]["backend"] == backend


LOOKS_AT_HEADS = """
frontend web
    mode tcp
    option tcplog
    bind 127.0.0.1:{port}
    tcp-request inspect-delay 1m
    tcp-request content reject if {{ path /no }}
    tcp-request content accept if {{ path -m found }}
    tcp-request content accept if {{ req.payload(0,3) -m str SSH }}
    use_backend posts if METH_POST
    use_backend files if {{ path_beg -i /files/ }} {{ hdr(host) -i a.test }}
    use_backend old if {{ req.ver 1.0 }}
    default_backend other
backend posts
    mode tcp
    server s1 127.0.0.1:{server}
backend files
    mode tcp
    server s1 127.0.0.1:{server}
backend old
    mode tcp
    server s1 127.0.0.1:{server}
backend other
    mode tcp
    server s1 127.0.0.1:{server}
"""


@pytest.mark.parametrize("data, backend", [
    (b"GET /Files/x?y HTTP/1.1\r\nHost: A.test\r\n\r\n", "files"),
    (b"GET /files/x HTTP/1.1\r\nHost: b.test\r\n\r\n", "other"),
    (b"POST /files/x HTTP/1.1\r\nHost: a.test\r\nContent-Length: 3\r\n\r\nabc", "posts"),
    (b"POST /x HTTP/1.1\r\n\r\n", "posts"),
    (b"GET /x HTTP/1.0\r\n\r\n", "old"),
    (b"SSH-2.0-test\r\n", "other"),
])
def test_a_request_that_is_passed_on_can_be_looked_at(balance, serve, syslog, data, backend):
    port = free_port()
    balance(LOOKS_AT_HEADS.format(port=port, server=serve(echo).port))
    with Client(port) as client:
        client.send(data[:9])
        client.send(data[9:])
        assert client.stream.exactly(len(data)) == data
    assert syslog.tcp()[0]["backend"] == backend


TELLS = """
frontend web
    mode tcp
    log-format "told %[var(sess.cookie,-)] %[var(sess.count,-)] %[var(sess.http,-)] %[var(sess.body,-)] <%[var(sess.rest,none)]>"
    bind 127.0.0.1:{port}
    tcp-request inspect-delay 5m
    tcp-request content set-var(sess.all) int(1) if WAIT_END
    tcp-request content set-var(sess.cookie) rdp_cookie(msts)
    tcp-request content set-var(sess.count) rdp_cookie_cnt
    tcp-request content set-var(sess.http) req.proto_http
    tcp-request content set-var(sess.body) req.body_len
    tcp-request content set-var(sess.rest) req.payload(5,0),hex
    tcp-request content reject
"""
TPKT = b"\3\0\0\x21\x1c\xe0" + b"\0" * 5


@pytest.mark.parametrize("data, told", [
    (TPKT + b"Cookie: msts=1\r\n", "1 1 - -"), (TPKT + b"cOOKIE:msts=2\r\nx", "2 1 - -"), (TPKT + b"Cookie: mst=1\r\n", "- 1 - -"),
    (TPKT + b"Cookie: msts\r\n", "- 0 - -"), (TPKT + b"Cookie: msts=1\r", "- - - -"), (TPKT + b" Cookie: msts=1\r\n", "- 0 - -"), (TPKT, "- - - -"),
    (b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nab", "- 0 1 0"), (b"\r\n\r\nGET / HTTP/1.1\r\n\r\n", "- 0 1 0"),
    (b"GET / HTTP/1.1\r\n", "- - - -"), (b"SSH-2", "- - - -"), (b"SSH-", "- - - -"),
])
def test_what_bytes_tell(balance, syslog, data, told):
    port = free_port()
    balance(TELLS.format(port=port))
    with Client(port) as client:
        client.send(data)
        client.sock.shutdown(socket.SHUT_WR)
        client.is_closed()
    rest = data[5:].hex().upper() or ("-" if len(data) == 5 else "none")
    assert syslog.line("told ").split("told ")[1] == "%s <%s>" % (told, rest)


def test_a_request_that_is_passed_on_can_be_refused(balance, serve):
    port = free_port()
    balance(LOOKS_AT_HEADS.format(port=port, server=serve(echo).port))
    with Client(port) as client:
        client.send("GET /no HTTP/1.1\r\nHost: a\r\n\r\n")
        assert client.is_closed()


def is_refused(port):
    """Whether a client of 127.0.0.2 is turned away, be it while it still connects."""
    try:
        with Client(port, source="127.0.0.2") as client:
            return client.is_closed()
    except ConnectionResetError:
        return True


def test_connections_are_judged_before_anything_is_read(start, syslog):
    site = start(greet, front=["tcp-request connection reject if { src 127.0.0.2 }"])
    with Client(site.port) as client:
        assert client.stream.exactly(8) == b"welcome\n"
    assert is_refused(site.port)
    assert len(syslog.tcp()) == 1


def test_sessions_are_judged_by_what_the_header_told(start, syslog):
    site = start(greet, bind="accept-proxy",
                 front=["tcp-request session reject if { src 192.0.2.0/24 }"])
    for address, served in (("192.0.2.1", False), ("198.51.100.1", True)):
        with Client(site.port) as client:
            client.send("PROXY TCP4 %s 192.0.2.9 4711 443\r\n" % address)
            if served:
                assert client.stream.exactly(8) == b"welcome\n"
            else:
                assert client.is_closed()


def test_a_header_is_expected_of_some(start, syslog):
    site = start(greet, front=["tcp-request connection expect-proxy layer4 if { src 127.0.0.2 }"])
    with Client(site.port) as client:
        assert client.stream.exactly(8) == b"welcome\n"
    sock = socket.socket()
    sock.bind(("127.0.0.2", 0))
    sock.connect(("127.0.0.1", site.port))
    sock.sendall(b"PROXY TCP4 192.0.2.1 192.0.2.9 4711 443\r\n")
    sock.settimeout(PATIENCE_S)
    assert sock.recv(8) == b"welcome\n"
    sock.close()
    assert sorted(line["client"] for line in syslog.tcp(2)) == ["127.0.0.1", "192.0.2.1"]


def test_a_connection_is_handed_over_to_http(balance, serve, syslog):
    port = free_port()
    balance("""
frontend web
    mode tcp
    option tcplog
    bind 127.0.0.1:%d
    tcp-request inspect-delay 1m
    tcp-request content set-var(txn.was) internal.strm.is_htx,iif(http,tcp)
    tcp-request content switch-mode http proto h1 if HTTP
    http-after-response set-header x-was %%[var(txn.was)]
    use_backend app if HTTP
    default_backend raw
backend app
    mode http
    server s1 127.0.0.1:%d
backend raw
    mode tcp
    server s1 127.0.0.1:%d
""" % (port, serve().port, serve(greet).port))
    with Client(port) as client:
        responses = [client.request("GET", path) for path in ("/1", "/2")]
        assert [(r.status, r.header("x-was")) for r in responses] == [(200, "tcp"), (200, "http")]
    with Client(port) as client:
        client.send("EHLO me\r\n")
        assert client.stream.exactly(8) == b"welcome\n"


@pytest.mark.parametrize("switch", ["tcp-request content switch-mode http if HTTP", "tcp-request content accept if HTTP"])
def test_rules_of_tcp_are_not_run_again_by_http(balance, switch):
    """What they found is the first request's, wherever it was that TCP became HTTP; they run again for the second."""
    port = free_port()
    balance("""
frontend web
    mode tcp
    bind 127.0.0.1:%d
    tcp-request inspect-delay 1m
    tcp-request content track-sc0 int(1) table counts if HTTP
    tcp-request content set-var(txn.seen) str(yes) if HTTP
    tcp-request content set-var(req.seen) str(yes) if HTTP
    tcp-request content capture str(kept) len 10 if HTTP
    tcp-request content sc-inc-gpc0(0) if HTTP
    %s
    default_backend app
backend counts
    stick-table type integer size 10 store gpc0,conn_cnt,http_req_cnt
backend app
    mode http
    http-request return status 200 hdr x-seen "%%[var(txn.seen)] %%[var(req.seen)] %%[capture.req.hdr(0)]" hdr x-count "%%[sc0_get_gpc0] %%[sc0_conn_cnt] %%[sc0_http_req_cnt]"
""" % (port, switch))
    with Client(port) as client:
        for count in "12":
            response = client.request()
            assert response.header("x-seen") == "yes yes kept"
            assert response.header("x-count") == " ".join(count * 3)
    with Client(port) as client:  # nobody takes what was found
        client.send(b"GET / HTTP/1.1\r\n")
        client.end()
        client.rest()
    assert get(port).status == 200


def test_the_name_can_be_logged(balance, serve, syslog):
    port = free_port()
    balance("""
frontend web
    mode tcp
    bind 127.0.0.1:%d
    log-format "sni=%%[capture.req.hdr(0)] b=%%b"
    tcp-request inspect-delay 1m
    tcp-request content capture req.ssl_sni len 40
    tcp-request content accept if { req.ssl_hello_type 1 }
    default_backend app
backend app
    mode tcp
    server s1 127.0.0.1:%d
""" % (port, serve(silent).port))
    with Client(port) as client:
        wait_taken(client.send(hello("www.example.org")))
    assert syslog.line("sni=www.example.org b=app")


def test_refusals_are_counted(start):
    from harness.stats import read_stats
    site = start(greet, front=["tcp-request content reject if { src 127.0.0.2 }"])
    assert is_refused(site.port)
    wait_for(lambda: read_stats(site.stats)["web", "FRONTEND"]["dreq"] == "1")


@pytest.mark.weir_only
@pytest.mark.parametrize("line, message", [
    ("tcp-request connection expect-proxy layer7", "'expect-proxy' needs 'layer4', not 'layer7'"),
    ("tcp-request content switch-mode http proto h2",
     "'proto h2' of switch-mode is not supported yet"),
])
def test_a_mistake_in_a_rule_is_explained(start, line, message):
    with pytest.raises(DidNotStart, match=message):
        start(greet, front=[line])
