# SPDX-License-Identifier: Apache-2.0
"""Real database servers, each with a data directory and loopback ports of its own, and a client that writes to them.

A database has servers "a" and "b", an account "weir" for probes and a table of numbers, whose rows tell which server took
them, by its port.
"""
import contextlib
import itertools
import os
import pathlib
import shutil
import signal
import subprocess
import threading
import time

from harness.instance import children
from harness.ports import free_port
from harness.waiting import wait_for

POSTGRES = pathlib.Path("/usr/lib/postgresql/15/bin")
SLOW_S = 300  # for programs of a machine that is busy otherwise


@contextlib.contextmanager
def open_folder(name):
    """A folder that the user of a database may enter."""
    path = pathlib.Path("/tmp") / ("weir-db-%d-%s" % (os.getpid(), name[:20]))
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(mode=0o777)
    path.chmod(0o777)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


class Servers:
    """Programs that run as the user they insist on, where we are root; each in a process group of its own."""

    def __init__(self, folder, user):
        self.folder, self.user = folder, user
        self.ports = {"a": free_port(), "b": free_port()}
        self.processes = {}

    def as_user(self, command):
        prefix = ["runuser", "-u", self.user, "--"] if os.getuid() == 0 else []
        return prefix + [str(word) for word in command]

    def run(self, *command, check=True, **options):
        """Its output."""
        try:
            return subprocess.run(self.as_user(command), cwd=self.folder, check=check, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, text=True, timeout=SLOW_S, **options).stdout
        except subprocess.CalledProcessError as error:
            error.add_note(error.stdout[-2000:] + error.stderr[-2000:])
            raise

    def launch(self, name, command):
        with open(self.folder / (name + ".log"), "a", encoding="utf-8") as log:
            self.processes[name] = subprocess.Popen(self.as_user(command), stdin=subprocess.DEVNULL, stdout=log,
                                                    stderr=log, cwd=self.folder, start_new_session=True)

    def log(self, name):
        return (self.folder / (name + ".log")).read_text(errors="replace")[-4000:]

    def send_signal(self, name, number):
        """To the server and what it has started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.processes[name].pid, number)

    def kill(self, name):
        self.send_signal(name, signal.SIGKILL)
        self.processes[name].wait(SLOW_S)

    def close(self):
        for name in self.processes:
            self.kill(name)  # nothing of it is needed any more


class Writer:
    """Writes one number after the other on one session, and goes on with a new one when that has ended.

    `command` is a client that reads statements and prints results; `statement` writes a number and returns it with the
    port of the server that took it.
    """

    numbers = itertools.count(1)  # of all, as tests may share a table

    def __init__(self, command, statement, env=None):
        self.command, self.statement = [str(word) for word in command], statement
        self.env = dict(os.environ, **(env or {}))
        self.acknowledged, self.ports = [], []
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        while not self.stopping.is_set():
            with subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0, env=self.env,
                                  stderr=subprocess.DEVNULL) as client:
                self._write(client)
                client.kill()
            time.sleep(0.05)  # others need the machine as well

    def _write(self, client):
        while not self.stopping.is_set():
            number = next(self.numbers)
            try:
                client.stdin.write((self.statement % number + "\n").encode())
            except BrokenPipeError:
                return
            words = client.stdout.readline().split()
            if words[:1] != [b"%d" % number]:
                return
            self.ports.append(int(words[1]))
            self.acknowledged.append(number)
            time.sleep(0.01)

    def wait_more(self, port, count=5):
        """Some more numbers are taken by the server of that port."""
        before = self.ports.count(port)
        wait_for(lambda: self.ports.count(port) >= before + count, SLOW_S, every=0.1, what="numbers are written")

    def close(self):
        self.stopping.set()
        self.thread.join(SLOW_S)
        assert not self.thread.is_alive()

    def check(self, words, ports, servers):
        """Whatever was acknowledged is among the rows of (number, port), which these took one after the other."""
        rows = dict(zip(map(int, words[::2]), map(int, words[1::2])))
        rows = {number: port for number, port in sorted(rows.items()) if number >= self.acknowledged[0]}
        assert set(self.acknowledged) <= set(rows)
        names = {port: name for name, port in ports.items()}
        turns = "".join(name for name, _ in itertools.groupby(names[port] for port in rows.values()))
        assert turns == servers, rows


class Postgres(Servers):
    """A primary "a" and its streaming replica "b"."""

    check = 'pgsql-check user weir password "probe pw"'
    roles = ("primary", "replica")

    def __init__(self, folder):
        super().__init__(folder, user="postgres")
        self.env = dict(os.environ, PGPASSWORD="adminpw")

    def create(self):
        folder = self.folder
        (folder / "pw").write_text("adminpw\n")
        self.tool("initdb", "-D", folder / "a", "-A", "scram-sha-256", "-U", "admin", "--pwfile", folder / "pw")
        self.configure("a")
        self.start("a")
        self.sql("a", "create role weir login password 'probe pw'; create table t(n int primary key, port int)")
        self.tool("pg_basebackup", "-h", "127.0.0.1", "-p", self.ports["a"], "-U", "admin", "-D", folder / "b",
                  "-R", "-c", "fast")
        self.configure("b")
        self.start("b")
        self.wait_in_step()
        return self

    def tool(self, name, *words):
        return self.run(POSTGRES / name, *words, env=self.env)

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
                             "-c", text, "postgres").split()
        except subprocess.CalledProcessError:
            if check:
                raise
            return None

    def write(self, port):
        return Writer([POSTGRES / "psql", "-h", "127.0.0.1", "-p", port, "-U", "admin", "-qtA", "-v", "ON_ERROR_STOP=1",
                       "postgres"],
                      "insert into t values(%d, inet_server_port()) returning n || ' ' || port;", self.env)

    def rows(self, name):
        return self.sql(name, "select n || ' ' || port from t")

    def wait_in_step(self):
        wait_for(lambda: self.sql("a", "select count(*) from pg_stat_replication where state='streaming' and "
                                  "replay_lsn = pg_current_wal_lsn()") == ["1"], SLOW_S)

    def promote(self):
        self.tool("pg_ctl", "-D", self.folder / "b", "promote")

    def fail_over(self):
        """First "a" has ended, and with it the sending of what it took."""
        self.tool("pg_ctl", "-D", self.folder / "a", "-m", "fast", "-t", SLOW_S, "stop")
        self.promote()

    def acknowledge_when_replicated(self):
        self.sql("a", "alter system set synchronous_standby_names = '*'")
        self.sql("a", "select pg_reload_conf()")
        wait_for(lambda: self.sql("a", "select sync_state from pg_stat_replication") == ["sync"], SLOW_S)
        self.sql("a", "checkpoint")  # by the process that makes commits wait, once it has read the same

    def signal_all(self, name, number):
        """To the server and its children, who are all in groups of their own."""
        pid = int((self.folder / name / "postmaster.pid").read_text().split()[0])
        for each in [pid, *children(pid)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(each, number)

    def close(self):
        for name in "ab":
            try:
                self.tool("pg_ctl", "-D", self.folder / name, "-m", "immediate", "stop")
            except subprocess.CalledProcessError:
                pass  # it has been stopped
