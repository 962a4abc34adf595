# SPDX-License-Identifier: Apache-2.0
"""`weir explain`: what is printed for files as they are written in the world."""
import json
import os
import subprocess

import pytest

from harness.balancer import weir_binary

pytestmark = pytest.mark.weir_only

CFG = """global
    explain-secret opensesame
defaults
    mode http
    timeout connect 5s
    timeout client 30s
    timeout server 30s
    errorfile 429 {folder}/429.http
frontend web
    bind *:80
    bind *:8443 ssl crt {folder}/www.example.com.pem
    acl api path_beg /api
    acl internal src 10.0.0.0/8
    acl bad_agent req.hdr(user-agent) -m sub -i curl
    tcp-request connection reject if {{ src 198.51.100.0/24 }}
    http-request deny if {{ path_beg /admin }} !internal
    http-request deny deny_status 429 if bad_agent {{ path /limited }}
    http-request set-header X-Forwarded-Proto https if {{ ssl_fc }}
    http-request set-var(txn.host) req.hdr(host),lower
    http-request redirect scheme https code 301 if {{ path /old }}
    http-request return status 200 content-type text/plain string hello if {{ path /hello }}
    http-request tarpit if {{ path /slow }}
    http-request replace-path /v1/(.*) /\\1
    http-request del-header X-Secret
    http-request wait-for-body time 5s if {{ path /upload }}
    http-request del-header X-Old -m beg
    http-request replace-header X-Mark (.*)b \\1c
    http-request replace-value X-List b z
    http-request set-log-level silent if {{ path /quiet }}
    http-request capture path len 64
    http-request track-sc0 src table app
    http-request sc-inc-gpc0(0) if {{ path /counted }}
    http-request set-src hdr(x-real)
    http-request set-map({folder}/hosts.map) %[path] x if {{ path /mapped }}
    http-request set-method PUT if {{ path /put }}
    http-request normalize-uri path-merge-slashes if {{ path_beg //n }}
    http-request auth realm here if {{ path /secret }}
    http-request early-hint Link /a.css if {{ path /hint }}
    http-request unset-var(txn.host) if {{ path /unset }}
    http-request set-var(txn.none) req.hdr(x-none) if {{ path /none }}
    http-request silent-drop if {{ path /drop }}
    http-request use-service prometheus-exporter if {{ path /metrics }}
    use_backend %[req.hdr(host),lower,map({folder}/hosts.map,none)] if {{ hdr(host) -f {folder}/hosts.lst }}
    use_backend api if api
    default_backend app
backend app
    cookie SRV insert indirect nocache
    stick-table type ip size 100 expire 1m store gpc0
    http-request set-timeout server 9s if {{ path /slower }}
    http-request set-header X-Host %[var(txn.host)]
    http-response set-header X-Frame-Options DENY
    http-response deny if {{ res.hdr(x-leak) -m found }}
    http-after-response set-header X-After 1
    server a1 192.0.2.10:80 cookie a1 check
    server a2 192.0.2.11:80 cookie a2 check weight 0
    server a3 192.0.2.12:80 cookie a3 check backup
backend api
    balance source
    server p1 192.0.2.20:80 maxconn 10
    server p2 192.0.2.21:80
    server p3 192.0.2.22:80 disabled
backend shop
    use-server s2 if {{ url_param(v) 2 }}
    stick-table type string size 100
    stick on req.hdr(x-user)
    server s1 192.0.2.30:80
    server s2 192.0.2.31:80
    server s3 192.0.2.32:80 redir http://far.example
    use-server s3 if {{ url_param(v) 3 }}
frontend lonely
    bind *:81
frontend proxied
    bind *:82 accept-proxy
    http-request set-header X-Src %[src]:%[dst_port]
    default_backend app
listen passthrough
    mode tcp
    bind *:9443
    tcp-request inspect-delay 5s
    tcp-request content accept if {{ req.ssl_hello_type 1 }}
    use-server t2 if {{ req.ssl_sni -m end .example.org }}
    server t1 192.0.2.40:443
    server t2 192.0.2.41:443
"""


