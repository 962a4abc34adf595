# SPDX-License-Identifier: Apache-2.0
"""Receives what the balancer logs over UDP."""
import re
import socket
import threading

from harness.waiting import wait_for

HTTPLOG = re.compile(
    r"(?P<client>\S+):\d+ \[(?P<date>[^\]]+)\] (?P<frontend>\S+) (?P<backend>[^/ ]+)/(?P<server>\S+) "
    r"(?P<TR>[-+]?\d+)/(?P<Tw>[-+]?\d+)/(?P<Tc>[-+]?\d+)/(?P<Tr>[-+]?\d+)/(?P<Ta>[-+]?\d+) "
    r"(?P<status>-?\d+) (?P<bytes>\d+) \S+ \S+ (?P<termination>\S{4}) "
    r"(?P<conns>[\d/+]+) (?P<queues>\d+/\d+)( \{[^}]*\})* \"(?P<request>.*)\"$")

TCPLOG = re.compile(
    r"(?P<client>\S+):\d+ \[(?P<date>[^\]]+)\] (?P<frontend>\S+) (?P<backend>[^/ ]+)/(?P<server>\S+) "
    r"(?P<Tw>[-+]?\d+)/(?P<Tc>[-+]?\d+)/(?P<Tt>[-+]?\d+) (?P<bytes>\d+) (?P<termination>\S{2}) "
    r"(?P<conns>[\d/+]+) (?P<queues>\d+/\d+)$")


class Syslog:
    def __init__(self):
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind(("127.0.0.1", 0))
        self.port = self.sock.getsockname()[1]
        self.lines = []
        threading.Thread(target=self._receive, daemon=True).start()

    @property
    def address(self):
        return "127.0.0.1:%d" % self.port

    def _receive(self):
        while True:
            try:
                data = self.sock.recv(65536)
            except OSError:
                return
            if not data:
                return
            self.lines.append(data.decode("latin-1").rstrip("\n"))

    def close(self):
        self.sock.close()

    def _matches(self, pattern):
        return [match for line in list(self.lines) if (match := pattern.search(line))]

    def http(self, count=1, within=5.0, frontend="web"):
        """The httplog lines of a frontend, once there are `count` of them."""
        return self._wait(HTTPLOG, count, within, frontend)

    def tcp(self, count=1, within=5.0, frontend="web"):
        return self._wait(TCPLOG, count, within, frontend)

    def _wait(self, pattern, count, within, frontend):
        def enough():
            found = [match for match in self._matches(pattern)
                     if match["frontend"].rstrip("~") == frontend]
            return found if len(found) >= count else None

        return wait_for(enough, within, what=lambda: "%d lines of %s in %s" % (
            count, frontend, self.lines))

    def line(self, part, within=10.0):
        """The first line that contains `part`, once it came."""
        return wait_for(lambda: next((line for line in list(self.lines) if part in line), None),
                        within, what=lambda: "%r in the log: %s" % (part, self.lines))
