# SPDX-License-Identifier: Apache-2.0
"""show events: what rings keep, over the admin socket."""
import select

import pytest

from harness.cli import ask, connect, read_all, read_until
from harness.client import Client
from harness.ports import free_port
from harness.waiting import wait_for

CONFIG = """
global
    stats socket {folder}/admin.sock level admin

ring kept
    description "what came last"
    size 16384

ring other
    size 16384

frontend web
    bind 127.0.0.1:{port}
    log ring@kept local3
    log-format "uri=%HU %[bin(1b)]x"
    http-request return status 200
"""
HEAD = "Supported events sinks are listed below. Add -w(wait), -n(new). Any key to stop\n"


def get_to_the_end(port, path):
    """The connection ends behind the line of its request, and no sooner."""
    with Client(port) as client:
        client.request("GET", path, [("Connection", "close")])
        assert client.is_closed()


@pytest.fixture
def site(balance, tmp_path):
    port = free_port()
    balance(CONFIG.format(port=port, folder=tmp_path))
    site = lambda line: ask(tmp_path / "admin.sock", line)
    site.socket, site.get = tmp_path / "admin.sock", lambda path: get_to_the_end(port, path)
    return site


def test_the_rings_are_listed(site):
    text = site("show events")
    assert text.startswith(HEAD)
    assert "    kept       : type=buffer, 0 dropped, what came last\n" in text
    assert "    other      : type=buffer, 0 dropped, other\n" in text


def test_lines_are_shown(site):
    for path in ("/1", "/2"):
        site.get(path)
    wanted = "uri=/1 \x1bx\nuri=/2 \x1bx\n\n"
    wait_for(lambda: site("show events kept") == wanted)
    assert site("show events kept -n") == "\n"
    assert site("show events other") == "\n"


def test_what_is_wrong(site):
    assert site("show events none") == "No such event sink\n"
    assert site("show events kept -x") == "unknown option\n"


@pytest.mark.weir_only
def test_lines_for_a_terminal_or_a_program(site):
    site.get("/1")
    wait_for(lambda: site("show events kept -s") == "uri=/1 ?x\n\n")
    assert site("show events kept -0") == "uri=/1 \x1bx\0\n"


@pytest.mark.parametrize("flags", ["-w -n", "-wn"])
def test_lines_to_come(site, kind, flags):
    site.get("/early")
    wait_for(lambda: "early" in site("show events kept"))
    with connect(site.socket) as client:
        client.sendall(b"show events kept %s\n" % flags.encode())
        assert "dropped" in site("show events")  # others are served

        def hears():  # when it has begun to wait only its first line tells
            site.get("/late")
            return select.select([client], [], [], 0.1)[0]

        wait_for(hears)
        line = "uri=/late \x1bx\n"
        assert read_until(client, "x\n").lstrip() == line
        client.sendall(b"\n")
        assert kind == "haproxy" or read_all(client).replace(line, "") == "\n"


def test_a_reader_that_leaves(site):
    with connect(site.socket) as client:
        client.sendall(b"show events kept -w\n")
        site.get("/1")
        read_until(client, "x\n")
    assert "kept" in site("show events")
