# SPDX-License-Identifier: Apache-2.0
"""Which conditions hold for which requests: a few requests, each asked about all conditions."""
import socket

import pytest

from harness.balancer import KINDS
from harness.ports import free_port
from harness.waiting import PATIENCE_S

REQUESTS = {
    "root": ("GET / HTTP/1.1", "Host: www.example.com"),
    "static": ("GET /static/img/logo.PNG?x=1&y=/a/b HTTP/1.1", "Host: STATIC.example.com:8080",
               "User-Agent: curl/7.88", "Cookie: sid=abc; lang=de"),
    "api": ("POST /api/v2/users?id=7 HTTP/1.1", "Host: api.example.org", "Content-Length: 3",
            "X-List: a, b,c", "X-List: d", "X-Num: 15"),
    "old": ("GET /old/ HTTP/1.0", "X-Forwarded-For: 10.1.2.3, 192.168.7.7", "X-Num: 9"),
    "absolute": ("GET http://www.example.com/abs HTTP/1.1", "Host: www.example.com", "X-Num: -3"),
    "star": ("OPTIONS * HTTP/1.1", "Host: www.example.com", "X-Empty:"),
    "own": ("FOO /x HTTP/1.1", "Host: a.b.c", "X-Addr: 2001:db8::5", "X-Empty: "),
}

FILES = {
    "paths": "# what is served\n/static\r\n  /api/v2 \n\n/abs\n#/old/\n",
    "ends": ".png\n.gif\n",
    "nets": "10.0.0.0/8\n2001:db8::/32\n",
    "hosts": "www.example.com one\napi.example.org two\n",
    "regs": "^/a(bs|pi)\n^/x$\n",
    "nums": "1:10\n15\n",
    "counts": "1:9 1\n15 2\n",
}

ACLS = """
    acl is_static path_beg /static /img
    acl is_static path_end -i .gif .png
    acl is_api path_beg -i /API/
    acl has_num req.hdr(x-num) -m found
    acl big_num req.hdr_val(x-num) gt 10
    acl www hdr(host) www.example.com
    acl METH_PURGE method PURGE
"""

