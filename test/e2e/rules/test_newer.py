# SPDX-License-Identifier: Apache-2.0
"""Fetches and converters that HAProxy got after 2.6, by what its manual says of them."""
import pytest

from harness.client import Client
from harness.origin import reply
from harness.ports import free_port

pytestmark = pytest.mark.weir_only

CONFIG = """
frontend web
    bind 127.0.0.1:{port}
    timeout tarpit 1234ms
    acl yes always_true
    acl also acl(yes)
    acl neither acl(!also)
    acl both acl(also,!neither)
    {rules}
    use_backend dead if {{ path /dead }}
    default_backend app

backend app
    {back}
    server s1 127.0.0.1:{server} weight 20 maxconn 5

backend dead
    retries 0
    server s1 127.0.0.1:1
"""
IN_A_LINE = 15  # a line has at most 64 words
KEY = "Zm9vb2Zvb29mb29vb29vbw=="
FORWARDED = 'for="[2001:db8::1]:_hidden";host="h:80";by="unknown:132";proto=https'

VALUES = [
    ("str(0123456789),le2dec(:,1)", "48:49:50:51:52:53:54:55:56:57"),
    ("str(0123456789),le2dec(-,3)", "3289392-3486771-3684150-57"),
    ("str(0123456789),le2dec(::,3,1)", "3289392::3486771::3684150"),
    ("bin(0302000104),be_sort(1),hex", "0001020304"),
    ("bin(0000000000000002ffffffffffffffff0000000000000001),be_sort(8),hex", "00000000000000010000000000000002FFFFFFFFFFFFFFFF"),
    ("bin(010203),be_sort(2),hex", ""),
    ("str(Az),base2", "0100000101111010"),
    ("bin(610962),has_ctl", "0"),
    ("bin(610162),has_ctl", "1"),
    ("bin(610962),has_ctl(any)", "1"),
    ("bin(610162),has_ctl(http)", "0"),
    ("bin(610062),has_ctl(http)", "1"),
    ("bin(610962),has_ctl(0x200)", "1"),
    ("bin(617f62),has_ctl()", "1"),
    ("int(1234567890123),ms_utime(%Y-%m-%dT%H:%M:%S.%3N)", "2009-02-13T23:31:30.123"),
    ("int(1234567890123),ms_utime(%6N)", "123000"),
    ("int(1234567890123),ms_utime(%N)", "123000000"),
    ("int(1234567890123),ms_utime(%H:%M:%S.%3N,877)", "23:31:31.000"),
    ("int(1234567890123456),us_utime(%S.%6N %%N)", "30.123456 %N"),
    ("int(-1),ms_utime(%S.%3N)", "59.999"),
    ("int(1000000000023),http_date(0,ms)", "Sun, 09 Sep 2001 01:46:40.023 GMT"),
    ("str(a=1&test&c=2),param(test),length", "0"),
    ("str(testing=1&test=4),param(test)", "4"),
    ("str(a;test=5),param(test,;)", "5"),
    ("str(a=1),param(test)", ""),
    ('str("fr;q=0, en;q=0.1"),language(es;fr;en)', "en"),
    ("str(abcdef),bytes(txn.one,txn.three)", "bcd"),
    ("str(abcdef),bytes(txn.none)", ""),
    ("str(abc),aes_gcm_enc(128,MTIzNDU2Nzg5MDEy,%s,txn.tag),aes_gcm_dec(128,MTIzNDU2Nzg5MDEy,%s,txn.tag)" % (KEY, KEY), "abc"),
    ("str(abc),aes_gcm_enc(128,MTIzNDU2Nzg5MDEy,%s,txn.tag,dGVzdAo=),aes_gcm_dec(128,MTIzNDU2Nzg5MDEy,%s,txn.tag,dGVzdAo=)" % (KEY, KEY), "abc"),
    ("str(abc),aes_gcm_enc(128,MTIzNDU2Nzg5MDEy,%s,txn.tag,dGVzdAo=),aes_gcm_dec(128,MTIzNDU2Nzg5MDEy,%s,txn.tag)" % (KEY, KEY), ""),
    ("str(abc),aes_cbc_enc(128,MTIzNDU2Nzg5MDEy,%s),aes_cbc_dec(128,MTIzNDU2Nzg5MDEy,%s)" % (KEY, KEY), "abc"),
    ("req.fhdr(forwarded),rfc7239_is_valid", "1"),
    ("req.fhdr(forwarded),rfc7239_field(for),rfc7239_n2nn", "2001:db8::1"),
    ("req.fhdr(forwarded),rfc7239_field(for),rfc7239_n2np", "_hidden"),
    ("req.fhdr(forwarded),rfc7239_field(by),rfc7239_n2nn", "unknown"),
    ("req.fhdr(forwarded),rfc7239_field(by),rfc7239_n2np,add(1)", "133"),
    ("req.fhdr(forwarded),rfc7239_field(host)", "h:80"),
    ("str(fore=x),rfc7239_is_valid", "0"),
    ("str(proto=http;proto=http),rfc7239_is_valid", "0"),
    ("str(by=[::1]),rfc7239_is_valid", "0"),
    ("str(by=1.2.3.4;),rfc7239_is_valid", "0"),
    ("str(127.9.0.1),rfc7239_n2np", ""),
    ("acl(yes)", "1"),
    ("acl(!yes)", "0"),
    ("acl(also,both)", "1"),
    ("acl(neither)", "0"),
    ("acl(TRUE)", "1"),
    ("str(v),when(acl,yes)", "v"),
    ("str(v),when(!acl,yes)", ""),
    ("str(v),when(error)", ""),
    ("str(v),debug(x)", "v"),
    ("str(app/s1),srv_is_up", "1"),
    ("str(app/s2),srv_is_up", ""),
    ("str(app/s1),srv_queue", "0"),
    ("str(web),fe_exists", "1"),
    ("str(app),fe_exists", "0"),
    ("fe_tarpit_timeout", "1234"),
    ("quic_enabled", "0"),
    ("tgroup", "1"),
    ("uptime,div(3600)", "0"),
    ("fc_err_name", ""),
    ("act_conn", "1"),
    ("fc_nb_streams", "1"),
    ("txn.sess_term_state", "--"),
    ("txn.conn_retries", "0"),
    ("txn.redispatched", "0"),
    ("fc.timer.handshake", "0"),
    ("accept_date,sub(txn.date),div(60)", "0"),
    ("request_date(ms),div(60000),sub(txn.minute),div(2)", "0"),
    ("req.timer.hdr,div(60000)", "0"),
]


