# SPDX-License-Identifier: Apache-2.0
"""Roles as servers tell them that no scenario has as real ones: other makers, other versions, rare states."""
import pytest

from harness import mysql
from harness.mysql import pairs, rows
from harness.ports import free_port
from harness.stats import read_stats
from harness.waiting import wait_for

CONFIG = """
listen db
    mode tcp
    bind 127.0.0.1:{port}
    option log-health-checks
    option mysql-check user weir password pw {words}
    timeout check 1m
    server s1 127.0.0.1:{server} check inter 400ms fall 3

listen stats
    bind 127.0.0.1:{stats}
    stats enable
    stats uri /stats
"""

REPLICA = ("Slave_IO_Running", "Slave_SQL_Running", "Seconds_Behind_Master")
NEW_REPLICA = ("Replica_IO_Running", "Replica_SQL_Running", "Seconds_Behind_Source")
VARIABLES = dict(read_only="OFF", wsrep_on="OFF", wsrep_provider="none", wsrep_reject_queries="NONE")
MEMBER = dict(VARIABLES, wsrep_on="ON", wsrep_provider="/usr/lib/galera/libgalera_smm.so")
PERCONA = dict(read_only="OFF", super_read_only="OFF", wsrep_provider="/usr/lib/galera4/libgalera_smm.so",
               wsrep_reject_queries="NONE", pxc_maint_mode="DISABLED")
SYNCED = dict(wsrep_ready="ON", wsrep_local_state="4", wsrep_cluster_status="Primary")
NO_SUCH_WORD = mysql.error(1064, "You have an error in your SQL syntax")
UNPREPARED = mysql.error(1047, "WSREP has not yet prepared node for application use")


def server(variables, status=None, *others, **options):
    return mysql.server(("VARIABLES", pairs(**variables)), ("GLOBAL STATUS", pairs(**(status or {}))), *others,
                        **options)


def member(**status):
    return server(MEMBER, dict(SYNCED, **status))


def replica(*values, columns=REPLICA, word="REPLICA STATUS"):
    return server(dict(VARIABLES, read_only="ON"), None, (word, rows(columns, values)))


# name: server, what is wanted, whether it is up, what the log says
CASES = {
    "a primary is written to": (server(VARIABLES), "writer", True, "primary"),
    "a primary is no reader": (server(VARIABLES), "reader", False, "it is the primary"),
    "read_only": (server(dict(VARIABLES, read_only="ON")), "writer", False, "it is read-only"),
    "super_read_only": (server(dict(VARIABLES, super_read_only="1")), "writer", False, "it is read-only"),
    "a replica": (replica("Yes", "Yes", "3"), "reader max-lag 10s", True, "replica, 3s late"),
    "a replica by new names": (replica("Yes", "Yes", "3", columns=NEW_REPLICA), "reader max-lag 10s", True,
                               "replica, 3s late"),
    "a replica by old words": (server(dict(VARIABLES, read_only="ON"), None, ("REPLICA", NO_SUCH_WORD),
                                      ("SLAVE", rows(REPLICA, ("Yes", "Yes", "3")))),
                               "reader max-lag 10s", True, "replica, 3s late"),
    "a late replica": (replica("Yes", "Yes", "11"), "reader max-lag 10s", False, "it is 11s late"),
    "a late replica that may be": (replica("Yes", "Yes", "11"), "reader", True, "replica, 11s late"),
    "a replica that has stopped": (replica("Yes", "No", None), "reader max-lag 10s", False,
                                   "its replication has stopped"),
    "a replica that cannot tell": (replica("Yes", "Yes", None), "reader max-lag 10s", False,
                                   "nobody knows how late it is"),
    "a replica is not written to": (replica("Yes", "Yes", "0"), "writer", False, "it is a replica"),
    "synced": (member(), "writer", True, "member of the cluster"),
    "synced, to be read": (member(), "reader max-lag 10s", True, "member of the cluster"),
    "joining": (member(wsrep_local_state="1", wsrep_ready="OFF"), "writer", False, "not synced with its cluster"),
    "donor": (member(wsrep_local_state="2"), "writer", False, "not synced with its cluster"),
    "donor, to be read": (member(wsrep_local_state="2"), "reader", False, "not synced with its cluster"),
    "joined": (member(wsrep_local_state="3"), "writer", False, "not synced with its cluster"),
    "not ready": (member(wsrep_ready="OFF"), "writer", False, "not ready in its cluster"),
    "of a minority": (member(wsrep_cluster_status="non-Primary", wsrep_local_state="0", wsrep_ready="OFF"), "writer",
                      False, "cut off from the majority of its cluster"),
    "disconnected": (member(wsrep_cluster_status="Disconnected"), "writer", False,
                     "cut off from the majority of its cluster"),
    "rejects queries": (server(dict(MEMBER, wsrep_reject_queries="ALL_KILL"), SYNCED), "writer", False,
                        "it rejects queries"),
    "a read-only member": (server(dict(MEMBER, read_only="ON"), SYNCED), "writer", False, "it is read-only"),
    "a read-only member, to be read": (server(dict(MEMBER, read_only="ON"), SYNCED), "reader", True,
                                       "member of the cluster"),
    "Percona's member": (server(PERCONA, SYNCED), "writer", True, "member of the cluster"),
    "Percona's donor": (server(PERCONA, dict(SYNCED, wsrep_local_state="2")), "writer", False,
                        "not synced with its cluster"),
    "Percona's maintenance": (server(dict(PERCONA, pxc_maint_mode="SHUTDOWN"), SYNCED), "writer", False,
                              "it is in maintenance"),
    "a library without a cluster": (server(dict(MEMBER, wsrep_on="OFF")), "writer", True, "primary"),
    "not prepared": (mysql.server(("VARIABLES", UNPREPARED)), "writer", False, "WSREP has not yet prepared node"),
    "not prepared to let us in": (mysql.server(login=UNPREPARED), "writer", False, "WSREP has not yet prepared node"),
    "nothing is said": (mysql.server(), "writer", False, "it does not tell its role"),
}


