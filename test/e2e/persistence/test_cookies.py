# SPDX-License-Identifier: Apache-2.0
"""`cookie`: what servers and clients get to see, and the letters of the log, byte for byte as with HAProxy.

HAProxy's answers are in cookies.json, written by --balancer haproxy with WEIR_RECORD=1; --balancer both compares
once more with HAProxy itself.
"""
import json
import os
import pathlib
import re
import time

import pytest
from harness.client import Client
from harness.origin import reply
from harness.ports import free_port

NOTES = pathlib.Path(__file__).with_name("cookies.json")

# name -> lines of the backend
BACKENDS = {
    "passive": "cookie SRV",
    "insert": "cookie SRV insert",
    "insert indirect": "cookie SRV insert indirect",
    "insert indirect nocache": "cookie SRV insert indirect nocache",
    "insert nocache preserve": "cookie SRV insert nocache preserve",
    "indirect preserve": "cookie SRV insert indirect preserve",
    "postonly": "cookie SRV insert postonly",
    "attributes": "cookie SRV insert indirect httponly secure domain .a.test domain .b.test attr SameSite=Lax attr x",
    "rewrite": "cookie SRV rewrite",
    "prefix": "cookie SRV prefix",
    "prefix indirect": "cookie SRV prefix indirect nocache",
    "indirect alone": "cookie SRV indirect",
    "persist": "cookie SRV insert indirect\n option persist",
    "redispatch": "cookie SRV insert indirect\n option redispatch\n retries 1",
    "dynamic": "cookie SRV insert dynamic\n dynamic-cookie-key secret",
    "maxidle": "cookie SRV insert indirect maxidle 30m",
    "maxlife": "cookie SRV insert indirect maxlife 2h",
    "maxidle maxlife": "cookie SRV insert nocache maxidle 30m maxlife 2h",
}

SERVERS = """
    server a 127.0.0.1:{a} cookie A
    server b 127.0.0.1:{b} cookie B
    server c 127.0.0.1:{c}
    server d 127.0.0.1:{d} cookie D disabled
    server e 127.0.0.1:{e} cookie A backup
"""

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def date(ago):
    """Seconds before now, as the cookie has them."""
    value = int(time.time() - ago) // 4
    return "".join(ALPHABET[value >> shift & 63] for shift in (24, 18, 12, 6, 0))


# method, Cookie fields, fields of the server's response
REQUESTS = [
    ("GET", [], []),
    ("GET", ["SRV=B"], []),
    ("GET", ["SRV=A"], []),
    ("GET", ["SRV=C"], []),
    ("GET", ["SRV=D"], []),
    ("GET", ["SRV="], []),
    ("GET", ["SRV"], []),
    ("GET", ["srv=B"], []),
    ("GET", ["x=1; SRV=B; y=2"], []),
    ("GET", ["SRV=B;y=2"], []),
    ("GET", ["x=1;SRV=B"], []),
    ("GET", ["x=1 ; SRV = B ;y = 2"], []),
    ("GET", ["$Version=1; SRV=B; $Path=/; y=2"], []),
    ("GET", ["x=\"a;SRV=A\"; SRV=B"], []),
    ("GET", ["SRV=A; SRV=B"], []),
    ("GET", ["SRV=Z; SRV=B"], []),
    ("GET", ["x=1", "SRV=B", "y=2"], []),
    ("GET", ["SRV=B~inner; y=2"], []),
    ("GET", ["x=1; SRV=A~"], []),
    ("GET", ["SRV=Z~inner"], []),
    ("GET", ["SRV=0123456789abcdef"], []),
    ("GET", ["SRV=B|DATE-90"], []),
    ("GET", ["SRV=B|DATE100|DATE100"], []),
    ("GET", ["SRV=B|DATE100|DATE9000"], []),
    ("GET", ["SRV=B|DATE2000"], []),
    ("GET", ["SRV=B|DATE2000|DATE3000"], []),
    ("GET", ["SRV=B|DATE-3600"], []),
    ("GET", ["SRV=B|DATE-90000"], []),
    ("GET", ["SRV=B|xx|yy"], []),
    ("GET", [], ["Set-Cookie: SRV=own"]),
    ("GET", ["SRV=B"], ["Set-Cookie: SRV=own; path=/x; Secure"]),
    ("GET", ["SRV=B"], ["Set-Cookie: SRV = own ; path=/x", "Set-Cookie: other=1; path=/"]),
    ("GET", ["SRV=A"], ["Set-Cookie: other=1", "Set-Cookie: SRV", "Set-Cookie: SRV="]),
    ("GET", [], ["Set-Cookie: SRV=1, SRV=2"]),
    ("POST", [], []),
    ("POST", ["SRV=B"], ["Set-Cookie: SRV=own"]),
    ("GET", [], ["Cache-Control: private"]),
    ("GET", [], ["Cache-Control: public, max-age=0"]),
    ("GET", [], ["Cache-Control: no-store", "Cache-Control: public"]),
    ("GET", [], ["Cache-Control: max-age=60"]),
    ("GET", [], ["Pragma: no-cache", "Cache-Control: public"]),
    ("GET", [], ["X-Status: 302 Found"]),
    ("GET", [], ["X-Status: 404 Not Found"]),
    ("GET", [], ["X-Status: 302 Found", "ETag: x"]),
    ("GET", [], ["X-Status: 302 Found", "Cache-Control: public, max-age=60"]),
    ("GET", [], ["X-Status: 404 Not Found", "ETag: x"]),
    ("GET", [], ["Expires: Thu, 01 Dec 1994 16:00:00 GMT"]),
    ("GET", [], ["Last-Modified: Thu, 01 Dec 1994 16:00:00 GMT"]),
    ("GET", [], ["Cache-Control: no-cache=\"set-cookie\", s-maxage=60"]),
    ("GET", [], ["Cache-Control: max-age=60", "Cache-Control: private"]),
    ("GET", [], ["Cache-Control: Private, ETag: x"]),
    ("POST", [], ["Cache-Control: max-age=60"]),
    ("PUT", [], ["ETag: x"]),
    ("HEAD", [], ["ETag: x"]),
    ("HEAD", [], []),
    ("PUT", [], []),
]


