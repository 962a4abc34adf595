# SPDX-License-Identifier: Apache-2.0
"""Log lines: frame, fields, what is escaped, where they go."""
import re
import socket
import ssl
import time

import pytest

from harness.client import Client, get, tls_client
from harness.origin import always, once, reply
from harness.ports import free_port
from harness.sockets import wait_taken
from harness.waiting import PATIENCE_S, wait_for

CONFIG = """
frontend web
    bind 127.0.0.1:{port}
    {words}
    default_backend app

backend app
    server s1 127.0.0.1:{server}
"""


@pytest.fixture
def start(balance, serve):
    """start(words of the frontend, behaviour of the server) -> (port, balancer)"""

    def run(words="", behaviour=None):
        port = free_port()
        return port, balance(CONFIG.format(port=port, server=serve(behaviour).port, words=words))

    return run


FRAME = re.compile(
    r"^<134>(?P<month>[A-Z][a-z]{2}) (?P<day>[ 123]\d) (?P<time>\d\d:\d\d:\d\d) (?P<tag>\w+)\[(?P<pid>\d+)\]: "
    r"127\.0\.0\.1:\d+ \[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d\.\d{3}\] web app/s1 "
    r"\d+/\d+/\d+/\d+/\d+ 200 \d+ - - ---- \d+/\d+/\d+/\d+/0 0/0 \"GET /a\?b=c HTTP/1\.1\"$")


def test_a_line_of_the_http_format(start, syslog, kind):
    port, balancer = start()
    days = {(time.strftime("%b"), time.localtime().tm_mday)}
    get(port, "/a?b=c")
    line = wait_for(lambda: [text for text in syslog.lines if "/a?b=c" in text])[0]
    match = FRAME.match(line)
    assert match, line
    assert match["tag"] == kind
    assert int(match["pid"]) == balancer.pid
    days.add((time.strftime("%b"), time.localtime().tm_mday))
    assert (match["month"], int(match["day"])) in days


def test_bytes_count_what_the_client_got(start, syslog):
    response = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b"x" * 1000
    port, _ = start(behaviour=always(response))
    with Client(port) as client:
        client.request()
    # HAProxy counts its own picture of the head, which is a few bytes off
    assert abs(int(syslog.http()[0]["bytes"]) - len(response)) < 40


