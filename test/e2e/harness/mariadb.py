# SPDX-License-Identifier: Apache-2.0
"""Real MariaDB servers: a master with a replica, and a Galera cluster."""
import subprocess

from harness.databases import SLOW_S, Servers, Writer
from harness.ports import free_port
from harness.waiting import wait_for


class Mysqld(Servers):
    """Servers of MariaDB; what makes them one database is a subclass's."""

    # Several start at once, and the kernel's means for asynchronous reading are bounded for all together.
    small = ["--innodb-buffer-pool-size=16M", "--innodb-log-file-size=4M", "--innodb-use-native-aio=0"]
    check = 'mysql-check user weir password "probe pw"'
    roles = ("writer", "reader")
    accounts = ("create user weir@'%' identified by 'probe pw'; grant slave monitor on *.* to weir@'%';"
                "create database d; create table d.t(n int primary key, port int);"
                "create user app@'%' identified by 'app'; grant all on d.* to app@'%'")

    def __init__(self, folder):
        super().__init__(folder, user="mysql")

    def install(self, name):
        self.run("mariadb-install-db", "--no-defaults", "--datadir=%s" % (self.folder / name), "--skip-test-db",
                 "--auth-root-authentication-method=normal", *self.small)

    def start(self, name, *words):
        command = ["mariadbd", "--no-defaults", "--datadir=%s" % (self.folder / name),
                   "--port=%d" % self.ports[name], "--socket=%s" % self.socket(name), "--bind-address=127.0.0.1",
                   "--pid-file=%s" % (self.folder / (name + ".pid")), *self.small,
                   "--innodb-flush-log-at-trx-commit=0", "--connect-timeout=600", *words]
        self.launch(name, command)
        wait_for(lambda: self.sql(name, "select 1", check=False), SLOW_S, every=0.1,
                 what=lambda: "%s is ready: %s" % (name, self.log(name)))

    def socket(self, name):
        return self.folder / (name + ".sock")

    @staticmethod
    def client(*words):
        return ["mariadb", "--no-defaults", "-N", *words]

    def app(self, port):
        """A client of the account that writes."""
        return self.client("--unbuffered", "--skip-reconnect", "-uapp", "-papp", "-h127.0.0.1", "-P%d" % port, "d")

    def root(self, name):
        return self.client("-uroot", "-S", self.socket(name))

    def sql(self, name, text, port=None, check=True):
        """As root at the server itself; or as "app" through a port."""
        try:
            return self.run(*(self.app(port) if port else self.root(name)), "-e", text).split()
        except subprocess.CalledProcessError:
            if check:
                raise
            return None

    def write(self, port):
        return Writer(self.app(port), "insert into t values(%d, @@port) returning n, port;")

    def rows(self, name):
        return self.sql(name, "select n, port from d.t")


class Mariadb(Mysqld):
    """A master "a" and its replica "b", by GTID."""

    def create(self):
        for name in "ab":
            self.install(name)
            self.begin(name)
        self.sql("a", self.accounts)
        self.sql("a", "create user repl@'%' identified by 'r'; grant replication slave on *.* to repl@'%'")
        self.follow("b", "a", "set global gtid_slave_pos='';")
        return self

    def begin(self, name):
        self.start(name, "--log-bin", "--server-id=%d" % ("ab".index(name) + 1))

    def follow(self, name, other, before=""):
        self.sql(name, before + "change master to master_host='127.0.0.1', master_port=%d, master_user='repl',"
                 "master_password='r', master_use_gtid=slave_pos; start slave; set global read_only=1"
                 % self.ports[other])

    def wait_in_step(self):
        wait_for(lambda: self.sql("a", "select @@gtid_binlog_pos") == self.sql("b", "select @@gtid_slave_pos"), SLOW_S)

    def promote(self):
        self.sql("b", "stop slave; reset slave all; set global read_only=0")

    def fail_over(self):
        self.sql("a", "set global read_only=1")
        self.wait_in_step()
        self.promote()
        self.follow("a", "b", "set global gtid_slave_pos=@@gtid_current_pos;")


class Galera(Mysqld):
    """Members "a" and "b" of one cluster, and an arbitrator that gives the majority to whoever still talks to it."""

    # who is silent for five seconds is left out: one that is only slow has spoken by then
    times = "evs.suspect_timeout=PT5S;evs.keepalive_period=PT0.3S;evs.inactive_check_period=PT0.2S"

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
        self.run("mkdir", "b")
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
