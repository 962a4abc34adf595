# SPDX-License-Identifier: Apache-2.0
"""A writer's port of a real Galera cluster: two members and an arbitrator, of which one member is written to."""
import signal
import subprocess

import pytest

from harness.client import Client
from harness.databases import SLOW_S, open_folder
from harness.mariadb import Galera
from harness.origin import reply
from harness.ports import free_port
from harness.stats import read_stats
from harness.waiting import wait_for

POOLS = """
listen writer
    mode tcp
    option tcplog
    bind 127.0.0.1:{writer}
    option {check} role writer
    timeout check 3s
    timeout client 5m
    timeout server 5m
    default-server inter 500ms fall 3
    server a 127.0.0.1:{a} check on-marked-up shutdown-backup-sessions
    server b 127.0.0.1:{b} check backup

listen reader
    mode tcp
    bind 127.0.0.1:{reader}
    option {check} role reader max-lag 10s
    timeout check 3s
    default-server inter 500ms fall 3
    server a 127.0.0.1:{a} check
    server b 127.0.0.1:{b} check

listen stats
    bind 127.0.0.1:{stats}
    stats enable
    stats uri /stats
"""

# as the documentation of clustercheck has it, which answers on a port of its own
CHECKED = """
listen galera
    mode tcp
    bind 127.0.0.1:{writer}
    balance leastconn
    option httpchk
    timeout check 1m
    timeout client 5m
    timeout server 5m
    default-server inter 500ms fall 3 rise 2 on-marked-down shutdown-sessions
    server a 127.0.0.1:{a} check port {check_a}
    server b 127.0.0.1:{b} check port {check_b} backup

listen stats
    bind 127.0.0.1:{stats}
    stats enable
    stats uri /stats
"""


@pytest.fixture(scope="module")
def cluster():
    with open_folder("galera") as folder:
        galera = Galera(folder)
        try:
            yield galera.create()
        finally:
            galera.close()


class Pools:
    def __init__(self, balance, cluster, config=POOLS, **ports):
        self.ports = {name: free_port() for name in ("writer", "reader", "stats")}
        balance(config.format(check=cluster.check, **self.ports, **cluster.ports, **ports))

    def is_up(self, pool, server):
        return read_stats(self.ports["stats"])[pool, server]["status"].startswith("UP")

    def wait(self, pool, server, up):
        wait_for(lambda: self.is_up(pool, server) == up, SLOW_S,
                 what=lambda: "%s/%s is %s: %s" % (pool, server, "up" if up else "down", read_stats(self.ports["stats"])))


# ---- ways to lose the role, and to get it back

def set_global(words_hurt, words_heal):
    return (lambda cluster: cluster.sql("a", "set global " + words_hurt),
            lambda cluster: cluster.sql("a", "set global " + words_heal))


def isolate(cluster):
    cluster.sql("a", "set global wsrep_provider_options='gmcast.isolate=1'")
    cluster.wait("a", wsrep_cluster_status="non-Primary")


def lock(cluster):
    """As a backup does, for as long as its session lasts."""
    holder = subprocess.Popen(cluster.root("a"), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    holder.stdin.write("flush tables with read lock;\n")
    holder.stdin.flush()
    cluster.holder = holder
    cluster.wait("a", wsrep_local_state="2")


def unlock(cluster):
    cluster.holder.communicate()


def send(number):
    return lambda cluster: cluster.send_signal("a", number)


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


def clustercheck(cluster, name):
    """What the script of that name answers, which stands behind an inetd."""

    def behaviour(conn):
        conn.request()
        is_synced = cluster.status(name).get("wsrep_local_state") == "4"
        conn.send(reply(b"Galera cluster node is %ssynced.\r\n" % (b"" if is_synced else b"not "),
                        status="200 OK" if is_synced else "503 Service Unavailable"))

    return behaviour


def test_clustercheck_moves_the_sessions(cluster, balance, serve, closing):
    cluster.wait_synced()
    checks = {"check_" + name: serve(clustercheck(cluster, name)).port for name in "ab"}
    pools = Pools(balance, cluster, CHECKED, **checks)
    pools.wait("galera", "a", up=True)
    writer = closing(cluster.write(pools.ports["writer"]))
    writer.wait_more(cluster.ports["a"])
    cluster.sql("a", "set global wsrep_desync=1")
    pools.wait("galera", "a", up=False)
    writer.wait_more(cluster.ports["b"])
    cluster.sql("a", "set global wsrep_desync=0")
    writer.close()
    writer.check(cluster.rows("b"), cluster.ports, "ab")


@pytest.mark.weir_only
@pytest.mark.parametrize("way", WAYS)
def test_the_writers_port_follows_the_role_and_no_write_is_lost(cluster, balance, closing, syslog, way):
    hurt, heal, may_be_read, reason = WAYS[way]
    cluster.wait_synced()
    pools = Pools(balance, cluster)
    pools.wait("writer", "a", up=True)
    writer = closing(cluster.write(pools.ports["writer"]))
    writer.wait_more(cluster.ports["a"])
    with Client(pools.ports["writer"]) as idle:
        idle.stream.until(b"native_password\0")
        hurt(cluster)
        pools.wait("writer", "a", up=False)
        assert idle.is_closed(), "a session of who is no writer any more is cut"
    assert reason in syslog.line("Server writer/a is DOWN")
    writer.wait_more(cluster.ports["b"])
    pools.wait("reader", "a", up=may_be_read)
    heal(cluster)
    cluster.wait_synced()  # who wakes up takes itself for a member until it hears otherwise
    pools.wait("writer", "a", up=True)
    writer.wait_more(cluster.ports["a"])
    writer.close()
    writer.check(cluster.rows("b"), cluster.ports, "aba")


@pytest.mark.weir_only
def test_a_killed_member_is_replaced(cluster, balance, closing):
    """The last test: the member stays away."""
    cluster.wait_synced()
    pools = Pools(balance, cluster)
    pools.wait("writer", "a", up=True)
    writer = closing(cluster.write(pools.ports["writer"]))
    writer.wait_more(cluster.ports["a"])
    cluster.kill("a")
    pools.wait("writer", "a", up=False)
    writer.wait_more(cluster.ports["b"])
    writer.close()
    writer.check(cluster.rows("b"), cluster.ports, "ab")
