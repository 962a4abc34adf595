# SPDX-License-Identifier: Apache-2.0
"""Statistics are read and orders are given while configurations come and go; ThreadSanitizer listens."""
import re
import threading

import pytest

from harness.cli import ask
from harness.client import get
from harness.load import Load
from harness.origin import always, reply
from harness.ports import free_port
from harness.waiting import PATIENCE_S, wait_for

pytestmark = [pytest.mark.weir_only, pytest.mark.threads]

CONFIG = """
global
    stats socket {admin} level admin

resolvers dns
    nameserver one 127.0.0.1:1

frontend web
    bind 127.0.0.1:{port}
    bind 127.0.0.1:{tls} ssl crt {pem}
    http-request return status 200 content-type text/plain string turn-{turn} if {{ path /turn }}
    stick-table type ip size 100 expire 1m store http_req_cnt,gpc0
    http-request track-sc0 src
    acl known path -f {paths}
    http-request set-var(txn.to) path,map({map},app)
    default_backend app

backend app
    balance {balance}
    option redispatch 1
    option httpchk
    timeout check 1m
    option panic-threshold {panic}
    cookie SRV insert indirect nocache
    {servers}

listen stats
    bind 127.0.0.1:{stats}
    http-request use-service prometheus-exporter if {{ path /metrics }}
    stats enable
    stats uri /stats
    stats admin if TRUE
"""

PAGES = ["/stats", "/stats;csv", "/stats;json", "/metrics"]
COMMANDS = ["show stat", "show info", "show stat typed", "show servers state", "show servers conn", "show sess", "show table",
            "show table web", "show map", "show acl", "show errors", "show activity", "show resolvers", "show backend",
            "show env", "show ssl cert", "show events", "show pools", "show threads", "show cli sockets"]

ORDERS = ["set server app/a weight 200%", "set server app/b state maint", "set server app/b state ready", "set server app/b health stopping",
          "set server app/b health up", "set maxconn server app/a 70", "disable health app/a", "enable health app/a",
          "add map {map} /c app", "set map {map} /c nobody", "del map {map} /c", "add acl {paths} /c", "del acl {paths} /c",
          "set table web key 127.0.0.9 data.gpc0 3", "clear table web key 127.0.0.9", "set maxconn frontend web 900",
          "set maxconn global 1900", "set server app/b addr 127.0.0.1", "clear counters"]

TURNS = 24


class Reader(threading.Thread):
    """Asks the same questions in turns until it is told to stop; keeps the first answer that is not whole."""

    def __init__(self, questions, answer):
        super().__init__(daemon=True)
        self.questions, self.answer = questions, answer
        self.over = threading.Event()
        self.rounds, self.wrong = 0, None

    def run(self):
        try:
            while not self.over.is_set():
                for question in self.questions:
                    assert self.answer(question), question
                self.rounds += 1
        except Exception as error:  # pylint: disable=broad-except
            self.wrong = error

    def close(self):
        wait_for(lambda: self.rounds > 0 or self.wrong)
        self.over.set()
        self.join(PATIENCE_S)
        assert not self.is_alive() and self.wrong is None and self.rounds > 0, self.wrong


class Site:
    """What is reloaded: every turn has other servers, weights and limits, and another way to choose."""

    def __init__(self, balance, serve, authority, folder):
        (folder / "paths").write_text("/a\n/b\n")
        (folder / "map").write_text("/a app\n")
        self.words = {name: free_port() for name in ("port", "tls", "stats")}
        self.words.update({name: folder / name for name in ("admin", "paths", "map")}, pem=authority.pem("one.test"))
        self.origin = serve(always(reply()))
        self.balancer = balance(self.config(0))

    def config(self, turn):
        servers = ["server %s 127.0.0.1:%d weight %d maxconn %d check inter 100ms" % (
            name, self.origin.port, 1 + turn % 3, 50 + turn) for name in "abcdef"[:2 + turn % 5]]
        return CONFIG.format(turn=turn, panic=turn % 60, balance=("roundrobin", "leastconn", "source")[turn % 3],
                             servers="\n    ".join(servers), **self.words)

    def reload_often(self):
        for turn in range(1, TURNS + 1):
            self.balancer.reload(self.config(turn))
            wait_for(lambda turn=turn: get(self.words["port"], "/turn").body == b"turn-%d" % turn)

    def page(self, path):
        return get(self.words["stats"], path).status == 200

    def command(self, line):
        return ask(self.words["admin"], line.format(**self.words))

    def order(self, line):
        text = self.command(line)
        return text.strip() == "" or re.match("no need to change|key already exists|Key not found|entry not found", text)


@pytest.mark.parametrize("of", ["pages", "commands", "orders"])
def test_whole_answers_during_reloads(of, balance, serve, authority, tmp_path):
    site = Site(balance, serve, authority, tmp_path)
    questions, answer = {"pages": (PAGES, site.page), "commands": (COMMANDS, site.command), "orders": (ORDERS, site.order)}[of]
    readers = [Reader(questions, answer) for _ in range(2)]
    with Load(site.words["port"], clients=2) as load:
        for reader in readers:
            reader.start()
        site.reload_often()
        for reader in readers:
            reader.close()
    load.check(1)
