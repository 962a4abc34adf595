# SPDX-License-Identifier: Apache-2.0
"""Four real nginx servers behind TLS: exact turns, and servers that die, freeze or lose their cable."""
import os
import signal
import threading
import time

import pytest

from harness.client import get, tls_client
from harness.load import Load
from harness.ports import free_port
from harness.stats import server_status
from harness.waiting import wait_for

NAMES = "abcd"
CLIENTS = 4

CONFIG = """
frontend web
    bind 127.0.0.1:{port} ssl crt {pem}
    default_backend app

backend app
    balance roundrobin
    option redispatch 1
    retries 3
    timeout connect 500ms
    timeout check 5s
    option httpchk GET /health
    http-check send hdr Host probe
    default-server inter 300ms fastinter 100ms downinter 200ms rise 2 fall 2
{servers}

listen stats
    bind 127.0.0.1:{stats}
    stats enable
    stats uri /stats
"""


class Site:
    """The balancer with its servers; one of them may stand in a namespace of its own."""

    def __init__(self, balance, servers, pem, syslog, words="check", threads=2):
        self.syslog = syslog
        self.servers = {server.name: server for server in servers}
        self.port, self.stats = free_port(), free_port()
        lines = "\n".join("    server %s %s %s" % (server.name, server.address, words)
                          for server in servers)
        self.balancer = balance(CONFIG.format(port=self.port, stats=self.stats, pem=pem,
                                              servers=lines), threads=threads)

    def becomes(self, name, status):
        wait_for(lambda: server_status(self.stats, "app", name) == status,
                 what=lambda: "%s is %s, not %s" % (
                     name, server_status(self.stats, "app", name), status))

    def check(self, load, at_least):
        """Nothing failed; else the failure report has the log lines of what did."""
        bad = [line for line in self.syslog.lines if " 200 " not in line and "HTTP/1.1" in line]
        assert not bad, bad[:5]
        load.check(at_least)

    def load(self, **options):
        return Load(self.port, tls=tls_client(), **options)


@pytest.fixture
def site(balance, nginx, authority, syslog):
    def start(**options):
        servers = [nginx(name) for name in NAMES]
        return Site(balance, servers, authority.pem("www.test"), syslog, **options)

    return start


def spread(counts):
    return max(counts[name] for name in NAMES) - min(counts[name] for name in NAMES)


def test_ten_thousand_requests_are_shared_exactly(site):
    load = site().load(clients=8, requests=10000, requests_per_connection=100).start().join()
    load.check(10000)
    assert spread(load.by_server) <= 1, load.by_server


def test_turns_are_exact_for_connections_of_one_request(site):
    load = site().load(clients=8, requests=400, requests_per_connection=1).start().join()
    load.check(400)
    assert spread(load.by_server) <= 1, load.by_server


@pytest.mark.weir_only
def test_turns_stay_exact_over_reloads(site):
    here = site()
    config = here.balancer.config_path.read_text()
    load = here.load(clients=4, requests=2000)
    with load:
        while load.left > 0 and load.threads[0].is_alive():
            here.balancer.config_path.write_text(config)
            here.balancer.send_signal(signal.SIGHUP)
            time.sleep(0.2)
        load.join()
    load.check(2000)
    assert spread(load.by_server) <= 1, load.by_server


def under_load(here, name, hurt, heal, down="DOWN"):
    """Hurts a server in the middle of a load, heals it, and wants no request to fail."""
    for server in NAMES:
        here.becomes(server, "UP")
    with here.load(clients=CLIENTS, pause=0.002) as load:
        wait_for(lambda: load.by_server[name] > 20)
        hurt()
        here.becomes(name, down)
        before, total = load.by_server[name], load.total
        wait_for(lambda: load.total > total + 50 * CLIENTS)
        assert load.by_server[name] <= before + CLIENTS, "a server that is down gets no new request"
        heal()
        here.becomes(name, "UP")
        wait_for(lambda: load.by_server[name] > before + 50, what="it takes part again")
    here.check(load, 200)


@pytest.mark.weir_only
def test_a_killed_server(site, nginx):
    here = site()
    victim = here.servers["b"]
    under_load(here, "b", victim.kill, victim.start)


def test_a_frozen_server(site):
    here = site()
    pid = os.getpgid(here.servers["c"].pid)
    under_load(here, "c", lambda: os.killpg(pid, signal.SIGSTOP), lambda: os.killpg(pid, signal.SIGCONT))


def test_an_unplugged_server(balance, nginx, authority, netns, syslog):
    far = netns()
    servers = [nginx(name) for name in "abc"]
    servers.append(nginx("d", host=far.address, prefix=far.prefix))
    here = Site(balance, servers, authority.pem("www.test"), syslog)
    under_load(here, "d", far.unplug, far.plug)


def test_all_servers_gone_and_back(site, nginx):
    here = site()
    for name in NAMES:
        here.becomes(name, "UP")
        here.servers[name].kill()
    for name in NAMES:
        here.becomes(name, "DOWN")
    assert get(here.port, tls=tls_client()).status == 503
    for name in NAMES:
        here.servers[name].start()
    for name in NAMES:
        here.becomes(name, "UP")
    assert get(here.port, tls=tls_client()).status == 200


def test_many_clients_at_once(site):
    here = site()
    loads = [here.load(clients=25, requests=500, requests_per_connection=5) for _ in range(4)]
    threads = [threading.Thread(target=lambda load=load: load.start().join()) for load in loads]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for load in loads:
        load.check(500)
