# SPDX-License-Identifier: Apache-2.0
"""A writer's port of a real Galera cluster: two members and an arbitrator, of which one member is written to."""
import itertools
import signal
import subprocess
import threading
import time

import pytest

from harness.client import Client
from harness.databases import Galera, open_folder
from harness.ports import free_port
from harness.stats import read_stats
from harness.waiting import wait_for

INTER_S, FALL = 0.5, 3
FOLLOWS_S = INTER_S * FALL + 1
BUSY_S = 2  # what a busy machine takes besides

POOLS = """
listen writer
    mode tcp
    option tcplog
    bind 127.0.0.1:{writer}
    option {check} role writer
    timeout client 1m
    timeout server 1m
    default-server inter 500ms fall 3 rise 1
    server a 127.0.0.1:{a} check on-marked-up shutdown-backup-sessions
    server b 127.0.0.1:{b} check backup

listen reader
    mode tcp
    bind 127.0.0.1:{reader}
    option {check} role reader max-lag 10s
    default-server inter 500ms fall 3 rise 1
    server a 127.0.0.1:{a} check
    server b 127.0.0.1:{b} check

listen stats
    bind 127.0.0.1:{stats}
    stats enable
    stats uri /stats
"""

pytestmark = pytest.mark.weir_only


@pytest.fixture(scope="module")
def cluster():
    with open_folder("galera") as folder:
        galera = Galera(folder)
        try:
            yield galera.create()
        finally:
            galera.close()


class Pools:
    def __init__(self, balance, cluster):
        self.ports = {name: free_port() for name in ("writer", "reader", "stats")}
        balance(POOLS.format(check=cluster.check, **self.ports, **cluster.ports))

    def is_up(self, pool, server):
        return read_stats(self.ports["stats"])[pool, server]["status"].startswith("UP")

    def wait(self, pool, server, up, within=60.0):
        wait_for(lambda: self.is_up(pool, server) == up, within,
                 what=lambda: "%s/%s is %s: %s" % (pool, server, "up" if up else "down", read_stats(self.ports["stats"])))


class Writer:
    """Writes one row after the other on one session, and on a new one when that has ended."""

    numbers = itertools.count(1)  # of all tests: they have one table

    def __init__(self, cluster, port):
        self.command = ["mariadb", "--no-defaults", "-N", "--unbuffered", "--skip-reconnect", *cluster.app(port)]
        self.acknowledged = []
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        while not self.stopping.is_set():
            with subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                  stderr=subprocess.DEVNULL) as client:
                self._write(client)
                client.kill()

    def _write(self, client):
        while not self.stopping.is_set():
            number = str(next(self.numbers))
            try:
                client.stdin.write("insert into t values(%s, @@port); select %s;\n" % (number, number))
                client.stdin.flush()
            except BrokenPipeError:
                return
            if client.stdout.readline().strip() != number:
                return
            self.acknowledged.append(int(number))
            time.sleep(0.01)

    def wait_more(self, count=5):
        before = len(self.acknowledged)
        wait_for(lambda: len(self.acknowledged) >= before + count, 60, what="rows are written")

    def close(self):
        self.stopping.set()
        self.thread.join(60)
        assert not self.thread.is_alive()


def check_rows(cluster, writer, members):
    """Whatever was acknowledged is there, and these members took it, one after the other."""
    words = cluster.sql("b", "select n, port from d.t where n >= %d order by n" % writer.acknowledged[0])
    rows = dict(zip(map(int, words[::2]), map(int, words[1::2])))
    assert set(writer.acknowledged) <= set(rows)
    names = {port: name for name, port in cluster.ports.items()}
    assert "".join(name for name, _ in itertools.groupby(names[port] for port in rows.values())) == members


# ---- ways to lose the role, and to get it back

def set_global(words_hurt, words_heal):
    return (lambda cluster: cluster.sql("a", "set global " + words_hurt),
            lambda cluster: cluster.sql("a", "set global " + words_heal))


def isolate(cluster):
    cluster.sql("a", "set global wsrep_provider_options='gmcast.isolate=1'")
    cluster.wait("a", wsrep_cluster_status="non-Primary")


def lock(cluster):
    """As a backup does, for as long as its session lasts."""
    holder = subprocess.Popen(["mariadb", "--no-defaults", "-uroot", "-S", cluster.socket("a")],
                              stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    holder.stdin.write("flush tables with read lock;\n")
    holder.stdin.flush()
    cluster.holder = holder
    cluster.wait("a", wsrep_local_state="2")


def unlock(cluster):
    cluster.holder.communicate()


def send(number):
    return lambda cluster: cluster.processes["a"].send_signal(number)


# name: what is done, what undoes it, whether "a" may still be read from, what the log says
WAYS = {
    "read only": (*set_global("read_only=1", "read_only=0"), True, "it is read-only"),
    "desynced": (*set_global("wsrep_desync=1", "wsrep_desync=0"), False, "not synced with its cluster"),
    "locked": (lock, unlock, False, "not synced with its cluster"),
    "rejecting": (*set_global("wsrep_reject_queries=all", "wsrep_reject_queries=none"), False, "it rejects queries"),
    "cut off": (isolate, set_global("", "wsrep_provider_options='gmcast.isolate=0'")[1], False,
                "cut off from the majority of its cluster"),
    "frozen": (send(signal.SIGSTOP), send(signal.SIGCONT), False, "timeout"),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_writers_port_follows_the_role_and_no_write_is_lost(cluster, balance, closing, syslog, way):
    hurt, heal, may_be_read, reason = WAYS[way]
    cluster.wait_synced()
    pools = Pools(balance, cluster)
    pools.wait("writer", "a", up=True)
    writer = closing(Writer(cluster, pools.ports["writer"]))
    writer.wait_more()
    with Client(pools.ports["writer"], timeout=60) as idle:
        idle.stream.until(b"native_password\0")
        hurt(cluster)
        lost = time.monotonic()
        pools.wait("writer", "a", up=False)
        assert time.monotonic() - lost < FOLLOWS_S + BUSY_S
        assert idle.is_closed(within=1 + BUSY_S), "a session of who is no writer any more is cut"
    assert reason in syslog.line("Server writer/a is DOWN")
    writer.wait_more()
    pools.wait("reader", "a", up=may_be_read)
    heal(cluster)
    pools.wait("writer", "a", up=True)
    writer.wait_more()
    writer.close()
    check_rows(cluster, writer, members="aba")


def test_a_killed_member_is_replaced(cluster, balance, closing):
    """The last test: the member stays away."""
    cluster.wait_synced()
    pools = Pools(balance, cluster)
    pools.wait("writer", "a", up=True)
    writer = closing(Writer(cluster, pools.ports["writer"]))
    writer.wait_more()
    cluster.kill("a")
    lost = time.monotonic()
    pools.wait("writer", "a", up=False)
    assert time.monotonic() - lost < FOLLOWS_S + BUSY_S
    writer.wait_more()
    writer.close()
    check_rows(cluster, writer, members="ab")
