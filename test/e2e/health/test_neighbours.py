# SPDX-License-Identifier: Apache-2.0
"""What people have behind a balancer, with the lines that its documentation tells them to write, and a fail-over."""
import signal
import time

import pytest

from harness.databases import SLOW_S, open_folder
from harness.patroni import Patroni
from harness.ports import free_port
from harness.rabbitmq import Publisher, Rabbitmq
from harness.redis import PASSWORD, Redis, RedisWriter
from harness.stats import read_stats
from harness.waiting import wait_for

STATS = """
listen stats
    bind 127.0.0.1:{stats}
    stats enable
    stats uri /stats
"""

PATRONI = STATS + """
listen primary
    mode tcp
    option tcplog
    bind 127.0.0.1:{primary}
    timeout client 30m
    timeout server 30m
    timeout check 3s
    option httpchk OPTIONS /primary
    http-check expect status 200
    default-server inter 500ms fall 3 rise 2 on-marked-down shutdown-sessions
    server a 127.0.0.1:{a} maxconn 100 check port {rest_a}
    server b 127.0.0.1:{b} maxconn 100 check port {rest_b}

listen replicas
    mode tcp
    bind 127.0.0.1:{replicas}
    balance roundrobin
    timeout check 3s
    option httpchk OPTIONS /replica
    http-check expect status 200
    default-server inter 500ms fall 3 rise 2 on-marked-down shutdown-sessions
    server a 127.0.0.1:{a} maxconn 100 check port {rest_a}
    server b 127.0.0.1:{b} maxconn 100 check port {rest_b}
"""

REDIS = STATS + r"""
listen redis
    mode tcp
    option tcplog
    bind 127.0.0.1:{redis}
    timeout client 30m
    timeout server 30m
    timeout check 3s
    option tcp-check
    tcp-check connect
    tcp-check send AUTH\ {password}\r\n
    tcp-check expect string +OK
    tcp-check send PING\r\n
    tcp-check expect string +PONG
    tcp-check send info\ replication\r\n
    tcp-check expect string role:master
    tcp-check send QUIT\r\n
    tcp-check expect string +OK
    default-server inter 500ms fall 3 rise 2 on-marked-down shutdown-sessions
    server a 127.0.0.1:{a} check
    server b 127.0.0.1:{b} check
"""

RABBITMQ = STATS + """
listen amqp
    mode tcp
    option tcplog
    option clitcpka
    option srvtcpka
    balance leastconn
    bind 127.0.0.1:{amqp}
    timeout client 3h
    timeout server 3h
    timeout check 1m
    option tcp-check
    tcp-check send-binary 414d515000000901 comment the-protocol-header
    tcp-check expect binary 01 comment connection.start
    default-server inter 500ms rise 2 fall 3
    server a 127.0.0.1:{a} check
    server b 127.0.0.1:{b} check
"""


@pytest.fixture
def folder(request):
    with open_folder(request.node.name) as path:
        yield path


class Pools:
    def __init__(self, balance, config, **ports):
        self.ports = dict({name: free_port() for name in ("stats", "primary", "replicas", "redis", "amqp")}, **ports)
        balance(config.format(password=PASSWORD, **self.ports))

    def up(self, pool):
        """The names of those that are up."""
        rows = read_stats(self.ports["stats"])
        return "".join(name for name in "ab" if rows[pool, name]["status"].startswith("UP"))

    def in_use(self, pool):
        rows = read_stats(self.ports["stats"])
        return "".join(name for name in "ab" if int(rows[pool, name]["scur"]) > 0)

    def wait(self, **names):
        wait_for(lambda: {pool: self.up(pool) for pool in names} == names, SLOW_S,
                 what=lambda: {pool: self.up(pool) for pool in names})


def has_paused(writer):
    """Who writes at all writes every few milliseconds."""
    written = len(writer.acknowledged)
    time.sleep(0.5)
    return len(writer.acknowledged) == written


def test_patroni_switches_over_under_a_writing_client(folder, balance, closing):
    cluster = closing(Patroni(folder)).create()
    first = cluster.leader()
    second = "b" if first == "a" else "a"
    pools = Pools(balance, PATRONI, **cluster.ports, **{"rest_" + name: port for name, port in cluster.rest.items()})
    pools.wait(primary=first, replicas=second)
    writer = closing(cluster.write(pools.ports["primary"]))
    writer.wait_more(cluster.ports[first])
    cluster.switch_over(first, second)
    pools.wait(primary=second, replicas=first)
    writer.wait_more(cluster.ports[second])
    cluster.send_signal(second, signal.SIGSTOP)  # Patroni alone: nobody vouches for its server
    pools.wait(primary="")
    wait_for(lambda: has_paused(writer), what="sessions are shut down with their server")
    cluster.send_signal(second, signal.SIGCONT)
    pools.wait(primary=second)
    writer.wait_more(cluster.ports[second])
    writer.close()
    writer.check(cluster.sql(second, "select n || ' ' || port from t"), cluster.ports, first + second)


def test_sentinel_promotes_under_a_writing_client(folder, balance, closing, syslog):
    redis = closing(Redis(folder)).create()
    pools = Pools(balance, REDIS, **redis.ports)
    pools.wait(redis="a")
    assert "at step 7 of tcp-check (expect string 'role:master')" in syslog.line("Server redis/b is DOWN")
    writer = closing(RedisWriter(redis, pools.ports["redis"]))
    wait_for(lambda: writer.replicated)
    redis.send_signal("a", signal.SIGSTOP)
    pools.wait(redis="b")
    replicated = list(writer.replicated)
    writer.wait_more()
    redis.send_signal("a", signal.SIGCONT)  # it takes itself for a master until Sentinel has told it
    wait_for(lambda: redis.replicas("b") == 1, SLOW_S, what=lambda: redis.log("sentinel"))
    pools.wait(redis="b")
    writer.wait_more()
    writer.close()
    assert [key for key in replicated + writer.replicated if not redis.has("b", key)] == []


def test_a_rabbitmq_node_is_killed_under_a_publishing_client(folder, balance, closing, syslog):
    broker = closing(Rabbitmq(folder)).create()
    pools = Pools(balance, RABBITMQ, **broker.ports)
    pools.wait(amqp="ab")
    publisher = closing(Publisher(pools.ports["amqp"]))
    publisher.wait_more()
    used = wait_for(lambda: pools.in_use("amqp"))
    other = "b" if used == "a" else "a"
    broker.kill(used)
    publisher.wait_more()
    pools.wait(amqp=other)
    assert "Server amqp/%s is DOWN, reason: Layer4 connection problem" % used in \
        syslog.line("Server amqp/%s is DOWN" % used)
    publisher.close()
    assert set(publisher.confirmed) <= broker.numbers(other)
