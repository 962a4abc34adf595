# SPDX-License-Identifier: Apache-2.0
"""Variables of the process that the global section sets."""
import pytest

from harness.client import get
from harness.ports import free_port

CONFIG = """
global
    set-var proc.sum int(5),add(3)
    set-var proc.home env(HOME)
    set-var-fmt proc.text "at %%[env(HOME)], 100%%%%"
    set-var proc.third var(proc.absent,24),div(proc.sum)
    set-var-fmt proc.text "%%[var(proc.text)] of %%[var(proc.third)]"
    set-var proc.id uuid(),length
listen a
    bind 127.0.0.1:%d
    http-request return status 200 content-type text/plain lf-string "%%[var(proc.sum)] %%[var(proc.home)] %%[var(proc.text)], %%[var(proc.id)]"
"""


def test_they_have_their_values_from_the_start(kind, balance, monkeypatch):
    port = free_port()
    monkeypatch.setenv("HOME", "/home/x")
    balance(CONFIG % port)
    assert get(port).body == b"8 /home/x at /home/x, 100% of 3, 36"


@pytest.mark.parametrize("order, body", [("setenv WEIR_T a\n    setenv WEIR_T b", b"b-"),
                                         ("setenv WEIR_T a\n    unsetenv WEIR_T", b"-"),
                                         ("presetenv WEIR_T a\n    presetenv WEIR_T b", b"a-")])
def test_the_environment_is_as_the_file_leaves_it(balance, monkeypatch, order, body):
    monkeypatch.setenv("WEIR_SYNTAX", "haproxy")
    port = free_port()
    balance("global\n    %s\nlisten a\n    bind 127.0.0.1:%d\n    http-request return status 200 "
            "content-type text/plain lf-string %%[env(WEIR_T)]-\n" % (order, port))
    assert get(port).body == body
