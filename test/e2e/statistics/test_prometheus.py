# SPDX-License-Identifier: Apache-2.0
"""A real Prometheus: promtool likes the page, and the server scrapes it."""
import json
import subprocess
import urllib.request

import pytest

from harness.client import get
from harness.ports import free_port
from harness.process import Process
from harness.stats import read_stats
from harness.waiting import wait_for

CONFIG = """
frontend web
    bind 127.0.0.1:{port}
    default_backend app

backend app
    server s1 127.0.0.1:{server} check inter 500ms
    stick-table type ip size 500 expire 1m store gpc0

frontend stats
    bind 127.0.0.1:{stats}
    stats enable
    stats uri /stats
    http-request use-service prometheus-exporter if {{ path /metrics }}
"""

# A counter without "_total": promtool dislikes it, dashboards know it by that name.
HAPROXYS_OWN = "haproxy_process_failed_resolutions"

PROMETHEUS = """
global:
  scrape_interval: 500ms
scrape_configs:
  - job_name: weir
    static_configs:
      - targets: ["127.0.0.1:{stats}"]
"""


def are_counted(rows):
    """Clients see the end of what they asked before it is counted everywhere."""
    web = rows["web", "FRONTEND"]
    served = [int(rows[name]["hrsp_2xx"]) for name in (("web", "FRONTEND"), ("app", "BACKEND"), ("app", "s1"))]
    return min(served) >= 7 and int(web["hrsp_4xx"]) >= 1 and int(web["ereq"]) >= 1


@pytest.fixture
def site(balance, serve):
    port, stats = free_port(), free_port()
    balance(CONFIG.format(port=port, stats=stats, server=serve().port))
    for _ in range(7):
        assert get(port).status == 200
    assert get(port, "/", [("X : y", "z")]).status == 400
    wait_for(lambda: are_counted(read_stats(stats)), what=lambda: read_stats(stats))
    return port, stats


def metrics(port):
    """{name and labels: value}"""
    response = get(port, "/metrics")
    assert response.status == 200
    assert response.header("content-type").startswith("text/plain; version=0.0.4")
    lines = [line for line in response.body.decode().splitlines() if line and line[0] != "#"]
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines}


def test_promtool_finds_the_page_well_formed(site):
    page = get(site[1], "/metrics").body
    checked = subprocess.run(["promtool", "check", "metrics"], input=page,
                             capture_output=True, check=False)
    complaints = [line for line in checked.stderr.decode().splitlines() if HAPROXYS_OWN not in line]
    assert not complaints and checked.returncode in (0, 3), complaints


def test_names_and_values_are_those_of_haproxy(site):
    values = metrics(site[1])
    assert values['haproxy_frontend_http_requests_total{proxy="web"}'] >= 7
    assert values['haproxy_frontend_http_responses_total{proxy="web",code="2xx"}'] == 7
    assert values['haproxy_frontend_http_responses_total{proxy="web",code="4xx"}'] == 1
    assert values['haproxy_server_http_responses_total{proxy="app",server="s1",code="2xx"}'] == 7
    assert values['haproxy_backend_active_servers{proxy="app"}'] == 1
    assert values['haproxy_server_status{proxy="app",server="s1",state="UP"}'] == 1
    assert values['haproxy_server_status{proxy="app",server="s1",state="DOWN"}'] == 0
    assert values["haproxy_process_nbthread"] == 2
    assert values['haproxy_sticktable_size{name="app",type="ip"}'] == 500
    assert values['haproxy_sticktable_used{name="app",type="ip"}'] == 0


@pytest.mark.parametrize("query, status, process, server", [
    ("scope=global", 200, True, False),
    ("scope=global&scope=server&x", 200, True, True),
    ("scope=global&scope=&scope=server", 200, False, True),
    ("scope=", 200, False, False),
    ("scope=sticktable&scope=listener", 200, False, False),
    ("scope", 400, False, False),
    ("scope=global&scope=moon", 400, False, False),
])
def test_a_scope_has_a_name_that_is_known(site, query, status, process, server):
    response = get(site[1], "/metrics?" + query)
    assert response.status == status
    assert (b"haproxy_process_nbthread " in response.body, b"haproxy_server_status{" in response.body) == (process, server)


