# SPDX-License-Identifier: Apache-2.0
"""set server ... fqdn and ssl; show startup-logs."""
import pytest

from harness.certs import Authority, tls_server
from harness.cli import ask
from harness.client import get
from harness.dns import Dnsmasq
from harness.origin import always, reply
from harness.ports import free_port
from harness.waiting import wait_for

CONFIG = """
global
    stats socket {admin} level admin

defaults
    mode http
    timeout client 1m
    timeout server 1m
    timeout connect 1m
{more}
"""


@pytest.fixture
def start(balance, tmp_path):
    admin = tmp_path / "admin"

    def run(more):
        balance(CONFIG.format(admin=admin, more=more))
        return lambda line: ask(admin, line).rstrip("\n")

    return run


def test_a_server_gets_another_name(start, serve, closing, tmp_path):
    dns = closing(Dnsmasq(tmp_path, "127.0.0.1 one.test\n127.0.0.9 two.test\n").start())
    port, server = free_port(), free_port()
    for last in "19":
        serve(always(reply(last.encode())), host="127.0.0." + last, port=server)
    do = start("""
resolvers dns
    nameserver one 127.0.0.1:%d
frontend web
    bind 127.0.0.1:%d
    default_backend app
backend app
    server s1 one.test:%d resolvers dns resolve-prefer ipv4 init-addr none
    server s2 127.0.0.1:%d weight 0
    server s3 _http._tcp.none.test resolvers dns init-addr none
""" % (dns.port, port, server, server))
    wait_for(lambda: get(port).body == b"1")
    assert do("set server app/s1 fqdn two.test") == \
        "app/s1 changed its FQDN from one.test to two.test by 'stats socket command'"
    wait_for(lambda: get(port).body == b"9")
    assert "two.test" in do("show servers state app")
    assert do("set server app/s1 fqdn two.test") == "no need to change the FDQN by 'stats socket command'"
    assert do("set server app/s1 fqdn") == "set server <b>/<s> fqdn requires a FQDN."
    assert do("set server app/s2 fqdn one.test") == \
        "set server <b>/<s> fqdn failed because no resolution is configured."
    assert do("set server app/s3 fqdn one.test") == \
        "set server <b>/<s> fqdn failed because SRV resolution is configured."


def test_a_server_speaks_tls_or_not(start, serve, tmp_path):
    secured = serve(always(reply(b"secured")), tls=tls_server(Authority(tmp_path).pem("app.test")))
    plain, port = serve(always(reply(b"plain"))), free_port()
    do = start("""
frontend web
    bind 127.0.0.1:%d
    default_backend app
backend app
    server s1 127.0.0.1:%d ssl verify none
    server s2 127.0.0.1:%d weight 0
""" % (port, secured.port, plain.port))
    assert get(port).body == b"secured"
    assert do("set server app/s1 ssl off") == "server ssl setting updated."
    do("set server app/s1 addr 127.0.0.1 port %d" % plain.port)
    assert get(port).body == b"plain"
    assert do("set server app/s1 ssl on") == "server ssl setting updated."
    do("set server app/s1 addr 127.0.0.1 port %d" % secured.port)
    assert get(port).body == b"secured"
    assert do("set server app/s1 ssl maybe") == "'set server <srv> ssl' expects 'on' or 'off'."
    assert do("set server app/s2 ssl on") == \
        "'set server <srv> ssl' cannot be set.  default-server should define ssl settings"


def test_the_log_of_the_start_can_be_asked_for(start):
    do = start("listen web\n    bind 127.0.0.1:%d\n    http-request deny\n    tcp-request content accept\n" % free_port())
    logs = do("show startup-logs")
    assert "tcp-request" in logs and "http-request" in logs
