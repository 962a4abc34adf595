# SPDX-License-Identifier: Apache-2.0
"""Words that HAProxy has given up still do what they did."""
import pytest

from harness.client import Client, get
from harness.origin import always, reply
from harness.ports import free_port

pytestmark = pytest.mark.weir_only

FORMER = """
listen web 127.0.0.1:%d
    bind 127.0.0.1:%d
    contimeout 3s
    clitimeout 10s
    srvtimeout 10s
    timeout tarpit 100ms
    acl is_local src 127.0.0.1
    reqadd X-Local:\\ yes if is_local
    reqadd X-Remote:\\ yes unless is_local
    reqideny ^Host:\\ (.*\\.)?evil\\.example
    reqdeny ^Via: if is_local or is_local
    reqdeny cmd\\.exe
    reqdeny ^GET\\ /secret
    reqdeny ^(PUT|PATCH)\\ /api
    reqallow ^GET\\ /open
    reqtarpit ^User-Agent:.*slow
    reqitarpit ^GET\\ /open/slow
    reqisetbe ^Host:\\ img\\. images
    rspdeny ^X-Secret:\\ leaks
    rspdeny ^HTTP/1\\..\\ 418
    reqrep ^([^\\ :]*)\\ /static/(.*) \\1\\ /\\2
    reqirep ^(GET|POST)\\ /A/([^\\ ]*)\\ (.*) \\1\\ /b/\\2\\ \\3
    reqrep ^([^\\ ]*\\ /)v1/(.*) \\1v2/\\2
    reqirep ^(Host:)\\ old\\.(.*) \\1\\ new.\\2
    rspirep ^(Location:\\ )http://(.*)$ \\1https://\\2
    rspirep ^(Set-Cookie:((?!\\ Secure).)*)$ \\1;\\ Secure
    rspidel ^Server:.*
    rspdel ^X-Powered
    reqidel ^(X-A|X-B):.*
    reqdel ^X-C:\\ only
    rspadd Strict-Transport-Security:\\ max-age=1
    %s
backend images
    server i 127.0.0.1:%d
"""

# request line and headers -> status
VERDICTS = [
    ("GET", "/", (), 200),
    ("GET", "/", (("Host", "a.EVIL.example"),), 403),
    ("GET", "/", (("Host", "good.example"),), 200),
    ("GET", "/", (("Via", "1.1 x"),), 403),
    ("GET", "/scripts/cmd.exe", (), 403),
    ("GET", "/", (("Referer", "http://x/cmd.exe"),), 403),
    ("GET", "/secrets", (), 403),
    ("POST", "/secrets", (), 200),
    ("PUT", "/api", (), 403),
    ("GET", "/api", (), 200),
    ("GET", "/x", (("User-Agent", "very slow"),), 500),
    ("GET", "/open/slow", (("User-Agent", "very slow"),), 200),
    ("GET", "/leak", (), 502),
    ("GET", "/teapot", (), 502),
    ("GET", "/", (("Host", "img.example"),), 202),
]


def answer(conn):
    for request in iter(conn.request, None):
        headers = [("Location", "http://a/b"), ("Set-Cookie", "x=1"), ("Server", "s"),
                   ("X-Powered-By", "p")]
        if b"/leak" in request.raw:
            headers.append(("X-Secret", "leaks"))
        status = "418 Teapot" if b"/teapot" in request.raw else "200 OK"
        conn.send(reply(b"ok", status, headers))


@pytest.fixture
def former(balance, serve):
    """The port that the `listen` line names, and the server behind it."""
    port, origin, images = free_port(), serve(answer), serve(always(reply(status="202 Accepted")))
    balance(FORMER % (port, free_port(), "server s 127.0.0.1:%d" % origin.port, images.port))
    return port, origin


@pytest.mark.parametrize("method, path, headers, status", VERDICTS)
def test_lines_of_the_head_are_judged(kind, former, method, path, headers, status):
    with Client(former[0]) as client:
        assert client.request(method, path, headers).status == status


@pytest.mark.parametrize("path, sent", [("/static/a?b=/static/", "/a?b=/static/"), ("/a/b", "/b/b"),
                                        ("/v1/users", "/v2/users"), ("/x/static/", "/x/static/")])
def test_the_target_is_changed(kind, former, path, sent):
    port, origin = former
    get(port, path)
    assert origin.requests[-1].start_line == "GET %s HTTP/1.1" % sent


def test_headers_are_changed(kind, former):
    port, origin = former
    response = get(port, "/", [("Host", "old.example"), ("X-A", "1"), ("X-B", "2"), ("X-AB", "3"),
                               ("X-C", "only this")])
    sent = origin.requests[-1]
    assert [sent.header(name) for name in ("host", "x-a", "x-b", "x-ab", "x-c")] == [
        "new.example", None, None, "3", None]
    assert sent.header("x-local") == "yes" and sent.header("x-remote") is None
    assert response.header("location") == "https://a/b"
    assert response.header("set-cookie") == "x=1; Secure"
    assert response.header("server") is None and response.header("x-powered-by") is None
    assert response.header("strict-transport-security") == "max-age=1"


def test_the_only_address_of_dispatch(kind, balance, serve):
    port, origin = free_port(), serve()
    balance("listen a\n bind 127.0.0.1:%d\n dispatch 127.0.0.1:%d\n" % (port, origin.port))
    assert get(port).body == b"ok"


@pytest.mark.parametrize("network, status", [("127.0.0.0/8", 200), ("10.0.0.0/8", 503)])
def test_monitors_known_by_their_network(kind, balance, network, status):
    port = free_port()
    balance("listen a\n bind 127.0.0.1:%d\n monitor-net %s\n" % (port, network))
    assert get(port).status == status


def test_monitors_of_a_tcp_proxy(kind, balance, serve):
    port, origin = free_port(), serve()
    balance("listen a\n bind 127.0.0.1:%d\n mode tcp\n monitor-net 127.0.0.1\n"
            " server s 127.0.0.1:%d\n" % (port, origin.port))
    with Client(port) as client:
        assert client.is_closed()
    assert not origin.connections
