# SPDX-License-Identifier: Apache-2.0
"""option socket-stats: what each bind of a frontend has seen, as rows of type 3 and as metrics."""
import pytest

from harness.client import Client, get
from harness.ports import free_port
from harness.stats import read_stats
from harness.waiting import wait_for

CONFIG = """
defaults
    mode http
    timeout client 1m
    timeout server 1m
    timeout connect 1m

frontend web
    {option}
    bind 127.0.0.1:{one} name one
    bind 127.0.0.1:{two}
    tcp-request session reject if {{ dst_port {two} }} {{ src 127.0.0.9 }}
    http-request deny if {{ path /deny }}
    http-request return status 200 content-type text/plain string ok

frontend stats
    bind 127.0.0.1:{stats}
    stats enable
    stats uri /stats
    http-request use-service prometheus-exporter if {{ path /metrics }}
"""


class Counted:
    def __init__(self, balance):
        self.one, self.two, self.stats = free_port(), free_port(), free_port()
        self.balancer = balance(self.config())

    def config(self, option="option socket-stats"):
        return CONFIG.format(one=self.one, two=self.two, stats=self.stats, option=option)

    def rows(self):
        return {name: row for (proxy, name), row in read_stats(self.stats).items() if proxy == "web"}

    def wait(self, name, **fields):
        wait_for(lambda: name in self.rows() and self.rows()[name].items() >= fields.items(), what=lambda: str(self.rows()))


def test_each_bind_has_its_row(balance):
    web = Counted(balance)
    for path in ("/", "/deny"):
        get(web.one, path)
    with Client(web.two) as client:
        assert client.request().status == 200
        web.wait("sock-2", scur="1", smax="1", stot="1")
    with Client(web.two, source="127.0.0.9") as client:
        assert client.is_closed()
    web.wait("one", type="3", sid="1", status="OPEN", mode="http", scur="0",
             stot="2", dreq="1", dses="0", slim="0", rate="", req_tot="")
    web.wait("sock-2", type="3", sid="2", scur="0", stot="2", dreq="0", dses="1")
    web.wait("FRONTEND", stot="3", conn_tot="4", dses="1", dreq="1")
    row = web.rows()["one"]
    metrics = get(web.stats, "/metrics?scope=listener").body.decode()
    assert 'haproxy_listener_sessions_total{proxy="web",listener="one"} 2\n' in metrics
    assert 'haproxy_listener_bytes_in_total{proxy="web",listener="one"} %s\n' % row["bin"] in metrics
    assert 'haproxy_listener_status{proxy="web",listener="sock-2",state="OPEN"} 1\n' in metrics
    assert int(row["bin"]) > 0 and int(row["bout"]) > 0


@pytest.mark.weir_only
def test_counts_outlive_a_reload(balance):
    """HAProxy's reload begins anew."""
    web = Counted(balance)
    with Client(web.one) as client:
        assert client.request().status == 200
        web.wait("one", scur="1", stot="1")
        for option in ("", "option socket-stats"):  # nobody counts for a while; then whoever is there is counted
            web.balancer.reload_and_wait(web.config(option))
            assert client.request().status == 200
            assert ("one" in web.rows()) == bool(option)
        web.wait("one", scur="1")
        web.balancer.reload_and_wait(web.config().replace("path /deny", "path /never"))
        assert client.request().status == 200
        web.wait("one", scur="1")
    web.wait("one", scur="0")
    assert get(web.stats, "/stats").body.count(b"Listener") == 2
