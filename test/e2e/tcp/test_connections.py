# SPDX-License-Identifier: Apache-2.0
"""Sockets of other kinds and with options: unix, abstract, SOCKS4, sources, keep-alive, mixed modes."""
import re
import socket
import struct
import subprocess
import threading

import pytest

from harness.balancer import RELOADED
from harness.behaviours import echo
from harness.certs import tls_server
from harness.client import Client, get, tls_client
from harness.ports import free_port
from harness.stats import read_stats
from harness.waiting import PATIENCE_S, wait_for


def unix_exchange(address, data=b"ping"):
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(PATIENCE_S)
        sock.connect(address)
        sock.sendall(data)
        return sock.recv(100)


def test_unix_sockets_on_both_sides(balance, tmp_path, syslog):
    front, back = str(tmp_path / "front.sock"), str(tmp_path / "back.sock")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(back)
    listener.listen()

    def serve():
        sock, _ = listener.accept()
        sock.sendall(sock.recv(100).upper())
        sock.close()

    threading.Thread(target=serve, daemon=True).start()
    balance("""
listen web
    mode tcp
    option tcplog
    bind unix@%s
    bind 127.0.0.1:%d
    server s1 unix@%s
""" % (front, free_port(), back))
    assert unix_exchange(front) == b"PING"
    assert "unix:1 [" in syslog.line("web web/s1 ")
    listener.close()


def test_abstract_sockets_on_both_sides(balance, serve, syslog):
    name = "weir-test-%d" % free_port()
    port = free_port()
    balance("""
listen web
    mode tcp
    option tcplog
    bind 127.0.0.1:%d
    server s1 abns@%s send-proxy-v2
listen inside
    mode tcp
    option tcplog
    bind abns@%s accept-proxy
    server s1 127.0.0.1:%d
""" % (port, name, name, serve(echo).port))
    with Client(port) as client:
        assert client.send(b"through").stream.exactly(7) == b"through"
    # the header told who the client of the first one was
    assert syslog.tcp(frontend="inside")[0]["client"] == "127.0.0.1"


def socks4(granted):
    def serve(conn):
        ask = conn.stream.exactly(8)
        conn.stream.until(b"\0")
        port, host = struct.unpack(">H4s", ask[2:])
        conn.send(bytes([0, 0x5a if granted else 0x5b]) + bytes(6))
        if not granted:
            return
        conn.target = (socket.inet_ntoa(host), port)
        conn.send(b"hello by proxy")
        conn.wait_closed()

    return serve


@pytest.mark.parametrize("granted, end", [(True, "--"), (False, "SC")])
def test_socks4_to_servers(start, serve, syslog, granted, end):
    proxy = serve(socks4(granted))
    site = start(server=4711, words="socks4 127.0.0.1:%d" % proxy.port, back=["retries 0"])
    with Client(site.port) as client:
        if granted:
            assert client.stream.exactly(14) == b"hello by proxy"
            assert proxy.connections[0].target == ("127.0.0.1", 4711)
        else:
            assert client.is_closed()
    assert syslog.tcp()[0]["termination"] == end


@pytest.mark.parametrize("granted", [True, False])
def test_probes_go_by_socks4_too(start, serve, granted):
    proxy = serve(socks4(granted))
    site = start(server=4711, back=["timeout check 1m"], words="check inter 200ms rise 1 fall 1 check-via-socks4 "
                                                               "socks4 127.0.0.1:%d" % proxy.port)
    wait_for(lambda: read_stats(site.stats)["app", "s1"]["check_status"].endswith("L4OK" if granted else "SOCKERR"))
    assert read_stats(site.stats)["app", "s1"]["status"] == ("UP" if granted else "DOWN")
    if granted:
        wait_for(lambda: [conn for conn in list(proxy.connections)
                          if getattr(conn, "target", None) == ("127.0.0.1", 4711)])


@pytest.mark.parametrize("back, words", [(["source 127.0.0.7"], ""), ([], "source 127.0.0.7"),
                                         (["source 127.0.0.9"], "source 127.0.0.7"),
                                         ([], "source 0.0.0.0 usesrc 127.0.0.7")])
def test_an_address_to_connect_from(start, back, words):
    def tell(conn):
        conn.send(conn.sock.getpeername()[0].encode() + b"\n")

    site = start(tell, back=back, words=words)
    with Client(site.port) as client:
        assert client.rest() == b"127.0.0.7\n"


