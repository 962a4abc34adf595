# SPDX-License-Identifier: Apache-2.0
"""A network namespace joined by a cable that can be pulled out. Needs root."""
import subprocess

from harness.ports import FIRST, free_port


def _ip(*words):
    subprocess.run(["ip", *words], check=True, capture_output=True)


class Netns:
    """`address` is inside; programs started with `prefix` + argv run inside."""

    def __init__(self):
        number = free_port() - FIRST  # nobody else's, as the port is
        self.name = "weir%d" % number
        self.outer, self.inner = "wo%d" % number, "wi%d" % number
        net = "10.%d.%d." % (200 + number // 250, number % 250)
        self.gateway, self.address = net + "1", net + "2"
        self.prefix = ["ip", "netns", "exec", self.name]
        self.close()  # a run that was killed may have left one behind
        _ip("netns", "add", self.name)
        _ip("link", "add", self.outer, "type", "veth", "peer", "name", self.inner,
            "netns", self.name)
        _ip("addr", "add", self.gateway + "/24", "dev", self.outer)
        _ip("link", "set", self.outer, "up")
        _ip("-n", self.name, "addr", "add", self.address + "/24", "dev", self.inner)
        _ip("-n", self.name, "link", "set", self.inner, "up")
        _ip("-n", self.name, "link", "set", "lo", "up")

    def unplug(self):
        """Packets vanish without an answer, as with a pulled cable."""
        _ip("-n", self.name, "link", "set", self.inner, "down")
        _ip("neigh", "replace", self.address, "lladdr", "02:00:00:00:00:01", "dev", self.outer,
            "nud", "permanent")

    def plug(self):
        _ip("neigh", "del", self.address, "dev", self.outer)
        _ip("-n", self.name, "link", "set", self.inner, "up")

    def close(self):
        subprocess.run(["ip", "netns", "del", self.name], capture_output=True, check=False)
        subprocess.run(["ip", "link", "del", self.outer], capture_output=True, check=False)
