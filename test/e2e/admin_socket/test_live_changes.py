# SPDX-License-Identifier: Apache-2.0
"""What commands of the admin socket do to traffic, and the socket's own life."""
import os
import re
import stat
import threading

import pytest

from harness.cli import ask, connect, read_until
from harness.client import Client, get
from harness.ports import free_port
from harness.waiting import PATIENCE_S, is_listening, wait_for

CONFIG = """
global
    stats socket {folder}/admin.sock mode 640 level admin

frontend web
    bind 127.0.0.1:{port}
    default_backend app

backend app
    server s1 127.0.0.1:{server} {words}
"""


@pytest.fixture
def site(balance, serve, tmp_path):
    """site(server words) starts it; asks the admin socket."""

    def start(words="", behaviour=None):
        port = free_port()
        origin = serve(behaviour) if behaviour else serve()
        config = CONFIG.format(port=port, server=origin.port, folder=tmp_path, words=words)
        balancer = balance(config)
        path = tmp_path / "admin.sock"

        def question(line):
            return ask(path, line)

        question.port, question.path, question.balancer, question.config = port, path, balancer, config
        return question

    return start


def test_the_file_has_the_mode_that_is_asked_for(site):
    mode = os.stat(site().path).st_mode
    assert stat.S_ISSOCK(mode) and stat.S_IMODE(mode) == 0o640


def test_a_server_in_maintenance_has_no_health_and_pauses_no_checks_it_lacks(site):
    cli = site()
    assert cli("set server app/s1 state maint") == "\n"
    assert re.search(r" app 1 s1 127\.0\.0\.1 0 1 1 1 \d+ 1 0 0 0 0 ", cli("show servers state app"))


def test_a_disabled_frontend_refuses_until_it_is_enabled(site):
    cli = site()
    assert cli("disable frontend web") == "\n"
    wait_for(lambda: not is_listening(cli.port))
    assert re.search(r"\nweb,FRONTEND,.*,PAUSED,", cli("show stat"))
    assert cli("disable frontend web") == "All sockets are already disabled.\n\n"
    assert cli("enable frontend web") == "\n"
    wait_for(lambda: is_listening(cli.port))
    assert get(cli.port, "/").status == 200
    assert cli("enable frontend web") == "All sockets are already enabled.\n\n"


def test_limits_are_shown_as_they_were_set(site):
    cli = site()
    assert "\nMaxconn: 23\n" in cli("set maxconn global 23;show info")
    assert cli("set maxconn global 5000000") == "Value out of range.\n\n"
    assert "\nConnRateLimit: 7\n" in cli("set rate-limit connections global 7;show info")
    assert "\nSessRateLimit: 8\n" in cli("set rate-limit sessions global 8;show info")
    assert re.search(r"\nweb,FRONTEND,,,\d+,\d+,12,", cli("set maxconn frontend web 12;show stat"))
    assert re.search(r"\napp,s1,\d+,\d+,\d+,\d+,3,", cli("set maxconn server app/s1 3;show stat"))




def test_a_session_is_shown_and_ended(site):
    release = threading.Event()

    def wait(conn):
        conn.request()
        release.wait(PATIENCE_S)

    cli = site(behaviour=wait)
    try:
        with Client(cli.port) as client:
            client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            pattern = r"(0x\w+): proto=tcpv4 src=127\.0\.0\.1:\d+ fe=web be=app srv=s1 ts=\w+ epoch=\w+ age=\w+ calls=\d+ "
            found = wait_for(lambda: re.search(pattern, cli("show sess")))
            assert cli("shutdown session 0x1") == "No such session (use 'show sess').\n\n"
            assert cli("shutdown session") == "Session pointer expected (use 'show sess').\n\n"
            assert cli("shutdown session " + found.group(1)) == "\n"
            assert client.response().status == 502
            wait_for(lambda: "fe=web" not in cli("show sess"))
    finally:
        release.set()


def test_all_sessions_of_a_server_are_ended(site):
    release = threading.Event()

    def wait(conn):
        conn.request()
        release.wait(PATIENCE_S)

    cli = site(behaviour=wait)
    try:
        with Client(cli.port) as one, Client(cli.port) as two:
            for client in one, two:
                client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            wait_for(lambda: cli("show sess").count("srv=s1") == 2)
            assert cli("shutdown sessions server app/s1") == "\n"
            assert [client.response().status for client in (one, two)] == [502, 502]
    finally:
        release.set()


def test_probes_go_where_the_operator_says(site):
    cli = site("check inter 100ms")
    wait_for(lambda: re.search(r"\napp,s1,.*,UP,.*,L4OK,", cli("show stat")))
    assert cli("set server app/s1 check-port 1") == "\n"
    wait_for(lambda: re.search(r"\napp,s1,.*,DOWN,", cli("show stat")))
    assert re.search(r" 1 - - 0\n", cli("show servers state"))
    assert cli("disable health app/s1;set server app/s1 health up") == "\n\n"
    assert re.search(r"\napp,s1,.*,no check,", cli("show stat"))
    assert cli("enable health app/s1") == "\n"
    wait_for(lambda: re.search(r"\napp,s1,.*,DOWN,", cli("show stat")))
    assert cli("set server app/s1 check-port 0") == "\n"
    wait_for(lambda: re.search(r"\napp,s1,.*,UP,", cli("show stat")))
    assert cli("set server app/s1 check-port x").strip() == "provided port is not an integer"
    assert cli("set server app/s1 agent-port 5").strip() == "agent checks are not enabled on this server"


