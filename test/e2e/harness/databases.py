# SPDX-License-Identifier: Apache-2.0
"""Real database servers: PostgreSQL with a streaming replica, MariaDB with a replica, a Galera cluster.

Each has servers "a" and "b" with data directories and loopback ports of their own, an account "weir" for probes, and a
table of numbers; those of MariaDB tell besides which server took them, by its port.
"""
import contextlib
import os
import pathlib
import shutil
import signal
import subprocess

from harness.ports import free_port
from harness.waiting import wait_for

POSTGRES = pathlib.Path("/usr/lib/postgresql/15/bin")
SLOW_S = 90  # for programs of a machine that is busy otherwise


def run(*command, user=None, folder=None, **options):
    """As the user that a database insists on, where we are root."""
    if user and os.getuid() == 0:
        command = ("runuser", "-u", user, "--") + command
    return subprocess.run([str(word) for word in command], cwd=folder, check=True, capture_output=True,
                          text=True, timeout=SLOW_S, **options)


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


class Postgres:
    """A primary "a" and its streaming replica "b"."""

    check = 'pgsql-check user weir password "probe pw"'
    roles = ("primary", "replica")
    table = "t"

    def __init__(self, folder):
        self.folder, self.ports = folder, {"a": free_port(), "b": free_port()}
        self.env = dict(os.environ, PGPASSWORD="adminpw")

    def create(self):
        folder = self.folder
        (folder / "pw").write_text("adminpw\n")
        self.tool("initdb", "-D", folder / "a", "-A", "scram-sha-256", "-U", "admin", "--pwfile", folder / "pw")
        self.configure("a")
        self.start("a")
        self.sql("a", "create role weir login password 'probe pw'; create table t(n int primary key)")
        self.tool("pg_basebackup", "-h", "127.0.0.1", "-p", self.ports["a"], "-U", "admin", "-D", folder / "b",
                  "-R", "-c", "fast")
        self.configure("b")
        self.start("b")
        return self

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


