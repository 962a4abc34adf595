# SPDX-License-Identifier: Apache-2.0
"""Tables of peers sections: named section/table, counted by several proxies, kept over reloads."""
import pytest

from harness.client import Client
from harness.ports import free_port
from harness.waiting import wait_for

pytestmark = pytest.mark.weir_only

CONFIG = """
peers near
    peer me 127.0.0.1:1
    table seen type ip size 1k expire 1h store gpc0,http_req_cnt
    table names type string size 1k

frontend first
    bind 127.0.0.1:{first}
    http-request track-sc0 src table near/seen
    http-request sc-inc-gpc0(0)
    http-request return status 200 hdr x-a %[sc0_get_gpc0],%[src,table_gpc0(near/seen)],%[table_cnt(near/seen)]

frontend second
    bind 127.0.0.1:{second}
    http-request return status 200 hdr x-a %[src_get_gpc0(near/seen)],%[src,in_table(near/seen)],%[table_cnt(near/names)] hdr x-load {load}
"""


@pytest.mark.parametrize("syntax", ["haproxy", "libconfig"])
def test_both_proxies_and_both_loads_count_together(balance, monkeypatch, syntax):
    monkeypatch.setenv("WEIR_SYNTAX", syntax)
    ports = free_port(), free_port()
    weir = balance(CONFIG.format(first=ports[0], second=ports[1], load=1))

    def ask(port, field="x-a"):
        with Client(port) as client:
            return dict((name.lower(), text) for name, text in client.request("GET", "/").headers)[field]

    assert [ask(ports[0]), ask(ports[0]), ask(ports[1])] == ["1,1,1", "2,2,1", "2,1,0"]
    weir.reload(CONFIG.format(first=ports[0], second=ports[1], load=2))
    wait_for(lambda: ask(ports[1], "x-load") == "2")
    assert [ask(ports[1]), ask(ports[0])] == ["2,1,0", "3,3,1"]