# condition, the requests it holds for
CASES = [
    # methods and what is predefined
    ("METH_GET", "root static old absolute"),
    ("METH_POST", "api"),
    ("METH_OPTIONS", "star"),
    ("!METH_GET !METH_POST", "star own"),
    ("METH_PURGE or METH_POST", "api"),
    ("{ method GET POST }", "root static api old absolute"),
    ("{ method get }", ""),
    ("{ method -i get }", ""),
    ("{ method foo }", ""),
    ("{ method -i foo }", "own"),
    ("{ method -m beg P F }", "api own"),
    ("{ method -m len 3 }", "root static old absolute own"),
    ("HTTP", "root static api old absolute star own"),
    ("HTTP_1.0", "old"),
    ("HTTP_1.1", "root static api absolute star own"),
    ("{ req.ver 1.0 }", "old"),
    ("HTTP_URL_ABS", "absolute"),
    ("HTTP_URL_SLASH", "root static api old own"),
    ("HTTP_URL_STAR", "star"),
    ("HTTP_CONTENT", "api"),
    ("LOCALHOST", "root static api old absolute star own"),
    ("TRUE", "root static api old absolute star own"),
    ("FALSE", ""),
    # paths and targets
    ("is_static", "static"),
    ("!is_static", "root api old absolute star own"),
    ("is_api", "api"),
    ("{ path / }", "root"),
    ("{ path /old/ }", "old"),
    ("{ path /old }", ""),
    ("{ path_beg / }", "root static api old absolute own"),
    ("{ path_beg /a }", "api absolute"),
    ("{ path_end / }", "root old"),
    ("{ path_end .png }", ""),
    ("{ path_end -i .png }", "static"),
    ("{ path_sub i }", "static api"),
    ("{ path_sub -i LOGO }", "static"),
    ("{ path_dir img }", "static"),
    ("{ path_dir /static/img/ }", "static"),
    ("{ path_dir v2/users }", "api"),
    ("{ path_dir mg }", ""),
    ("{ path_dom logo }", "static"),
    ("{ path_dom -i png }", "static"),
    ("{ path_len 1 }", "root"),
    ("{ path_len gt 6 }", "static api"),
    ("{ path_len 4:5 }", "old absolute"),
    ("{ path_reg ^/[a-z]+$ }", "absolute own"),
    ("{ path_reg -i \\.png$ }", "static"),
    ("{ path -m reg ^/(static|api)/ }", "static api"),
    ("{ path,lower -m end .png }", "static"),
    ("{ path_beg,lower /x }", "own"),
    ("{ url_beg http:// }", "absolute"),
    ("{ url_sub id=7 }", "api"),
    ("{ url_end /a/b }", "static"),
    ("{ base_beg www.example.com/ }", "root absolute"),
    ("{ base_dom example.com }", "root static absolute star"),
    ("{ query -m found }", "static api"),
    ("{ query -m beg id= }", "api"),
    ("{ url_param(id) 7 }", "api"),
    ("{ urlp_beg(y) /a }", "static"),
    ("{ urlp(nosuch) -m found }", ""),
    # header fields
    ("www", "root absolute star"),
    ("{ hdr(host) -i static.example.com:8080 }", "static"),
    ("{ hdr_beg(host) -i static. }", "static"),
    ("{ hdr_beg(host) static. }", ""),
    ("{ hdr_dom(host) -i example.com }", "root static absolute star"),
    ("{ hdr_dom(host) example }", "root static api absolute star"),
    ("{ hdr_dom(host) -i 8080 }", "static"),
    ("{ hdr_end(host) .org .com }", "root api absolute star"),
    ("{ hdr_sub(user-agent) -i CURL }", "static"),
    ("{ hdr_reg(host) ^[a-z.]+$ }", "root api absolute star own"),
    ("{ hdr_len(host) lt 8 }", "own"),
    ("{ hdr(x-list) d }", "api"),
    ("{ hdr(x-list) b }", "api"),
    ("{ hdr(x-list) b,c }", ""),
    ("{ req.fhdr(x-list) \"a, b,c\" }", "api"),
    ("{ hdr(x-list,1) a }", "api"),
    ("{ hdr(x-list,1) b }", ""),
    ("{ hdr(x-list,-1) d }", "api"),
    ("{ req.hdr_cnt(x-list) 4 }", "api"),
    ("{ hdr_cnt(host) eq 0 }", "old"),
    ("{ hdr(host) -m found }", "root static api absolute star own"),
    ("{ hdr(x-empty) -m found }", "star own"),
    ("{ hdr(x-empty) -m len 0 }", "star own"),
    ("{ hdr(x-none) -m len 0 }", ""),
    ("!{ hdr(x-none) x }", "root static api old absolute star own"),
    ("has_num", "api old absolute"),
    ("big_num", "api"),
    ("has_num !big_num", "old absolute"),
    ("big_num or www", "root api absolute star"),
    ("{ req.hdr_val(x-num) 9:15 }", "api old"),
    ("{ req.hdr_val(x-num) lt 0 }", "absolute"),
    ("{ req.hdr_val(x-num) le 9 }", "old absolute"),
    ("{ req.hdr(x-num) -m int 15 9 }", "api old"),
    ("{ req.hdr(x-num) -m int -f FOLDER/nums }", "api old"),
    ("{ req.hdr(x-num) -m bool }", "api old absolute"),
    ("{ req.hdr_ip(x-forwarded-for) 192.168.0.0/16 }", "old"),
    ("{ req.hdr_ip(x-forwarded-for) 10.0.0.0/8 }", "old"),
    ("{ req.hdr_ip(x-addr) 2001:db8::/48 }", "own"),
    ("{ hdr(x-addr) -m ip 2001:db8::/32 }", "own"),
    ("{ hdr(x-forwarded-for) -m ip -f FOLDER/nets }", "old"),
    ("{ hdr(x-addr) -m ip -f FOLDER/nets }", "own"),
    ("{ cook(sid) abc }", "static"),
    ("{ cook_beg(lang) d }", "static"),
    ("{ req.cook(none) -m found }", ""),
    ("{ src 127.0.0.0/8 }", "root static api old absolute star own"),
    ("{ src ::ffff:127.0.0.1 }", "root static api old absolute star own"),
    ("{ src 10.0.0.0/8 }", ""),
    ("{ dst_port gt 0 }", "root static api old absolute star own"),
    ("{ ssl_fc }", ""),
    # files
    ("{ path -f FOLDER/paths }", "absolute"),
    ("{ path_beg -f FOLDER/paths }", "static absolute"),
    ("{ path_end -f FOLDER/ends }", ""),
    ("{ path_end -i -f FOLDER/ends }", "static"),
    ("{ path_end -f FOLDER/ends -i .PNG }", "static"),
    ("{ path_reg -f FOLDER/regs }", "api absolute own"),
    ("{ hdr(host) -M -f FOLDER/hosts }", "root api absolute star"),
    ("{ hdr(host),map(FOLDER/hosts) -m str two }", "api"),
    ("{ hdr(host),map(FOLDER/hosts,none) -m str none }", "static own"),
    ("{ req.hdr(x-num),map_int_int(FOLDER/counts,0) gt 1 }", "api"),
    # how they are joined
    ("is_api or is_static", "static api"),
    ("www METH_GET", "root absolute"),
    ("www METH_GET or is_api", "root api absolute"),
    ("www !METH_GET || is_api METH_POST", "api star"),
    ("! { path / } www", "absolute star"),
    ("!!www", "root absolute star"),
    ("or www", "root absolute star"),
    ("", ""),
]


