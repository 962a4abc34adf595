# SPDX-License-Identifier: Apache-2.0
"""Two PostgreSQL servers "a" and "b" that a real Patroni keeps, each with its own REST interface."""
import contextlib
import json
import os
import urllib.request

from harness.databases import POSTGRES, SLOW_S, Servers, Writer
from harness.ports import free_port
from harness.waiting import wait_for

QUORUM = "abc"  # two that keep a server, one that only votes


class Patroni(Servers):
    def __init__(self, folder):
        super().__init__(folder, user="postgres")
        self.env = dict(os.environ, PGPASSWORD="adminpw")
        self.rest = {name: free_port() for name in "ab"}
        self.raft = {name: free_port() for name in QUORUM}

    def create(self):
        for name in QUORUM:
            config = self.folder / (name + ".json")
            config.write_text(json.dumps(self.config(name)))
            program = "patroni_raft_controller" if name == "c" else "patroni"
            self.launch(name, ["/usr/bin/python3", "/usr/bin/" + program, config])
        wait_for(lambda: sorted(map(self.role, "ab")) == ["leader", "sync_standby"], SLOW_S, every=0.1,
                 what=lambda: self.log("a") + self.log("b"))
        self.sql(self.leader(), "create table t(n int primary key, port int)")
        return self

    def config(self, name):
        raft = {"self_addr": "127.0.0.1:%d" % self.raft[name], "data_dir": str(self.folder / "raft"),
                "partner_addrs": ["127.0.0.1:%d" % self.raft[other] for other in QUORUM if other != name]}
        if name == "c":
            return {"raft": raft}
        rest = {"listen": "127.0.0.1:%d" % self.rest[name], "connect_address": "127.0.0.1:%d" % self.rest[name]}
        # a leader that hears nothing for so long gives up or is given up: not because the machine is busy
        shared = {"ttl": 300, "loop_wait": 1, "retry_timeout": 60, "synchronous_mode": True,
                  "postgresql": {"use_pg_rewind": False}}
        return {"scope": "weir", "name": name, "restapi": rest, "raft": raft,
                "bootstrap": {"dcs": shared, "initdb": ["no-sync", {"auth": "scram-sha-256"}]},
                "postgresql": self.server(name)}

    def server(self, name):
        address = "127.0.0.1:%d" % self.ports[name]
        return {"listen": address, "connect_address": address, "data_dir": str(self.folder / name),
                "bin_dir": str(POSTGRES), "pgpass": str(self.folder / ("pgpass-" + name)),
                "authentication": {"superuser": {"username": "admin", "password": "adminpw"},
                                   "replication": {"username": "repl", "password": "replpw"}},
                "parameters": {"fsync": "off", "unix_socket_directories": str(self.folder), "shared_buffers": "16MB"},
                "pg_hba": ["local all all trust", "host all all 127.0.0.1/32 scram-sha-256",
                           "host replication repl 127.0.0.1/32 scram-sha-256"]}

    def ask(self, name, path, data=None):
        request = urllib.request.Request("http://127.0.0.1:%d%s" % (self.rest[name], path), data)
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.read().decode()

    def role(self, name):
        """"leader", "sync_standby", "replica"; empty where nobody knows."""
        try:
            members = json.loads(self.ask(name, "/cluster"))["members"]
        except OSError:
            return ""
        return next((member["role"] for member in members if member["name"] == name
                     and member["state"] == "running"), "")

    def leader(self):
        return wait_for(lambda: next((name for name in "ab" if self.role(name) == "leader"), None), SLOW_S)

    def switch_over(self, name, other):
        """Asks for it until it is done: it is refused while they are busy with each other."""
        def is_done():
            with contextlib.suppress(OSError):
                self.ask(name, "/switchover", json.dumps({"leader": name, "candidate": other}).encode())
            return self.role(other) == "leader"

        wait_for(is_done, SLOW_S, every=1.0, what=lambda: self.log(name) + self.log(other))

    @staticmethod
    def client(port):
        return [POSTGRES / "psql", "-h", "127.0.0.1", "-p", port, "-U", "admin", "-qtA", "-v", "ON_ERROR_STOP=1",
                "postgres"]

    def sql(self, name, text):
        return self.run(*self.client(self.ports[name]), "-c", text, env=self.env).split()

    def write(self, port):
        return Writer(self.client(port), "insert into t values(%d, inet_server_port()) returning n || ' ' || port;",
                      self.env)

    def close(self):
        super().close()
        for name in "ab":  # it is in a process group of its own
            self.run(POSTGRES / "pg_ctl", "-D", self.folder / name, "-m", "immediate", "stop", check=False)
