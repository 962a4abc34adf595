# SPDX-License-Identifier: Apache-2.0
"""The master socket: commands for the monitor, and through it for the worker."""
import re
import socket

import pytest

from harness.balancer import KINDS
from harness.cli import connect, read_until
from harness.client import get
from harness.ports import free_port
from harness.waiting import wait_for

CONFIG = """
frontend web
    bind 127.0.0.1:{port}
    default_backend app

backend app
    server s1 127.0.0.1:{server}
"""


@pytest.fixture
def site(serve, tmp_path, kind, syslog, closing):
    """Asks the master socket: the answer to a line after which nothing more is sent."""
    path, port = tmp_path / "master.sock", free_port()

    class Monitored(KINDS[kind]):
        def command(self):
            return [word for word in super().command() if word != "-db"]

    config = CONFIG.format(port=port, server=serve().port)
    argv = ["-W", "-S", "%s,mode,600" % path]
    closing(Monitored(tmp_path, config, syslog, argv=argv).start())
    wait_for(path.exists)

    def question(line):
        text = b""
        try:
            with connect(path) as client:
                client.sendall(line.encode() + b"\n")
                client.shutdown(socket.SHUT_WR)
                while part := client.recv(65536):
                    text += part
        except (ConnectionRefusedError, ConnectionResetError):
            pass  # HAProxy's starts itself anew
        return text.decode()

    question.path, question.port = path, port
    wait_for(lambda: "worker" in question("show proc"))
    return question


def test_the_processes_are_shown(site):
    assert re.fullmatch(r"#<PID> +<type> +<reloads> +<uptime> +<version> +\n\d+ +master +0 .*\n"
                        r"# workers\n\d+ +worker +0 .*\n# programs\n\n", site("show proc"))


def test_a_command_goes_to_the_worker(site):
    worker = re.search(r"\n(\d+) +worker", site("show proc")).group(1)
    assert "\nPid: %s\n" % worker in site("@1 show info")
    assert "\nPid: %s\n" % worker in site("@!%s show info" % worker)
    assert "# name\napp\n" in site("@1 show backend")
    assert site("@7 show info") == "Can't find the target PID matching the prefix '@7'\n"
    assert site("@1 disable server app/s1") == "\n"
    assert get(site.port, "/").status == 503


def test_the_prompt_names_who_listens(site):
    worker = re.search(r"\n(\d+) +worker", site("show proc")).group(1)
    with connect(site.path) as client:
        client.sendall(b"prompt\n")
        assert read_until(client, "master> ") == "master> "
        client.sendall(b"@1\n")
        assert read_until(client, "> ") == worker + "> "
        client.sendall(b"show backend\n")
        assert read_until(client, worker + "> ") == "# name\napp\n\n" + worker + "> "


def test_a_reload_is_counted(site):
    site("reload")
    wait_for(lambda: re.search(r"\d+ +master +1 ", site("show proc")))
    assert get(site.port, "/").status == 200
