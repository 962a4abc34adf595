# SPDX-License-Identifier: Apache-2.0
"""Scripts of probes and the protocols they speak: verdicts and words, as HAProxy has them."""
import re
import struct
import time

import pytest

from harness import mysql
from harness.ports import free_port
from harness.stats import read_stats
from harness.waiting import PATIENCE_S, wait_for

CONFIG = """
frontend web
    bind 127.0.0.1:{port}
    default_backend app

backend app
    option log-health-checks
    timeout check {patience}
    {script}
    server s1 127.0.0.1:{server} check inter 400ms fall 2 rise 2 {words}

listen stats
    bind 127.0.0.1:{stats}
    stats enable
    stats uri /stats
"""


def says(*parts, close=True):
    """A server that plays its part: bytes are sent, None waits for bytes, a number for seconds."""

    def behaviour(conn):
        for part in parts:
            if part is None:
                conn.stream.sock.settimeout(PATIENCE_S)
                if not conn.stream.sock.recv(65536):
                    return
            elif isinstance(part, bytes):
                conn.send(part)
            else:
                time.sleep(part)
        if not close:
            conn.wait_closed()

    return behaviour


class Probed:
    def __init__(self, balance, server, script, words="", patience="1m"):
        self.stats = free_port()
        balance(CONFIG.format(port=free_port(), server=server, stats=self.stats, script=script, words=words,
                              patience=patience))

    def row(self):
        """The statistics of the server, without the mark of a probe that is under way."""
        row = read_stats(self.stats)["app", "s1"]
        return {field: value.removeprefix("* ") for field, value in row.items()}

    def shows(self, **values):
        wait_for(lambda: self.row().items() >= values.items(), what=lambda: "%s, not %s" % (self.row(), values))


MYSQL_GREETING = mysql.greeting()
MYSQL_OK = mysql.ok()
MYSQL_DENIED = mysql.error(1045, "Access denied", number=2, state="28000")
PGSQL_MD5 = b"R" + struct.pack(">ii", 12, 5) + b"salt"
PGSQL_ERROR = b"E\0\0\0\x2fSFATAL\0C28000\0Mno entry for this host, yet\0\0"
LDAP_OK = bytes.fromhex("300c02010161070a010004000400")
LDAP_LONG = bytes.fromhex("3084000000100201016184000000070a010004000400")  # lengths in five bytes
LDAP_49 = bytes.fromhex("300c02010161070a013104000400")


def spop(flags, version):
    values = b"\x07version\x08\x03" + version.encode() + b"\x0emax-frame-size\x03\xfc\xf0\x06\x0ccapabilities\x08\x00"
    frame = b"\x65" + struct.pack(">IBB", flags, 0, 0) + values
    return struct.pack(">I", len(frame)) + frame


def tcp(*lines):
    return "\n    ".join(["option tcp-check"] + ["tcp-check " + line for line in lines])


def http(*lines):
    return "\n    ".join(["option httpchk GET /x"] + ["http-check " + line for line in lines])


def answer(status, body=b"", headers=b""):
    return b"HTTP/1.1 " + status + b"\r\n" + headers + b"Content-Length: %d\r\n\r\n" % len(body) + body


