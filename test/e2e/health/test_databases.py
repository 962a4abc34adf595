# SPDX-License-Identifier: Apache-2.0
"""Pools that follow the role of a database: real PostgreSQL and MariaDB, which are promoted."""
import os
import pathlib
import shutil
import subprocess
import threading
import time

import pytest

from harness.ports import free_port
from harness.stats import read_stats
from harness.waiting import wait_for

POSTGRES = pathlib.Path("/usr/lib/postgresql/15/bin")
INTER_S, FALL = 0.5, 3

POOLS = """
listen writer
    mode tcp
    bind 127.0.0.1:{writer}
    option {check} role {writing}
    default-server inter 500ms fall 3
    server a 127.0.0.1:{a} check
    server b 127.0.0.1:{b} check

listen reader
    mode tcp
    bind 127.0.0.1:{reader}
    option {check} role {reading} max-lag 10s
    default-server inter 500ms fall 3
    server a 127.0.0.1:{a} check
    server b 127.0.0.1:{b} check

listen stats
    bind 127.0.0.1:{stats}
    stats enable
    stats uri /stats
"""

pytestmark = pytest.mark.weir_only


def run(*command, user=None, folder=None, **options):
    """As the user that a database insists on, where we are root."""
    if user and os.getuid() == 0:
        command = ("runuser", "-u", user, "--") + command
    return subprocess.run([str(word) for word in command], cwd=folder, check=True, capture_output=True,
                          text=True, timeout=60, **options)


@pytest.fixture
def folder(tmp_path_factory, request):
    """One that the user of a database may enter."""
    path = pathlib.Path("/tmp") / ("weir-db-%d-%s" % (os.getpid(), request.node.name[:20]))
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(mode=0o777)
    path.chmod(0o777)
    yield path
    shutil.rmtree(path, ignore_errors=True)


class Postgres:
    """A primary "a" and its streaming replica "b"."""

    check = 'pgsql-check user weir password "probe pw"'
    roles = ("primary", "replica")

    def __init__(self, folder):
        self.folder, self.ports = folder, {"a": free_port(), "b": free_port()}
        (folder / "pw").write_text("adminpw\n")
        self.env = dict(os.environ, PGPASSWORD="adminpw")
        self.tool("initdb", "-D", folder / "a", "-A", "scram-sha-256", "-U", "admin", "--pwfile", folder / "pw")
        self.configure("a")
        self.start("a")
        self.sql("a", "create role weir login password 'probe pw'; create table t(n int primary key)")
        self.tool("pg_basebackup", "-h", "127.0.0.1", "-p", self.ports["a"], "-U", "admin", "-D", folder / "b",
                  "-R", "-c", "fast")
        self.configure("b")
        self.start("b")

    def tool(self, name, *words):
        return run(POSTGRES / name, *words, user="postgres", folder=self.folder, env=self.env)

    def configure(self, name):
        config = self.folder / name / "postgresql.auto.conf"
        settings = ("listen_addresses='127.0.0.1'\nport=%d\nunix_socket_directories=''\nfsync=off\n"
                    "synchronous_commit=on\n" % self.ports[name])
        config.write_text(config.read_text() + settings)

    def start(self, name):
        self.tool("pg_ctl", "-D", self.folder / name, "-l", self.folder / (name + ".log"), "-w", "start")

    def sql(self, name, text, port=None, check=True):
        try:
            return self.tool("psql", "-h", "127.0.0.1", "-p", port or self.ports[name], "-U", "admin", "-qtA",
                             "-c", text, "postgres").stdout.split()
        except subprocess.CalledProcessError:
            if check:
                raise
            return None

    def wait_in_step(self):
        wait_for(lambda: self.sql("a", "select count(*) from pg_stat_replication where state='streaming' and "
                                  "replay_lsn = pg_current_wal_lsn()") == ["1"], 20)

    def fail_over(self):
        self.stop("a")
        self.tool("pg_ctl", "-D", self.folder / "b", "promote")

    def stop(self, name):
        self.tool("pg_ctl", "-D", self.folder / name, "-m", "fast", "-W", "stop")

    def close(self):
        for name in "ab":
            try:
                self.tool("pg_ctl", "-D", self.folder / name, "-m", "immediate", "stop")
            except subprocess.CalledProcessError:
                pass  # it has been stopped