@pytest.fixture(scope="module")
def cfg(tmp_path_factory, authority):
    folder = tmp_path_factory.mktemp("explain")
    authority.pem("www.example.com", folder=folder)
    (folder / "429.http").write_text("HTTP/1.0 429 Slow\r\nContent-Length: 0\r\n\r\n")
    (folder / "hosts.map").write_text("shop.example shop\n")
    (folder / "hosts.lst").write_text("shop.example\nwww.shop.example\n")
    path = folder / "haproxy.cfg"
    path.write_text(CFG.format(folder=folder))
    return path


def run(*words):
    return subprocess.run([weir_binary(), "explain", *map(str, words)], capture_output=True, text=True, timeout=300)


def explain(cfg, *words):
    done = run("-f", cfg, *words)
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return done.stdout


def get(target="/", host="www.example.com"):
    return ["GET %s HTTP/1.1" % target, "-H", "Host: " + host]


def line_of(cfg, text):
    lines = cfg.read_text().splitlines()
    return 1 + next(i for i, line in enumerate(lines) if text in line)


# (what is asked, further words, what some line behind the place says, a piece of the line it names)
DECISIONS = [
    ("deny", get("/admin/x"), "rule     yes  http-request deny if { path_beg /admin } !internal", "deny if"),
    ("an acl that holds", get("/admin/x"), "acl      yes  { path_beg /admin }", "deny if"),
    ("an acl of its own line", get("/admin/x"), "acl      no   internal", "acl internal"),
    ("why it ends", get("/admin/x"), "end           answered with the error page of status 403", "deny if"),
    ("the source counts", get("/admin/x") + ["--src", "10.1.2.3"], "acl      yes  internal", "acl internal"),
    ("a rule that does not match", get(), "rule     no   http-request deny if { path_beg /admin } !internal", "deny if"),
    ("a connection is refused", get() + ["--src", "198.51.100.7:99"], "rule     yes  tcp-request connection reject if { src 198.51.100.0/24 }", "connection reject"),
    ("a field", get() + ["--tls"], "change        x-forwarded-proto: https", "X-Forwarded-Proto"),
    ("a variable", get(host="WWW.Example.com"), "set           txn.host = www.example.com", "set-var"),
    ("a variable is read later", get(host="WWW.Example.com"), "change        x-host: www.example.com", "X-Host"),
    ("redirect", get("/old?a=1"), "end           redirected to https://www.example.com/old?a=1", "redirect"),
    ("return", get("/hello"), "end           answered with 200", "return status"),
    ("tarpit waits", get("/slow"), "step          no more comes: as if that time had passed", "tarpit"),
    ("replace-path", get("/v1/x"), "change        replace-path /x", "replace-path"),
    ("a name from a map", get(host="shop.example"), "backend       shop: by this rule", "use_backend %"),
    ("an acl file", get(host="www.shop.example"), "backend       no backend has that name", "use_backend %"),
    ("use_backend", get("/api/x"), "backend       api: by this rule", "use_backend api"),
    ("default_backend", get(), "backend       app: default_backend, as no rule chose one", "frontend web"),
    ("no backend at all", get() + ["--frontend", "lonely"], "end           no rule chose a backend, and lonely has no default_backend: 503", "frontend lonely"),
    ("the turn", get(), "server   yes  app/a1: chosen by its turn", "server a1"),
    ("weight 0", get(), "server   no   app/a2: weight 0: it takes no new requests", "server a2"),
    ("a backup", get(), "server   no   app/a3: a backup, and others are up", "server a3"),
    ("the backup's hour", get() + ["--down", "app/a1"], "server   yes  app/a3: chosen by its turn", "server a3"),
    ("down", get() + ["--down", "a1"], "server   no   app/a1: down", "server a1"),
    ("none is up", get() + ["--down", "a1", "--down", "a3"], "end           app: no server can be used: 503", "backend app"),
    ("maintenance", get("/api/x"), "server   no   api/p3: in maintenance", "server p3"),
    ("a hash", get("/api/x") + ["--src", "192.0.2.1"], "server   no   api/p", "server p"),
    ("a cookie", get() + ["-H", "Cookie: SRV=a2"], "server   yes  app/a2: chosen by persistence", "server a2"),
    ("a cookie of nobody", get() + ["-H", "Cookie: SRV=zz"], "step          cookie SRV: no server is called so", "backend app"),
    ("use-server", get("/?v=2", "shop.example"), "server   yes  shop/s2: chosen by persistence", "server s2"),
    ("stick on", get("/", "shop.example") + ["-H", "X-User: u"], "rule     yes  stick on req.hdr(x-user)", "stick on"),
    ("a response", get() + ["--response", "HTTP/1.1 200 OK"], "change        x-frame-options: DENY", "X-Frame-Options"),
    ("a response is denied", get() + ["--response", "HTTP/1.1 200 OK", "-R", "X-Leak: 1"], "rule     yes  http-response deny if { res.hdr(x-leak) -m found }", "http-response deny"),
    ("after the response", get() + ["--response", "HTTP/1.1 200 OK"], "change        x-after: 1", "X-After"),
    ("SNI without TLS of ours", ["--dst", "192.0.2.1:9443", "--sni", "db.example.org"], "server   yes  passthrough/t2: chosen by persistence", "server t2"),
    ("SNI of another name", ["--dst", "192.0.2.1:9443", "--sni", "db.example.com"], "server   yes  passthrough/t1: chosen by its turn", "server t1"),
    ("bytes that are no ClientHello", ["--frontend", "passthrough", "--body", "hello"], "rule     no   tcp-request content accept", "content accept"),
    ("a PROXY header", get() + ["--bind", "*:82", "--src", "192.0.2.77"], "change        x-src: 192.0.2.77:82", "X-Src"),
    ("del-header", get() + ["-H", "X-Old-Name: 1"], "change        X-Old-Name is gone", "del-header X-Old"),
    ("replace-header", get() + ["-H", "X-Mark: ab"], "change        x-mark: ac", "replace-header"),
    ("replace-value", get() + ["-H", "X-List: a,b"], "change        x-list: a,z", "replace-value"),
    ("set-log-level", get("/quiet"), "step          log level silent", "set-log-level"),
    ("set-timeout", get("/slower"), "step          that timeout is 9000 ms", "set-timeout"),
    ("capture", get("/x"), "set           capture 0 = /x", "capture path"),
    ("track-sc", get() + ["--src", "192.0.2.9"], "step          sc0 counts 192.0.2.9 in table app", "track-sc0"),
    ("sc-inc-gpc0", get("/counted"), "step          plus 1 in the entry of sc0", "sc-inc-gpc0"),
    ("set-src", get() + ["-H", "X-Real: 192.0.2.8"], "step          the client is 192.0.2.8:", "set-src"),
    ("set-map", get("/mapped"), "set           set-map(", "set-map"),
    ("set-method", get("/put"), "change        set-method PUT", "set-method"),
    ("normalize-uri", get("//n"), "change        path /n", "normalize-uri"),
    ("auth", get("/secret"), "end           asked for a password", "auth realm"),
    ("early-hint", get("/hint"), "end           103 with ", "early-hint"),
    ("unset-var", get("/unset"), "set           txn.host unset", "unset-var"),
    ("a variable that stays", get("/none"), "set           txn.none stays: the expression gives nothing", "txn.none"),
    ("silent-drop", get("/drop"), "end           dropped in silence", "silent-drop"),
    ("metrics", get("/metrics"), "end           answered by weir itself", "use-service"),
    ("a server's redir", get("/?v=3", "shop.example"), "end           redirected to http://far.example, the redir of s3", "server s3"),
    ("a bad request", ["GET / HTTP/1.1"], "end           refused before any rule, status 400", None),
]


