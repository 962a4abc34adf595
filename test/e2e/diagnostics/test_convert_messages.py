# SPDX-License-Identifier: Apache-2.0
"""What `weir convert` says of words that the other syntax does not have."""
import subprocess

import pytest

from harness.balancer import weir_binary

pytestmark = pytest.mark.weir_only

CFG = "listen a\n    bind :80\n    server s 127.0.0.1:80\n"
CONF = """listens = ( { name = "a"; binds = [":80"];
    %s
    servers = ( { name = "s"; address = "127.0.0.1:80"; } ); } );
"""

CASES = [
    ("h.cfg", "global\n    setenv A b\n" + CFG, "2:5", "kept as a comment: variables are not set any more"),
    ("w.conf", CONF.replace('[":80"]', '( { address = ":80"; ssl = true; crt = "c"; key = "k"; } )') % "",
     "1:79", "HAProxy itself does not know 'key'"),
    ("w.conf", "defaults = { option_httplog = true; };\n" + CONF % "option_httplog = false;", "3:5",
     "HAProxy itself does not take 'no option httplog'"),
    ("w.conf", CONF % "stats = { show_node = false; };", "2:15",
     "'stats show-node' has no counterpart in haproxy.cfg"),
    ("w.conf", CONF.replace('1:80"; }', '1:80"; verifyhost = false; }') % "",
     "3:57", "'verifyhost' cannot be switched off in haproxy.cfg"),
]


@pytest.mark.parametrize("name, text, place, message", CASES)
def test_a_message_of_a_conversion(kind, tmp_path, name, text, place, message):
    (tmp_path / name).write_text(text)
    done = subprocess.run([weir_binary(), "convert", name], cwd=tmp_path, text=True,
                          capture_output=True, check=False)
    assert "%s:%s: warning: %s" % (name, place, message) in done.stderr, done.stdout + done.stderr