def test_every_name_that_haproxy_has_for_servers_and_proxies(site, kind):
    if kind == "haproxy":
        return
    names = {key.partition("{")[0] for key in metrics(site[1])}
    wanted = {"haproxy_%s_%s" % (side, name) for side, name in (
        ("frontend", "status"), ("frontend", "current_sessions"), ("frontend", "max_sessions"),
        ("frontend", "limit_sessions"), ("frontend", "sessions_total"),
        ("frontend", "bytes_in_total"), ("frontend", "bytes_out_total"),
        ("frontend", "requests_denied_total"), ("frontend", "request_errors_total"),
        ("frontend", "connections_total"), ("frontend", "http_requests_total"),
        ("backend", "status"), ("backend", "current_sessions"), ("backend", "current_queue"),
        ("backend", "sessions_total"), ("backend", "bytes_in_total"), ("backend", "bytes_out_total"),
        ("backend", "connection_errors_total"), ("backend", "response_errors_total"),
        ("backend", "retry_warnings_total"), ("backend", "redispatch_warnings_total"),
        ("backend", "weight"), ("backend", "active_servers"), ("backend", "backup_servers"),
        ("server", "status"), ("server", "current_sessions"), ("server", "current_queue"),
        ("server", "sessions_total"), ("server", "bytes_in_total"), ("server", "bytes_out_total"),
        ("server", "connection_errors_total"), ("server", "response_errors_total"),
        ("server", "retry_warnings_total"), ("server", "redispatch_warnings_total"),
        ("server", "weight"), ("server", "check_status"), ("server", "check_failures_total"),
        ("server", "check_up_down_total"), ("server", "downtime_seconds_total"),
        ("process", "nbthread"), ("process", "uptime_seconds"), ("process", "max_connections"),
        ("process", "current_connections"), ("process", "requests_total"))}
    assert wanted <= names, sorted(wanted - names)


def test_a_real_prometheus_scrapes_it(site, tmp_path, closing):
    config, listen = tmp_path / "prometheus.yml", free_port()
    config.write_text(PROMETHEUS.format(stats=site[1]))
    prometheus = closing(Prometheus(tmp_path, config, listen)).start()

    def query():
        value = prometheus.query('haproxy_frontend_http_responses_total{proxy="web",code="2xx"}')
        return value and value[0]["value"][1] == "7"

    wait_for(query, every=0.3, what="Prometheus knows the 7 responses")
    assert prometheus.query('up{job="weir"}')[0]["value"][1] == "1"


class Prometheus(Process):
    def __init__(self, folder, config, port):
        self.port = port
        super().__init__(["prometheus", "--config.file=%s" % config,
                          "--storage.tsdb.path=%s" % (folder / "tsdb"),
                          "--web.listen-address=127.0.0.1:%d" % port], folder, "prometheus")

    def query(self, text):
        url = "http://127.0.0.1:%d/api/v1/query?query=%s" % (self.port, urllib.request.quote(text))
        try:
            with urllib.request.urlopen(url, timeout=20) as response:
                return json.load(response)["data"]["result"]
        except OSError:
            return None

    def close(self):
        self.kill()


@pytest.mark.weir_only
def test_latencies_are_told_as_histograms(site):
    names = {key.partition("{")[0] for key in metrics(site[1])}
    buckets = {name for name in names if name.endswith("_bucket")}
    assert any("server" in name for name in buckets), sorted(buckets)
    assert any("frontend" in name for name in buckets), sorted(buckets)


def test_counters_of_the_csv_agree(site):
    rows = read_stats(site[1])
    assert rows["web", "FRONTEND"]["hrsp_2xx"] == "7"
    assert rows["app", "BACKEND"]["hrsp_2xx"] == "7"
    assert rows["app", "s1"]["hrsp_2xx"] == "7"
    assert rows["web", "FRONTEND"]["hrsp_4xx"] == "1"
    assert rows["web", "FRONTEND"]["ereq"] == "1"
    assert rows["app", "s1"]["stot"] == "7"
