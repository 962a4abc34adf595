# SPDX-License-Identifier: Apache-2.0
"""The questions that bench/run asks: one row each.

A row says what the load does, how the floor must be told about it, and what weir has to reach. All proxies of a row
answer the same requests, one after another in turns, so only figures of one row may be compared.
"""
from dataclasses import dataclass

KB = 1024
MB = 1024 * KB
UPLOAD_BYTES = 64 * KB


@dataclass(frozen=True)
class Case:
    name: str
    title: str
    requests: int
    path: str = "/1k"
    body_bytes: int = 1 * KB
    connections: int = 64
    upload_bytes: int = 0
    browser: bool = False
    close: bool = False
    rate_per_s: int = 0
    tls: str = ""  # handshakes: full or resumed; empty is plain text
    key: str = "p256"  # of the certificate
    bulk: bool = False  # figures are per MB
    tunnel: bool = False  # TCP mode: each client connection has a server connection of its own
    splice: bool = False  # the floor and haproxy use splice
    servers: int = 1  # names of the one origin, chosen by leastconn
    rules: str = ""  # what is decided about each request: hosts, map or typical; see rules.py
    hosts: int = 0  # names that the requests are for, in turns
    tuned: bool = False  # the peers get larger buffers and splice; weir and the floor stay as they are
    target: float = 0.0  # weir divided by the floor, at most

    def per_request(self) -> float:
        """Units of the figure that one request is."""
        return self.body_bytes / MB if self.bulk else 1.0

    @property
    def warmup(self) -> int:
        return max(self.connections, self.requests // 10)

    def load_args(self) -> list[str]:
        args = ["--path", self.path, "--body-bytes", str(self.body_bytes),
                "--connections", str(self.connections)]
        if self.upload_bytes:
            args += ["--upload-bytes", str(self.upload_bytes)]
        if self.hosts:
            args += ["--hosts", str(self.hosts)]
        if self.browser:
            args += ["--browser"]
        if self.close:
            args += ["--close"]
        if self.tls:
            args += ["--tls", self.tls]
        if self.rate_per_s:
            args += ["--rate", str(self.rate_per_s)]
        return args


CASES = [
    Case("keepalive", "keep-alive, 1 KB, 64 connections", 100_000, target=1.15),
    Case("browser", "the same with browser headers (900 bytes)", 100_000, browser=True, target=1.20),
    Case("connections", "the same, 1,000 connections", 100_000, connections=1000, target=1.25),
    Case("unsaturated", "the same, 64 connections, 5,000 requests/s", 10_000, rate_per_s=5000, target=1.10),
    Case("10k", "10 KB responses", 50_000, path="/10k", body_bytes=10 * KB, target=1.15),
    Case("100k", "100 KB responses, per MB", 10_000, path="/100k", body_bytes=100 * KB, bulk=True, target=1.15),
    Case("100k-tuned", "100 KB responses, per MB, peers tuned", 10_000, path="/100k", body_bytes=100 * KB,
         bulk=True, tuned=True, target=1.15),
    Case("1m", "1 MB responses, per MB", 1_500, path="/1m", body_bytes=1 * MB, connections=16, bulk=True,
         target=1.15),
    Case("1m-tuned", "1 MB responses, per MB, peers tuned", 1_500, path="/1m", body_bytes=1 * MB, connections=16,
         bulk=True, tuned=True, target=1.15),
    Case("close", "connection per request", 30_000, close=True, target=1.15),
    Case("upload", "POST 64 KB", 20_000, path="/upload", body_bytes=2, upload_bytes=UPLOAD_BYTES, target=1.10),
    Case("tls", "TLS 1.3 keep-alive, 1 KB", 60_000, tls="full", target=1.15),
    Case("tls-full", "full TLS handshake and request, P-256", 4_000, tls="full", close=True, target=1.05),
    Case("tls-full-rsa", "full TLS handshake and request, RSA-2048", 3_000, tls="full", close=True, key="rsa2048",
         target=1.05),
    Case("tls-resumed", "resumed TLS handshake and request", 5_000, tls="resumed", close=True, target=1.03),
    Case("tls-1m", "TLS, 1 MB responses, per MB", 800, path="/1m", body_bytes=1 * MB, connections=16, tls="full",
         bulk=True, target=1.08),
]

# The same load through rules that look at each request.
CASES += [
    Case("rules", "20 typical rules, browser headers", 50_000, rules="typical", browser=True),
    Case("hosts-500", "a rule for each of 500 hosts", 50_000, rules="hosts", hosts=500, target=1.4),
    Case("map-50000", "a map of 50,000 hosts", 50_000, rules="map", hosts=50_000, target=1.4),
]

# The same load through proxies in TCP mode, which do not know that it is HTTP.
CASES += [
    Case("tcp-short", "TCP, connection per exchange of 128 bytes", 30_000, path="/128", body_bytes=128, close=True,
         tunnel=True, target=1.0),
    Case("tcp-keepalive", "TCP, exchanges of 1 KB on open connections", 100_000, tunnel=True, target=1.15),
    Case("tcp-1m", "TCP, 1 MB responses, per MB", 1_500, path="/1m", body_bytes=1 * MB, connections=16, bulk=True,
         tunnel=True, splice=True, target=1.03),
    Case("tcp-tls-1m", "TCP behind TLS, 1 MB responses, per MB", 800, path="/1m", body_bytes=1 * MB, connections=16,
         tls="full", bulk=True, tunnel=True, target=1.08),
    Case("tcp-10-servers", "TCP, connection per exchange, 10 servers by leastconn", 30_000, path="/128",
         body_bytes=128, close=True, tunnel=True, servers=10),
    Case("tcp-1000-servers", "TCP, connection per exchange, 1,000 servers by leastconn", 30_000, path="/128",
         body_bytes=128, close=True, tunnel=True, servers=1000),
]

# What rules cost by themselves: the row with them less the row without. Of HAProxy's, at most this; a whole request
# cannot be compared so, since what the kernel does for it is the same for both, and more than half of HAProxy's.
RULES_ROW, NO_RULES_ROW = "rules", "browser"
RULES_TARGET = 0.60

# What a connection to one of 1,000 servers may cost, divided by what one to one of 10 does.
MANY_SERVERS_TARGET = 1.05

# What one connection that does nothing may hold of the process's memory.
IDLE_CONNECTIONS = {"plain": 4_000, "TLS": 4_000, "TCP tunnel": 20_000}
IDLE_KIB_TARGET = {"plain": 1.0, "TLS": 13.5, "TCP tunnel": 1.5}
GIVEN_BACK_WITHIN_S = 10


@dataclass(frozen=True)
class Probes:
    """Servers that are looked at, each once a second."""
    title: str
    servers: int
    http: bool = True  # a request and its answer; else connecting is enough
    tls: bool = False
    kept: bool = False  # check-reuse-pool: over the connection of the probe before; haproxy 2.6 has no such word
    percent: float = 0.0  # of one processor, at most

    @property
    def uri(self) -> str:
        """The origin closes behind /check, as servers do which are asked to."""
        return "/alive" if self.kept else "/check"


PROBES = [
    Probes("TCP", 1000, http=False, percent=2.0),
    Probes("HTTP", 1000),
    Probes("HTTP, connections kept", 1000, kept=True, percent=2.0),
    Probes("TLS", 100, http=False, tls=True, percent=2.0),
    Probes("HTTPS", 100, tls=True, percent=2.0),
    Probes("HTTPS, connections kept", 100, tls=True, kept=True, percent=2.0),
]

# Rows whose system calls are counted, with a number of requests that strace gets through.
TRACED = {"keepalive": 20_000, "close": 5_000, "100k": 2_000, "1m": 200, "upload": 3_000, "tls": 20_000,
          "tls-full": 1_000, "tls-1m": 200}
