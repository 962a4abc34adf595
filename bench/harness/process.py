# SPDX-License-Identifier: Apache-2.0
"""Processes under test: pinned to a processor, and what they have used of it.

Time comes from the processor-time clock of each process, which counts nanoseconds; the ticks of /proc/PID/stat are
10 ms and too coarse for runs of a second.
"""
import ctypes
import errno
import os
import pathlib
import platform
import resource
import socket
import struct
import subprocess
import time

PROXY_CPU = 0
LOAD_CPU = 1
SLICE_NS = 400_000


class BenchError(Exception):
    """A result that must not be used. The text says why."""


def _take_precedence():
    """Lets the machine's other work wait, and go at once when we wake: the highest priority, within the session's
    group and for it, with a slice far below the kernel's default of 3 ms. Not a real-time policy, whose own
    bookkeeping would show in the figures."""
    sched_setattr = 314 if platform.machine() == "x86_64" else 274
    attributes = struct.pack("=IIQiIQQQ", 48, os.SCHED_OTHER, 0, -20, 0, SLICE_NS, 0, 0)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(sched_setattr, 0, attributes, 0) != 0 and ctypes.get_errno() != errno.EPERM:
        raise OSError(ctypes.get_errno(), "sched_setattr")
    os.setsid()
    group = pathlib.Path("/proc/self/autogroup")
    if os.geteuid() == 0 and group.exists():
        group.write_text("-20")


def _prepare(cpu: int):
    def run_in_child():
        os.sched_setaffinity(0, {cpu})
        _take_precedence()
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