# name: script, server, check_status, what the log says behind the reason
CASES = {
    "a connection": (tcp("connect"), says(close=False), "L4OK", 'info: "(tcp-check)"'),
    "no line at all": (tcp(), says(close=False), "L4OK", None),
    "only sent": (tcp(r"send QUIT\r\n"), says(None), "L7OK", 'code: 0, info: "(tcp-check)"'),
    "expected": (tcp(r"send PING\r\n", "expect string +PONG"), says(None, b"+PONG\r\n"), "L7OK",
                 'code: 0, info: "(tcp-check)"'),
    "redis master": (tcp("connect", r"send PING\r\n", "expect string +PONG", r"send info\ replication\r\n",
                         "expect string role:master", r"send QUIT\r\n", "expect string +OK"),
                     says(None, b"+PONG\r\n", None, b"$12\r\nrole:master\r\n", None, b"+OK\r\n"), "L7OK",
                     'code: 0, info: "(tcp-check)"'),
    "redis replica": (tcp("connect", r"send info\ replication\r\n", "expect string role:master"),
                      says(None, b"$11\r\nrole:slave\r\n", close=True), "L7RSP",
                      "info: \"TCPCHK did not match content 'role:master' at step 3\""),
    "in two pieces": (tcp("expect string hello"), says(b"hel", 0.1, b"lo"), "L7OK", None),
    "not matched": (tcp("expect string OK"), says(b"NO\r\n"), "L7RSP",
                    "info: \"TCPCHK did not match content 'OK' at step 1\""),
    "a comment": (tcp("expect min-recv 2 comment hey string OK"), says(b"NO\r\n"), "L7RSP",
                  "info: \"TCPCHK did not match content 'OK' at step 1 comment: hey\""),
    "a comment for two": (tcp("comment hey", "expect string N", "expect string OK"), says(b"NO\r\n"), "L7RSP",
                          "info: \"TCPCHK did not match content 'OK' at step 3 comment: hey\""),
    "a comment of another step": (tcp("comment hey", "send a", "expect string OK"), says(None, b"NO\r\n"), "L7RSP",
                                  "info: \"TCPCHK did not match content 'OK' at step 3\""),
    "unwanted": (tcp("connect", "expect ! string NO"), says(b"NO\r\n"), "L7RSP",
                 "info: \"TCPCHK matched unwanted content 'NO' at step 2\""),
    "regex": (tcp("expect rstring ^O.K"), says(b"NO\r\n"), "L7RSP",
              'info: "TCPCHK did not match content (regex) at step 1"'),
    "binary": (tcp("expect binary 4f4b"), says(b"NO\r\n"), "L7RSP",
               'info: "TCPCHK did not match content (binary) at step 1"'),
    "binary regex": (tcp("expect rbinary ^4F4B"), says(b"OK\r\n"), "L7OK", None),
    "sent in binary": (tcp("send-binary 50494e47", "expect string +PONG"), says(None, b"+PONG"), "L7OK", None),
    "an empty answer": (tcp("send abc", "expect string OK"), says(None), "L7RSP",
                        'info: "TCPCHK got an empty response at step 2"'),
    "an empty answer, with a comment": (tcp("send abc", "comment hey", "expect on-error no string OK"), says(None), "L7RSP",
                                        "info: \"TCPCHK got an empty response at step 3 comment: 'hey'\""),
    "only variables": (tcp("set-var(check.a) str(x)"), says(close=False), "L4OK", "check duration: "),
    "connected, and variables": (tcp("connect", "set-var(check.a) str(x)"), says(close=False), "L4OK",
                                 'info: "(tcp-check)"'),
    "silence of bytes": (tcp("expect binary 4f4b0d"), says(b"-", close=False), "L7TOUT",
                         "info: \" at step 1 of tcp-check (expect binary 'OK<0D>')\""),
    "silence": (tcp("send abc", "expect comment waiting string OK"), says(None, b"N", close=False), "L7TOUT",
                "info: \" at step 2 of tcp-check (expect string 'OK') comment: 'waiting'\""),
    "silence of its own kind": (tcp("expect tout-status L6TOUT string OK"), says(b"-", close=False), "L6TOUT",
                                "info: \" at step 1 of tcp-check (expect string 'OK')\""),
    "a status of its own": (tcp('expect min-recv 1 error-status L7STS status-code int(42) on-error "%b is bad" '
                                "string +OK"), says(b"-OK\r\n"), "L7STS", 'code: 42, info: "app is bad"'),
    "a byte a second": (tcp("expect string hello"), says(b"h", 1, b"e", 1, b"l"), "L7TOUT", None),
    "endless": (tcp("expect string OK"), says(*[b"x" * 4096] * 8, close=False), "L7RSP", None),
    "redis": ("option redis-check", says(None, b"+PONG\r\n"), "L7OK", 'code: 0, info: "Redis server is ok"'),
    "redis closes": ("option redis-check", says(None), "L7STS",
                     'code: 0, info: "TCPCHK got an empty response at step 2"'),
    "mysql": ("option mysql-check user hap", says(MYSQL_GREETING, None, MYSQL_OK, None), "L7OK",
              'code: 0, info: "10.11.6-MariaDB"'),
    "mysql is asked before it greets": ("option mysql-check user hap", says(None, MYSQL_GREETING + MYSQL_OK), "L7OK",
                                        'code: 0, info: "10.11.6-MariaDB"'),
    "mysql refuses in one piece": ("option mysql-check user hap pre-41", says(None, MYSQL_GREETING + MYSQL_DENIED), "L7STS",
                                   'code: 1045, info: "#28000Access denied"'),
    "mysql only greets": ("option mysql-check user hap", says(MYSQL_GREETING, None), "L7RSP", None),
    "mysql greets": ("option mysql-check", says(MYSQL_GREETING, None), "L7OK",
                     'code: 0, info: "10.11.6-MariaDB"'),
    "mysql refuses": ("option mysql-check user hap", says(MYSQL_GREETING, None, MYSQL_DENIED, None), "L7STS",
                      'code: 1045, info: "#28000Access denied"'),
    "mysql refuses without a word": ("option mysql-check user hap", says(MYSQL_GREETING, None, b"\1\0\0\2\xff", None), "L7STS",
                                     "code: "),
    "mysql is cut": ("option mysql-check user hap", says(MYSQL_GREETING[:9]), "L7RSP", None),
    "pgsql": ("option pgsql-check user hap", says(None, PGSQL_MD5, None), "L7OK",
              'code: 0, info: "PostgreSQL server is ok"'),
    "pgsql refuses": ("option pgsql-check user hap", says(None, PGSQL_ERROR, None), "L7RSP", 'info: "FATAL"'),
    "pgsql garbage": ("option pgsql-check user hap", says(None, b"hello, this is it"), "L7STS",
                      'code: 0, info: "PostgreSQL unknown error"'),
    "ldap": ("option ldap-check", says(None, LDAP_OK), "L7OK", 'code: 0, info: "Success"'),
    "ldap in pieces": ("option ldap-check", says(None, LDAP_LONG[:1], 0.1, LDAP_LONG[1:16], 0.1, LDAP_LONG[16:]), "L7OK",
                       'code: 0, info: "Success"'),
    "ldap is cut": ("option ldap-check", says(None, LDAP_LONG[:16]), "L7RSP", "check duration: "),
    "ldap refuses": ("option ldap-check", says(None, LDAP_49), "L7STS", "code: 49"),
    "ldap garbage": ("option ldap-check", says(None, b"hello you there all of you"), "L7RSP",
                     'info: "Not LDAPv3 protocol"'),
    "spop": ("option spop-check", says(None, spop(1, "2.0")), "L7OK", 'code: 0, info: "SPOA server is ok"'),
    "spop in a piece of many": ("option spop-check", says(None, spop(0, "2.0")), "L7RSP", 'info: "fragmentation not supported"'),
    "spop of another age": ("option spop-check", says(None, spop(1, "1.0")), "L7RSP", 'info: "unsupported version"'),
    "spop of nothing": ("option spop-check", says(None, bytes(4), close=False), "L7RSP", 'info: "invalid frame received"'),
    "smtp": ("option smtpchk EHLO me.test",
             says(b"220 mx ESMTP\r\n", None, b"250-mx hi\r\n250 SIZE 1\r\n", None, b"221 bye\r\n", None), "L7OK",
             'code: 221, info: "bye"'),
    "smtp refuses": ("option smtpchk", says(b"554 no\r\n", None), "L7STS", 'code: 554, info: "no"'),
    "smtp in its own tongue": ("option smtpchk", says("554 fermé\x07\r\n".encode(), None), "L7STS",
                               'code: 554, info: "ferm<C3><A9><07>"'),
    "smtp garbage": ("option smtpchk", says(b"hello you\r\n", None), "L7RSP", 'info: "hello you"'),
    "tls hello": ("option ssl-hello-chk", says(None, bytes.fromhex("15030000020228")), "L6OK", None),
    "no tls": ("option ssl-hello-chk", says(None, b"HTTP/1.1 400"), "L6RSP", None),
    "http status": (http("expect ! status 200"), says(None, answer(b"200 Fine")), "L7STS",
                    'code: 200, info: "Fine"'),
    "http status by regex": (http("expect rstatus ^2"), says(None, answer(b"204 None")), "L7OK", "code: 204"),
    "http body": (http("expect string well"), says(None, answer(b"200 Fine", b"all is well")), "L7OK",
                  "code: 200"),
    "http other body": (http("expect comment hm string well"), says(None, answer(b"200 Fine", b"no")), "L7RSP",
                        'info: "HTTP content check did not match comment: hm"'),
    "http unwanted body": (http("expect ! string well"), says(None, answer(b"200 Fine", b"well")), "L7RSP",
                           'info: "HTTP check matched unwanted content"'),
    "http no body": (http("expect string well"), says(None, answer(b"200 Fine")), "L7RSP",
                     'info: "HTTP content check could not find a response body"'),
    "http chunked": (http("expect rstring ^hel.*d$"),
                     says(None, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world"
                                b"\r\n0\r\n\r\n"), "L7OK", "code: 200"),
    "http field": (http("expect hdr name x-a value -m beg foo"),
                   says(None, answer(b"200 Fine", b"", b"X-A: bar, food\r\n")), "L7OK", "code: 200"),
    "http other field": (http("expect fhdr name x-a value -m beg foo"),
                         says(None, answer(b"200 Fine", b"", b"X-A: bar, food\r\n")), "L7STS",
                         'code: 200, info: "Fine"'),
    "http field by regex": (http("expect hdr name -m reg ^X-[A-Z]$ value -m reg ^fo+"),
                            says(None, answer(b"200 Fine", b"", b"x-a: foo\r\n")), "L7OK", "code: 200"),
    "http value of another case": (http("expect hdr name -m reg ^X-[A-Z]$ value -m reg ^FO+"),
                                   says(None, answer(b"200 Fine", b"", b"x-a: foo\r\n")), "L7STS", 'code: 200, info: "Fine"'),
    "http two requests": (http("connect", "send meth GET uri /a", "expect status 200", "connect",
                               "send meth GET uri /b", "expect status 201"),
                          says(None, answer(b"200 Fine")), "L7STS", 'code: 200, info: "Fine"'),
    # what the rules make of it
    "a variable is sent": (tcp("set-var(check.a) str(hel)", 'send-lf "%[var(check.a)]lo"', "expect string lo",
                               "set-var(check.b) res.len", "set-var-fmt(check.c) %b/%[srv_name]:%[be_name]",
                               'send-lf "%[var(check.b)]"',
                               'expect on-success "%s: %[var(check.c)] got %[res.payload(0,0)]" string 5'),
                           says(None, b"hello", None, b"5!", None), "L7OK", 'code: 0, info: "s1: app/s1:app got 5!"'),
    "a variable is gone": (tcp("set-var(check.a) str(x)", "unset-var(check.a)", 'send-lf "%[var(check.a)]yz"',
                               "expect min-recv 2 on-error '%[res.payload(0,0)]' string x"),
                           says(None, b"yz"), "L7RSP", 'info: "yz"'),
    "digits made": (tcp("set-var(check.a) str(4142)", 'send-binary-lf "%[var(check.a)]43"',
                        'expect binary-lf "%[var(check.a)]"'), says(None, b"-AB-"), "L7OK", 'code: 0, info: "(tcp-check)"'),
    "no digits": (tcp('send-binary-lf "%[str(4z)]"', "expect string x"), says(None), "L7RSP",
                  'info: "tcp-check send : failed to build log-format string at step 1"'),
    "an odd number of digits wanted": (tcp("send a", 'expect binary-lf "%[str(123)]"'), says(None, b"abc"), "L7RSP",
                                       'info: "Failed to parse hexastring resulting of eval of a log-format string"'),
    "a comment on an odd number of digits": (tcp("send a", 'expect comment hey on-error no binary-lf "%[str(123)]"'),
                                             says(None, b"abc"), "L7RSP",
                                             'info: "Failed to parse hexastring resulting of eval of a log-format string '
                                             'comment: hey"'),
    "nothing is wanted": (tcp("send a", 'expect string-lf "%[var(check.none)]"'), says(None, b"abc"), "L7RSP",
                          'info: "log-format string evaluated to an empty string"'),
    "what was made is not there": (tcp("send a", 'expect min-recv 1 string-lf "%[str(x)]"'), says(None, b"abc"), "L7RSP",
                                   'info: "TCPCHK did not match content (log-format string) at step 2"'),
    "what was made never comes": (tcp("send a", 'expect string-lf "%[str(x)]"'), says(None, b"abc", close=False),
                                  "L7TOUT", 'info: " at step 2 of tcp-check (expect log-format string)"'),
    "a code of the answer": (tcp("send a", "expect min-recv 1 error-status L7STS status-code res.payload(1,2),length,add(40) string x"),
                             says(None, b"abc"), "L7STS", "code: 42"),
    "a code that is not there": (tcp("send a", "expect status-code var(check.none) string abc"),
                                 says(None, b"abc"), "L7OK", "code: 0"),
    "http field by a variable": (http('set-var(check.h) str(a)', "send uri-lf /%[var(check.h)]",
                                      'expect hdr name-lf "x-%[var(check.h)]" value-lf -m beg "%[str(foo)]"'),
                                 says(None, answer(b"200 Fine", b"", b"X-A: bar, food\r\n")), "L7OK", "code: 200"),
    "http other field by a variable": (http('expect fhdr name-lf "%[str(x-a)]" value-lf "%[str(foo)]" '
                                            'on-error "%[status] %[res.hdr(x-a)] %[res.ver] %[res.body]"'),
                                       says(None, answer(b"201 Fine", b"body", b"X-A: bar, food\r\n")), "L7STS",
                                       'code: 201, info: "201 food 1.1 body"'),
    "http field without a name": (http('expect hdr name-lf "%[var(check.none)]"'), says(None, answer(b"200 Fine")),
                                  "L7RSP", 'info: "log-format string evaluated to an empty string"'),
    "http code of a field": (http('expect status-code res.hdr(x-code) status 500'),
                             says(None, answer(b"200 Fine", b"", b"X-Code: 77\r\n")), "L7STS",
                             'code: 77, info: "Fine"'),
    "http body by a format": (http('expect string-lf "%[str(we)]ll"'), says(None, answer(b"200 Fine", b"all is well")),
                              "L7OK", "code: 200"),
    "http garbage": (http(), says(None, b"SSH-2.0 foo\r\n\r\n"), "L7RSP", None),
    "http garbage, with words": (http("expect error-status L7STS comment hey on-error no string x"), says(None, b"SSH\r\n\r\n"),
                                 "L7RSP", 'info: "no comment: hey"'),
    "http nothing, with a comment": (http("expect status 404", "comment hey"), says(None), "L7RSP", "check duration: "),
    "http of a shell script": (http(), says(None, b"HTTP/1.1 200 OK\r\n\nContent-Type: text/plain\r\n\n\r\n\nIt is running.\r\n\n"),
                               "L7OK", "code: 200"),
    "http in lines of its own": (http("expect string running"), says(None, b"HTTP/1.0  200 OK\nX: a\x01b\n\nIt is running"), "L7OK",
                                 "code: 200"),
    "http on success": (http('expect on-success "it is good" status 200'), says(None, answer(b"200 Fine")),
                        "L7OK", 'code: 200, info: "it is good"'),
}


