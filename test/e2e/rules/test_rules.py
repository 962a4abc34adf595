# SPDX-License-Identifier: Apache-2.0
"""The same haproxy.cfg under HAProxy and weir: response, what the server received, and the log line."""
import shutil

import pytest

from harness.balancer import Haproxy, Weir
from harness.ports import free_port
from harness.syslog import Syslog
from rules import differential
from rules.cases import ALL

pytestmark = pytest.mark.skipif(not shutil.which("haproxy"), reason="needs haproxy to compare with")

SILENCE_S = 1.0  # for an answer that must not come


class Side:
    """One of the two programs, with all cases."""

    def __init__(self, kind, folder, table, servers, net):
        self.port = free_port()
        self.net = net
        self.servers = servers
        self.syslog = Syslog()
        config = differential.configuration(table, net, self.port, servers.port, self.syslog.address)
        folder.mkdir()
        self.balancer = kind(folder, config, preamble="global\n nbthread 1\n expose-experimental-directives\n")
        self.balancer.start()

    def close(self):
        self.balancer.close()
        self.syslog.close()

    def exchange(self, number, request, **options):
        return differential.exchange(differential.address(self.net, number), self.port, request, **options)

    def ask(self, number, case):
        self.servers.received.pop(number, None)
        is_silent = "silent-drop" in case.front
        raw = self.exchange(number, case.request, **({"patience": SILENCE_S} if is_silent else {}))
        log = differential.log_line(self.syslog, number, lambda request: self.exchange(len(ALL), request))
        received = self.servers.received.get(number, [])
        return {"response": differential.parse(raw), "log": log,
                "server": [differential.parse(request) for request in received]}


@pytest.fixture(scope="module")
def sides(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rules")
    differential.write_files()
    servers = differential.Servers(ALL)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WEIR_SYNTAX", "haproxy")
        both = [Side(kind, folder / kind.kind, ALL, servers, net) for kind, net in ((Haproxy, 21), (Weir, 22))]
    yield both
    for side in both:
        side.close()
    servers.close()


@pytest.mark.weir_only
@pytest.mark.parametrize("number", range(len(ALL)), ids=[case.name for case in ALL])
def test_case(sides, number):
    want, got = (side.ask(number, ALL[number]) for side in sides)
    assert differential.without_net(got) == differential.without_net(want)
