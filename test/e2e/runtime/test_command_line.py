# SPDX-License-Identifier: Apache-2.0
"""The command line, as HAProxy takes it: what is said where, and the exit code."""
import subprocess

import pytest

from harness.balancer import weir_binary
from harness.waiting import PATIENCE_S

GOOD = 'frontends = ( { name = "a"; mode = "http"; timeout_client = "1s"; binds = ["127.0.0.1:1"]; ' \
       'http_request = ( { return = { status = 200; }; } ); } );\n'
WARNS = GOOD.replace('timeout_client = "1s"; ', "")
BAD = 'frontends = ( { nonsense = 1; } );\n'
TLS = 'frontends = ( { name = "a"; mode = "http"; timeout_client = "1s"; binds = ( ' \
      '{ address = "127.0.0.1:1"; ssl = true; crt = ["missing.pem"]; } ); } );\n'

CASES = [
    # what, arguments, exit code, on stdout, on stderr
    ("a valid file", ["-c", "-f", "good.conf"], 0, "Configuration file is valid", ""),
    ("a valid file, quietly", ["-q", "-c", "-f", "good.conf"], 0, None, ""),
    ("files behind a double dash", ["-c", "--", "good.conf"], 0, "Configuration file is valid", ""),
    ("all files of a folder", ["-c", "-f", "folder"], 0, "Configuration file is valid", ""),
    ("another working folder", ["-C", "folder", "-c", "-f", "good.conf"], 0, "is valid", ""),
    ("the version", ["-v"], 0, "weir version", ""),
    ("the version in detail", ["-vv"], 0, "libuv", ""),
    ("help", ["--help"], 0, "Usage:", ""),
    ("a bad file", ["-c", "-f", "bad.conf"], 1, None, "bad.conf:1:"),
    ("a bad file is not started", ["-db", "-f", "bad.conf"], 1, None, "bad.conf:1:"),
    ("a bad file under a monitor", ["-W", "-f", "bad.conf"], 1, None, "Fatal errors"),
    ("a bad file in the background", ["-D", "-f", "bad.conf"], 1, None, "Fatal errors"),
    ("a file in which nobody listens", ["-c", "-f", "deaf.conf"], 1, None, "No enabled listener"),
    ("a missing file", ["-c", "-f", "no.conf"], 1, None, "no.conf"),
    ("a missing certificate", ["-c", "-f", "tls.conf"], 1, None, "missing.pem"),
    ("the place of a missing certificate", ["-c", "-f", "tls.conf"], 1, None,
     "tls.conf:1:%d:" % (TLS.index('"missing') + 1)),
    ("a missing folder to change to", ["-C", "none", "-c", "-f", "good.conf"], 1, None, "none"),
    ("Debian's check before a start", ["-Ws", "-f", "good.conf", "-c", "-q", "-S", "/run/x.sock"], 0, None, ""),
    ("a master socket without a monitor", ["-S", "/run/x.sock", "-c", "-f", "good.conf"], 0, "is valid", ""),
    ("a master socket that cannot be", ["-W", "-S", "nosuch@x", "-f", "good.conf"], 1, None, "-S: 'nosuch@x' is no address"),
    ("a master socket with an odd word", ["-W", "-S", "fd@99,colour,red", "-f", "good.conf"], 1, None,
     "-S: 'colour' cannot be set to 'red'"),
    ("warnings", ["-c", "-f", "warns.conf"], 0, "is valid", "warns.conf:1:"),
    ("warnings that are errors", ["-dW", "-c", "-f", "warns.conf"], 1, None, "Some warnings were found"),
    ("no warnings at all", ["-dW", "-c", "-f", "good.conf"], 0, "is valid", ""),
    ("no file", [], 1, None, "Usage:"),
    ("an option without its argument", ["-c", "-f"], 1, None, "-f"),
    ("a count that is none", ["-n", "many", "-c", "-f", "good.conf"], 1, None, "many"),
    ("an unknown option", ["-y", "-f", "good.conf"], 1, None, "'-y'"),
    ("a word that is no option", ["good.conf"], 1, None, "good.conf"),
]


@pytest.mark.parametrize("arguments,code,stdout,stderr", [case[1:] for case in CASES],
                         ids=[case[0] for case in CASES])
def test_command_line(tmp_path, arguments, code, stdout, stderr):
    (tmp_path / "folder").mkdir()
    for name, text in [("good", GOOD), ("bad", BAD), ("warns", WARNS), ("tls", TLS), ("deaf", ""), ("folder/good", GOOD)]:
        (tmp_path / (name + ".conf")).write_text(text)
    done = subprocess.run([weir_binary(), *arguments], cwd=tmp_path, capture_output=True, text=True,
                          timeout=PATIENCE_S)
    assert done.returncode == code, done.stderr
    assert (stdout in done.stdout) if stdout else done.stdout == ""
    assert stderr in done.stderr
