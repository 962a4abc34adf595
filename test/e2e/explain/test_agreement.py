# SPDX-License-Identifier: Apache-2.0
"""`weir explain` decides as the weir that serves: same request to the server, same answer to the client."""
import json
import re
import subprocess

import pytest

from harness.balancer import Weir, weir_binary
from harness.ports import free_port
from harness.syslog import Syslog
from rules import differential
from rules.cases import ALL

pytestmark = pytest.mark.weir_only

NET = 23
# What is another value at each request, or counts what came before.
UNSTEADY = re.compile(r"rand|uuid|date|unique|_rate|_cnt|sc\d?[_-]|so_id|src_(inc|clr|get)|stick|_port|bc_|track|"
                      r"fc_rtt|gpc|table|uptime|sess\.|proc\.|set-map|set-acl|add-acl|del-|balance random|time|thread|pid")
# What a test needs that explains one request: no time that passes, no server that refuses, an answer with an end.
CASES = [case for case in ALL if isinstance(case.request, str) and case.request.count("HTTP/1.") == 1 and
         not case.request.startswith("HEAD") and not re.search("127.0.0.1:1|early-hint|silent-drop|people", case.front + case.back) and
         not UNSTEADY.search(case.front + case.back + case.more)][::3]


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("explain")
    differential.write_files()
    servers = differential.Servers(CASES)
    syslog = Syslog()
    port = free_port()
    config = differential.configuration(CASES, NET, port, servers.port, syslog.address)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WEIR_SYNTAX", "haproxy")
        balancer = Weir(folder, config, preamble="global\n nbthread 1\n").start()
    balancer.servers, balancer.port = servers, port
    yield balancer
    balancer.close()
    syslog.close()
    servers.close()


def words_of(case):
    head, body = case.request.split("\r\n\r\n", 1)
    first, *fields = head.split("\r\n")
    words = [first]
    for field in fields:
        words += ["-H", field]
    if body:
        words += ["--body", body]
    head, body = case.response.decode("latin-1").split("\r\n\r\n", 1)
    first, *fields = head.split("\r\n")
    words += ["--response", first, "--response-body", body]
    for field in fields:
        words += ["-R", field]
    return words


def explained(balancer, number):
    words = [weir_binary(), "explain", "--json", "-f", balancer.config_path, "--frontend", "f%d" % number]
    done = subprocess.run(words + words_of(CASES[number]), capture_output=True, timeout=300)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def message(raw):
    return differential.parse(raw.encode("latin-1") if isinstance(raw, str) else raw)


def test_there_are_enough_cases():
    assert len(CASES) >= 60


@pytest.mark.parametrize("number", range(len(CASES)), ids=[case.name for case in CASES])
def test_agreement(served, number):
    served.servers.received.pop(number, None)
    raw = differential.exchange(differential.address(NET, number), served.port, CASES[number].request)
    told = explained(served, number)
    sent = served.servers.received.get(number, [b""])[0]
    assert message(told["to_server"]) == message(sent)
    assert message(told["to_client"]) == message(raw)
    assert (told["server"] is not None) == bool(sent)