@pytest.mark.weir_only
def test_a_reload_keeps_the_socket_and_its_clients(site):
    cli = site()
    inode = os.stat(cli.path).st_ino
    with connect(cli.path) as client:
        client.sendall(b"prompt\n")
        read_until(client, "> ")
        cli.balancer.reload(cli.config + "\nbackend later\n    server s 127.0.0.1:1\n")
        wait_for(lambda: "later" in cli("show backend"))
        client.sendall(b"show backend\n")
        assert read_until(client, "> ") == "# name\napp\nlater\n\n> "
    assert os.stat(cli.path).st_ino == inode


@pytest.mark.weir_only
@pytest.mark.parametrize("line", ["add server app/s2 127.0.0.1:1", "set ssl ca-file x", "show fd", "set server app/s1 fqdn"])
def test_what_cannot_be_had_says_so(site, line):
    answer = site()(line)
    assert answer.count("\n") == 2 and "Unknown command" not in answer


FOLLOWERS = """
    server s2 127.0.0.1:1 track app/s1 weight 5
    server s3 127.0.0.1:1 track app/s2 backup
"""
ACTIVE = ". %d active and %d backup servers %s.%s 0 sessions %s"


def counts(active, backup, is_up=True):
    """What a line says of the backend behind the change."""
    return ACTIVE % (active, backup, "online" if is_up else "left", " Running on backup." if backup and not active else "",
                     "requeued, 0 total in queue." if is_up else "active, 0 requeued, 0 remaining in queue.")


# command, and what is logged about servers: each that tracks another takes over maintenance and draining, with its reason
TURNS = [
    ("set server app/s1 state maint", [
        "Server app/s1 is going DOWN for maintenance" + counts(1, 1, False),
        "Server app/s2 is going DOWN for maintenance via app/s1" + counts(0, 1, False),
        "Backup Server app/s3 is going DOWN for maintenance via app/s2" + counts(0, 0, False)]),
    ("set server app/s1 health down", []),  # nobody looks, and it is looked at anew when it is back
    ("set server app/s2 state maint", []),
    ("set server app/s2 state ready", [
        "Server app/s2 is leaving forced maintenance but remains in maintenance via app/s1."]),
    ("set server app/s1 state ready", [
        "Server app/s1 is UP/READY (leaving forced maintenance).",
        "Server app/s2 is UP/READY (leaving maintenance).",
        "Backup Server app/s3 is UP/READY (leaving maintenance)."]),
    ("set server app/s1 state drain", [
        "Server app/s1 enters drain state" + counts(1, 1),
        "Server app/s2 enters drain state via app/s1" + counts(0, 1),
        "Backup Server app/s3 enters drain state via app/s2" + counts(0, 0)]),
    ("set server app/s3 state drain", ["Backup Server app/s3 remains in forced drain mode."]),
    ("set server app/s1 health down", [
        "Server app/s1 is DOWN, changed from CLI" + counts(0, 0, False),
        "Server app/s1 remains in forced drain mode.",
        "Server app/s2 is DOWN via app/s1" + counts(0, 0, False),
        "Server app/s2 is leaving forced drain but remains in drain mode via app/s1.",
        "Backup Server app/s3 is DOWN via app/s2" + counts(0, 0, False),
        "Backup Server app/s3 remains in forced drain mode."]),
    ("set server app/s1 health up", [
        "Server app/s1 is UP, changed from CLI" + counts(0, 0),
        "Server app/s1 remains in forced drain mode.",
        "Server app/s2 is UP via app/s1" + counts(0, 0),
        "Server app/s2 is leaving forced drain but remains in drain mode via app/s1.",
        "Backup Server app/s3 is UP via app/s2" + counts(0, 0),
        "Backup Server app/s3 remains in forced drain mode."]),
    ("set server app/s1 state ready", [
        "Server app/s1 is UP (leaving forced drain).",
        "Server app/s2 is UP (leaving forced drain).",
        "Backup Server app/s3 remains in forced drain mode."]),
    ("set server app/s3 state ready", ["Backup Server app/s3 is UP (leaving forced drain)."]),
]


def test_what_is_said_of_servers_that_track_others(site, syslog):
    # the only probe is the first: none comes while the operator says what is
    cli = site("check inter 1h fall 1" + FOLLOWERS)
    wait_for(lambda: re.search(r"\napp,s1,.*,L4OK,", cli("show stat")))
    wanted = [line for _, lines in TURNS for line in lines]
    for command, _ in TURNS:
        assert cli(command) == "\n"

    def said():
        return [found.group() for line in list(syslog.lines) if (found := re.search("(Backup )?Server app/.*", line))]

    wait_for(lambda: len(said()) >= len(wanted), what=said)
    assert said() == wanted


def test_servers_that_track_others_show_whose_state_it_is(site):
    cli = site("check inter 1h fall 1" + FOLLOWERS)
    states = {"set server app/s1 state maint": ("MAINT", "MAINT (via app/s1)", "MAINT (via app/s2)", (1, 2, 2)),
              "set server app/s1 state drain": ("DRAIN", "DRAIN", "DRAIN", (8, 16, 16)),
              "set server app/s1 state ready": ("UP", "UP", "UP", (0, 0, 0)),
              "set server app/s2 state maint": ("UP", "MAINT", "MAINT (via app/s2)", (0, 1, 2)),
              "set server app/s2 state ready": ("UP", "UP", "UP", (0, 0, 0))}
    for command, (*words, numbers) in states.items():
        assert cli(command) == "\n"
        for server, (word, number) in enumerate(zip(words, numbers), 1):
            assert ",%s," % word in re.search(r"\napp,s%d,.*" % server, cli("show stat")).group(), command
            assert re.search(r" app %d s%d 127\.0\.0\.1 \d %d " % (server, server, number), cli("show servers state app")), command
