# SPDX-License-Identifier: Apache-2.0
"""Pools that follow the role of a database: real PostgreSQL and MariaDB, which are promoted."""
import shutil
import signal

import pytest

from harness.databases import POSTGRES, SLOW_S, Postgres, open_folder
from harness.mariadb import Mariadb
from harness.ports import free_port
from harness.stats import read_stats
from harness.waiting import wait_for

POOLS = """
defaults
    mode tcp
    log global
    timeout connect 30s
    timeout client 1m
    timeout server 1m
    timeout check 3s
    default-server inter 500ms fall 3

listen writer
    bind 127.0.0.1:{writer}
    option {check} role {writing}
    server a 127.0.0.1:{a} check
    server b 127.0.0.1:{b} check

listen reader
    bind 127.0.0.1:{reader}
    option {check} role {reading} max-lag 10s
    server a 127.0.0.1:{a} check
    server b 127.0.0.1:{b} check

listen stats
    mode http
    bind 127.0.0.1:{stats}
    stats enable
    stats uri /stats
"""

pytestmark = pytest.mark.weir_only


@pytest.fixture
def folder(request):
    with open_folder(request.node.name) as path:
        yield path


DATABASES = {
    "postgres": pytest.param(Postgres, marks=pytest.mark.skipif(not POSTGRES.exists(), reason="no postgresql-15")),
    "mariadb": pytest.param(Mariadb, marks=pytest.mark.skipif(not shutil.which("mariadbd"),
                                                              reason="no mariadb-server")),
}


class Pools:
    def __init__(self, balance, database, check=None):
        names = ("writer", "reader", "stats")
        self.ports = {name: free_port() for name in names}
        words = dict(self.ports, **database.ports)
        balance(POOLS.format(check=check or database.check, writing=database.roles[0], reading=database.roles[1],
                             **words))

    def status(self):
        rows = read_stats(self.ports["stats"])
        return {key: rows[key]["status"] for key in rows if key[1] in ("a", "b")}

    def wait(self, writer, reader):
        want = {("writer", "a"): "a" == writer, ("writer", "b"): "b" == writer,
                ("reader", "a"): "a" == reader, ("reader", "b"): "b" == reader}
        wait_for(lambda: {key: status.startswith("UP") for key, status in self.status().items()} == want,
                 SLOW_S, what=self.status)

    def wait_outdone(self, server):
        wait_for(lambda: "another server was promoted after it" in
                 read_stats(self.ports["stats"])["writer", server]["last_chk"], SLOW_S, what=self.status)


@pytest.mark.parametrize("kind_of_database", DATABASES.values(), ids=DATABASES.keys())
def test_the_pools_follow_the_roles_and_no_write_is_lost(folder, balance, closing, kind_of_database):
    database = closing(kind_of_database(folder)).create()
    pools = Pools(balance, database)
    pools.wait("a", "b")
    writer = closing(database.write(pools.ports["writer"]))
    writer.wait_more(database.ports["a"])
    database.fail_over()
    pools.wait("b", "a" if kind_of_database is Mariadb else None)
    writer.wait_more(database.ports["b"])
    writer.close()
    writer.check(database.rows("b"), database.ports, "ab")


@pytest.mark.parametrize("kind_of_database", DATABASES.values(), ids=DATABASES.keys())
def test_a_wrong_password_is_said(folder, balance, closing, syslog, kind_of_database):
    database = closing(kind_of_database(folder)).create()
    Pools(balance, database, database.check.replace("probe pw", "wrong"))
    assert "Layer7 wrong status" in syslog.line("Server writer/a is DOWN")
    assert "password authentication failed" in syslog.line("Server writer/a is DOWN") or \
        "Access denied" in syslog.line("Server writer/a is DOWN")


@pytest.mark.parametrize("kind_of_database", DATABASES.values(), ids=DATABASES.keys())
def test_of_two_primaries_the_one_promoted_later_counts(folder, balance, closing, syslog, kind_of_database):
    database = closing(kind_of_database(folder)).create()
    pools = Pools(balance, database)
    pools.wait("a", "b")
    database.promote()
    pools.wait("b", None)
    assert 'info: "another server was promoted after it"' in syslog.line("Server writer/a is DOWN")


def test_a_crashed_master_that_is_started_again_has_to_follow(folder, balance, closing):
    """It comes back writable, and nobody has told it of its successor."""
    database = closing(Mariadb(folder)).create()
    pools = Pools(balance, database)
    pools.wait("a", "b")
    database.wait_in_step()
    database.kill("a")
    database.promote()
    pools.wait("b", None)
    database.begin("a")
    pools.wait_outdone("a")
    pools.wait("b", None)
    database.follow("a", "b", "set global gtid_slave_pos=@@gtid_current_pos;")
    pools.wait("b", "a")


def test_a_primary_that_wakes_up_after_its_successor_gets_no_writes(folder, balance, closing):
    database = closing(Postgres(folder)).create()
    database.acknowledge_when_replicated()
    pools = Pools(balance, database)
    pools.wait("a", "b")
    writer = closing(database.write(pools.ports["writer"]))
    writer.wait_more(database.ports["a"])
    database.signal_all("a", signal.SIGSTOP)
    wait_for(lambda: not pools.status()["writer", "a"].startswith("UP"), SLOW_S, what=pools.status)
    database.promote()
    pools.wait("b", None)
    writer.wait_more(database.ports["b"])
    database.signal_all("a", signal.SIGCONT)
    pools.wait_outdone("a")
    pools.wait("b", None)
    writer.wait_more(database.ports["b"])
    writer.close()
    writer.check(database.rows("b"), database.ports, "ab")
