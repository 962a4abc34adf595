# SPDX-License-Identifier: Apache-2.0
"""The same haproxy.cfg under HAProxy and weir: response, what the server received, and the log line."""
import os
import shutil

import pytest

from harness.balancer import Haproxy, Weir
from harness.ports import free_port
from harness.syslog import Syslog
from harness.waiting import wait_for
from rules import cases, differential
from rules.cases import ALL

pytestmark = pytest.mark.skipif(not shutil.which("haproxy"), reason="needs haproxy to compare with")


FILES = {
    "403.http": "HTTP/1.1 403 No\r\nContent-Type: text/html\r\nContent-Length: 10\r\nX-Own: yes\r\n\r\n<p>no</p>\n",
    "200.http": "HTTP/1.1 200 Fine\nContent-Length: 5\nX-Own: yes\n\nfine\n",
    "body.txt": "a body\n",
    "format.txt": "path %[path]",
}


def write_files():
    os.makedirs(cases.FILES, exist_ok=True)
    for name, text in FILES.items():
        with open(os.path.join(cases.FILES, name), "w", newline="") as file:
            file.write(text)


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

    def ask(self, number, request):
        self.servers.received.pop(number, None)
        raw = differential.exchange(differential.address(self.net, number), self.port, request)
        log = differential.log_line(self.syslog, number, within=2.0 if raw else 0.5)
        received = self.servers.received.get(number, [])
        return {"response": differential.parse(raw), "log": log,
                "server": [differential.parse(request) for request in received]}


@pytest.fixture(scope="module")
def sides(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rules")
    os.environ["WEIR_SYNTAX"] = "haproxy"
    write_files()
    servers = differential.Servers(ALL)
    both = [Side(kind, folder / kind.kind, ALL, servers, net) for kind, net in ((Haproxy, 21), (Weir, 22))]
    yield both
    for side in both:
        side.close()
    servers.close()


@pytest.mark.weir_only
@pytest.mark.parametrize("number", range(len(ALL)), ids=[case.name for case in ALL])
def test_case(sides, number):
    want, got = (side.ask(number, ALL[number].request) for side in sides)
    assert differential.without_net(got) == differential.without_net(want)