def test_timers_tell_where_the_time_went(start, syslog):
    def slow(conn):
        conn.request()
        time.sleep(0.4)
        conn.send(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n")
        time.sleep(0.4)
        conn.send(b"late")

    port, _ = start(behaviour=slow)
    started = time.monotonic()
    with Client(port) as client:
        client.send("GET / HTTP/1.1\r\n")
        wait_taken(client)
        time.sleep(0.4)
        client.send("Host: a\r\n\r\n")
        assert client.response().body == b"late"
    took_ms = 1000 * (time.monotonic() - started)
    line = syslog.http()[0]
    parts = [int(line[name]) for name in ("TR", "Tw", "Tc", "Tr")]
    assert parts[0] >= 350 and parts[1] == 0 and parts[2] >= 0 and parts[3] >= 350
    assert sum(parts) <= int(line["Ta"]) <= took_ms + 50 and int(line["Ta"]) >= 1150


def test_each_request_of_a_connection_has_its_line(start, syslog):
    port, _ = start()
    with Client(port) as client:
        for number in range(3):
            client.request("GET", "/%d" % number)
    lines = syslog.http(3)
    assert [line["request"] for line in lines] == ["GET /%d HTTP/1.1" % n for n in range(3)]
    assert all(line["termination"] == "----" for line in lines)


def test_idle_time_is_not_request_time(start, syslog):
    port, _ = start()
    with Client(port) as client:
        client.request()
        time.sleep(0.6)
        client.request("GET", "/2")
    assert int(syslog.http(2)[1]["TR"]) < 300


def test_a_tls_frontend_is_marked_with_a_tilde(balance, serve, syslog, authority):
    port = free_port()
    balance("""
frontend web
    bind 127.0.0.1:%d ssl crt %s
    default_backend app
backend app
    server s1 127.0.0.1:%d
""" % (port, authority.pem("a.test"), serve().port))
    get(port, tls=tls_client())
    assert syslog.http()[0]["frontend"] == "web~"


@pytest.mark.parametrize("request_line, logged", [
    (b"GET /a\"b HTTP/1.1", 'GET /a#22b HTTP/1.1'),
    (b"GET /a#b HTTP/1.1", None),
    (b"GET /a\x01b HTTP/1.1", None),
])
def test_nothing_from_outside_breaks_a_line(start, syslog, request_line, logged):
    port, _ = start()
    with Client(port) as client:
        client.send(request_line + b"\r\nHost: a\r\n\r\n")
        client.response()
    line = syslog.http()[0]
    assert line["request"] == (logged or "<BADREQ>")
    assert all(32 <= ord(char) < 127 for char in line.string)


def test_dontlog_normal_logs_failures_only(start, syslog):
    port, _ = start("option dontlog-normal", once(reply(status="500 Oops")))
    get(port)
    with Client(port) as client:
        client.send("garbage\r\n\r\n")
        client.response()
    assert syslog.http()[0]["status"] in ("500", "400")


@pytest.fixture
def own_answers(balance):
    port = free_port()
    balance("""
frontend web
    bind 127.0.0.1:%d
    http-request use-service prometheus-exporter if { path /metrics }
    http-request return status 200 content-type text/plain string hi if { path /hi }
    stats enable
    stats uri /stats
    default_backend app
backend app
    http-request return status 200 content-type text/plain string hi if { path /there }
    stats enable
    stats uri /inside
""" % port)
    return port


@pytest.mark.parametrize("path, names, timers", [
    ("/stats;csv", ("web", "<STATS>"), "0/0/0/0"),
    ("/metrics", ("web", "<PROMEX>"), "0/0/0/0"),
    ("/hi", ("web", "<NOSRV>"), "0/-1/-1/-1"),
    ("/inside;csv", ("app", "<STATS>"), "0/0/0/0"),
    ("/there", ("app", "<NOSRV>"), "0/-1/-1/-1"),
])
def test_an_answer_of_the_proxy_itself(own_answers, syslog, path, names, timers):
    get(own_answers, path)
    line = syslog.http()[0]
    assert (line["backend"], line["server"]) == names
    assert "/".join(line[name] for name in ("TR", "Tw", "Tc", "Tr")) == timers
    assert (line["status"], line["termination"]) == ("200", "LR--")


def test_nobody_to_ask(own_answers, syslog):
    assert get(own_answers, "/other").status == 503
    line = syslog.http()[0]
    assert (line["backend"], line["server"], line["termination"]) == ("app", "<NOSRV>", "SC--")


@pytest.mark.parametrize("kind_of_web, first", [("frontend", "-1"), ("listen", "0")])
def test_no_backend_to_go_to(balance, syslog, kind_of_web, first):
    port = free_port()
    balance("%s web\n    bind 127.0.0.1:%d\n    use_backend app if { path /app }\n"
            "backend app\n    http-request return status 200\n" % (kind_of_web, port))
    assert get(port, "/other").status == 503
    line = syslog.http()[0]
    assert (line["backend"], line["server"], line["termination"]) == ("web", "<NOSRV>", "SC--")
    assert [line[name] for name in ("TR", "Tw", "Tc", "Tr")] == [first, "-1", "-1", "-1"]


TLS_CONFIG = """
frontend web
    bind 127.0.0.1:%d ssl crt %s %s
    option httpslog
    %s
    default_backend app
backend app
    server s1 127.0.0.1:%d
"""


@pytest.fixture
def start_tls(balance, serve, authority):
    def run(words="", of_bind=""):
        port = free_port()
        balance(TLS_CONFIG % (port, authority.pem("a.test"), of_bind, words, serve().port))
        return port

    return run


def test_the_https_format_tells_of_tls(start_tls, syslog):
    port = start_tls()
    get(port, "/named", tls=tls_client(), sni="a.test")
    get(port, "/nameless", tls=tls_client())
    assert re.search(r'"GET /named HTTP/1.1" 0/0000000000000000/0/0/0 a.test/TLSv1.[23]/TLS_\w+$',
                     syslog.line("/named"))
    assert re.search(r" -/TLSv1.[23]/TLS_\w+$", syslog.line("/nameless"))


def test_a_failed_handshake_has_a_line_unless_nothing_was_said(start_tls, syslog):
    port = start_tls("option dontlognull")
    for bytes_sent in (b"", b"GET / HTTP/1.1\r\n\r\n"):
        with Client(port) as client:
            client.send(bytes_sent)
            client.end()
            client.is_closed()
    line = syslog.line("SSL handshake failure")
    assert re.search(r"127\.0\.0\.1:\d+ \[[^]]+\] web/1: SSL handshake failure$", line)
    assert not [line for line in syslog.lines if "Connection closed" in line]


def refused_client(port, authority, tmp_path):
    stranger = type(authority)(tmp_path, "Stranger")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        get(port, tls=tls_client(crt=stranger.pem("who")))


def test_a_client_that_is_not_trusted_has_a_line(start_tls, authority, syslog, tmp_path):
    start = start_tls("error-log-format " + r"refused\ %ST\ %ts\ %[fc_err]\ %[ssl_fc_err,hex]\ "
                      r"%[ssl_fc_err_str]\ %[ssl_c_err]\ %{+Q}[ssl_c_s_dn(CN)]\ %sslv",
                      "ca-file %s verify required" % authority.cert)
    refused_client(start, authority, tmp_path)
    assert re.search(r"refused 0 PR 30 0000000\w+86 error:\w+86:SSL routines::certificate verify failed 0 "
                     r"\"who\" TLSv1.3$", syslog.line("refused"))


def test_a_client_that_is_not_trusted_is_told_of_in_words(start_tls, authority, syslog, tmp_path):
    refused_client(start_tls("", "ca-file %s verify required" % authority.cert), authority, tmp_path)
    assert syslog.line("SSL client").endswith(" web/1: SSL client CA chain cannot be verified")


NO_REQUEST = "GET / HTTP/1.1\r\nHost: a\r\nB d: x\r\n\r\n"


def test_what_was_no_request_has_a_format_of_its_own(start, syslog):
    port, _ = start("""option log-separate-errors
    capture request header Host len 9
    unique-id-format %ci
    log-format "yes %ST <%hr> <%ID>"
    error-log-format "no %ST %tsc <%hr> <%ID> <%[be_name]>" """)
    with Client(port) as client:
        client.request("GET", "/a")
        client.send(NO_REQUEST)
        assert client.response().status == 400
    assert syslog.line("yes").endswith("yes 200 <{test}> <127.0.0.1>")
    assert re.search(r"^<131>.*: no 400 PR-- <> <-> <->$", syslog.line("no 400"))


@pytest.mark.parametrize("words, want", [
    ('option httplog\n    log-format "mine %HM"', r": mine GET$"),
    ('log-format "mine %HM"\n    option httplog', r" web app/s1 .* \"GET /a HTTP/1.1\"$"),
    ('log-format "mine %HM"\n    option tcplog', r" web app/s1 \d+/\d+/\d+ \d+ -- \d+/"),
])
def test_the_format_named_last_counts(start, syslog, words, want):
    port, _ = start(words)
    get(port, "/a")
    wait_for(lambda: [line for line in syslog.lines if re.search(want, line)], what=lambda: syslog.lines)


def test_flags_change_what_they_are_for(start, syslog):
    """Hexadecimal are addresses, ports, times and identifiers, no counts; captures come in quotes, and escaped."""
    port, _ = start("""capture request header X-A len 9
    log-format "%{+X}o %ci:%fp %ST %fc %rc|%{+Q}hr|%{+Q,+E}hrl|%{+Q}ST" """)
    with Client(port) as client:
        client.request("GET", "/a", headers=[("X-A", 'a"b]c')])
    assert syslog.line("7F000001").endswith(': 7F000001:%04X 200 1 0|"{a#22b]c}"|"a#22b\\]c"|200' % port)


def test_probes_are_ignored(start, syslog):
    port, _ = start("option http-ignore-probes\n    timeout http-request 200ms")
    for is_silent in (True, False):
        with Client(port) as client:
            if not is_silent:
                client.end()
            assert client.rest() == b""
    get(port, "/after")
    syslog.line("GET /after")
    assert not [line for line in syslog.lines if "BADREQ" in line]


def test_a_unix_socket_receives_the_log(balance, serve, tmp_path):
    path = str(tmp_path / "log.sock")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(path)
        receiver.settimeout(PATIENCE_S)
        port = free_port()
        balance("""
frontend web
    bind 127.0.0.1:%d
    log %s local3
    default_backend app
backend app
    server s1 127.0.0.1:%d
""" % (port, path, serve().port))
        get(port, "/unix")
        while b"/unix" not in (line := receiver.recv(65536)):
            pass
    assert line.startswith(b"<158>")  # local3, info


def test_standard_output_receives_the_log(balance, serve):
    port = free_port()
    balancer = balance("""
frontend web
    bind 127.0.0.1:%d
    log stdout local0
    default_backend app
backend app
    server s1 127.0.0.1:%d
""" % (port, serve().port))
    get(port, "/stdout")
    wait_for(lambda: '"GET /stdout HTTP/1.1"' in balancer.output)


def test_a_log_server_that_is_not_there_disturbs_nobody(balance, serve):
    port = free_port()
    balance("""
frontend web
    bind 127.0.0.1:%d
    log 127.0.0.1:%d local0
    log /nowhere/log.sock local0
    default_backend app
backend app
    server s1 127.0.0.1:%d
""" % (port, free_port(), serve().port))
    for _ in range(20):
        assert get(port).status == 200
