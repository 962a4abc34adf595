# SPDX-License-Identifier: Apache-2.0
"""Lines of haproxy.cfg that HAProxy accepts or refuses: weir does the same with each.

Where weir says "not supported yet" it need not agree. Where it is stricter on purpose (a number that
is none, which HAProxy reads as 0) or kinder (former spellings) stands in two tables of its own.
"""
import pathlib
import subprocess

import pytest

from harness.balancer import weir_binary

pytestmark = pytest.mark.weir_only

TIMEOUTS = """defaults
 mode http
 timeout client 1s
 timeout server 1s
 timeout connect 1s
"""
LISTEN = TIMEOUTS + """listen a
 bind :8080
 server s0 127.0.0.1:80
"""
# The backend inherits the line.
RULES_OF_DEFAULTS = """defaults d
    mode http
    timeout client 1s
    timeout server 1s
    timeout connect 1s
    %s
backend b from d
    stick-table type ip size 100k expire 30s store conn_rate(10s),conn_cnt
    server s 127.0.0.1:80
defaults others
    mode http
    timeout client 1s
    timeout server 1s
    timeout connect 1s
listen a
    bind :8080
    use_backend b
"""

WHOLE = [
    "foo\n",
    "globl\n daemon\n",
    TIMEOUTS + "frontend\n",
    TIMEOUTS + "frontend x#y\n bind :80\n",
    TIMEOUTS + "backend a\nbackend a\n",
    TIMEOUTS + "frontend a\n bind :8080\nbackend a\n",
    TIMEOUTS + "frontend a\n bind :8080\nfrontend a\n bind :8081\n",
    TIMEOUTS + "listen a\n bind :8080\nbackend a\n",
    "defaults x\n timeout client 1s\ndefaults y from x\nlisten a from y\n bind :8080\n",
    "listen a from nope\n bind :8080\n",
    LISTEN + ".if defined(HOME)\n maxconn 5\n.else\n foo\n.endif\n",
    LISTEN + ".if streq(a,a) && !streq(a,b)\n.elif 1\n.endif\n",
    LISTEN + ".if !streq('a b',\"a b\")\n foo\n.endif\n",
    LISTEN + ".if foo\n.endif\n",
    LISTEN + ".if foo(\n.endif\n",
    LISTEN + ".if streq(a)\n.endif\n",
    LISTEN + ".if\n.endif\n",
    LISTEN + ".else\n",
    LISTEN + ".endif\n",
    LISTEN + ".if 1\n",
    LISTEN + ".alert x\n",
    LISTEN + ".notice x\n.warning y\n.diag z\n",
    LISTEN + ".if 0\n.alert x\n foo bar\n.endif\n",
    LISTEN + ".if version_atleast(2.4) && feature(OPENSSL)\n.else\n foo\n.endif\n",
    TIMEOUTS + "errorfile 408 /dev/null\nlisten a\n bind :8080\n errorfile 500 /dev/null\n",
    RULES_OF_DEFAULTS % "http-request track-sc0 src",
    RULES_OF_DEFAULTS % "http-request track-sc0 src table b",
    RULES_OF_DEFAULTS % "http-request deny if { src_conn_rate gt 1 }",
    RULES_OF_DEFAULTS % "http-request deny if { src_conn_rate(b) gt 1 }",
    RULES_OF_DEFAULTS % "http-request deny if { src,in_table }",
    RULES_OF_DEFAULTS % "http-request deny if { src,in_table(b) }",
    RULES_OF_DEFAULTS % "http-request deny if { srv_conn(s) gt 1 }",
    RULES_OF_DEFAULTS % "http-request deny if { srv_conn(b/s) gt 1 }",
    RULES_OF_DEFAULTS % "http-request deny if { be_conn gt 1 }",
    RULES_OF_DEFAULTS % "acl many src_conn_cnt gt 1\n    http-request deny if many",
    RULES_OF_DEFAULTS % "log-format %%[srv_conn(s)]",
    LISTEN + "resolvers r\n foo a 127.0.0.1:53\n",
    TIMEOUTS + "frontend a\n bind :8080\n server b 127.0.0.1:80\n",
    LISTEN + "backend b\n bind :8081\n monitor-uri /x\n server b 127.0.0.1:80\n",
    LISTEN + " acl a bin(4a4b) hex -m str 4A4B\n acl b bin(4a4b), be2hex(:,1),lower -m sub 4a\n",
    LISTEN + " acl a bin(4a4b) 4a4b\n",
    LISTEN + " log :5140 daemon\n log : local1\n",
    "defaults\n bind :80\n",
    "defaults\n server a 127.0.0.1:80\n",
    'global\n setenv P 8080\n' + TIMEOUTS + 'listen a\n bind ":$P"\n',
    LISTEN + ' bind :8081 name "${NONE[*]}"\n',
]

STRICTER = ["retries x", "maxconn x", "fullconn x", "stats auth admin",
            "option redispatch x", "server s1 127.0.0.1:80 weight x"]

KINDER = ["contimeout 5000", "clitimeout 5000", "srvtimeout 5000", "option forceclose",
          "option http-use-htx", "server s0 127.0.0.1:81"]


def lines(name):
    return pathlib.Path(__file__).with_name(name).read_text().splitlines()


def check(folder, program, text):
    (folder / "page.http").write_text("HTTP/1.0 503 No\r\nContent-Length: 0\r\n\r\n")
    path = folder / "haproxy.cfg"
    path.write_text(text)
    done = subprocess.run([program, "-c", "-f", path.name], cwd=folder, capture_output=True,
                          text=True, check=False)
    return done.returncode == 0, done.stderr


def assert_agreement(folder, text):
    haproxy, why = check(folder, "haproxy", text)
    weir, said = check(folder, weir_binary(), text)
    assert weir == haproxy or "not supported yet" in said, "%s\nhaproxy: %s\nweir: %s" % (
        text, why, said)


def test_lines_of_a_listen(kind, tmp_path):
    for line in lines("listen_lines.txt"):
        assert_agreement(tmp_path, LISTEN + " %s\n" % line)


def test_lines_of_the_global_section(kind, tmp_path):
    for line in lines("global_lines.txt"):
        assert_agreement(tmp_path, "global\n %s\n%s" % (line, LISTEN))


@pytest.mark.parametrize("text", WHOLE)
def test_whole_files(kind, tmp_path, text):
    assert_agreement(tmp_path, text)


@pytest.mark.parametrize("line", STRICTER)
def test_what_only_haproxy_takes(kind, tmp_path, line):
    text = LISTEN + " %s\n" % line
    assert check(tmp_path, "haproxy", text)[0] and not check(tmp_path, weir_binary(), text)[0]


@pytest.mark.parametrize("line", KINDER)
def test_former_spellings_still_work(kind, tmp_path, line):
    text = LISTEN + " %s\n" % line
    assert not check(tmp_path, "haproxy", text)[0]
    works, said = check(tmp_path, weir_binary(), text)
    assert works and "warning" in said
