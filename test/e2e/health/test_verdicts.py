# SPDX-License-Identifier: Apache-2.0
"""What decides on a server besides its own probes, and what a verdict does."""
import json
import os
import time

import pytest

from harness.behaviours import silent
from harness.client import Client, get
from harness.http import Cut
from harness.load import Load
from harness.origin import reply
from harness.ports import free_port
from harness.stats import read_stats
from harness.waiting import wait_for

CONFIG = """
frontend web
    bind 127.0.0.1:{port}
    default_backend app

backend app
    timeout check 1m
    {backend}

listen stats
    bind 127.0.0.1:{stats}
    stats enable
    stats uri /stats
    http-request use-service prometheus-exporter if {{ path /metrics }}
"""


class Way:
    def __init__(self, balance, *lines):
        self.port, self.stats = free_port(), free_port()
        self.config = CONFIG.format(port=self.port, stats=self.stats, backend="\n    ".join(lines))
        self.balancer = balance(self.config)

    def row(self, server="s1", backend="app"):
        return read_stats(self.stats)[backend, server]

    def becomes(self, status, server="s1", **values):
        self.shows(server, status=status, **values)

    def shows(self, server="s1", **values):
        wait_for(lambda: self.row(server).items() >= values.items(),
                 what=lambda: "%s, not %s" % (self.row(server), values))

    def throttle(self, server="s1"):
        """Of a server that is back, in percent, once it has begun."""
        return int(wait_for(lambda: self.row(server)["throttle"].replace("100", "")))


def failing(status="500 Oops"):
    """Probes are well, traffic is not."""

    def behaviour(conn):
        while request := conn.request():
            conn.send(reply(status="200 OK" if request.start_line.startswith("OPTIONS") else status))

    return behaviour


# ---- observe

OBSERVED = {
    "fail-check": ("fall 3", "UP 2/3"),
    "sudden-death": ("fall 3", "UP 1/3"),
    "mark-down": ("fall 3", "DOWN"),
}


@pytest.mark.parametrize("on_error", OBSERVED)
def test_errors_of_the_traffic_count(balance, serve, syslog, on_error):
    words, status = OBSERVED[on_error]
    way = Way(balance, "option httpchk", "option log-health-checks",
              "server s1 127.0.0.1:%d check inter 10m %s observe layer7 error-limit 3 on-error %s"
              % (serve(failing()).port, words, on_error))
    way.shows(check_status="L7OK")
    for _ in range(3):
        assert get(way.port).status == 500
    way.becomes(status, hanafail="1")
    assert 'reason: Health analyze, info: "Detected 3 consecutive errors, last one was: Wrong http response"' \
        in syslog.line("Health analyze")


def test_a_good_response_begins_anew(balance, serve):
    turn = [0]

    def behaviour(conn):
        while request := conn.request():
            is_probe = request.start_line.startswith("OPTIONS")
            turn[0] += not is_probe
            conn.send(reply(status="200 OK" if is_probe or turn[0] % 3 == 0 else "500 Oops"))

    way = Way(balance, "option httpchk",
              "server s1 127.0.0.1:%d check inter 10m observe layer7 error-limit 3 on-error mark-down"
              % serve(behaviour).port)
    way.shows(check_status="L7OK")
    for _ in range(9):
        get(way.port)
    assert way.row()["status"] == "UP"


# ---- init-state

@pytest.mark.weir_only
def test_a_server_begins_as_its_line_says(balance, serve):
    unasked = serve(silent).port
    way = Way(balance, "option httpchk", "timeout check 10m", "default-server check inter 200ms", *(
        "server %s 127.0.0.1:%d init-state %s" % (name, unasked, name) for name in ("up", "fully-up", "down", "fully-down")),
        "server answers 127.0.0.1:%d init-state down rise 100" % serve().port,
        "server unchecked 127.0.0.1:%d no-check init-state down" % unasked)
    way.becomes("UP", "answers")  # after one probe
    assert [way.row(name)["status"] for name in ("up", "fully-up", "down", "fully-down", "unchecked")] == [
        "UP 1/3", "UP", "DOWN 1/2", "DOWN", "no check"]


@pytest.mark.weir_only
def test_a_server_that_begins_down_gets_nothing_before_a_good_probe(balance, serve):
    way = Way(balance, "option httpchk", "server s1 127.0.0.1:%d check inter 10m init-state down" % serve(silent).port)
    assert get(way.port).status == 503


# ---- track

def test_a_server_follows_another(balance, serve, syslog):
    asked, follower = serve(), serve()
    way = Way(balance, "option httpchk",
              "server s1 127.0.0.1:%d check inter 200ms fall 1 rise 1" % asked.port,
              "server s2 127.0.0.1:%d track s1" % follower.port)
    way.becomes("UP", "s2")
    assert way.row("s2")["tracked"] == "app/s1"
    asked.close()
    way.becomes("DOWN", "s2")
    assert "Server app/s2 is DOWN via app/s1. 0 active and 0 backup servers left." in syslog.line("s2 is DOWN")
    assert not follower.requests


# ---- slowstart