@pytest.mark.parametrize("name", CASES)
def test_verdict_and_words(balance, serve, syslog, name):
    script, server, status, words = CASES[name]
    probed = Probed(balance, serve(server).port, script, patience="500ms" if status.endswith("TOUT") else "1m")
    probed.shows(check_status=status)
    line = syslog.line("Health check for server app/s1")
    assert ("succeeded" if status.endswith("OK") else "failed") in line
    if words is None:
        assert "info:" not in line or "tcp-check" in line or "TCPCHK" in line
    else:
        assert ", " + words in line, line


SECTIONS = """
healthcheck page
    http-check expect status 204
    type httpchk GET /page HTTP/1.1 www.test
healthcheck cache
    type redis-check
healthcheck dialogue
    type tcp-check
    tcp-check connect
    tcp-check send-lf "%[be_name]/%[srv_name]"
    tcp-check expect string app/s4
frontend web
    bind 127.0.0.1:{port}
    default_backend app
backend app
    option httpchk GET /other
    option log-health-checks
    default-server check inter 400ms fall 1 rise 1
    server s1 127.0.0.1:{s1}
    server s2 127.0.0.1:{s2} healthcheck page
    server s3 127.0.0.1:{s3} healthcheck cache
    server s4 127.0.0.1:{s4} healthcheck dialogue
"""