def echo(name):
    """Answers with what the request asks for: fields in X-Fields, the status in X-Status."""

    def serve(conn):
        while request := conn.request():
            fields = [line.split(": ", 1) for line in (request.header("x-fields") or "").split(" && ") if line]
            status = next((value for key, value in fields if key == "X-Status"), "200 OK")
            fields = [tuple(field) for field in fields if field[0] != "X-Status"]
            conn.send(reply(b"" if request.start_line.startswith("HEAD") else name.encode(), status,
                            [("X-Name", name), *fields]))

    return serve


def dated(text):
    """The moments it is about, instead of dates that go on."""
    def name(match):
        value = 0
        for letter in match[1]:
            value = value << 6 | ALPHABET.index(letter)
        ago = time.time() - value * 4
        return "|NOW" if abs(ago) < 20 else "|%dAGO" % (round(ago / 100) * 100)

    return re.sub(r"\|([A-Za-z0-9+/]{5})(?=[|;]|$)", name, text)


def exchange(client, origins, method, cookies, fields):
    cookies = [re.sub(r"DATE(-?\d+)", lambda match: date(int(match[1])), cookie) for cookie in cookies]
    for origin in origins.values():
        origin.forget()
    headers = [("Cookie", cookie) for cookie in cookies] + [("X-Fields", " && ".join(fields))]
    response = client.request(method, "/", headers)
    seen = [dated("%s: %s" % field) for origin in origins.values() for request in origin.requests
            for field in request.headers if field[0] == "cookie"]
    got = [dated("%s: %s" % field) for field in response.headers if field[0] in ("set-cookie", "cache-control")]
    return response.header("x-name"), seen, got


@pytest.mark.parametrize("backend", BACKENDS)
def test_cookies_are_those_of_haproxy(kind, balance, serve, syslog, backend):
    notes = json.loads(NOTES.read_text()) if NOTES.exists() else {}
    origins = {name: serve(echo(name)) for name in "abcde"}
    port = free_port()
    lines = "\n".join("    " + line for line in BACKENDS[backend].splitlines())
    ports = {name: origin.port for name, origin in origins.items()}
    balance("listen web\n    bind 127.0.0.1:%d\n%s%s" % (port, lines, SERVERS.format(**ports)), threads=1)
    got = []
    with Client(port) as client:
        for method, cookies, fields in REQUESTS:
            name, seen, answered = exchange(client, origins, method, cookies, fields)
            got.append([method, cookies, fields, name, seen, answered])
    letters = [line["termination"] for line in syslog.http(count=len(REQUESTS))]
    for entry, letter in zip(got, letters):
        entry.append(letter)
    if backend == "dynamic":
        for entry in got: # the ports are others each time
            entry[5] = [re.sub("SRV=[0-9a-f]{16}", "SRV=HASH", text) for text in entry[5]]
    if kind == "haproxy" and os.environ.get("WEIR_RECORD"):
        notes[backend] = got
        NOTES.write_text(json.dumps(notes, indent=None, sort_keys=True).replace('], ["', '],\n["') + "\n")
    for entry, noted in zip(got, notes[backend]):
        assert entry == noted
