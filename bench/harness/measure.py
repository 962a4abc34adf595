# SPDX-License-Identifier: Apache-2.0
"""What is measured, each by one function that takes a running proxy or starts one."""
import contextlib
import dataclasses
import json
import pathlib
import signal
import socket
import subprocess
import time

from .cases import GIVEN_BACK_WITHIN_S, IDLE_CONNECTIONS, Case, Probes
from .peers import MAX_CONNECTIONS, ORIGIN_PORT, PROXY_PORT, TLS_ORIGIN_PORT, Peer, haproxy_program
from .process import LOAD_CPU, PROXY_CPU, BenchError, Process


@dataclasses.dataclass
class Run:
    """One run of one proxy in one row."""
    cpu_us: float  # per request, or per MB
    per_s: float  # requests
    busy: float  # share of its processor that the proxy used
    p50_us: int
    p99_us: int


@dataclasses.dataclass
class IdleMemory:
    connections: int
    kib_per_connection: float
    given_back: float  # share of the growth that was free again in time
    after_s: float


class Origin(Process):
    def __init__(self, programs: pathlib.Path, directory: pathlib.Path):
        super().__init__([str(programs / "origin"), "--listen", str(ORIGIN_PORT)], LOAD_CPU, directory,
                         stdout=subprocess.PIPE)
        self.wait_for_port(ORIGIN_PORT)
        self.check_pinned()

    def response_bytes(self, case: Case) -> int:
        """Length of a response, head included, which is all that the floor knows about it."""
        body = b"x" * case.upload_bytes
        request = f"POST {case.path} HTTP/1.1\r\nHost: bench.example\r\nContent-Length: {len(body)}\r\n\r\n"
        with socket.create_connection(("127.0.0.1", ORIGIN_PORT)) as connection:
            connection.sendall(request.encode() + body)
            received = b""
            while b"\r\n\r\n" not in received:
                received += connection.recv(65536)
        return received.index(b"\r\n\r\n") + 4 + case.body_bytes


