# SPDX-License-Identifier: Apache-2.0
"""Name servers: dnsmasq, whose records change while it runs, and one that lies."""
import contextlib
import os
import signal
import socket
import struct
import threading

from harness.ports import free_port
from harness.process import Process
from harness.waiting import PATIENCE_S, wait_for

A, CNAME, AAAA, SRV = 1, 5, 28, 33


def _has_socket(port):
    wanted = ":%04X" % port
    with open("/proc/net/udp", encoding="ascii") as sockets:
        return any(line.split()[1].endswith(wanted) for line in sockets)


class Dnsmasq(Process):
    """Answers for *.test: `hosts` are lines of a hosts file, `services` are (name, host, port, weight)."""

    def __init__(self, folder, hosts, ttl=0, services=()):
        self.port = free_port()
        self.hosts_path = folder / "hosts"
        self.hosts_path.write_text(hosts)
        config = folder / "dnsmasq.conf"
        config.write_text("".join(line + "\n" for line in [
            "port=%d" % self.port, "listen-address=127.0.0.1", "bind-interfaces", "no-resolv", "no-hosts",
            "local=/test/", "addn-hosts=%s" % self.hosts_path, "local-ttl=%d" % ttl, "pid-file", "user=root",
            *("srv-host=%s,%s,%d,0,%d" % service for service in services)]))
        super().__init__(["/usr/sbin/dnsmasq", "-k", "-C", config, "--log-facility=-"], folder, "dnsmasq")

    def start(self):
        super().start()
        wait_for(lambda: _has_socket(self.port), what=lambda: "dnsmasq listens: " + self.output)
        return self

    def change(self, hosts):
        """It hears of it at some time; until then it answers as before."""
        whole = self.hosts_path.with_suffix(".new")  # what it is still about to read for the last signal is never half
        whole.write_text(hosts)
        os.replace(whole, self.hosts_path)
        self.send_signal(signal.SIGHUP)

    def close(self):
        self.stop()


def name(text):
    return b"".join(bytes([len(label)]) + label.encode() for label in text.split(".")) + b"\0"


def record(owner, kind, data, ttl=0):
    return name(owner) + struct.pack(">HHIH", kind, 1, ttl, len(data)) + data


def address(owner, text, ttl=0):
    return record(owner, A, socket.inet_aton(text), ttl)


class Liar:
    """A name server on UDP and TCP; answer(query name, type, is_tcp) gives (flags, records) or bytes or None.

    flags are those of the second half of the header's: 0 is well, 0x200 says that the answer was cut.
    """

    def __init__(self, answer):
        self.answer = answer
        self.questions = 0
        self.tcp_questions = 0
        self.port = free_port()
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", self.port))
        self.tcp = socket.create_server(("127.0.0.1", self.port))
        self.threads = [threading.Thread(target=target, daemon=True) for target in (self._serve_udp, self._serve_tcp)]
        for thread in self.threads:
            thread.start()

    def _respond(self, question, is_tcp):
        self.questions += 1
        self.tcp_questions += is_tcp
        end = question.index(b"\0", 12)
        labels, at = [], 12
        while at < end:
            labels.append(question[at + 1:at + 1 + question[at]].decode())
            at += 1 + question[at]
        kind = struct.unpack(">H", question[end + 1:end + 3])[0]
        answer = self.answer(".".join(labels), kind, is_tcp)
        if answer is None or isinstance(answer, bytes):
            return answer
        flags, records = answer
        head = question[:2] + struct.pack(">5H", 0x8180 | flags, 1, len(records), 0, 0)
        return head + question[12:end + 5] + b"".join(records)

    def _serve_udp(self):
        while True:
            try:
                question, client = self.udp.recvfrom(65535)
            except OSError:
                return
            if not question:
                return  # it is closed
            response = self._respond(question, False)
            if response is not None:
                self.udp.sendto(response, client)

    def _serve_tcp(self):
        while True:
            try:
                conn, _ = self.tcp.accept()
            except OSError:
                return
            with conn, contextlib.suppress(OSError):  # who asked may have left
                self._answer(conn)

    def _answer(self, conn):
        conn.settimeout(PATIENCE_S)
        stream = conn.makefile("rb")
        head = stream.read(2)
        question = stream.read(struct.unpack(">H", head)[0]) if len(head) == 2 else b""
        response = self._respond(question, True) if question else None
        if response is not None:
            conn.sendall(struct.pack(">H", len(response)) + response)

    def close(self):
        for sock, thread in zip((self.udp, self.tcp), self.threads):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)  # wakes the thread
            thread.join(PATIENCE_S)
            sock.close()