@pytest.mark.parametrize("words, greeting", [
    ("", b"HELO localhost\r\n"), ("EHLO mx.test", b"EHLO mx.test\r\n"), ("HELO mx.test", b"HELO mx.test\r\n"),
    ("EHLO", b"HELO localhost\r\n"), ("ehlo mx.test", b"HELO localhost\r\n"),
])
def test_how_a_mail_server_is_greeted(balance, serve, words, greeting):
    heard = []

    def behaviour(conn):
        conn.send(b"220 mx\r\n")
        conn.stream.sock.settimeout(PATIENCE_S)
        heard.append(conn.stream.sock.recv(65536))

    Probed(balance, serve(behaviour).port, "option smtpchk " + words)
    assert wait_for(lambda: heard)[0] == greeting


@pytest.mark.weir_only  # HAProxy 2.6 refuses the answer, later ones take it
def test_a_server_that_offers_websockets(balance, serve):
    offer = answer(b"101 Switching", headers=b"Connection: Upgrade\r\nUpgrade: websocket\r\n")
    probed = Probed(balance, serve(says(None, offer)).port,
                    http("send meth GET uri / ver HTTP/1.1 hdr connection upgrade hdr upgrade websocket", "expect status 101"))
    probed.shows(check_status="L7OK", check_code="101")


