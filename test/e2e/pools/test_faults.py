# SPDX-License-Identifier: Apache-2.0
"""Faults under load beside outlier ejection: who is in the pool, what the log says, what is remembered over a reload."""
import json
import os
import re
import signal
import time

import pytest

from harness.client import get
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
    balance roundrobin
    option redispatch 1
    retries 3
    timeout connect 500ms
    timeout check 5s
    option httpchk GET /health
    option outlier-ejection {ejection}
    default-server inter 300ms fastinter 100ms downinter 200ms rise 2 fall 2
{servers}

frontend stats
    bind 127.0.0.1:{stats}
    stats enable
    stats uri /stats
    http-request use-service prometheus-exporter if {{ path /metrics }}
"""

CLIENTS = 4
KEPT = 20  # transitions of each server

pytestmark = pytest.mark.weir_only


class Site:
    def __init__(self, balance, servers, ejection="interval 500ms min-streams 20 time 1s latency 4 max-ejected 25"):
        self.port, self.stats = free_port(), free_port()
        lines = "\n".join("    server %s %s check" % server for server in servers)
        self.config = CONFIG.format(port=self.port, stats=self.stats, servers=lines, ejection=ejection)
        self.balancer = balance(self.config)

    def status(self, name):
        return read_stats(self.stats)["app", name]["status"]

    def becomes(self, name, status):
        wait_for(lambda: self.status(name).startswith(status),
                 what=lambda: "%s is %s, not %s" % (name, self.status(name), status))

    def history(self, name):
        """[(state, reason)], the newest first."""
        for row in json.loads(get(self.stats, "/stats;json").body):
            fields = {field["field"]["name"]: field["value"]["value"] for field in row}
            if (fields.get("pxname"), fields.get("svname")) == ("app", name):
                return [(note["state"], note["reason"]) for note in fields["transitions"]]
        return None

    def counted(self, name):
        """By the metrics: {state: transitions since the start}"""
        lines = re.findall(r'^weir_server_transitions_total\{proxy="app",server="%s",state="(\w+)"\} (\d+)$' % name,
                           get(self.stats, "/metrics").body.decode(), re.M)
        return {state: int(count) for state, count in lines if count != "0"}

    def reload(self):
        """What it knows of its servers outlives that."""
        self.balancer.reload_and_wait(self.config.replace(" check\n", " check weight 7\n"))


def kill(server):
    return server.kill, server.start


def stop(server):
    group = os.getpgid(server.pid)
    return (lambda: os.killpg(group, signal.SIGSTOP)), (lambda: os.killpg(group, signal.SIGCONT))


# name: how it is done and undone, the reason in log and history
FAULTS = {
    "killed": (kill, "Layer4 connection problem"),
    "stopped": (stop, "Layer7 timeout"),
    "unplugged": (None, "Layer4 timeout"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_under_load(balance, nginx, netns, syslog, fault):
    how, reason = FAULTS[fault]
    servers = [nginx(name) for name in "abc"]
    if fault == "unplugged":
        far = netns()
        victim = nginx("d", host=far.address, prefix=far.prefix)
        hurt, heal = far.unplug, far.plug
    else:
        victim = nginx("d")
        hurt, heal = how(victim)
    site = Site(balance, [(server.name, server.address) for server in servers + [victim]])
    site.becomes("d", "UP")
    with Load(site.port, clients=CLIENTS, pause=0.005) as load:
        wait_for(lambda: load.by_server["d"] > 20)
        hurt()
        site.becomes("d", "DOWN")
        assert "reason: " + reason in syslog.line("Server app/d is DOWN")
        before, total = load.by_server["d"], load.total
        wait_for(lambda: load.total > total + 50 * CLIENTS)
        assert load.by_server["d"] <= before + CLIENTS, "who is down gets no new request"
        heal()
        site.becomes("d", "UP")
        wait_for(lambda: load.by_server["d"] > before + CLIENTS, what="it takes part again")
        site.reload()
        before = load.by_server["d"]
        wait_for(lambda: load.by_server["d"] > before + CLIENTS, what="it takes part after the reload")
    load.check()
    # a busy machine may make it an outlier for a while, before and after
    [said] = [why for state, why in site.history("d") if state == "DOWN"]
    assert said.startswith(reason)
    assert site.history("d")[0][0] != "DOWN"
    assert site.counted("d")["DOWN"] == 1


def test_a_flapping_server(balance, nginx, syslog):
    """It comes and goes more often than is remembered."""
    victim = nginx("b")
    site = Site(balance, [("a", nginx("a").address), ("b", victim.address)])
    site.becomes("b", "UP")
    rounds = KEPT // 2 + 2
    with Load(site.port, clients=2, pause=0.01) as load:
        for _ in range(rounds):
            victim.kill()
            site.becomes("b", "DOWN")
            victim.start()
            site.becomes("b", "UP")
    load.check()

    def said():
        return ["is DOWN" in line for line in list(syslog.lines) if "Server app/b is " in line]

    wait_for(lambda: len(said()) >= 2 * rounds)
    assert said() == [True, False] * rounds
    before = site.history("b")
    assert [state for state, _ in before] == ["UP", "DOWN"] * (KEPT // 2)
    site.reload()
    assert site.history("b") == before
    assert site.counted("b") == {"UP": rounds, "DOWN": rounds}
    assert get(site.stats, "/stats").body.count(b"class=strip") == 1


def test_a_server_that_is_ten_times_slower_than_the_others(balance, serve, syslog):
    normal_s = 0.1  # beside which it does not matter what a busy machine adds
    slow = {"d": normal_s}

    def behaviour(name):
        def answer(conn):
            while request := conn.request():
                if "/health" not in request.start_line:
                    time.sleep(slow.get(name, normal_s))
                conn.send(reply(headers=[("X-Server", name)]))

        return answer

    site = Site(balance, [(name, "127.0.0.1:%d" % serve(behaviour(name)).port) for name in "abcd"],
                "interval 1s min-streams 5 time 4s latency 4 max-ejected 25")
    with Load(site.port, clients=16) as load:
        wait_for(lambda: load.by_server["d"] > 50)
        slow["d"] = 10 * normal_s
        site.becomes("d", "NOLB")
        line = syslog.line("Server app/d is ejected")
        assert re.search(r"reason: answers in \d+ ms, the others in \d+ ms", line), line
        site.becomes("d", "UP")  # it gets its chance, and fails again
        site.becomes("d", "NOLB")
        slow["d"] = normal_s
        site.becomes("d", "UP")
        before = load.by_server["d"]
        wait_for(lambda: load.by_server["d"] > before + 60, what="it takes part again")
        site.becomes("d", "UP")
    load.check()
    assert site.counted("d")["NOLB"] >= 2
