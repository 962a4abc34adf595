# SPDX-License-Identifier: Apache-2.0
"""Scenarios of TCP: a frontend `web`, a backend `app`, and servers that say what each scenario wants."""
import pytest

from harness.ports import free_port

CONFIG = """
frontend web
    mode tcp
    option tcplog
    no option dontlognull
    bind 127.0.0.1:{port} {bind}
    {front}
    default_backend app

backend app
    mode tcp
    {back}
    server s1 127.0.0.1:{server} {words}

listen stats
    bind 127.0.0.1:{stats}
    stats enable
    stats uri /stats
"""


class Site:
    def __init__(self, balancer, port, stats, origin):
        self.balancer, self.port, self.stats, self.origin = balancer, port, stats, origin


@pytest.fixture
def start(balance, serve):
    """start(behaviour of the server, front=lines, back=lines, ...) -> Site"""

    def run(behaviour=None, front=(), back=(), words="", bind="", server=None, **options):
        origin = serve(behaviour) if server is None else None
        port, stats = free_port(), free_port()
        text = CONFIG.format(port=port, stats=stats, bind=bind, words=words,
                             server=server or origin.port,
                             front="\n    ".join(front), back="\n    ".join(back))
        return Site(balance(text, **options), port, stats, origin)

    return run
