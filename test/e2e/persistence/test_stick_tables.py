# SPDX-License-Identifier: Apache-2.0
"""Stick tables: counting, limiting, and keeping clients on their server. --balancer both asks HAProxy as well."""
import time

import pytest
from harness.client import Client
from harness.http import Cut
from harness.origin import reply
from harness.ports import free_port
from harness.waiting import wait_for


@pytest.fixture(autouse=True)
def haproxy_syntax(monkeypatch):
    monkeypatch.setenv("WEIR_SYNTAX", "haproxy")


def named(name):
    """Tells its name and the request's X-A; the path says the status, X-Set what session it starts."""

    def serve(conn):
        while request := conn.request():
            path = request.start_line.split(" ")[1]
            status = path[1:4] + " Told" if path[1:4].isdigit() else "200 OK"
            fields = [("X-Name", name), ("X-Seen", request.header("x-a") or "")]
            if request.header("x-set"):
                fields.append(("X-Session", request.header("x-set")))
            conn.send(reply(b"ok", status, fields))

    return serve


@pytest.fixture
def start(balance, serve):
    """start(front, back, more) -> port; backend be has servers a, b and c."""

    def run(front="", back="", more=""):
        port = free_port()
        servers = "".join(" server %s 127.0.0.1:%d\n" % (name, serve(named(name)).port) for name in "abc")
        run.text = "frontend web\n bind 127.0.0.1:%d\n default_backend be\n%s\nbackend be\n%s\n%s%s" % (
            port, front, back, servers, more)
        run.balancer = balance(run.text, threads=1)
        return port

    return run


def ask(port, path="/", source=None, **fields):
    """One request on a connection of its own: its response."""
    with Client(port, source=source) as client:
        return client.request("GET", path, [(name.replace("_", "-"), value) for name, value in fields.items()])


def servers(port, count, **options):
    return "".join(ask(port, **options).header("x-name") for _ in range(count))


LIMIT = """
 stick-table type ip size 100k expire 10h store http_req_rate(10h)
 http-request track-sc0 src
 http-request deny deny_status 429 if { sc_http_req_rate(0) gt 3 }
"""


def test_requests_are_limited_by_address(start):
    port = start(LIMIT)
    assert [ask(port).status for _ in range(5)] == [200, 200, 200, 429, 429]
    assert [ask(port, source="127.0.0.2").status for _ in range(4)] == [200, 200, 200, 429]


def test_requests_of_one_connection_are_limited_too(start):
    port = start(LIMIT)
    with Client(port) as client:
        assert [client.request().status for _ in range(5)] == [200, 200, 200, 429, 429]


COUNTS = """
 stick-table type ip size 100 expire 10h store conn_cnt,conn_cur,http_req_cnt,http_err_cnt,http_fail_cnt,gpc0,gpc0_rate(10h),gpt0
 http-request track-sc0 src
 http-request sc-inc-gpc0(0) if { path_beg /gpc }
 http-request sc-set-gpt0(0) int(42) if { path_end /gpt }
 http-request set-header X-A %[sc0_conn_cnt],%[sc0_conn_cur],%[sc0_http_req_cnt],%[sc0_http_err_cnt],%[sc0_http_fail_cnt],%[sc0_get_gpc0],%[sc0_gpc0_rate],%[sc0_get_gpt0]
"""


def test_what_is_counted(start):
    port = start(COUNTS)
    paths = ["/", "/gpc", "/404", "/500", "/501", "/gpc/gpt", "/"]
    assert [ask(port, path).header("x-seen") for path in paths] == [
        "1,1,1,0,0,0,0,0",
        "2,1,2,0,0,1,1,0",
        "3,1,3,0,0,1,1,0",
        "4,1,4,1,0,1,1,0",
        "5,1,5,1,1,1,1,0",
        "6,1,6,1,1,2,2,42",
        "7,1,7,1,1,2,2,42",
    ]


@pytest.mark.weir_only
def test_whose_mistake_a_status_is_may_be_said(start):
    port = start(COUNTS, more="global\n http-err-codes -404 +500,503\n http-fail-codes 500 503-504\n")
    seen = [ask(port, path).header("x-seen").split(",")[3:5] for path in ("/404", "/403", "/500", "/501", "/503", "/")]
    assert seen == [["0", "0"], ["0", "0"], ["1", "0"], ["2", "0"], ["2", "0"], ["3", "1"]]


def test_denials_are_errors_of_the_client(start):
    port = start(" stick-table type ip size 100 store http_err_cnt\n http-request track-sc0 src\n"
                 " http-request deny if { path /no }\n http-request set-header X-A %[sc_http_err_cnt(0)]\n")
    assert [ask(port, "/no").status for _ in range(2)] == [403, 403]
    assert ask(port).header("x-seen") == "2"


