# SPDX-License-Identifier: Apache-2.0
"""Maps and lists of patterns that rules change while requests use them."""
import pytest

from harness.client import get
from harness.ports import free_port
from harness.waiting import wait_for


@pytest.fixture
def changing(balance, tmp_path, monkeypatch):
    """ask(target, key, value) -> (status, body); the rules change what the next request sees."""
    (tmp_path / "hosts").write_text("a one\nb two\n")
    (tmp_path / "blocked").write_text("10.0.0.1\n")
    monkeypatch.setenv("WEIR_SYNTAX", "haproxy")
    port = free_port()
    config = """
frontend web
    bind 127.0.0.1:%d
    http-request set-map(DIR/hosts) %%[req.hdr(x-key)] %%[req.hdr(x-value)] if { path /set }
    http-request del-map(DIR/hosts) %%[req.hdr(x-key)] if { path /del }
    http-request add-acl(DIR/blocked) %%[req.hdr(x-key)] if { path /block }
    http-request del-acl(DIR/blocked) %%[req.hdr(x-key)] if { path /free }
    http-request deny if { req.hdr(x-key) -m ip -f DIR/blocked } { path /ask }
    http-request return status 200 content-type text/plain lf-string %%[req.hdr(x-key),map(DIR/hosts,none)]
""".replace("DIR", str(tmp_path)) % port
    balancer = balance(config, threads=4)

    def ask(target, key, value=""):
        answer = get(port, target, [("X-Key", key), ("X-Value", value)])
        return answer.status, answer.body.decode()

    ask.reload = lambda: balancer.reload(config)
    return ask


def test_a_map_is_set_and_forgets(changing):
    assert changing("/", "a") == (200, "one")
    assert changing("/set", "a", "other") == (200, "other")
    assert changing("/", "a") == (200, "other")
    assert changing("/set", "new", "third") == (200, "third")
    assert changing("/del", "a") == (200, "none")
    assert changing("/", "b") == (200, "two")


def test_a_list_is_added_to_and_taken_from(changing):
    assert changing("/ask", "10.0.0.1")[0] == 403
    assert changing("/ask", "10.9.0.1")[0] == 200
    changing("/block", "10.9.0.0/16")
    changing("/block", "no address")
    assert changing("/ask", "10.9.0.1")[0] == 403
    changing("/free", "10.9.0.0/16")
    changing("/free", "10.0.0.1")
    assert changing("/ask", "10.9.0.1")[0] == 200
    assert changing("/ask", "10.0.0.1")[0] == 200


@pytest.mark.weir_only
def test_a_reload_reads_the_files_again(changing):
    changing("/set", "a", "other")
    changing.reload()
    wait_for(lambda: changing("/", "a") == (200, "one"), what="the file's own value")
