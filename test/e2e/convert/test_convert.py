# SPDX-License-Identifier: Apache-2.0
"""`weir convert` and `weir show config`: what is written where, and whether HAProxy takes it.

That models and texts survive any number of conversions is test/config/test_convert.c.
"""
import os
import pathlib
import re
import subprocess

import pytest

from harness.balancer import ROOT, weir_binary

pytestmark = pytest.mark.weir_only

FILES = sorted((ROOT / "test" / "config" / "convert").iterdir())
VARIABLES = {"WEIR_TEST_ADDR": "127.0.0.1", "WEIR_TEST_NAME": "here"}

CFG = """# at the top
global
    maxconn 100 # behind
defaults
    mode http
    timeout connect 1s
    timeout client 1s
    timeout server 1s
    retries 5
listen a
    bind "${WEIR_TEST_ADDR-127.0.0.1}:8080"
    server s 10.0.0.1:80 check
"""


def weir(*words, cwd=None, **variables):
    return subprocess.run([weir_binary(), *map(str, words)], cwd=cwd, capture_output=True, text=True,
                          timeout=300, env={**os.environ, **variables})


@pytest.fixture
def cfg(tmp_path):
    path = tmp_path / "a.cfg"
    path.write_text(CFG)
    return path


def converted(path, **variables):
    done = weir("convert", path, **variables)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_there_and_back(cfg, tmp_path):
    there = tmp_path / "a.conf"
    there.write_text(converted(cfg))
    assert 'address = "10.0.0.1:80"' in there.read_text()
    assert "# at the top" in there.read_text() and "maxconn = 100; # behind" in there.read_text()
    back = tmp_path / "b.cfg"
    back.write_text(converted(there))
    assert converted(back) == there.read_text()
    for text in (there, back):
        assert weir("-c", "-f", text).returncode == 0


def test_an_output_file_is_never_replaced(cfg, tmp_path):
    out = tmp_path / "out.conf"
    assert weir("convert", "-o", out, cfg).returncode == 0
    before = out.read_text()
    again = weir("convert", cfg, "-o", out)
    assert again.returncode == 1 and "out.conf" in again.stderr and "exists" in again.stderr
    assert out.read_text() == before


@pytest.mark.parametrize("words,code,stdout,stderr", [
    (["convert", "-h"], 0, "Usage: weir convert", ""),
    (["convert", "--help"], 0, "Usage: weir convert", ""),
    (["show", "config", "-h"], 0, "Usage: weir show config", ""),
    (["show", "-h"], 0, "Usage: weir show config", ""),
    (["convert"], 1, None, "no configuration file"),
    (["convert", "-x", "a.cfg"], 1, None, "'-x'"),
    (["convert", "a.cfg", "b.cfg"], 1, None, "b.cfg"),
    (["convert", "no.cfg"], 1, None, "no.cfg"),
    (["convert", "bad.cfg"], 1, None, "bad.cfg:2:"),
    (["convert", "-o", "none/x", "a.cfg"], 1, None, "none/x"),
    (["show"], 1, None, "config"),
    (["show", "nonsense"], 1, None, "nonsense"),
    (["show", "config"], 1, None, "no configuration file"),
    (["show", "config", "bad.cfg"], 1, None, "bad.cfg:2:"),
    (["show", "config", "--syntax", "xml", "a.cfg"], 1, None, "xml"),
    (["show", "config", "a.cfg"], 0, "    retries 5\n", ""),
    (["show", "config", "-f", "a.cfg"], 0, "    retries 5\n", ""),
    (["show", "config", "--syntax", "libconfig", "a.cfg"], 0, "retries = 5;", ""),
    (["show", "config", "--syntax=haproxy", "a.cfg"], 0, "bind 127.0.0.9:8080", ""),
    (["show", "config", "-f", "a.cfg", "-f", "more.cfg"], 0, "maxconn 200", ""),
])
def test_words(cfg, tmp_path, words, code, stdout, stderr):
    (tmp_path / "bad.cfg").write_text("global\n nonsense\n")
    (tmp_path / "more.cfg").write_text("global\n maxconn 200\n")
    done = weir(*words, cwd=tmp_path, WEIR_TEST_ADDR="127.0.0.9")
    assert done.returncode == code, done.stderr
    assert (stdout in done.stdout) if stdout else done.stdout == ""
    assert stderr in done.stderr


