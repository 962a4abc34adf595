# SPDX-License-Identifier: Apache-2.0
"""email-alert: who gets mail about a server that goes down, and what it says."""
import pytest

from harness.ports import free_port
from harness.waiting import wait_for

CONFIG = """
mailers post
    mailer one 127.0.0.1:{mailer}
    timeout mail {patience}

listen app
    bind 127.0.0.1:{port}
    email-alert from weir@lb.test
    email-alert to ops@example.test
    email-alert mailers post
    email-alert myhostname lb.test
    email-alert level {level}
    server s1 127.0.0.1:{server} check inter 300ms fall 1 rise 1
"""


def config(server, mailer, level="alert", patience="1m"):
    return CONFIG.format(server=server.port, mailer=mailer, port=free_port(), level=level, patience=patience)


def mail_server(letters):
    def behaviour(conn):
        lines, is_data = [], False
        conn.send(b"220 mx.test ESMTP\r\n")
        while True:
            line = conn.stream.until(b"\r\n").rstrip(b"\r\n").decode()
            lines.append(line)
            if is_data and line != ".":
                continue
            if line == "DATA":
                conn.send(b"354 go on\r\n")
                is_data = True
            elif line == "QUIT":
                conn.send(b"221 bye\r\n")
                letters.append(lines)
                return
            elif line.startswith("HELO"):
                conn.send(b"250 mx.test\r\n")
            else:
                conn.send(b"250 fine\r\n")
                is_data = False

    return behaviour


@pytest.fixture
def letters():
    return []


def test_a_server_that_goes_down_is_written_about(balance, serve, letters):
    server, mailer = serve(), serve(mail_server(letters))
    balance(config(server, mailer.port))
    server.close()
    wait_for(lambda: letters)
    text = "\n".join(letters[0])
    assert letters[0][:4] == ["HELO lb.test", "MAIL FROM:<weir@lb.test>", "RCPT TO:<ops@example.test>", "DATA"]
    assert "\nFrom: weir@lb.test\nTo: ops@example.test\nDate: " in text
    assert "\nSubject: [HAProxy Alert] Server app/s1 is DOWN" in text


def test_that_it_is_back_is_less_grave(balance, serve, letters):
    server, mailer = serve(), serve(mail_server(letters))
    balance(config(server, mailer.port, level="notice"))
    server.close()
    wait_for(lambda: letters)
    serve(port=server.port)
    wait_for(lambda: any("Server app/s1 is UP" in line for letter in letters for line in letter))


BAD_MAILERS = {
    "it refuses": (lambda conn: conn.send(b"554 go\x07 away\r\n"), "it answered '554 go? away'"),
    "it closes": (lambda conn: None, "the connection was closed"),
    "it is silent": (lambda conn: conn.wait_closed(), "it took too long"),
    "it babbles": (lambda conn: conn.send(b"x" * 100000), "it answered 'xxx"),
}


@pytest.mark.weir_only
@pytest.mark.parametrize("case", BAD_MAILERS)
def test_a_bad_mailer_is_tried_three_times_and_that_is_told(balance, serve, syslog, case):
    behaviour, reason = BAD_MAILERS[case]
    server, mailer = serve(), serve(behaviour)
    balance(config(server, mailer.port, patience="500ms" if case == "it is silent" else "1m"))
    server.close()
    assert reason in syslog.line("Email alert by mailer post/one was not sent after 3 tries: ")
    wait_for(lambda: len(mailer.connections) >= 3)
    assert len(mailer.connections) == 3


@pytest.mark.weir_only
def test_nobody_is_at_the_mailer(balance, serve, syslog):
    server = serve()
    balance(config(server, free_port()))
    server.close()
    assert "after 3 tries: Connection refused" in syslog.line("Email alert by mailer post/one")


@pytest.mark.weir_only
def test_a_mailer_that_comes_to_its_senses(balance, serve, letters):
    answers = []

    def behaviour(conn):
        answers.append(conn)
        if len(answers) == 1:
            conn.send(b"421 not now\r\n")
        else:
            mail_server(letters)(conn)

    server, mailer = serve(), serve(behaviour)
    balance(config(server, mailer.port))
    server.close()
    wait_for(lambda: letters)
