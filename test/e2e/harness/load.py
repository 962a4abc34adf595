# SPDX-License-Identifier: Apache-2.0
"""Load from a few keep-alive clients, which counts answers and takes every irregularity down.

A request whose connection closes before its response has come is a failure, unless the response
before it announced the close: a client in the field would see an error there.
"""
import collections
import threading
import time

from harness.client import Client
from harness.waiting import PATIENCE_S


class Load:
    def __init__(self, port, clients=4, requests=None, method="GET", path="/", tls=None, sni=None,
                 pause=0.0, timeout=PATIENCE_S, requests_per_connection=None):
        self.port, self.method, self.path = port, method, path
        self.options = {"tls": tls, "sni": sni, "timeout": timeout}
        self.pause = pause
        self.requests_per_connection = requests_per_connection
        self.left = requests
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self.by_server = collections.Counter()  # by the header X-Server
        self.by_status = collections.Counter()
        self.failures = []
        self.threads = [threading.Thread(target=self._run, daemon=True) for _ in range(clients)]

    def start(self):
        for thread in self.threads:
            thread.start()
        return self

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.stopping.set()
        self.join()

    def join(self, within=10 * PATIENCE_S):
        deadline = time.monotonic() + within
        for thread in self.threads:
            thread.join(max(0.1, deadline - time.monotonic()))
            assert not thread.is_alive(), "the load does not end"
        return self

    @property
    def total(self):
        return sum(self.by_status.values())

    def check(self, at_least=1):
        """Every request was answered with 200."""
        assert not self.failures, "%d failures, first: %s" % (len(self.failures), self.failures[:5])
        assert set(self.by_status) == {200}, self.by_status
        assert self.total >= at_least, "only %d requests" % self.total

    def _more(self):
        if self.stopping.is_set():
            return False
        if self.left is None:
            return True
        with self.lock:
            self.left -= 1
            return self.left >= 0

    def _run(self):
        client, on_connection = None, 0
        while self._more():
            try:
                if client is None:
                    client, on_connection = Client(self.port, **self.options), 0
                response = client.request(self.method, self.path)
            except Exception as error:  # pylint: disable=broad-except
                self._failed(error, on_connection)
                if client:
                    client.close()
                client = None
                continue
            on_connection += 1
            with self.lock:
                self.by_status[response.status] += 1
                self.by_server[response.header("x-server")] += 1
                if response.status != 200:
                    self.failures.append("%.2f: %s" % (time.monotonic(), response.start_line))
            if response.wants_close or on_connection == self.requests_per_connection:
                client.close()
                client = None
            if self.pause:
                time.sleep(self.pause)
        if client:
            client.close()

    def _failed(self, error, on_connection):
        with self.lock:
            self.failures.append("%.2f: %r, request %d of its connection"
                                 % (time.monotonic(), error, on_connection + 1))
        time.sleep(0.05)