def fields_of(response):
    return {name.lower(): text for name, text in response.headers}


@pytest.fixture(autouse=True)
def haproxy_words(monkeypatch):
    monkeypatch.setenv("WEIR_SYNTAX", "haproxy")


@pytest.fixture
def start(balance, serve):
    def run(*rules, back=()):
        port = free_port()
        origin = serve(lambda conn: [conn.send(reply(b"hi")) for _ in iter(conn.request, None)])
        balance(CONFIG.format(port=port, server=origin.port, rules="\n    ".join(rules), back="\n    ".join(back)))
        return port

    return run


def test_values(start):
    rules = ["http-request set-var(txn.one) int(1)", "http-request set-var(txn.three) int(3)", "http-request set-var(txn.date) date",
             "http-request set-var(txn.minute) date,div(60)"]
    for start_at in range(0, len(VALUES), IN_A_LINE):
        fields = "".join(" hdr x-%d '<%%[%s]>'" % (start_at + i, e) for i, (e, _) in enumerate(VALUES[start_at:start_at + IN_A_LINE]))
        rules.append("http-request return status 200%s if { path /%d }" % (fields, start_at))
    port = start(*rules)
    fields = {}
    with Client(port) as client:
        for start_at in range(0, len(VALUES), IN_A_LINE):
            fields.update(fields_of(client.request("GET", "/%d" % start_at, headers=[("Forwarded", FORWARDED)])))
    got = [(expression, fields["x-%d" % i][1:-1]) for i, (expression, _) in enumerate(VALUES)]
    assert got == VALUES


def test_a_connection_is_for_requests_of_its_mark(start):
    port = start("http-request set-bc-tos req.hdr(x-tos)", back=["http-reuse always", "default-server pool-low-conn 9", "http-response set-header x-port %[bc_src_port]"])
    with Client(port) as client:
        ports = [client.request("GET", "/", headers=[("X-Tos", tos)]).header("x-port") for tos in ("8", "16", "8", "16", "none")]
    assert ports[0] == ports[2] != ports[1] == ports[3]
    assert ports[4] not in ports[:4]


def test_what_a_response_knows(start):
    port = start("http-response set-status 404", "http-response set-header x-a %[txn.status],%[server_status],%[bc_nb_streams],%[bc_be_queue]",
                 "http-response set-header x-b %[res.timer.hdr,div(60000)],%[bc.timer.connect,div(60000)]",
                 "http-response set-header x-c <%[bc_err_name]>,%[bc_rtt,div(60000)],%[bc_rttvar(us),div(60000000)]")
    with Client(port) as client:
        fields = fields_of(client.request("GET", "/"))
    assert (fields["x-a"], fields["x-b"], fields["x-c"]) == ("404,200,1,0", "0,0", "<>,0,0")


@pytest.mark.parametrize("path, want", [("/", "[][v][v][v][]"), ("/dead", "[v][][v][v][]"), ("/stats", "[][v][][v][v]")])
def test_when(start, path, want):
    kinds = "".join("[%%[str(v),when(%s)]]" % kind for kind in ("error", "normal", "forwarded", "processed", "toapplet"))
    port = start("stats uri /stats", "http-after-response set-header x-when '%s'" % kinds)
    with Client(port) as client:
        assert fields_of(client.request("GET", path))["x-when"] == want


def test_the_last_rule(start):
    port = start("http-request deny if { path /no }", "http-after-response set-header x-a %[last_rule_line]")
    with Client(port) as client:
        line = fields_of(client.request("GET", "/no"))["x-a"]
    assert int(line) > 0


def test_a_tracked_key(start):
    of_key = ["str(abc),table_%s(app)" % what for what in ("glitch_rate", "inc_gpc0", "inc_gpc0", "clr_gpc0", "gpc0")]
    expressions = ["sc0_key", "sc_key(0)", "sc0_glitch_cnt", *of_key, "str(none),table_inc_gpc0(app)", "str(none),table_idle(app,7)"]
    port = start("http-request track-sc0 str(abc) table app",
                 "http-request return status 200 hdr x-a %s" % ",".join("%%[%s]" % e for e in expressions),
                 back=["stick-table type string len 32 size 100 expire 1h store glitch_cnt,glitch_rate(1h),gpc0"])
    with Client(port) as client:
        assert fields_of(client.request("GET", "/"))["x-a"] == "abc,abc,0,0,1,2,2,0,0,7"