class Load(Process):
    """The load in its two parts; see bench/load.h."""

    def __init__(self, programs, directory, arguments: list[str]):
        super().__init__([str(programs / "load"), "--port", str(PROXY_PORT), *arguments], LOAD_CPU, directory,
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.connections = self._answer()["connections"]
        self.check_pinned()

    def _answer(self) -> dict:
        line = self.child.stdout.readline()
        if not line:
            self.child.wait()
            self.fail("gave up")
        return json.loads(line)

    def measure(self) -> dict:
        self.child.stdin.write("\n")
        self.child.stdin.flush()
        answer = self._answer()
        if answer["wrong"]:
            self.child.wait()
            self.fail("wrong answers")
        return answer

    def close_connections(self):
        self.child.stdin.close()
        self.child.wait()
        if self.child.returncode != 0:
            self.fail("wrong answers")


TLS_ORIGIN = """
global
    nbthread 1
defaults
    mode http
    timeout client 60s
frontend origin
    bind 127.0.0.1:{port} ssl crt {pem} ciphersuites TLS_AES_128_GCM_SHA256
    http-request return status 200
"""


class Bench:
    """Everything the measurements share: programs, certificates, a directory for files, the origin."""

    def __init__(self, programs: pathlib.Path, pems: dict[str, pathlib.Path], directory: pathlib.Path):
        self.programs = programs
        self.pems = pems
        self.directory = directory
        self.origin = Origin(programs, directory)

    @contextlib.contextmanager
    def proxy(self, peer: Peer, case: Case):
        directory = self.directory / peer.name
        directory.mkdir(exist_ok=True)
        command = peer.command(case, self.pems[case.key], self.origin.response_bytes(case), directory)
        with Process(command, PROXY_CPU, directory) as process:
            process.wait_for_port(PROXY_PORT)
            process.check_pinned()
            yield process

    @contextlib.contextmanager
    def tls_origin(self):
        """Who is probed by TLS: HAProxy, on the origin's processor."""
        path = self.directory / "tls_origin.cfg"
        path.write_text(TLS_ORIGIN.format(port=TLS_ORIGIN_PORT, pem=self.pems[Case.key]))
        with Process([haproxy_program(), "-db", "-f", str(path)], LOAD_CPU, self.directory) as process:
            process.wait_for_port(TLS_ORIGIN_PORT)
            yield process

    def load(self, case: Case, requests: int, warmup: int | None = None) -> Load:
        arguments = case.load_args() + ["--requests", str(requests),
                                        "--warmup", str(case.warmup if warmup is None else warmup)]
        return Load(self.programs, self.directory, arguments)


def processor_time(bench: Bench, peer: Peer, case: Case, requests: int) -> Run:
    with bench.proxy(peer, case) as proxy, bench.load(case, requests) as load:
        before_ns = proxy.cpu_ns()
        answer = load.measure()
        used_us = (proxy.cpu_ns() - before_ns) / 1000
        proxy.check_pinned()
        load.close_connections()
    return Run(cpu_us=used_us / requests / case.per_request(), per_s=requests / answer["seconds"],
               busy=used_us / 1e6 / answer["seconds"], p50_us=answer["p50_us"], p99_us=answer["p99_us"])


def idle_count(kind: str) -> int:
    """As many as are wanted, or as the limit of descriptors lets a proxy have."""
    return min(IDLE_CONNECTIONS[kind], MAX_CONNECTIONS - 64)


def idle_memory(bench: Bench, peer: Peer, kind: str) -> IdleMemory:
    """Each connection makes one request and then stays. Growth counts from a proxy that has worked already."""
    case = Case("idle", "", 0, tls="full" if kind == "TLS" else "", tunnel=kind == "TCP tunnel")
    count = idle_count(kind)
    with bench.proxy(peer, case) as proxy:
        with bench.load(case, 0, warmup=20_000) as warm:
            warm.close_connections()
        time.sleep(2)
        before = proxy.anonymous_bytes()
        crowd = dataclasses.replace(case, connections=count)
        with bench.load(crowd, 0, warmup=count) as load:
            if load.connections != count:
                load.fail(f"opened only {load.connections} connections")
            time.sleep(2)
            grown = proxy.anonymous_bytes() - before
            load.measure()
            load.close_connections()
        start = time.monotonic()
        while True:
            time.sleep(0.5)
            after_s = time.monotonic() - start
            kept = max(0, proxy.anonymous_bytes() - before)
            if kept < 0.05 * grown or after_s >= GIVEN_BACK_WITHIN_S:
                break
    return IdleMemory(count, grown / 1024 / count, 1 - kept / grown if grown > 0 else 1.0, after_s)


def probing_percent(bench: Bench, peer: Peer, probes: Probes, seconds: float) -> float:
    """Share of one processor that probing each server once a second costs. Its own calls say whether it does so:
    the origin cannot, since a probe may end before the handshake does."""
    directory = bench.directory / peer.name
    directory.mkdir(exist_ok=True)
    with contextlib.ExitStack() as beside:
        if probes.tls:
            beside.enter_context(bench.tls_origin())
        return _probing_percent(bench, peer, probes, seconds, directory)


def _probing_percent(bench, peer, probes, seconds, directory) -> float:
    with Process(peer.probing_command(probes, directory), PROXY_CPU, directory) as proxy:
        time.sleep(3)
        proxy.check_pinned()
        before_ns = proxy.cpu_ns()
        start = time.monotonic()
        time.sleep(seconds)
        used_s = (proxy.cpu_ns() - before_ns) / 1e9
        elapsed_s = time.monotonic() - start
        with Trace(proxy, bench.directory) as trace:
            time.sleep(2)
    # all connect in the background, which strace takes for an error; a connect that succeeds only undoes one
    keeps = probes.kept and peer.can_keep_probes
    begun = trace.counts.get("sendto", 0) if keeps else trace.errors.get("connect", 0)
    begun_per_s = begun / trace.elapsed_s
    if not 0.9 * probes.servers <= begun_per_s <= 1.1 * probes.servers:
        raise BenchError(f"{peer.name}: {begun_per_s:.0f} {probes.title} probes begin each second, not {probes.servers}")
    if keeps and trace.errors.get("connect", 0) > begun / 10:
        raise BenchError(f"{peer.name}: {probes.title}: they are not")
    return 100 * used_s / elapsed_s


class Trace:
    """The system calls of a process while the block runs, counted by name."""

    def __init__(self, process: Process, directory: pathlib.Path):
        self.output = directory / "strace.txt"
        self.command = ["strace", "-f", "-c", "-p", str(process.child.pid), "-o", str(self.output)]
        self.counts: dict[str, int] = {}
        self.errors: dict[str, int] = {}
        self.elapsed_s = 0.0

    def __enter__(self):
        self.strace = subprocess.Popen(self.command, stderr=subprocess.PIPE, text=True)
        self.strace.stderr.readline()  # "Process N attached"
        self.start = time.monotonic()
        return self

    def __exit__(self, *_exception):
        self.elapsed_s = time.monotonic() - self.start
        self.strace.send_signal(signal.SIGINT)
        self.strace.wait()
        for line in self.output.read_text().splitlines():
            fields = line.split()
            if len(fields) >= 5 and fields[0].replace(".", "").isdigit() and fields[-1] != "total":
                self.counts[fields[-1]] = int(fields[3])
                self.errors[fields[-1]] = int(fields[4]) if len(fields) > 5 else 0


def system_calls(bench: Bench, peer: Peer, case: Case, requests: int) -> dict[str, float]:
    """Per request, by name. strace slows the proxy down, so this is the proxy at saturation."""
    with bench.proxy(peer, case) as proxy, bench.load(case, requests) as load:
        with Trace(proxy, bench.directory) as trace:
            load.measure()
        load.close_connections()
    if not trace.counts:
        raise BenchError(f"strace saw nothing of {peer.name}: {trace.output.read_text()}")
    return {name: count / requests for name, count in trace.counts.items()}
