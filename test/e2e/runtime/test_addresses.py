# SPDX-License-Identifier: Apache-2.0
"""Where weir can listen besides TCP ports, and what it makes when it is missing."""
import os
import socket
import ssl
import stat
import subprocess

import pytest

from harness.balancer import RELOADED
from harness.instance import Instance, answers, site
from harness.client import Client
from harness.waiting import PATIENCE_S, wait_for

REQUEST = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


def answer_of(address):
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(PATIENCE_S)
        client.connect(address)
        client.sendall(REQUEST)
        return client.recv(4096)


def test_abstract_unix_socket(launch, port):
    launch(site(port) + "    bind abns@weir-%d\n    bind abnsz@weirz-%d\n" % (port, port))
    assert answer_of(("\0weir-%d" % port).ljust(108, "\0")).startswith(b"HTTP/1.1 200")
    assert answer_of("\0weirz-%d" % port).startswith(b"HTTP/1.1 200")


def test_unix_socket_with_mode(launch, port, tmp_path):
    path = tmp_path / "site.sock"
    path.write_text("something left over")
    launch(site(port) + "    bind unix@%s mode 660\n" % path)
    assert answer_of(str(path)).startswith(b"HTTP/1.1 200")
    assert stat.S_IMODE(path.stat().st_mode) == 0o660
    assert [entry.name for entry in tmp_path.glob("site.sock*")] == ["site.sock"]


@pytest.mark.parametrize("flags", [["-db"], ["-W"]], ids=" ".join)
def test_inherited_socket_stays_over_reloads(tmp_path, port, flags):
    with socket.create_server(("127.0.0.1", port)) as inherited:
        config = "frontend site\n    bind fd@%d\n    http-request return status 200 " \
                 "content-type text/plain string %%s\n" % inherited.fileno()
        weir = Instance(tmp_path, config % "hello", flags=flags)
        with subprocess.Popen([str(word) for word in weir.command()], pass_fds=[inherited.fileno()],
                              stderr=subprocess.DEVNULL, env={**os.environ, **weir.environment()}) as run:
            try:
                wait_for(lambda: answers(port))
                for turn in range(3):
                    weir.write(config % turn)
                    run.send_signal(1)
                    wait_for(lambda: answers(port, b"%d" % turn))
            finally:
                run.send_signal(10)
                assert run.wait(PATIENCE_S) == 0


@pytest.mark.parametrize("text,reason", [
    ("bind unix@/nonexistent/site.sock", "/nonexistent/site.sock"),
    ("bind 192.0.2.1:25000", "192.0.2.1:25000"),
    ("bind fd@999", "fd@999"),
], ids=["no folder", "no such address", "no descriptor"])
def test_address_that_cannot_be_had_is_refused(tmp_path, port, text, reason):
    weir = Instance(tmp_path, site(port) + "    %s\n" % text)
    done = subprocess.run([str(word) for word in weir.command()], capture_output=True, text=True, timeout=PATIENCE_S)
    assert done.returncode == 1
    assert reason in done.stderr


def test_self_signed_certificate_is_made_once(launch, port, tmp_path):
    pem = tmp_path / "demo.pem"
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    weir = launch(site(port, words="ssl self-signed crt %s" % pem))
    with Client(port, tls=context, sni="localhost") as client:
        assert client.request().body == b"hello"
    assert stat.S_IMODE(pem.stat().st_mode) == 0o600
    made = pem.read_bytes()
    weir.send_signal(1)
    wait_for(lambda: RELOADED in weir.output)
    assert pem.read_bytes() == made