def test_arrays(start):
    port = start(" stick-table type integer size 10 store gpc(3),gpc_rate(3,10h),gpt(2)\n"
                 " http-request track-sc1 int(5)\n"
                 " http-request sc-inc-gpc(2,1)\n http-request sc-set-gpt(1,1) 7\n"
                 " http-request set-header X-A %[sc_get_gpc(2,1)],%[sc_gpc_rate(2,1)],%[sc_get_gpt(1,1)],"
                 "%[sc1_get_gpc0],%[int(5),table_gpc(2,web)],%[int(6),table_gpc(2,web)]\n")
    assert [ask(port).header("x-seen") for _ in range(2)] == ["1,1,7,0,1,0", "2,2,7,0,2,0"]


def test_tables_of_other_proxies(start):
    port = start(" http-request track-sc0 src table seen\n"
                 " http-request track-sc2 req.hdr(X-Key) table keys if { req.hdr(X-Key) -m found }\n"
                 " http-request set-header X-A %[sc_http_req_cnt(0)],%[sc_http_req_cnt(2)],%[src_http_req_cnt(seen)],"
                 "%[req.hdr(X-Key),table_http_req_cnt(keys)],%[req.hdr(X-Key),in_table(keys)],%[table_cnt(keys)],"
                 "%[table_avl(seen)],%[sc_tracked(2)],%[sc_tracked(1)]\n",
                 more="backend seen\n stick-table type ip size 100 store http_req_cnt\n"
                      "backend keys\n stick-table type string len 4 size 100 store http_req_cnt\n")
    assert ask(port, X_Key="abcdef").header("x-seen") == "1,1,1,1,1,1,99,1,0"
    assert ask(port, X_Key="abcdxx").header("x-seen") == "2,2,2,2,1,1,99,1,0"
    assert ask(port, X_Key="other").header("x-seen") == "3,1,3,1,1,2,99,1,0"
    assert ask(port).header("x-seen") == "4,,4,,,2,99,0,0"


def test_fetches_that_count(start):
    port = start(" stick-table type ip size 100 store gpc0,conn_cnt\n"
                 " http-request set-header X-A %[src_inc_gpc0],%[src_get_gpc0],%[src_updt_conn_cnt],%[src_conn_cnt]\n"
                 " http-request set-header X-A %[src_clr_gpc0],%[src_get_gpc0] if { path /clear }\n")
    assert ask(port).header("x-seen") == "1,1,1,1"
    assert ask(port).header("x-seen") == "2,2,2,2"
    assert ask(port, "/clear").header("x-seen") == "3,0"
    assert ask(port, source="127.0.0.2").header("x-seen") == "1,1,1,1"


def test_a_full_table_forgets_the_oldest(start):
    port = start(" stick-table type ip size 2 expire 10h store http_req_cnt\n http-request track-sc0 src\n"
                 " http-request set-header X-A %[sc_http_req_cnt(0)]\n")
    sources = ["127.0.0.2", "127.0.0.3", "127.0.0.2", "127.0.0.4", "127.0.0.2", "127.0.0.3"]
    seen = []
    for source in sources:
        time.sleep(0.01)  # HAProxy goes by milliseconds
        with Client(port, source=source) as client:
            seen.append(client.request().header("x-seen"))
            client.end()
            assert client.stream.is_closed()
    assert seen == ["1", "1", "2", "1", "3", "1"]


def test_a_client_sticks_to_its_server(start):
    port = start(back=" stick-table type ip size 100 expire 10h\n stick on src\n")
    first = servers(port, 1)
    assert servers(port, 4) == first * 4
    second = servers(port, 1, source="127.0.0.2")
    assert second != first
    assert servers(port, 3, source="127.0.0.2") == second * 3
    assert servers(port, 2) == first * 2


def test_sessions_stick_by_what_the_server_said(start):
    port = start(back=" stick-table type string len 20 size 100\n stick match req.hdr(X-Session)\n"
                      " stick store-response res.hdr(X-Session)\n")
    first = ask(port, X_Set="one").header("x-name")
    second = ask(port, X_Set="two").header("x-name")
    assert first != second
    assert servers(port, 4, X_Session="one") == first * 4
    assert servers(port, 4, X_Session="two") == second * 4
    assert set(servers(port, 3, X_Session="none")) == set("abc")


def test_stick_lines_have_conditions(start):
    port = start(back=" stick-table type ip size 100\n stick on src if { path /stick }\n")
    first = servers(port, 1, path="/stick")
    assert set(servers(port, 3)) == set("abc")
    assert servers(port, 3, path="/stick") == first * 3


def test_another_table_may_be_named(start):
    port = start(back=" stick on req.hdr(X-Key) table keys\n",
                 more="backend keys\n stick-table type string size 100\n")
    first = servers(port, 1, X_Key="k")
    assert servers(port, 3, X_Key="k") == first * 3
    assert set(servers(port, 3)) == set("abc")


def test_a_cookie_goes_before_the_table(start):
    port = start(back=" cookie SRV insert indirect\n stick-table type ip size 100\n stick on src\n"
                      " default-server cookie none\n")
    first = servers(port, 1)
    assert servers(port, 3) == first * 3


@pytest.mark.weir_only
def test_a_table_lives_over_a_reload_if_it_is_the_same(start):
    port = start(LIMIT)
    assert [ask(port).status for _ in range(3)] == [200, 200, 200]
    text = start.text.replace("429", "403")
    start.balancer.reload(text)
    wait_for(lambda: ask(port, source="127.0.0.9").status in (403, 429) and ask(port).status == 403)
    start.balancer.reload(text.replace("size 100k", "size 200k"))
    wait_for(lambda: ask(port).status == 200)


