# SPDX-License-Identifier: Apache-2.0
"""The statistics: CSV with HAProxy's fields in HAProxy's order, JSON, and the page."""
import json

import pytest

from harness.client import Client, get
from harness.ports import free_port
from harness.stats import read_stats
from harness.waiting import wait_for

FIELDS = """pxname svname qcur qmax scur smax slim stot bin bout dreq dresp ereq econ eresp wretr wredis
status weight act bck chkfail chkdown lastchg downtime qlimit pid iid sid throttle lbtot tracked type rate
rate_lim rate_max check_status check_code check_duration hrsp_1xx hrsp_2xx hrsp_3xx hrsp_4xx hrsp_5xx
hrsp_other hanafail req_rate req_rate_max req_tot cli_abrt srv_abrt comp_in comp_out comp_byp comp_rsp
lastsess last_chk last_agt qtime ctime rtime ttime agent_status agent_code agent_duration check_desc
agent_desc check_rise check_fall check_health agent_rise agent_fall agent_health addr cookie mode algo
conn_rate conn_rate_max conn_tot intercepted dcon dses wrew connect reuse cache_lookups cache_hits
srv_icur src_ilim qtime_max ctime_max rtime_max ttime_max eint idle_conn_cur safe_conn_cur used_conn_cur
need_conn_est uweight agg_server_status agg_server_check_status agg_check_status srid sess_other h1sess
h2sess h3sess req_other h1req h2req h3req proto""".split()

CONFIG = """
frontend web
    bind 127.0.0.1:{port}
    default_backend app

backend app
    server s1 127.0.0.1:{server} weight 7
    server s2 127.0.0.1:{server} backup

listen stats
    bind 127.0.0.1:{stats}
    stats enable
    stats uri /stats
    stats refresh 7s
    stats hide-version
"""


@pytest.fixture
def site(balance, serve):
    port, stats = free_port(), free_port()
    balance(CONFIG.format(port=port, server=serve().port, stats=stats))
    return port, stats


def header_line(stats):
    return get(stats, "/stats;csv").body.decode().split("\n")[0]


def test_the_fields_begin_with_those_of_haproxy_2_6(site, kind):
    line = header_line(site[1])
    assert line.startswith("# pxname,svname,")
    fields = line[2:].rstrip(",").split(",")
    known = FIELDS[:FIELDS.index("agg_server_status")]  # what follows came and went with versions
    assert fields[:len(known)] == known


def test_each_proxy_and_server_has_its_row(site):
    rows = read_stats(site[1])
    assert list(rows) == [("web", "FRONTEND"), ("app", "s1"), ("app", "s2"), ("app", "BACKEND"),
                          ("stats", "FRONTEND"), ("stats", "BACKEND")]
    assert [row["type"] for row in rows.values()] == ["0", "2", "2", "1", "0", "1"]
    assert [row["status"] for row in rows.values()] == ["OPEN", "no check", "no check", "UP", "OPEN", "UP"]
    assert (rows["app", "s1"]["act"], rows["app", "s1"]["bck"]) == ("1", "0")
    assert (rows["app", "s2"]["act"], rows["app", "s2"]["bck"]) == ("0", "1")
    assert rows["app", "s1"]["weight"] == "7"
    assert rows["web", "FRONTEND"]["mode"] == "http"
    assert [rows[key]["iid"] for key in rows] == ["1", "2", "2", "2", "3", "3"]
    assert [rows[key]["sid"] for key in rows] == ["0", "1", "2", "0", "0", "0"]


def rows_after_six(stats):
    """The rows, once five requests that were served and one that was refused have left: clients see the end before."""
    rows = read_stats(stats)
    web, app, s1 = rows["web", "FRONTEND"], rows["app", "BACKEND"], rows["app", "s1"]
    has_ended = int(web["hrsp_2xx"]) + int(web["hrsp_4xx"]) >= 6 and int(s1["hrsp_2xx"]) >= 5
    return rows if has_ended and web["scur"] == app["scur"] == s1["scur"] == "0" else None


