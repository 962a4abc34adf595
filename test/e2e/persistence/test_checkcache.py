# SPDX-License-Identifier: Apache-2.0
"""
option checkcache: cookies that caches may keep are refused. --balancer both asks HAProxy as well, which refuses
with the page of the server's own status in place of the 502 that its manual has.
"""
import json

import pytest

from harness.client import Client
from harness.origin import reply
from harness.ports import free_port

CONFIG = """
frontend web
    bind 127.0.0.1:{port}
    option httplog
    default_backend app

backend app
    option checkcache
    log global
    {more}
    server s1 127.0.0.1:{server} cookie one
"""
COOKIE = ("Set-Cookie", "a=b")
LASTS = ("ETag", '"x"')


def told(conn):
    """Answers with the status and the fields that X-Do holds."""
    while request := conn.request():
        status, fields = json.loads(request.header("x-do"))
        conn.send(reply(b"ok", "%d Told" % status, [("X-Served", "1"), *map(tuple, fields)]))


@pytest.fixture
def start(balance, serve):
    """start(more) -> is_refused(fields, status, method)."""

    def run(more=""):
        port = free_port()
        balancer = balance(CONFIG.format(port=port, server=serve(told).port, more=more))

        def is_refused(fields, status=200, method="GET"):
            with Client(port) as client:
                response = client.request(method, "/", [("X-Do", json.dumps([status, fields]))])
            assert response.header("x-served") or response.status == 502 or balancer.kind == "haproxy"
            return response.header("x-served") is None

        return is_refused

    return run


def control(*values):
    return [COOKIE, LASTS] + [("Cache-Control", value) for value in values]


CASES = [
    (True, [COOKIE, LASTS]),
    (True, [COOKIE, ("Last-Modified", "Fri, 20 Nov 2026 20:00:00 GMT")]),
    (True, [COOKIE, ("Expires", "0")]),
    (True, [COOKIE, ("Cache-Control", "max-age=60")]),
    (True, [("Set-Cookie2", "a=b"), LASTS]),
    (False, [COOKIE]),
    (False, [LASTS]),
    (True, control("public")),
    (False, control("private")),
    (False, control("no-store")),
    (False, control("No-Cache")),
    (False, control("max-age=0")),
    (False, control("foo, s-maxage=0")),
    (False, control('no-cache="set-cookie"')),
    (False, control('no-cache="set-cookie, x"')),
    (True, control('no-cache="x"')),
    (True, control("private", "public")),
    (False, control("public", "private")),
    (False, [COOKIE, LASTS, ("Pragma", "no-cache")]),
    (True, [COOKIE, LASTS, ("Pragma", "other")]),
]


def test_a_cookie_that_caches_may_keep_is_refused(start):
    is_refused = start()
    assert [(is_refused(fields), fields) for _, fields in CASES] == CASES


def test_only_of_what_caches_keep(start):
    is_refused = start()
    refused = {(method, status) for method in ("GET", "HEAD", "OPTIONS", "POST") for status in (200, 201, 302, 404)
               if is_refused([COOKIE, LASTS], status, method)}
    assert refused == {(method, status) for method in ("GET", "HEAD", "OPTIONS") for status in (200, 404)}
    assert is_refused([COOKIE, LASTS, ("Cache-Control", "public")], 302)


def test_rules_come_first(start):
    is_refused = start("http-response del-header set-cookie\n    http-response set-header Cache-Control max-age=5")
    assert not is_refused([COOKIE, LASTS])


@pytest.mark.parametrize("words, is_bad", [("insert", True), ("insert nocache", False), ("rewrite", True)])
def test_a_cookie_of_ours_does_not_count(start, words, is_bad):
    is_refused = start("cookie SRV " + words)
    assert not is_refused([LASTS])
    assert is_refused([("Set-Cookie", "SRV=x"), LASTS]) == is_bad


def test_the_log_says_so(start, syslog):
    is_refused = start()
    assert is_refused([COOKIE, LASTS])
    assert "instance app, server s1" in syslog.line("Blocking cacheable cookie")
    assert " PH-- " in syslog.line(" web ")
