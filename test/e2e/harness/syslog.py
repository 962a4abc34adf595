# SPDX-License-Identifier: Apache-2.0
"""Receives what the balancer logs over UDP."""
import contextlib
import re
import socket
import threading

from harness.waiting import PATIENCE_S, wait_for

HTTPLOG = re.compile(
    r"(?P<client>\S+):\d+ \[(?P<date>[^\]]+)\] (?P<frontend>\S+) (?P<backend>[^/ ]+)/(?P<server>\S+) "
    r"(?P<TR>[-+]?\d+)/(?P<Tw>[-+]?\d+)/(?P<Tc>[-+]?\d+)/(?P<Tr>[-+]?\d+)/(?P<Ta>[-+]?\d+) "
    r"(?P<status>-?\d+) (?P<bytes>\d+) \S+ \S+ (?P<termination>\S{4}) "
    r"(?P<conns>[\d/+]+) (?P<queues>\d+/\d+)( \{[^}]*\})* \"(?P<request>.*)\"$")

TCPLOG = re.compile(
    r"(?P<client>\S+):\d+ \[(?P<date>[^\]]+)\] (?P<frontend>\S+) (?P<backend>[^/ ]+)/(?P<server>\S+) "
    r"(?P<Tw>[-+]?\d+)/(?P<Tc>[-+]?\d+)/(?P<Tt>[-+]?\d+) (?P<bytes>\d+) (?P<termination>\S{2}) "
    r"(?P<conns>[\d/+]+) (?P<queues>\d+/\d+)$")


RECEIVE_BUFFER_BYTES = 16 << 20  # what does not fit is lost, and the thread that reads may be held up


class Syslog:
    def __init__(self):
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        self.sock.bind(("127.0.0.1", 0))
        self.port = self.sock.getsockname()[1]
        self.lines = []
        self.thread = threading.Thread(target=self._receive, daemon=True)
        self.thread.start()

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
        with contextlib.suppress(OSError):  # it says that there was no connection, and wakes who waits all the same
            self.sock.shutdown(socket.SHUT_RDWR)
        self.thread.join(PATIENCE_S)
        self.sock.close()

    def _matches(self, pattern):
        return [match for line in list(self.lines) if (match := pattern.search(line))]

    def http(self, count=1, within=PATIENCE_S, frontend="web"):
        """The httplog lines of a frontend, once there are `count` of them."""
        return self._wait(HTTPLOG, count, within, frontend)

    def tcp(self, count=1, within=PATIENCE_S, frontend="web"):
        return self._wait(TCPLOG, count, within, frontend)

    def _wait(self, pattern, count, within, frontend):
        def enough():
            found = [match for match in self._matches(pattern)
                     if match["frontend"].rstrip("~") == frontend]
            return found if len(found) >= count else None

        return wait_for(enough, within, what=lambda: "%d lines of %s in %s" % (
            count, frontend, self.lines))

    def line(self, part, within=PATIENCE_S):
        """The first line that contains `part`, once it came."""
        return wait_for(lambda: next((line for line in list(self.lines) if part in line), None),
                        within, what=lambda: "%r in the log: %s" % (part, self.lines))