@pytest.mark.weir_only
@pytest.mark.parametrize("name", CASES)
def test_the_role_of_a_server(balance, serve, syslog, name):
    behaviour, words, up, reason = CASES[name]
    stats = free_port()
    balance(CONFIG.format(port=free_port(), server=serve(behaviour).port, stats=stats, words="role " + words))
    assert 'info: "%s' % reason in syslog.line("Health check for server db/s1")
    wait_for(lambda: read_stats(stats)["db", "s1"]["status"].startswith("UP" if up else "DOWN"))


@pytest.mark.weir_only
@pytest.mark.parametrize("login", [UNPREPARED, mysql.ok()], ids=["at the door", "inside"])
def test_who_is_not_prepared_is_out_at_once(balance, serve, syslog, login):
    server_now = mysql.server(("VARIABLES", UNPREPARED), login=login)
    balance(CONFIG.format(port=free_port(), server=serve(server_now).port, stats=free_port(), words="role writer"))
    assert "status: 0/2 DOWN" in syslog.line("Health check for server db/s1")


# ---- servers that do not behave

ENDLESS = b"".join(mysql.packet(1, b"\x09read_only\x02ON") for _ in range(4096))


def says(data):
    """To whatever it is asked, for as long as somebody listens."""

    def behaviour(conn):
        conn.send(data)
        conn.wait_closed()

    return behaviour


# name: server, the probe's status, what the log says
BAD = {
    "silence": (says(b""), "Layer7 timeout", None),
    "half a greeting": (says(mysql.greeting()[:20]), "Layer7 timeout", None),
    "a greeting of another age": (says(mysql.packet(0, b"\x09" + bytes(60))), "Layer7 invalid response",
                                  "MySQL protocol error"),
    "no MySQL": (says(b"220 mail.test ESMTP\r\n" * 3), "Layer7 invalid response", "MySQL protocol error"),
    "silence instead of an answer": (mysql.server(("VARIABLES", b"")), "Layer7 timeout", None),
    "more columns than anybody has": (mysql.server(("VARIABLES", mysql.packet(1, b"\xfa"))), "Layer7 invalid response",
                                      "MySQL protocol error"),
    "a text longer than its packet": (mysql.server(("VARIABLES", mysql.packet(1, b"\2") + mysql.packet(2, b"\x30def"))),
                                      "Layer7 invalid response", "MySQL protocol error"),
    "rows without end": (mysql.server(("VARIABLES", pairs(read_only="OFF")[:-9] + ENDLESS)), "Layer7 invalid response",
                         None),
    "an error without words": (mysql.server(("VARIABLES", mysql.packet(1, b"\xff\x07"))), "Layer7 wrong status", None),
}


@pytest.mark.weir_only
@pytest.mark.parametrize("name", BAD)
def test_a_server_that_does_not_behave_is_down_and_it_is_said_why(balance, serve, syslog, name):
    behaviour, status, info = BAD[name]
    config = CONFIG.replace("timeout check 1m", "timeout check 700ms") if status.endswith("timeout") else CONFIG
    balance(config.format(port=free_port(), server=serve(behaviour).port, stats=free_port(), words="role writer"))
    line = syslog.line("Server db/s1 is DOWN")
    health = syslog.line("Health check for server db/s1 failed, reason: " + status)
    assert line and (info is None or info in health), health