class Mariadb:
    """A master "a" and its replica "b", by GTID."""

    check = 'mysql-check user weir password "probe pw"'
    roles = ("writer", "reader")

    def __init__(self, folder):
        self.folder, self.ports = folder, {"a": free_port(), "b": free_port()}
        self.processes = {}
        for number, name in enumerate("ab", 1):
            run("mariadb-install-db", "--no-defaults", "--datadir=%s" % (folder / name), "--skip-test-db",
                "--auth-root-authentication-method=normal", user="mysql", folder=folder)
            self.start(name, number)
        self.sql("a", "create user weir@'%' identified by 'probe pw'; grant slave monitor on *.* to weir@'%';"
                      "create user repl@'%' identified by 'r'; grant replication slave on *.* to repl@'%';"
                      "create database d; create table d.t(n int primary key);"
                      "create user app@'%' identified by 'app'; grant all on d.* to app@'%'")
        self.follow("b", "a", "set global gtid_slave_pos='';")

    def start(self, name, number):
        command = ["mariadbd", "--no-defaults", "--datadir=%s" % (self.folder / name), "--log-bin",
                   "--port=%d" % self.ports[name], "--socket=%s" % (self.folder / (name + ".sock")),
                   "--bind-address=127.0.0.1", "--server-id=%d" % number, "--innodb-buffer-pool-size=16M",
                   "--pid-file=%s" % (self.folder / (name + ".pid")), "--innodb-flush-log-at-trx-commit=0"]
        if os.getuid() == 0:
            command.append("--user=mysql")
        log = open(self.folder / (name + ".log"), "w")
        self.processes[name] = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder)
        wait_for(lambda: self.sql(name, "select 1", check=False), 30)

    def client(self, *words):
        return run("mariadb", "--no-defaults", "-N", *words, folder=self.folder).stdout.split()

    def sql(self, name, text, port=None, check=True):
        try:
            if port:
                return self.client("-uapp", "-papp", "-h127.0.0.1", "-P%d" % port, "d", "-e", text)
            return self.client("-uroot", "-S", self.folder / (name + ".sock"), "-e", text)
        except subprocess.CalledProcessError:
            if check:
                raise
            return None

    def follow(self, name, other, before=""):
        self.sql(name, before + "change master to master_host='127.0.0.1', master_port=%d, master_user='repl',"
                 "master_password='r', master_use_gtid=slave_pos; start slave; set global read_only=1"
                 % self.ports[other])

    def wait_in_step(self):
        wait_for(lambda: self.sql("a", "select @@gtid_binlog_pos") == self.sql("b", "select @@gtid_slave_pos"), 20)

    def fail_over(self):
        self.sql("a", "set global read_only=1")
        self.wait_in_step()
        self.sql("b", "stop slave; reset slave all; set global read_only=0")
        self.follow("a", "b", "set global gtid_slave_pos=@@gtid_current_pos;")

    def close(self):
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            process.wait(20)


DATABASES = {
    "postgres": pytest.param(Postgres, marks=pytest.mark.skipif(not POSTGRES.exists(), reason="no postgresql-15")),
    "mariadb": pytest.param(Mariadb, marks=pytest.mark.skipif(not shutil.which("mariadbd"),
                                                              reason="no mariadb-server")),
}


class Pools:
    def __init__(self, balance, database, check=None):
        names = ("writer", "reader", "stats")
        self.ports = {name: free_port() for name in names}
        words = dict(self.ports, **database.ports)
        balance(POOLS.format(check=check or database.check, writing=database.roles[0], reading=database.roles[1],
                             **words))

    def status(self):
        rows = read_stats(self.ports["stats"])
        return {key: rows[key]["status"] for key in rows if key[1] in ("a", "b")}

    def wait(self, writer, reader, within):
        want = {("writer", "a"): "a" == writer, ("writer", "b"): "b" == writer,
                ("reader", "a"): "a" == reader, ("reader", "b"): "b" == reader}
        wait_for(lambda: {key: status.startswith("UP") for key, status in self.status().items()} == want, within,
                 what=self.status)


def write_for_ever(database, port, acknowledged, stop):
    number = 0
    while not stop.is_set():
        number += 1
        if database.sql("a", "insert into t values(%d)" % number, port, check=False) is not None:
            acknowledged.append(number)


@pytest.mark.parametrize("kind_of_database", DATABASES.values(), ids=DATABASES.keys())
def test_the_pools_follow_the_roles_and_no_write_is_lost(folder, balance, closing, kind_of_database):
    database = closing(kind_of_database(folder))
    pools = Pools(balance, database)
    pools.wait("a", "b", 8)
    acknowledged, stop = [], threading.Event()
    client = threading.Thread(target=write_for_ever, args=(database, pools.ports["writer"], acknowledged, stop))
    client.start()
    wait_for(lambda: len(acknowledged) > 5, 15)
    database.fail_over()
    promoted = time.monotonic()
    wait_for(lambda: pools.status()["writer", "b"].startswith("UP"), INTER_S * FALL + 1)
    assert time.monotonic() - promoted < INTER_S * FALL + 1.5
    pools.wait("b", "a" if kind_of_database is Mariadb else None, INTER_S * FALL + 3)
    before = len(acknowledged)
    wait_for(lambda: len(acknowledged) > before + 3, 15)
    stop.set()
    client.join(20)
    table = "d.t" if kind_of_database is Mariadb else "t"
    found = set(map(int, database.sql("b", "select n from " + table)))
    assert set(acknowledged) <= found


@pytest.mark.parametrize("kind_of_database", DATABASES.values(), ids=DATABASES.keys())
def test_a_wrong_password_is_said(folder, balance, closing, syslog, kind_of_database):
    database = closing(kind_of_database(folder))
    Pools(balance, database, database.check.replace("probe pw", "wrong"))
    assert "Layer7 wrong status" in syslog.line("Server writer/a is DOWN")
    assert "password authentication failed" in syslog.line("Server writer/a is DOWN") or \
        "Access denied" in syslog.line("Server writer/a is DOWN")


def test_of_two_primaries_the_one_promoted_later_counts(folder, balance, closing, syslog):
    if not POSTGRES.exists():
        pytest.skip("no postgresql-15")
    database = closing(Postgres(folder))
    pools = Pools(balance, database)
    pools.wait("a", "b", 8)
    database.tool("pg_ctl", "-D", folder / "b", "promote")
    pools.wait("b", None, INTER_S * FALL + 3)
    assert 'info: "another server was promoted after it"' in syslog.line("Server writer/a is DOWN")