def test_rules_are_shown(tmp_path):
    path = tmp_path / "a.cfg"
    path.write_text(CFG + ' acl here src 10.0.0.0/8\n use_backend b if here\n'
                    "backend b\n server s 10.0.0.2:80\n")
    done = weir("show", "config", "--syntax", "libconfig", path)
    assert done.returncode == 0, done.stderr
    assert '"here src 10.0.0.0/8"' in done.stdout and '"b if here"' in done.stdout


def test_variables_stay_variables(cfg, tmp_path):
    there = tmp_path / "a.conf"
    there.write_text(converted(cfg, WEIR_TEST_ADDR="127.0.0.9"))
    assert "${WEIR_TEST_ADDR-127.0.0.1}:8080" in there.read_text()
    for addr in ("127.0.0.7", "127.0.0.8"):
        shown = weir("show", "config", there, WEIR_TEST_ADDR=addr).stdout
        assert addr + ":8080" in shown


def test_what_is_lost_is_told(tmp_path):
    path = tmp_path / "a.cfg"
    path.write_text("global\n setenv A b\n.if 0\n daemon\n.endif\n")
    done = weir("convert", path)
    assert done.returncode == 0 and "# setenv A b" in done.stdout and "# daemon" in done.stdout
    assert "a.cfg:2:2: warning: kept as a comment" in done.stderr
    assert "a.cfg:3:1: warning: kept as a comment" in done.stderr


def prepared(text, folder):
    """The text with certificates, pages and sockets that exist here."""
    text = re.sub(r"/etc/haproxy/errors/\S+\.http", str(folder / "page.http"), text)
    text = re.sub(r"/etc/haproxy/certs/ca\.pem", str(folder / "ca.crt"), text)
    return re.sub(r"/etc/haproxy/certs/\w+\.pem", str(folder / "site.pem"), text)


@pytest.fixture(scope="module")
def folder(tmp_path_factory, authority):
    folder = tmp_path_factory.mktemp("files")
    (folder / "page.http").write_text("HTTP/1.0 503 Sorry\r\n\r\nsorry\n")
    (folder / "site.pem").write_bytes(authority.pem("site").read_bytes())
    (folder / "ca.crt").write_bytes(authority.cert.read_bytes())
    return folder


def haproxy_says(path):
    return subprocess.run(["haproxy", "-c", "-f", str(path)], capture_output=True, text=True, timeout=300,
                          env={**os.environ, **VARIABLES})


@pytest.mark.parametrize("path", FILES, ids=[path.name for path in FILES])
def test_haproxy_takes_what_is_written(path, folder, tmp_path):
    """What HAProxy took before it takes afterwards, and each file that was libconfig."""
    original = tmp_path / path.name
    original.write_text(prepared(path.read_bytes().decode(), folder))
    first = weir("convert", original, **VARIABLES)
    assert first.returncode == 0, first.stderr
    if "is kept as a comment" in first.stderr:
        pytest.skip("a section that weir does not have yet")
    result = tmp_path / "result.cfg"
    if path.suffix == ".conf":
        result.write_text(first.stdout)
    else:
        middle = tmp_path / "middle.conf"
        middle.write_text(first.stdout)
        result.write_text(converted(middle, **VARIABLES))
        if haproxy_says(original).returncode != 0:
            pytest.skip("a file that this version of HAProxy refuses")
    done = haproxy_says(result)
    assert done.returncode == 0, done.stderr + result.read_text()