@pytest.mark.weir_only  # since HAProxy 3.4
def test_servers_that_are_probed_in_ways_of_their_own(balance, serve, syslog):
    def tells(status):
        def behaviour(conn):
            conn.request()
            conn.send(answer(status))
        return behaviour

    def repeats(conn):
        conn.send(conn.stream.sock.recv(65536))

    servers = [serve(tells(b"200 Fine")), serve(tells(b"204 None")), serve(says(None, b"+PONG\r\n")), serve(repeats)]
    balance(SECTIONS.format(port=free_port(), **{f"s{i}": server.port for i, server in enumerate(servers, 1)}))
    for name, words in ("s1", "code: 200"), ("s2", "code: 204"), ("s3", 'info: "Redis server is ok"'), ("s4", 'info: "(tcp-check)"'):
        line = syslog.line(f"Health check for server app/{name}")
        assert "succeeded" in line and words in line
    assert servers[1].requests[0].start_line == "GET /page HTTP/1.1"
    assert servers[1].requests[0].header("host") == "www.test"


# ---- what is sent

def test_a_request_with_fields_and_body(balance, serve):
    server = serve()
    Probed(balance, server.port,
           http('send meth POST uri /y ver HTTP/1.1 hdr Host foo hdr X-B "a b" body hello'))
    wait_for(lambda: server.requests)
    request = server.requests[0]
    assert request.start_line == "POST /y HTTP/1.1"
    assert (request.header("host"), request.header("x-b"), request.body) == ("foo", "a b", b"hello")