@pytest.mark.parametrize("words,says,piece", [row[1:] for row in DECISIONS], ids=[row[0] for row in DECISIONS])
def test_decision(cfg, words, says, piece):
    out = explain(cfg, *words)
    found = [line for line in out.splitlines() if says in line]
    assert found, out
    if piece:
        place = found[-1].split()[0]
        named = cfg.read_text().splitlines()[int(place.rsplit(":", 1)[1]) - 1]
        assert place.startswith(str(cfg)) and piece in named


def test_rules_come_in_order_with_their_tests_behind(cfg):
    out = explain(cfg, *get("/api/x"))
    kinds = [line.split()[1] for line in out.splitlines() if line.startswith(str(cfg))]
    assert kinds[0] == "rule" and "acl" in kinds and kinds[-1] == "server"
    rule = out.index("use_backend api if api")
    assert out.index("acl      yes  api", rule) < out.index("backend       api: by this rule", rule)


def test_what_goes_on_is_shown(cfg):
    out = explain(cfg, *get("/v1/x"), "-H", "X-Secret: 1")
    sent = out.split("To the server:")[1]
    assert "GET /x HTTP/1.1" in sent and "x-host: www.example.com" in sent and "X-Secret" not in sent
    assert "Result: app/a1 at 192.0.2.10:80" in out
    assert "all are taken as up" in out