def write_files(folder):
    for name, text in FILES.items():
        (folder / name).write_bytes(text.encode())


def configuration(folder, port):
    """A variable for each case, and all of them in the answer."""
    rules = "".join("    http-request set-var(txn.c%d) int(1) if %s\n" % (number, condition)
                    for number, (condition, _) in enumerate(CASES))
    body = ",".join("%%[var(txn.c%d)]" % number for number in range(len(CASES)))
    text = ("frontend web\n    bind 127.0.0.1:%d\n%s%s    http-request return status 200 "
            "content-type text/plain lf-string %s\n") % (port, ACLS, rules, body)
    return text.replace("FOLDER", str(folder))


def ask(port, lines):
    """The numbers of the cases that held."""
    head = "\r\n".join(lines) + "\r\nConnection: close\r\n\r\n"
    body = "abc" if "Content-Length: 3" in lines else ""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as sock:
        sock.sendall((head + body).encode())
        answer = b"".join(iter(lambda: sock.recv(65536), b"")).decode()
    assert answer.startswith("HTTP/1."), answer
    values = answer.split("\r\n\r\n", 1)[1].split(",")
    assert len(values) == len(CASES), answer
    return {number for number, value in enumerate(values) if value == "1"}


@pytest.fixture(scope="module")
def holds(kind, tmp_path_factory):
    """{request: numbers of the cases that hold for it}"""
    folder = tmp_path_factory.mktemp("acls")
    write_files(folder)
    port = free_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WEIR_SYNTAX", "haproxy")
        with KINDS[kind](folder, configuration(folder, port)):
            return {name: ask(port, lines) for name, lines in REQUESTS.items()}


@pytest.mark.parametrize("number", range(len(CASES)), ids=[condition for condition, _ in CASES])
def test_condition(holds, number):
    condition, wanted = CASES[number]
    assert [name for name in REQUESTS if number in holds[name]] == wanted.split()
