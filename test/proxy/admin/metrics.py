# SPDX-License-Identifier: Apache-2.0
"""The metrics: promtool has nothing to say, and a real Prometheus takes them in and can compute with them."""
import http.server
import json
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request

DEADLINE_S = 30


class Metrics(http.server.BaseHTTPRequestHandler):
    text = b""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(self.text)

    def log_message(self, *_):
        pass


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def ask(port, query):
    url = "http://127.0.0.1:%d/api/v1/query?query=%s" % (port, urllib.parse.quote(query))
    with urllib.request.urlopen(url, timeout=5) as response:
        return [float(row["value"][1]) for row in json.load(response)["data"]["result"]]


def wait_for_scrape(port):
    end = time.monotonic() + DEADLINE_S
    while time.monotonic() < end:
        try:
            if ask(port, "up") == [1.0] and ask(port, "scrape_samples_scraped")[0] > 0:
                return True
        except OSError:
            pass
        time.sleep(0.3)
    return False


def scrape():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Metrics)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        config = pathlib.Path(folder, "prometheus.yml")
        config.write_text("global: {scrape_interval: 1s}\nscrape_configs:\n  - job_name: weir\n"
                          "    static_configs: [{targets: ['127.0.0.1:%d']}]\n" % server.server_address[1])
        port = free_port()
        process = subprocess.Popen(
            ["prometheus", "--config.file=%s" % config, "--storage.tsdb.path=%s/data" % folder,
             "--web.listen-address=127.0.0.1:%d" % port], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            if not wait_for_scrape(port):
                return ["Prometheus did not take the metrics in"]
            p99 = ask(port, 'histogram_quantile(0.99, weir_server_latency_seconds_bucket'
                            '{server="web-1",phase="total"})')
            servers = ask(port, 'count(haproxy_server_status{proxy="app",state="UP"})')
            total = ask(port, 'sum(haproxy_frontend_http_responses_total{proxy="www"})')
            return [text for good, text in (
                (len(p99) == 1 and 0.01 < p99[0] <= 0.025, "p99 is %s" % p99),
                (servers == [6.0], "servers are %s" % servers),
                (len(total) == 1 and total[0] > 2e6, "responses are %s" % total)) if not good]
        finally:
            process.terminate()
            process.wait()


def main():
    if not shutil.which("promtool") or not shutil.which("prometheus"):
        print("SKIPPED: promtool and prometheus are not here; THE METRICS HAVE NOT BEEN CHECKED", file=sys.stderr)
        return 0
    Metrics.text = subprocess.run([sys.argv[1], "metrics"], capture_output=True, check=True).stdout
    lint = subprocess.run(["promtool", "check", "metrics"], input=Metrics.text, capture_output=True, check=False)
    complaints = (lint.stdout + lint.stderr).decode().splitlines() + scrape()
    if lint.returncode != 0 and not complaints:
        complaints = ["promtool failed"]
    print("\n".join(complaints) or "ok")
    return 1 if complaints else 0


sys.exit(main())
