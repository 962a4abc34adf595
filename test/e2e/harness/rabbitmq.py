# SPDX-License-Identifier: Apache-2.0
"""Two real RabbitMQ nodes "a" and "b", which keep every message twice, and a client that publishes to them."""
import json
import pathlib
import threading
import time

import pika

from harness.databases import SLOW_S, Servers
from harness.ports import free_port
from harness.waiting import is_listening, wait_for

QUEUE = "numbers"


def programs():
    return next(pathlib.Path("/usr/lib/rabbitmq/lib").glob("rabbitmq_server-*/sbin"))


class Rabbitmq(Servers):
    def __init__(self, folder):
        super().__init__(folder, user="rabbitmq")
        self.mapper, self.between = free_port(), {name: free_port() for name in "ab"}

    def create(self):
        definitions = self.folder / "definitions.json"
        definitions.write_text(json.dumps({
            "vhosts": [{"name": "/"}],
            "users": [{"name": "guest", "password": "guest", "tags": "administrator"}],
            "permissions": [{"user": "guest", "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"}],
            "policies": [{"vhost": "/", "name": "both", "pattern": "", "apply-to": "queues", "priority": 0,
                          "definition": {"ha-mode": "all", "ha-sync-mode": "automatic"}}]}))
        (self.folder / "rabbit.conf").write_text(
            "cluster_formation.peer_discovery_backend = classic_config\n"
            "cluster_formation.classic_config.nodes.1 = a@localhost\nload_definitions = %s\n" % definitions)
        (self.folder / "plugins").write_text("[].\n")
        self.run("mkdir", "a", "b")
        self.run("sh", "-c", "echo cookie > .erlang.cookie; chmod 400 .erlang.cookie")
        self.launch("mapper", ["epmd", "-port", self.mapper, "-address", "127.0.0.1"])  # else a node starts one
        for name in "ab":
            self.launch(name, ["env", *self.environment(name), programs() / "rabbitmq-server"])
            wait_for(lambda name=name: "Server startup complete" in self.log(name) and is_listening(self.ports[name]),
                     SLOW_S, every=0.1, what=lambda name=name: self.log(name))
        return self

    def environment(self, name):
        words = {"HOME": self.folder, "ERL_EPMD_PORT": self.mapper, "RABBITMQ_CONF_ENV_FILE": "/dev/null",
                 "RABBITMQ_CONFIG_FILE": self.folder / "rabbit", "RABBITMQ_DIST_PORT": self.between[name],
                 "RABBITMQ_ENABLED_PLUGINS_FILE": self.folder / "plugins", "RABBITMQ_LOGS": "-",
                 "RABBITMQ_LOG_BASE": self.folder / name, "RABBITMQ_MNESIA_BASE": self.folder / name,
                 "RABBITMQ_NODENAME": name + "@localhost", "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
                 "RABBITMQ_NODE_PORT": self.ports[name], "RABBITMQ_PID_FILE": self.folder / (name + ".pid")}
        return ["%s=%s" % word for word in words.items()]

    def numbers(self, name):
        """All that were published and are there, at this node."""
        connection = connect(self.ports[name])
        channel, numbers = connection.channel(), set()
        while (body := channel.basic_get(QUEUE, auto_ack=True)[2]) is not None:
            numbers.add(int(body))
        connection.close()
        return numbers


def connect(port):
    return pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", port, heartbeat=0, socket_timeout=SLOW_S,
                                                             stack_timeout=SLOW_S, blocked_connection_timeout=SLOW_S))


class Publisher:
    """Publishes one number after the other, each of which the broker has to confirm."""

    def __init__(self, port):
        self.port, self.number = port, 0
        self.confirmed = []
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        while not self.stopping.is_set():
            try:
                connection = connect(self.port)
                self._publish(connection.channel())
                connection.close()
            except (pika.exceptions.AMQPError, OSError):
                time.sleep(0.1)

    def _publish(self, channel):
        channel.queue_declare(QUEUE, durable=True)
        channel.confirm_delivery()
        while not self.stopping.is_set():
            self.number += 1
            channel.basic_publish("", QUEUE, b"%d" % self.number, pika.BasicProperties(delivery_mode=2))
            self.confirmed.append(self.number)
            time.sleep(0.01)

    def wait_more(self, count=5):
        before = len(self.confirmed)
        wait_for(lambda: len(self.confirmed) >= before + count, SLOW_S, what="numbers are published")

    def close(self):
        self.stopping.set()
        self.thread.join(SLOW_S)
        assert not self.thread.is_alive()
