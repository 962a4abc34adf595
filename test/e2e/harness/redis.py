# SPDX-License-Identifier: Apache-2.0
"""Two Redis servers "a" and "b" with a password, of which a real Sentinel makes one the master."""
import itertools
import socket
import threading
import time

from harness.databases import SLOW_S, Servers
from harness.ports import free_port
from harness.waiting import wait_for

PASSWORD = "redis-pw"


class Session:
    """Says commands and reads one line of an answer each."""

    def __init__(self, port):
        self.sock = socket.create_connection(("127.0.0.1", port), SLOW_S)
        self.answers = self.sock.makefile("rb")

    def say(self, words):
        self.sock.sendall(words.encode() + b"\r\n")
        answer = self.answers.readline()
        if not answer.endswith(b"\r\n"):
            raise EOFError
        return answer.decode().strip()

    def close(self):
        self.answers.close()
        self.sock.close()


class Redis(Servers):
    def __init__(self, folder):
        super().__init__(folder, user="redis")
        self.sentinel = free_port()

    def create(self):
        for name in "ab":
            self.start(name)
        self.say("b", "replicaof 127.0.0.1 %d" % self.ports["a"])
        wait_for(lambda: self.replicas("a") == 1, SLOW_S, what=lambda: self.log("b"))
        config = self.folder / "sentinel.conf"
        config.write_text("port %d\nbind 127.0.0.1\ndir %s\nsentinel monitor m 127.0.0.1 %d 1\n"
                          "sentinel auth-pass m %s\nsentinel down-after-milliseconds m 5000\n"
                          "sentinel failover-timeout m 10000\n"
                          % (self.sentinel, self.folder, self.ports["a"], PASSWORD))
        config.chmod(0o666)  # it writes there what it learns
        self.launch("sentinel", ["redis-server", config, "--sentinel"])
        wait_for(lambda: self.log("sentinel").count("+slave") > 0, SLOW_S, what=lambda: self.log("sentinel"))
        return self

    def start(self, name):
        self.launch(name, ["redis-server", "--port", self.ports[name], "--bind", "127.0.0.1", "--save", "",
                           "--requirepass", PASSWORD, "--masterauth", PASSWORD, "--dir", self.folder,
                           "--repl-diskless-sync-delay", "0"])
        wait_for(lambda: "Ready to accept connections" in self.log(name), SLOW_S, what=lambda: self.log(name))

    def open(self, port):
        session = Session(port)
        session.say("auth " + PASSWORD)
        return session

    def say(self, name, words):
        session = self.open(self.ports[name])
        try:
            return session.say(words)
        finally:
            session.close()

    def replicas(self, name):
        try:
            return int(self.say(name, "wait 0 1").lstrip(":"))
        except (OSError, EOFError, ValueError):  # it is busy with its role
            return 0

    def has(self, name, key):
        return self.say(name, "exists %s" % key) == ":1"


class RedisWriter:
    """Sets one key after the other; what counts is what a replica has as well, or what the last server took alone."""

    def __init__(self, redis, port):
        self.redis, self.port = redis, port
        self.replicated, self.taken = [], []
        self.stopping = threading.Event()
        self.numbers = itertools.count(1)
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        while not self.stopping.is_set():
            try:
                session = self.redis.open(self.port)
                self._write(session)
                session.close()
            except (OSError, EOFError, ValueError):
                time.sleep(0.05)

    def _write(self, session):
        while not self.stopping.is_set():
            key = "k%d" % next(self.numbers)
            if session.say("set %s 1" % key) != "+OK":
                raise ValueError("no master")
            self.taken.append(key)
            if session.say("wait 1 100") == ":1":
                self.replicated.append(key)

    def wait_more(self, count=5):
        before = len(self.taken)
        wait_for(lambda: len(self.taken) >= before + count, SLOW_S, what="keys are set")

    def close(self):
        self.stopping.set()
        self.thread.join(SLOW_S)
        assert not self.thread.is_alive()