def test_counters(site):
    port, stats = site
    with Client(port) as client:
        for _ in range(5):
            assert client.request().status == 200
    with Client(port) as client:
        client.send("garbage\r\n\r\n")
        assert client.response().status == 400
    rows = wait_for(lambda: rows_after_six(stats), what=lambda: read_stats(stats))
    web, app, s1 = rows["web", "FRONTEND"], rows["app", "BACKEND"], rows["app", "s1"]
    assert (web["stot"], web["conn_tot"]) == ("2", "2")
    assert (web["hrsp_2xx"], web["hrsp_4xx"], web["ereq"]) == ("5", "1", "1")
    assert web["req_tot"] in ("5", "6")
    assert (app["stot"], app["hrsp_2xx"], app["lbtot"]) == ("5", "5", "5")
    assert (s1["stot"], s1["hrsp_2xx"], s1["connect"], s1["reuse"]) == ("5", "5", "1", "4")
    assert int(web["bin"]) > 100 and int(web["bout"]) > 100
    assert (web["scur"], app["scur"], s1["scur"]) == ("0", "0", "0")
    assert s1["smax"] == "1"


def test_current_sessions_are_counted(site):
    port, stats = site
    clients = [Client(port) for _ in range(4)]
    for client in clients:
        assert client.request().status == 200
    assert read_stats(stats)["web", "FRONTEND"]["scur"] == "4"
    for client in clients:
        client.close()


def test_the_page(site):
    response = get(site[1], "/stats")
    assert response.status == 200
    assert response.header("content-type").startswith("text/html")
    assert response.header("refresh", "").startswith("7") or b"refresh" in response.body.lower()
    for name in (b"web", b"app", b"s1", b"s2"):
        assert name in response.body


def test_json(site):
    response = get(site[1], "/stats;json")
    assert response.status == 200
    assert response.header("content-type").startswith("application/json")
    json.loads(response.body)


def test_another_path_is_not_the_statistics(site):
    assert get(site[1], "/other").status == 503
    assert get(site[1], "/").status == 503


def test_changes_are_refused_unless_allowed(site):
    with Client(site[1]) as client:
        response = client.request("POST", "/stats",
                                  [("Content-Type", "application/x-www-form-urlencoded")],
                                  b"s=s1&action=maint&b=app")
    assert response.status in (303, 403)
    assert read_stats(site[1])["app", "s1"]["status"] == "no check"


def test_head_of_the_statistics_has_no_body(site):
    with Client(site[1]) as client:
        assert client.request("HEAD", "/stats").status == 200
        assert client.is_silent(0.2) or client.stream.buffer == b""


ADMIN_CONFIG = CONFIG.replace("stats hide-version", "stats hide-version\n    stats admin if TRUE")


@pytest.fixture
def changeable(balance, serve):
    port, stats = free_port(), free_port()
    balance(ADMIN_CONFIG.format(port=port, server=serve().port, stats=stats))
    return stats


def send_form(client, text):
    response = client.request("POST", "/stats", [("Content-Type", "application/x-www-form-urlencoded")],
                              text.encode())
    return response.status, response.header("location")


def test_a_form_has_been_carried_out_when_it_is_answered(changeable):
    with Client(changeable) as client:
        for action, status in [("maint", "MAINT"), ("ready", "no check"), ("drain", "DRAIN")] * 5:
            assert send_form(client, "s=s1&s=s2&b=app&action=" + action) == (303, "/stats;st=DONE")
            rows = read_stats(changeable)
            assert [rows["app", name]["status"] for name in ("s1", "s2")] == [status, status]


def test_a_form_in_two_pieces(changeable):
    body = "s=s1&b=app&action=maint"
    with Client(changeable) as client:
        client.send("POST /stats HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body[:9]))
        assert client.is_silent()
        client.send(body[9:])
        assert client.response("POST").status == 303
    assert read_stats(changeable)["app", "s1"]["status"] == "MAINT"


def test_who_sends_a_form_and_leaves_disturbs_nobody(changeable):
    for action in ("maint", "ready") * 20:
        with Client(changeable) as client:
            client.send("POST /stats HTTP/1.1\r\nHost: a\r\nContent-Length: 24\r\n\r\n"
                        "s=s1&b=app&action=%s " % action)
            client.reset()

    def is_carried_out():  # those who left may have asked otherwise at the same time
        with Client(changeable) as client:
            assert send_form(client, "s=s1&b=app&action=maint")[0] == 303
        return read_stats(changeable)["app", "s1"]["status"] == "MAINT"

    wait_for(is_carried_out)