@pytest.mark.parametrize("line, message", [
    ("http-request track-sc0 src table nosuch", "there is no table 'nosuch'"),
    ("http-request track-sc0 src table be", "'be' has no stick-table"),
    ("http-request track-sc99 src", "'99' is no stick counter"),
    ("stick-table type ipp size 10", "'ipp' is not a type of keys"),
    ("stick-table type ip", "the size is missing"),
    ("stick-table type ip size 10 store gpc9", "there is no data type 'gpc9'"),
    ("stick-table type ip size 10 store conn_rate", "'conn_rate' needs a period"),
    ("stick-table type ip size 10 expire x", "'x' is not a time"),
])
@pytest.mark.weir_only
def test_refusals(kind, start, line, message):
    with pytest.raises(Exception) as error:
        start(" " + line + "\n")
    assert message in str(error.value)


def test_connections_are_limited_before_a_byte_is_read(start):
    port = start(" stick-table type ip size 100 expire 10h store conn_cur,conn_rate(10h),conn_cnt\n"
                 " tcp-request connection track-sc0 src\n"
                 " tcp-request connection reject if { sc0_conn_cur gt 2 }\n"
                 " http-request set-header X-A %[sc0_conn_cur],%[sc0_conn_cnt],%[sc_conn_rate(0)]\n")
    with Client(port) as first, Client(port) as second:
        assert second.request().header("x-seen") == "2,2,2"
        assert first.request().header("x-seen") == "2,2,2"
        with Client(port) as third:
            assert third.stream.is_closed()
        with Client(port, source="127.0.0.2") as other:
            assert other.request().header("x-seen") == "1,1,1"

    def are_gone():
        try:
            return ask(port).header("x-seen").startswith("1,")
        except (ConnectionError, Cut):
            return False

    wait_for(are_gone)


def test_the_address_alone_is_asked_about(start):
    port = start(" stick-table type ip size 100 expire 10h store conn_rate(10h),gpc0\n"
                 " tcp-request connection track-sc1 src\n"
                 " tcp-request connection reject if { src_conn_rate gt 3 }\n")
    assert [ask(port).status for _ in range(3)] == [200, 200, 200]
    with Client(port) as client:
        assert client.stream.is_closed()


def test_sessions_are_counted_once_they_are_let_in(start):
    port = start(" stick-table type ip size 100 expire 10h store sess_cnt,conn_cnt,http_req_cnt\n"
                 " tcp-request connection track-sc0 src\n"
                 " http-request set-header X-A %[sc0_conn_cnt],%[sc0_sess_cnt],%[sc0_http_req_cnt]\n")
    with Client(port) as client:
        assert [client.request().header("x-seen") for _ in range(2)] == ["1,1,1", "1,1,2"]
    assert ask(port).header("x-seen") == "2,2,3"


TCP = " mode tcp\n"


def test_tcp_clients_stick_too(start):
    port = start(TCP, TCP + " stick-table type ip size 100 expire 10h\n stick on src\n")
    first = servers(port, 1)
    assert servers(port, 3) == first * 3
    second = servers(port, 1, source="127.0.0.2")
    assert second != first
    assert servers(port, 2, source="127.0.0.2") == second * 2


def test_tcp_is_balanced_by_address(start):
    port = start(TCP, TCP + " balance source\n")
    chosen = [servers(port, 1, source="127.0.0.%d" % n) for n in range(1, 13)]
    assert "".join(chosen) == "cabcabcabcab"


def test_bytes_are_counted_at_the_end(start):
    port = start(TCP + " stick-table type ip size 100 expire 10h store bytes_in_cnt,bytes_out_cnt,conn_cur\n"
                 " tcp-request content track-sc0 src\n"
                 " tcp-request content reject if { src_kbytes_in gt 1 }\n", TCP)
    assert ask(port, X_A="x" * 3000).status == 200

    def is_refused():
        with Client(port) as client:
            return client.stream.is_closed(1)

    wait_for(is_refused)


def test_content_rules_track_before_the_request_is_counted(start):
    port = start(" stick-table type ip size 100 expire 10h store conn_cnt,http_req_cnt\n"
                 " tcp-request content track-sc0 src\n"
                 " http-request set-header X-A %[sc0_conn_cnt],%[sc0_http_req_cnt]\n")
    with Client(port) as client:
        assert [client.request().header("x-seen") for _ in range(2)] == ["1,1", "2,2"]


def test_responses_can_be_tracked(start):
    port = start(" stick-table type string size 100 expire 10h store http_req_cnt,http_err_cnt\n"
                 " http-response track-sc0 res.hdr(X-Name) if { status 404 }\n"
                 " http-request set-header X-A %[str(a),table_http_err_cnt(web)],%[str(a),table_http_req_cnt(web)]\n")
    names = [ask(port, "/404").header("x-name") for _ in range(3)]
    assert sorted(names) == ["a", "b", "c"]
    assert ask(port).header("x-seen") == "1,1"