def test_what_is_answered_is_shown(cfg):
    answer = explain(cfg, *get("/hello")).split("To the client:")[1]
    assert "HTTP/1.1 200 OK" in answer and "(and a body of 5 bytes)" in answer


def test_json(cfg):
    told = json.loads(explain(cfg, "--json", *get("/api/x"), "--down", "p1"))
    assert told["backend"] == "api" and told["server"] == "p2" and told["address"] == "192.0.2.21:80"
    assert {"file": str(cfg), "line": line_of(cfg, "server p1"), "kind": "server", "matched": False,
            "text": "api/p1: down"} in told["decisions"]
    assert told["status"] is None and told["frontend"] == "web" and told["bind"] == "*:80"
    assert told["to_server"].startswith("GET /api/x HTTP/1.1\r\n") and told["to_client"] == ""


def test_json_of_an_answer(cfg):
    told = json.loads(explain(cfg, "--json", *get("/hello")))
    assert told["status"] == 200 and told["backend"] is None and told["server"] is None
    told = json.loads(explain(cfg, "--json", *get(), "--down", "a1", "--down", "a3"))
    assert told["status"] == 503 and told["backend"] == "app" and told["server"] is None


def test_several_files(cfg, tmp_path):
    more = tmp_path / "more.cfg"
    more.write_text("frontend other\n    mode http\n    bind *:8090\n    http-request deny\n")
    out = explain(cfg, "-f", more, "--dst", "192.0.2.1:8090", *get())
    assert "%s:4 " % more in out and "status 403" in out


def test_the_secret_says_nothing_here(cfg):
    assert "opensesame" not in explain(cfg, *get(), "-H", "X-Weir-Explain: opensesame")


def test_no_colours_but_on_a_terminal(cfg):
    assert "\033" not in explain(cfg, *get())


@pytest.mark.parametrize("words,says", [
    ([], "no configuration"),
    (["-f", "/no/such/file", "GET /"], "cannot read"),
    (["--frontend", "nobody", "GET /"], "no such bind: nobody"),
    (["--bind", "*:1", "GET /"], "no such bind: *:1"),
    (["--frontend", "lonely", "--tls", "GET /"], "speaks TLS: lonely"),
    (["--src", "nowhere", "GET /"], "no IP[:PORT]: 'nowhere'"),
    (["--src", "1.2.3.4:99999", "GET /"], "no IP[:PORT]"),
    (["--down", "zz", "GET /"], "no server is called zz"),
    (["--what", "GET /"], "unknown option"),
    (["GET /", "GET /"], "one request at a time"),
    (["-H", "Host: x", "--frontend", "passthrough"], "without a request line"),
    (["--frontend", "web"], "give a request"),
    (["-R", "A: b", "GET /"], "--response does not give"),
    (["-H", "nonsense", "GET /"], "'Name: value'"),
])
def test_refusals(cfg, words, says):
    given = ["-f", cfg] if words and "-f" not in words else []
    done = run(*given, *words)
    assert done.returncode == 1
    assert says in done.stderr
    assert not done.stdout


def test_help():
    done = run("--help")
    assert done.returncode == 0 and "--response" in done.stdout and "--down" in done.stdout


def test_the_other_syntax(cfg, tmp_path):
    conf = tmp_path / "weir.conf"
    done = subprocess.run([weir_binary(), "convert", "-o", conf, cfg], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    words = ["--json", *get("/api/x"), "--src", "192.0.2.1"]
    told, again = (json.loads(explain(path, *words)) for path in (cfg, conf))
    assert [row["text"] for row in told["decisions"]] == [row["text"] for row in again["decisions"]]
    assert {row["file"] for row in again["decisions"]} == {str(conf)}
    assert told["to_server"] == again["to_server"]


def test_colours_on_a_terminal(cfg):
    master, slave = os.openpty()
    done = subprocess.run([weir_binary(), "explain", "-f", cfg, *get()], stdout=slave, timeout=300,
                          env={name: value for name, value in os.environ.items() if name != "NO_COLOR"})
    os.close(slave)
    assert done.returncode == 0
    assert b"\033[32m" in os.read(master, 65536)
    os.close(master)
