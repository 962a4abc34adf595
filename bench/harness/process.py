# SPDX-License-Identifier: Apache-2.0
"""Processes under test: pinned to a processor, and what they have used of it.

Time comes from the processor-time clock of each process, which counts nanoseconds; the ticks of /proc/PID/stat are
10 ms and too coarse for runs of a second.
"""
import os
import pathlib
import resource
import socket
import subprocess
import time

PROXY_CPU = 0
LOAD_CPU = 1
PRIORITY = -10  # so that whatever else the machine does disturbs less


class BenchError(Exception):
    """A result that must not be used. The text says why."""


def _prepare(cpu: int):
    def run_in_child():
        os.sched_setaffinity(0, {cpu})
        if cpu == LOAD_CPU:
            # Load and origin share a processor: without this each wakes the other for every message, and is then too
            # slow to keep a proxy busy.
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
        if os.geteuid() == 0:
            os.setpriority(os.PRIO_PROCESS, 0, PRIORITY)
        _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return run_in_child


class Process:
    """A child on one processor; its output is kept for the day it fails."""

    def __init__(self, command: list[str], cpu: int, directory: pathlib.Path, **pipes):
        self.name = os.path.basename(command[0])
        self.cpu = cpu
        self.log_path = directory / f"{self.name}.log"
        with open(self.log_path, "wb") as log:
            pipes.setdefault("stdin", subprocess.DEVNULL)
            pipes.setdefault("stdout", log)
            self.child = subprocess.Popen(command, stderr=log, preexec_fn=_prepare(cpu), text=True, **pipes)

    def fail(self, what: str):
        self.stop()
        raise BenchError(f"{self.name}: {what}\n{self.log_path.read_text(errors='replace').strip()}")

    def wait_for_port(self, port: int, deadline_s: float = 20):
        end = time.monotonic() + deadline_s
        while time.monotonic() < end:
            if self.child.poll() is not None:
                self.fail(f"ended with {self.child.returncode} instead of listening on port {port}")
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.05)
        self.fail(f"does not listen on port {port}")

    def pids(self) -> list[int]:
        """The process and all that descend from it."""
        found = [self.child.pid]
        for pid in found:
            for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
                try:
                    found += [int(child) for child in task.read_text().split()]
                except OSError:
                    pass
        return found

    def cpu_ns(self) -> int:
        if self.child.poll() is not None:
            self.fail(f"ended with {self.child.returncode}")
        # CPUCLOCK_SCHED of another process, as clock_getcpuclockid(3) makes it.
        return sum(time.clock_gettime_ns((~pid << 3) | 2) for pid in self.pids())

    def anonymous_bytes(self) -> int:
        """Memory of its own: the proportional share, so that what processes share counts once."""
        total = 0
        for pid in self.pids():
            for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss_Anon:"):
                    total += int(line.split()[1]) * 1024
        return total

    def check_pinned(self):
        for pid in self.pids():
            for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
                allowed = os.sched_getaffinity(int(task.name))
                if allowed != {self.cpu}:
                    self.fail(f"thread {task.name} may run on {sorted(allowed)}, not only on {self.cpu}")

    def stop(self):
        if self.child.poll() is None:
            self.child.terminate()
            try:
                self.child.wait(5)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.stop()
