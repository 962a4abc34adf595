# SPDX-License-Identifier: Apache-2.0
"""weir in all arrangements of its processes, answering by itself so that no server is needed."""
import os
import signal

from harness.balancer import Weir, weir_binary
from harness.client import get
from harness.http import Cut
from harness.waiting import wait_for

PREAMBLE = """
global
    nbthread {threads}
    maxconn 500
{log}

defaults
    mode http
    timeout connect 30s
    timeout client 1m
    timeout server 1m
"""


class Instance(Weir):
    """One launched weir: flags come before -f. `extra` goes into the global section."""

    def __init__(self, folder, config, flags=("-db",), extra="", env=None, threads=2):
        self.flags, self.extra, self.env_words = list(flags), extra, env or {}
        super().__init__(folder, config, threads=threads, preamble=PREAMBLE)

    def write(self, config):
        self.log = self.extra
        super().write(config)

    def command(self):
        return [weir_binary(), *self.flags, "-f", self.config_path]

    def environment(self):
        return {**super().environment(), **self.env_words}

    def close(self):
        """Lets it leave in peace, so that the leak checker has its say; how it ended is the test's affair."""
        code = self.stop(signal.SIGUSR1)
        self.check_sanitizers()
        assert code not in (-signal.SIGSEGV, -signal.SIGABRT, -signal.SIGKILL), self.output


def site(*ports, words="", text="hello"):
    """A frontend that answers `text` on these ports."""
    binds = "".join("    bind 127.0.0.1:%d %s\n" % (port, words) for port in ports)
    return "frontend site\n%s    http-request return status 200 content-type text/plain string %s\n" % (
        binds, text)


def children(pid):
    path = "/proc/%d/task/%d/children" % (pid, pid)
    if not os.path.exists(path):
        return []
    with open(path, encoding="ascii") as file:
        return [int(word) for word in file.read().split()]


def only_child(pid, but=None):
    """The one process that it has, as soon as it has one alone: a loader may be about to end."""
    def only():
        found = children(pid)
        return found[0] if len(found) == 1 and found != [but] else None

    return wait_for(only, what="one child alone")


def answers(port, text=b"hello", **options):
    """Whether a new connection is served."""
    try:
        return get(port, **options).body == text
    except (OSError, Cut):
        return False