def test_a_server_that_is_back_gets_its_weight_slowly(balance, serve):
    server, other = serve(), serve()
    way = Way(balance, "option httpchk",
              "server s1 127.0.0.1:%d check inter 200ms fall 1 rise 1 slowstart 10m weight 100" % server.port,
              "server s2 127.0.0.1:%d" % other.port)
    way.becomes("UP")
    assert way.row()["throttle"] in ("", "100")
    server.close()
    way.becomes("DOWN")
    serve(port=server.port)
    way.becomes("UP")
    assert 0 < way.throttle() < 60
    row = way.row()
    assert 0 < int(row["weight"]) < 60 and row["uweight"] == "100"


@pytest.mark.weir_only
def test_a_reload_does_not_end_a_slow_start(balance, serve):
    server = serve()
    way = Way(balance, "option httpchk",
              "server s1 127.0.0.1:%d check inter 200ms fall 1 rise 1 slowstart 10m" % server.port)
    way.becomes("UP")
    server.close()
    way.becomes("DOWN")
    serve(port=server.port)
    way.becomes("UP")
    before = way.throttle()
    way.balancer.reload(way.config.replace("slowstart 10m", "slowstart 10m weight 7"))
    way.shows(uweight="7")
    assert before <= int(way.row()["throttle"]) < 60


# ---- what coming up does

BACKUPS = """
listen app
    mode tcp
    bind 127.0.0.1:{port}
    server s1 127.0.0.1:{first} check inter 200ms rise 1 fall 1 {words}
    server b1 127.0.0.1:{backup} backup
"""


@pytest.mark.parametrize("is_cut", [True, False])
def test_sessions_on_backups_when_a_server_comes_up(balance, serve, syslog, is_cut):
    def echo(conn):
        while data := conn.stream.sock.recv(100):
            conn.send(data)

    port, first = free_port(), free_port()
    backup = serve(echo)
    balance(BACKUPS.format(port=port, first=first, backup=backup.port,
                           words="on-marked-up shutdown-backup-sessions" if is_cut else ""))

    def on_backup():
        before = len(backup.connections)
        client = Client(port)
        try:
            client.send(b"hello").stream.exactly(5)
        except (OSError, Cut):
            pass
        if len(backup.connections) > before:
            return client
        client.close()
        return None

    client = wait_for(on_backup)
    serve(echo, port=first)
    syslog.line("Server app/s1 is UP")
    if is_cut:
        wait_for(client.is_closed)
    else:
        assert client.send(b"still").stream.exactly(5) == b"still"
    client.close()


# ---- what weir alone does

@pytest.mark.weir_only
def test_below_the_panic_threshold_all_get_traffic(balance, serve, syslog):
    ports = [serve(failing("200 Fine")).port, free_port(), free_port(), free_port()]
    way = Way(balance, "option httpchk", "option panic-threshold 50", "retries 3", "option redispatch 1",
              *["server s%d 127.0.0.1:%d check inter 200ms fall 1" % (i + 1, port) for i, port in enumerate(ports)])
    assert "less than 50% of its servers are up: traffic goes to all of them" in syslog.line("traffic goes to all")
    assert read_stats(way.stats)["app", "BACKEND"]["status"] == "UP"
    # and it is shown
    rows = json.loads(get(way.stats, "/stats;json").body)
    panic = [field for row in rows for field in row if field["field"]["name"] == "panic"]
    assert [(field["objType"], field["value"]["value"]) for field in panic] == [("Backend", 1)]
    assert b"PANIC: traffic goes to all" in get(way.stats, "/stats").body
    assert b'weir_backend_panic{proxy="app"} 1' in get(way.stats, "/metrics").body


@pytest.mark.weir_only
def test_the_history_of_a_server_is_kept_over_a_reload(balance, serve):
    server = serve()
    way = Way(balance, "option httpchk",
              "server s1 127.0.0.1:%d check inter 200ms fall 1 rise 1" % server.port)
    way.becomes("UP")
    server.close()
    way.becomes("DOWN")
    way.balancer.reload(way.config.replace("fall 1", "fall 1 weight 9"))
    way.shows(weight="9")
    rows = json.loads(get(way.stats, "/stats;json").body)
    history = [field["value"]["value"] for row in rows for field in row
               if field["field"]["name"] == "transitions" and field["value"]["value"]]
    assert history[0][0]["state"] == "DOWN"
    # a probe may just have been waiting to be accepted when the server went
    assert history[0][0]["reason"].startswith(("Layer4 connection problem", "Socket error"))
    assert b"class=strip" in get(way.stats, "/stats").body


# ---- programs

@pytest.mark.weir_only
def test_a_program_that_never_ends_is_killed_with_its_children(balance, serve, tmp_path, syslog):
    started = tmp_path / "started"
    program = tmp_path / "check.sh"
    program.write_text("#!/bin/sh\nsleep 600 &\necho $$ $! >> %s\nsleep 600\n" % started)
    program.chmod(0o755)
    Way(balance, "timeout check 2s", "option external-check", "external-check command %s" % program,
        "external-check path /usr/bin:/bin", "server s1 127.0.0.1:%d check inter 500ms fall 1" % serve().port)
    assert "External check timeout" in syslog.line("s1 is DOWN")
    wait_for(lambda: started.exists() and started.read_text().endswith("\n"))
    first = started.read_text().split("\n", maxsplit=1)[0].split()
    wait_for(lambda: not any(os.path.exists("/proc/" + pid) for pid in first), what="%s end" % first)