@pytest.mark.parametrize("words, target", [
    ("uri http://a/x?y hdr Host longer.test:81", "http://longer.test:81/x?y"),
    ("uri http://a hdr Host b", "http://b"),
    ("uri http://u@a:8/ hdr Host b", "http://u@b/"),
    ("uri /http://a/ hdr Host b", "/http://a/"),
    ("uri-lf http://%[be_name]/ hdr Host %[srv_name]", "http://s1/"),
])
def test_a_request_names_one_host(balance, serve, words, target):
    server = serve()
    Probed(balance, server.port, http(f"send meth POST {words}"))
    wait_for(lambda: server.requests)
    assert server.requests[0].start_line == f"POST {target} HTTP/1.0"
    assert server.requests[0].header("content-length") == "0"


@pytest.mark.weir_only  # HAProxy 2.6 sends no Host at all
def test_the_host_of_an_absolute_target(balance, serve):
    server = serve()
    Probed(balance, server.port, http("send uri http://u@a:8/ ver HTTP/1.1"))
    wait_for(lambda: server.requests)
    assert server.requests[0].header("host") == "a:8"


@pytest.mark.weir_only  # since HAProxy 3.2
def test_a_request_has_an_identifier(balance, serve):
    server = serve()
    Probed(balance, server.port, http("send meth GET uri / ver HTTP/1.1 hdr host a hdr x-id %[unique-id]") +
           "\n    unique-id-format ID-%[be_name]-%[unique-id]-%[srv_is_up(s1),iif(up,down)]")
    wait_for(lambda: server.requests)
    assert server.requests[0].header("x-id") == "ID-app--up"