class Mysqld:
    """Servers of MariaDB; what makes them one database is a subclass's."""

    check = 'mysql-check user weir password "probe pw"'
    roles = ("writer", "reader")
    table = "d.t"
    accounts = ("create user weir@'%' identified by 'probe pw'; grant slave monitor on *.* to weir@'%';"
                "create database d; create table d.t(n int primary key, port int);"
                "create user app@'%' identified by 'app'; grant all on d.* to app@'%'")

    def __init__(self, folder):
        self.folder, self.ports = folder, {"a": free_port(), "b": free_port()}
        self.processes = {}

    def install(self, name):
        run("mariadb-install-db", "--no-defaults", "--datadir=%s" % (self.folder / name), "--skip-test-db",
            "--auth-root-authentication-method=normal", "--innodb-log-file-size=4M", user="mysql", folder=self.folder)

    def start(self, name, *words):
        command = ["mariadbd", "--no-defaults", "--datadir=%s" % (self.folder / name),
                   "--port=%d" % self.ports[name], "--socket=%s" % self.socket(name), "--bind-address=127.0.0.1",
                   "--pid-file=%s" % (self.folder / (name + ".pid")), "--innodb-buffer-pool-size=16M",
                   "--innodb-log-file-size=4M", "--innodb-flush-log-at-trx-commit=0", "--connect-timeout=600", *words]
        if os.getuid() == 0:
            command.append("--user=mysql")
        self.launch(name, command)
        wait_for(lambda: self.sql(name, "select 1", check=False), SLOW_S, every=0.1,
                 what=lambda: "%s is ready: %s" % (name, self.log(name)))

    def launch(self, name, command):
        with open(self.folder / (name + ".log"), "a", encoding="utf-8") as log:
            self.processes[name] = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder,
                                                    start_new_session=True)

    def log(self, name):
        return (self.folder / (name + ".log")).read_text(errors="replace")[-4000:]

    def socket(self, name):
        return self.folder / (name + ".sock")

    def client(self, *words):
        return run("mariadb", "--no-defaults", "-N", *words, folder=self.folder).stdout.split()

    def sql(self, name, text, port=None, check=True):
        """As root at the server itself; or as "app" through a port."""
        try:
            if port:
                return self.client(*self.app(port), "-e", text)
            return self.client("-uroot", "-S", self.socket(name), "-e", text)
        except subprocess.CalledProcessError:
            if check:
                raise
            return None

    @staticmethod
    def app(port):
        return ["-uapp", "-papp", "-h127.0.0.1", "-P%d" % port, "d"]

    def close(self):
        for name in self.processes:
            self.kill(name)  # nothing of it is needed any more

    def kill(self, name):
        """The server and what it has started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.processes[name].pid, signal.SIGKILL)
        self.processes[name].wait(SLOW_S)


class Mariadb(Mysqld):
    """A master "a" and its replica "b", by GTID."""

    def create(self):
        for number, name in enumerate("ab", 1):
            self.install(name)
            self.start(name, "--log-bin", "--server-id=%d" % number)
        self.sql("a", self.accounts)
        self.sql("a", "create user repl@'%' identified by 'r'; grant replication slave on *.* to repl@'%'")
        self.follow("b", "a", "set global gtid_slave_pos='';")
        return self

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


class Galera(Mysqld):
    """Members "a" and "b" of one cluster, and an arbitrator that gives the majority to whoever still talks to it."""

    # who is silent for two seconds is left out
    times = "evs.suspect_timeout=PT2S;evs.keepalive_period=PT0.3S;evs.inactive_check_period=PT0.2S"

    def __init__(self, folder):
        super().__init__(folder)
        self.group = {name: free_port() for name in ("a", "b", "arbitrator")}
        self.transfer = {name: (free_port(), free_port()) for name in "ab"}

    def create(self):
        self.install("a")
        self.join("a", "--wsrep-new-cluster", others="")
        self.sql("a", self.accounts)
        self.launch("arbitrator", ["garbd", "-a", self.address("a"), "-g", "weir", "-n", "arbitrator",
                                   "--options", self.options("arbitrator")])
        self.wait("a", wsrep_cluster_size="2")  # who joins at the same time keeps the other one waiting
        (self.folder / "b").mkdir()
        if os.getuid() == 0:
            shutil.chown(self.folder / "b", "mysql")
        self.join("b")
        self.wait_synced()
        return self

    def address(self, name):
        return "gcomm://127.0.0.1:%d" % self.group[name]

    def options(self, name):
        return "base_port=%d;gmcast.listen_addr=tcp://127.0.0.1:%d;%s" % (
            self.group[name], self.group[name], self.times)

    def join(self, name, *words, others=None):
        """Starts a member; what it has not it gets from another one."""
        others = self.address("arbitrator") if others is None else "gcomm://"
        incremental, whole = self.transfer[name]
        self.start(name, "--wsrep-on=1", "--wsrep-provider=/usr/lib/galera/libgalera_smm.so",
                   "--wsrep-cluster-name=weir", "--wsrep-node-name=" + name, "--wsrep-cluster-address=" + others,
                   "--wsrep-node-address=127.0.0.1:%d" % self.group[name], "--wsrep-sst-method=rsync",
                   "--wsrep-sst-receive-address=127.0.0.1:%d" % whole, "--binlog-format=row",
                   "--innodb-autoinc-lock-mode=2", "--wsrep-provider-options=%s;ist.recv_addr=127.0.0.1:%d;"
                   "gcache.size=4M" % (self.options(name), incremental), *words)

    def status(self, name):
        """What the cluster means to this member; empty where it does not answer."""
        words = self.sql(name, "show global status where variable_name in ('wsrep_ready', 'wsrep_local_state',"
                               "'wsrep_cluster_status', 'wsrep_cluster_size')", check=False) or []
        return dict(zip(words[::2], words[1::2]))

    def wait(self, name, **values):
        wait_for(lambda: self.status(name).items() >= values.items(), SLOW_S, every=0.1,
                 what=lambda: "%s is %s: %s" % (name, self.status(name), self.log(name)))

    def wait_synced(self):
        for name in "ab":
            self.wait(name, wsrep_cluster_size="3", wsrep_local_state="4", wsrep_ready="ON")