@pytest.mark.weir_only
def test_a_program_that_is_killed_says_nothing_good(balance, serve, tmp_path, syslog):
    program = tmp_path / "check.sh"
    program.write_text("#!/bin/sh\nkill -TERM $$\n")
    program.chmod(0o755)
    way = Way(balance, "option external-check", "external-check command %s" % program,
              "server s1 127.0.0.1:%d check inter 300ms fall 1" % serve().port)
    way.becomes("DOWN", check_status="PROCERR", last_chk="killed by signal 15")
    assert "reason: External check error, code: -1, info: \"killed by signal 15\"" in syslog.line("s1 is DOWN")


@pytest.mark.weir_only
@pytest.mark.parametrize("code, status", [(0, "UP"), (3, "DOWN")])
def test_a_program_decides(balance, serve, tmp_path, code, status):
    program = tmp_path / "check.sh"
    program.write_text("#!/bin/sh\n[ $# = 4 ] && [ \"$HAPROXY_SERVER_NAME\" = s1 ] && exit %d\nexit 9\n" % code)
    program.chmod(0o755)
    way = Way(balance, "option external-check", "external-check command %s" % program,
              "server s1 127.0.0.1:%d check inter 300ms" % serve().port)
    way.becomes(status, check_code=str(code))


# ---- states that were saved

SAVED = """1
# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr srv_agent_addr srv_agent_port
3 app 1 s1 127.0.0.1 2 1 7 20 500 6 3 4 6 0 0 0 - 80 - 0 0 - - 0
3 app 2 s2 127.0.0.1 2 8 20 20 500 6 3 4 6 0 0 0 - 80 - 0 0 - - 0
3 app 3 s3 127.0.0.1 0 0 20 20 500 6 3 0 6 0 0 0 - 80 - 0 0 - - 0
3 app 4 s4 127.0.0.1 2 0 7 20 500 6 3 4 6 0 0 0 - 80 - 0 0 - - 0
"""


def test_servers_begin_with_their_saved_state(balance, serve, tmp_path):
    (tmp_path / "states").write_text(SAVED)
    port = serve().port
    lines = ["load-server-state-from-file global"]
    lines += ["server s%d 127.0.0.1:%d check inter 10m weight 20" % (i, port) for i in (1, 2, 3, 4)]
    way = Way(lambda text: balance("global\n    server-state-file %s\n" % (tmp_path / "states") + text), *lines)
    rows = {name: way.row(name) for name in ("s1", "s2", "s3", "s4")}
    assert rows["s1"]["status"] == "MAINT"
    assert rows["s2"]["status"].startswith("DRAIN")
    assert rows["s3"]["status"].startswith("DOWN") or int(rows["s3"]["lastchg"]) < 60
    assert rows["s4"]["weight"] == "7"
    assert int(rows["s4"]["lastchg"]) >= 500


# ---- outliers

def pool_of_four(balance, serve, words, *statuses):
    """What its servers answer to all but probes; those without a status answer 200."""
    servers = [serve(failing(*status)) for status in (*statuses, *[("200 Fine",)] * 4)[:4]]
    return Way(balance, "option httpchk", "option outlier-ejection min-streams 5 " + words,
               *["server s%d 127.0.0.1:%d check inter 10m" % (i + 1, server.port)
                 for i, server in enumerate(servers)])


@pytest.mark.weir_only
def test_a_server_that_fails_far_more_than_the_others_is_ejected(balance, serve, syslog):
    way = pool_of_four(balance, serve, "interval 1s time 10m max-ejected 25", ())
    with Load(way.port, clients=4) as load:
        line = syslog.line("Server app/s1 is ejected, reason: ")
    assert load.by_status[500]
    assert " errors in " in line and " streams. 3 active and 0 backup servers" in line
    assert way.row()["status"].startswith("NOLB")
    assert [get(way.port).status for _ in range(12)] == [200] * 12


@pytest.mark.weir_only
def test_it_is_ejected_for_a_while(balance, serve, syslog):
    way = pool_of_four(balance, serve, "interval 1s time 1s max-ejected 25", ())
    with Load(way.port, clients=4) as load:
        syslog.line("Server app/s1 is taken back")
        failed = load.by_status[500]
        wait_for(lambda: load.by_status[500] > failed, what="it is asked again")


@pytest.mark.weir_only
def test_no_more_are_ejected_than_may_be(balance, serve):
    way = pool_of_four(balance, serve, "interval 500ms time 10m max-ejected 50", (), (), (), ())

    def ejected():
        return [name for (_, name), row in read_stats(way.stats).items() if row["status"].startswith("NOLB")]

    with Load(way.port, clients=4):
        wait_for(lambda: len(ejected()) == 2, what=ejected)
        time.sleep(1.2)
        assert len(ejected()) == 2