def test_requests_are_made_of_what_came_before(balance, serve):
    def behaviour(conn):
        conn.request()
        conn.send(answer(b"200 OK", b"", b"X-Token: t%d\r\n" % (1 + len(server.requests) % 2)))

    server = serve(behaviour)
    Probed(balance, server.port,
           http("connect", "send meth GET uri /first", "expect status 200", "set-var(check.token) res.hdr(x-token)",
                "connect", 'send meth POST uri-lf "/%[be_name]/%[var(check.token)]" ver HTTP/1.1 hdr Host a '
                'hdr X-Token "%[var(check.token)]" hdr X-None "%[var(check.none)]" body-lf "of %[srv_name]"',
                "expect status 200"))
    wait_for(lambda: len(server.requests) > 1)
    request = server.requests[1]
    assert re.fullmatch(r"POST /app/t[12] HTTP/1\.1", request.start_line)
    assert request.header("x-token") == request.start_line.split("/")[2].split()[0]
    assert (request.header("x-none"), request.body) == (None, b"of s1")


def test_the_port_of_a_step_is_computed(balance, serve, syslog):
    server = serve(says(None, b"+PONG\r\n"))
    probed = Probed(balance, 1, tcp("set-var(check.port) int(%d)" % server.port, "connect port var(check.port)",
                                    r"send PING\r\n", "expect string +PONG"))
    probed.shows(check_status="L7OK")


def test_the_server_is_told_its_state(balance, serve):
    server = serve()
    Probed(balance, server.port, http("send-state"))
    wait_for(lambda: len(server.requests) > 2)
    state = server.requests[-1].header("x-haproxy-server-state")
    assert re.fullmatch(r"UP; address=127\.0\.0\.1; port=\d+; name=app/s1; node=[^;]*; weight=1/1; scur=0/0; qcur=0",
                        state), state


# ---- leaving gently

def test_a_404_takes_a_server_out_gently_and_200_brings_it_back(balance, serve, syslog):
    status = [b"200 OK"]

    def behaviour(conn):
        conn.request()
        conn.send(answer(status[0]))

    probed = Probed(balance, serve(behaviour).port, http("disable-on-404"))
    probed.shows(check_status="L7OK")
    status[0] = b"404 Not Found"
    probed.shows(status="NOLB", check_status="L7OKC")
    assert "Server app/s1 is stopping. 0 active" in syslog.line("is stopping")
    status[0] = b"200 OK"
    probed.shows(status="UP")


# ---- agents

AGENT_CASES = {
    "down": (b"down # backup runs\n", "DOWN (agent)", "L7STS", "via agent : down (backup runs)"),
    "up": (b"up\n", "UP", "L7OK", "via agent : up"),
    "drain": (b"drain\n", "DRAIN (agent)", "CHECKED", ""),
    "maint": (b"maint\n", "MAINT", "CHECKED", ""),
    "garbage": (b"what is this\n", "UP", "CHECKED", "agent reports an error : what"),
    "its own letters": (b"Down,Ready # by Bo\n", "DOWN (agent)", "L7STS", "via agent : Down (by Bo)"),
    "a note within a word": (b"down#backup\n", "UP", "CHECKED", "agent reports an error : down#backup"),
    "a long note": (b"down # " + b"because-" * 12 + b"\n", "DOWN (agent)", "L7STS", "via agent : down (%s)" % ("because-" * 12)),
}


@pytest.mark.parametrize("name", AGENT_CASES)
def test_an_agent(balance, serve, name):
    line, status, agent_status, last = AGENT_CASES[name]
    agent = serve(says(line))
    probed = Probed(balance, serve(says(close=False)).port, "",
                    "agent-check agent-inter 300ms agent-port %d" % agent.port)
    probed.shows(status=status, agent_status=agent_status)
    wait_for(lambda: probed.row()["last_agt"] == last, what=probed.row)  # HAProxy's is empty while it asks again
    if name == "maint":
        probed.shows(check_status="", check_desc="", check_rise="", check_health="")


def test_an_agent_sets_the_weight(balance, serve):
    agent = serve(says(b"50%\n"))
    probed = Probed(balance, serve(says(close=False)).port, "",
                    "weight 100 agent-check agent-inter 300ms agent-port %d" % agent.port)
    probed.shows(weight="50")


def test_an_agent_that_floods_is_left(balance, serve):
    agent = serve(says(*[b"up " * 2000] * 10, close=False))
    probed = Probed(balance, serve(says(close=False)).port, "",
                    "agent-check agent-inter 300ms agent-port %d" % agent.port, patience="500ms")
    wait_for(lambda: probed.row()["agent_status"] in ("L7RSP", "L7TOUT"), what=probed.row)
    assert probed.row()["status"] == "UP"
