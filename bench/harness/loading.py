# SPDX-License-Identifier: Apache-2.0
"""How long it takes until a file with 10,000 servers has been looked at (-c), and until it serves.

haproxy and weir get the very same haproxy.cfg. Time is that of the clock, as a person waits for it; both run on the
same processor, in turns.
"""
import os
import pathlib
import socket
import subprocess
import time
from dataclasses import dataclass

from .peers import PROXY_PORT
from .process import PROXY_CPU, BenchError

SERVERS = 10_000
TARGETS = {"-c": 0.25}  # weir divided by haproxy, at most
DEADLINE_S = 60

HEAD = f"""global
    maxconn 1000
    nbthread 1
defaults
    mode http
    timeout connect 5s
    timeout client 60s
    timeout server 60s
frontend clients
    bind 127.0.0.1:{PROXY_PORT}
    monitor-uri /alive
    use_backend %[path,field(2,/)]
    default_backend be0
"""


@dataclass(frozen=True)
class Shape:
    name: str
    backends: int
    words: str = ""  # behind each server's address

    def text(self) -> str:
        each = SERVERS // self.backends
        lines = [HEAD]
        for b in range(self.backends):
            lines.append(f"backend be{b}\n    balance roundrobin\n")
            lines += [f"    server s{s} 10.{b * each + s >> 16}.{b * each + s >> 8 & 255}.{b * each + s & 255}:80{self.words}\n"
                      for s in range(each)]
        return "".join(lines)


SHAPES = [
    Shape("1 backend", 1),
    Shape("10 backends", 10),
    Shape("100 backends", 100),
    Shape("1,000 backends", 1000),
    Shape("100 backends, check", 100, " check inter 10m"),
    Shape("100 backends, ssl", 100, " ssl verify none sni str(bench.example)"),
]


def _pin():
    os.sched_setaffinity(0, {PROXY_CPU})


def check_ms(program: str, path: pathlib.Path) -> float:
    start = time.perf_counter()
    done = subprocess.run([program, "-c", "-f", path], preexec_fn=_pin, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        raise BenchError(f"{program} -c -f {path} ended with {done.returncode}")
    return 1000 * (time.perf_counter() - start)


def _is_alive() -> bool:
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", PROXY_PORT)) != 0:
            return False
        probe.sendall(b"GET /alive HTTP/1.1\r\nHost: bench.example\r\nConnection: close\r\n\r\n")
        return b" 200 " in probe.recv(4096)


def start_ms(program: str, path: pathlib.Path) -> float:
    """Until the first answer."""
    start = time.perf_counter()
    with subprocess.Popen([program, "-q", "-db", "-f", path], preexec_fn=_pin, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as child:
        while not _is_alive():
            if child.poll() is not None or time.perf_counter() - start > DEADLINE_S:
                child.kill()
                raise BenchError(f"{program} -f {path} does not serve")
            time.sleep(0.0005)
        elapsed_ms = 1000 * (time.perf_counter() - start)
        child.kill()
    return elapsed_ms


WAYS = {"-c": check_ms, "start": start_ms}