def test_ports_to_connect_from(start):
    def tell(conn):
        conn.send(("%s %d" % conn.sock.getpeername()).encode())

    host = "127.%d.%d.7" % divmod(free_port(), 256)  # whose ports nobody else takes
    site = start(tell, words="source %s:4200-4299" % host)
    seen = set()
    for _ in range(3):
        with Client(site.port) as client:
            address, port = client.rest().split()
        assert address == host.encode() and 4200 <= int(port) <= 4299
        seen.add(port)
    assert len(seen) == 3


def test_the_clients_address_to_connect_from(start):
    def tell(conn):
        conn.send(conn.sock.getpeername()[0].encode() + b"\n")

    site = start(tell, bind="accept-proxy", words="source 0.0.0.0 usesrc clientip")
    with Client(site.port) as client:
        client.send("PROXY TCP4 127.0.0.77 127.0.0.1 4711 80\r\n")
        assert client.rest() == b"127.0.0.77\n"


def test_keep_alive_with_times(start):
    site = start(echo, front=["option clitcpka", "clitcpka-idle 1019s"],
                 back=["option srvtcpka", "srvtcpka-idle 2039s"])

    def timers():
        """A socket shows its retransmission instead for as long as something is not acknowledged."""
        shown = subprocess.run(["ss", "-tno", "state", "established"], capture_output=True, text=True, check=True).stdout
        return sorted(re.search(r"keepalive,(\w*?min)|$", line).group(1) or "" for line in shown.splitlines()
                      if re.search(r"127\.0\.0\.1:(%d|%d) " % (site.port, site.origin.port), line))

    with Client(site.port) as client:
        client.send(b"x").stream.exactly(1)
        wait_for(lambda: timers() == ["", "", "16min", "33min"], what=timers)


@pytest.mark.weir_only
def test_no_linger_resets(start, syslog):
    site = start(echo, front=["option nolinger", "timeout client 500ms"])
    with Client(site.port) as client:
        with pytest.raises(ConnectionResetError):
            client.stream.fill()


def test_an_address_that_is_not_here_yet(balance, serve):
    port = free_port()
    balancer = balance("""
listen web
    mode tcp
    bind 127.0.0.1:%d
    bind 192.0.2.77:%d transparent
    server s1 127.0.0.1:%d
""" % (port, free_port(), serve(echo).port))
    with Client(port) as client:
        assert client.send(b"x").stream.exactly(1) == b"x"
    assert balancer.is_running()


def test_tls_in_front_and_behind(start, syslog, authority, balance, serve):
    origin = serve(echo, tls=tls_server(authority.pem("s.test")))
    pem = authority.pem("a.test")
    site = start(server=origin.port, words="ssl verify none", bind="ssl crt %s" % pem)
    with Client(site.port, tls=tls_client(authority.cert), sni="a.test") as client:
        data = b"0123456789abcdef" * 100000
        assert client.echoed(data) == data
    assert syslog.tcp()[0]["frontend"] == "web~"


@pytest.mark.weir_only
def test_tls_that_is_never_agreed_on(start, syslog, authority):
    site = start(echo, bind="ssl crt %s" % authority.pem("a.test"),
                 front=["timeout client 500ms"])
    with Client(site.port) as client:
        assert client.is_closed()
    assert syslog.line("web/1: Timeout during SSL handshake")


def test_one_name_for_frontend_and_backend(balance, serve, syslog):
    port = free_port()
    balance("""
frontend api
    mode tcp
    option tcplog
    bind 127.0.0.1:%d
    default_backend api
backend api
    mode tcp
    balance leastconn
    server m1 127.0.0.1:%d check fall 3 rise 2
""" % (port, serve(echo).port))
    with Client(port) as client:
        assert client.send(b"x").stream.exactly(1) == b"x"
    line = syslog.tcp(frontend="api")[0]
    assert (line["backend"], line["server"]) == ("api", "m1")


def test_a_tcp_frontend_of_an_http_backend_speaks_http(balance, serve):
    port = free_port()
    balance("""
frontend web
    mode tcp
    bind 127.0.0.1:%d
    default_backend app
backend app
    server s1 127.0.0.1:%d
""" % (port, serve().port))
    assert get(port).status == 200


@pytest.mark.weir_only
def test_a_reload_keeps_tunnels(start, syslog):
    site = start(echo)
    with Client(site.port) as client:
        assert client.send(b"1").stream.exactly(1) == b"1"
        site.balancer.send_signal(1)
        wait_for(lambda: RELOADED in site.balancer.output)
        assert client.send(b"2").stream.exactly(1) == b"2"
    assert syslog.tcp()[0]["bytes"] == "2"
