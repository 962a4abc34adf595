# SPDX-License-Identifier: Apache-2.0
"""A reload takes all of the new configuration or nothing, in every arrangement of processes."""
import socket
import ssl

import pytest

from harness.balancer import RELOADED
from harness.instance import answers, site
from harness.client import Client, tls_client
from harness.ports import free_port
from harness.waiting import PATIENCE_S, is_listening, wait_for

ARRANGEMENTS = pytest.mark.parametrize("flags", [["-db"], ["-W"]], ids=" ".join)


def reloaded(weir, count=1):
    return lambda: weir.output.count(RELOADED) >= count


def refused(weir, count=1):
    return lambda: weir.output.count("Reload refused") >= count


@ARRANGEMENTS
@pytest.mark.threads
def test_answers_change_and_connections_stay(launch, port, flags):
    weir = launch(site(port), flags=flags)
    wait_for(lambda: answers(port))
    with Client(port) as client:
        assert client.request().body == b"hello"
        weir.reload(site(port, text="changed"))
        wait_for(reloaded(weir))
        assert client.request().body == b"changed"
    assert answers(port, b"changed")


@ARRANGEMENTS
def test_addresses_come_and_go(launch, port, flags):
    second = free_port()
    weir = launch(site(port), flags=flags)
    for _ in range(3):
        weir.reload(site(port, second))
        wait_for(lambda: answers(second))
        weir.reload(site(port))
        wait_for(lambda: not is_listening(second))
        assert answers(port)


@ARRANGEMENTS
def test_bad_file_changes_nothing(launch, port, flags):
    weir = launch(site(port), flags=flags)
    wait_for(lambda: answers(port))
    good = weir.config_path.read_text()
    weir.config_path.write_text(good + "nonsense = 1;\n")
    weir.send_signal(1)
    wait_for(refused(weir))
    wait_for(lambda: "balancer.conf:" in weir.output)
    assert answers(port)
    weir.config_path.write_text(good.replace("hello", "mended"))
    weir.send_signal(12)
    wait_for(lambda: answers(port, b"mended"))


@ARRANGEMENTS
def test_file_that_cannot_be_read_is_told_without_a_line(launch, port, flags):
    weir = launch(site(port), flags=flags)
    wait_for(lambda: answers(port))
    weir.config_path.unlink()
    weir.send_signal(1)
    wait_for(refused(weir))
    wait_for(lambda: "goes on: %s: cannot read" % weir.config_path in weir.output)
    assert answers(port)


@ARRANGEMENTS
def test_address_of_another_process_is_refused(launch, port, flags):
    taken, third = free_port(), free_port()
    weir = launch(site(port), flags=flags)
    wait_for(lambda: answers(port))
    with socket.create_server(("127.0.0.1", taken)):
        weir.reload(site(port, third, taken))
        wait_for(refused(weir))
        wait_for(lambda: "another process listens there" in weir.output)
        wait_for(lambda: not is_listening(third))
    weir.reload(site(port, third, taken))
    wait_for(lambda: answers(taken) and answers(third))


@ARRANGEMENTS
def test_certificate_is_replaced_or_the_old_one_goes_on(launch, port, authority, tmp_path, flags):
    pem = tmp_path / "site.pem"
    one, two = authority.pem("one.test"), authority.pem("two.test")

    def served_name():
        context = ssl.create_default_context(cafile=str(authority.cert))
        context.check_hostname = False
        with Client(port, tls=context, sni="any.test") as client:
            return dict(entry[0] for entry in client.sock.getpeercert()["subject"])["commonName"]

    pem.write_bytes(one.read_bytes())
    weir = launch(site(port, words="ssl crt %s" % pem), flags=flags)
    assert served_name() == "one.test"
    pem.write_bytes(two.read_bytes())
    weir.send_signal(1)
    wait_for(lambda: served_name() == "two.test")
    pem.write_bytes(one.read_bytes().replace(b"PRIVATE KEY", b"NO KEY"))
    weir.send_signal(1)
    wait_for(refused(weir))
    wait_for(lambda: str(pem) in weir.output)
    assert served_name() == "two.test"


def test_sessions_of_tls_are_resumed_over_a_reload(launch, port, authority):
    pem = authority.pem("resume.test")
    context = ssl.create_default_context(cafile=str(authority.cert))
    weir = launch(site(port, words="ssl crt %s" % pem))
    with Client(port, tls=context, sni="resume.test") as client:
        assert client.request().body == b"hello"
        session = client.sock.session
    weir.reload(site(port, words="ssl crt %s" % pem, text="new"))
    wait_for(reloaded(weir))
    with Client(port, tls=context, sni="resume.test", session=session) as client:
        assert client.request().body == b"new"
        assert client.sock.session_reused


def test_certificate_about_to_expire_is_told_loudly(launch, port, authority):
    pem = authority.pem("soon.test", days=5)
    weir = launch(site(port, words="ssl crt %s" % pem))
    wait_for(lambda: "expire" in weir.output and str(pem) in weir.output)


@pytest.mark.threads
def test_requests_to_reload_that_come_together_become_one(launch, port):
    weir = launch(site(port))
    wait_for(lambda: answers(port))
    for turn in range(30):
        weir.reload(site(port, text="turn%d" % turn))
    wait_for(lambda: answers(port, b"turn29"))


def test_unix_socket_is_replaced_without_a_gap(launch, port, tmp_path):
    path = tmp_path / "site.sock"

    def config(words):
        return site(port) + "    bind unix@%s %s\n" % (path, words)

    def answers_there():
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(PATIENCE_S)
            client.connect(str(path))
            client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            return client.recv(4096).startswith(b"HTTP/1.1 200")

    weir = launch(config("mode 600"))
    assert answers_there()
    weir.reload(config("mode 666"))
    wait_for(reloaded(weir))
    assert answers_there()
    assert path.stat().st_mode & 0o777 == 0o666
