# SPDX-License-Identifier: Apache-2.0
"""Whole files as people write them, by name: old_... only former versions took, bad_... none does.

weir takes what HAProxy takes, and former spellings too. Where it says "not supported yet" it need
not agree.
"""
import os
import pathlib
import subprocess

import pytest

from harness.balancer import weir_binary
from harness.certs import Authority

pytestmark = pytest.mark.weir_only

FILES = sorted(pathlib.Path(__file__).with_name("corpus").glob("*.cfg"), key=lambda path: path.name)
ERRORS = (400, 403, 408, 500, 502, 503, 504)
TABLES = {
    "blacklist.lst": "10.9.0.0/16\n192.0.2.77\n# none further\n",
    "bots.lst": "badbot\nsqlmap\n",
    "maps/redirect.map": "^a[.]example[.]com 1\n",
    "maps/geo.map": "10.0.0.0/8 DE\n192.168.0.0/16 FR\n",
    "maps/geoint.map": "10.0.0.0/8 1\n",
    "maps/hosts.map": "a.example.com default\n",
    "maps/paths.map": "/api api\n",
    **{"maps/%s.map" % name: "^a[.]example[.]com be_http:ns:app\n"
       for name in ("http_be", "sni_passthrough", "tcp_be", "edge")},
    "sorry.html": "<h1>sorry</h1>\n",
}


@pytest.fixture(scope="module", name="prepared")
def prepare(tmp_path_factory):
    """What the files name: certificates, maps, error pages."""
    folder = tmp_path_factory.mktemp("corpus")
    for name in ("maps", "errors", "certs", "authority"):
        (folder / name).mkdir()
    for name, text in TABLES.items():
        (folder / name).write_text(text)
    for status in ERRORS:
        (folder / "errors" / ("%d.http" % status)).write_text(
            "HTTP/1.0 %d No\r\nCache-Control: no-cache\r\n\r\nno\n" % status)
    authority = Authority(folder / "authority")
    for name in ("site", "other"):
        authority.pem(name, [name + ".example.com"], folder=folder / "certs")
    (folder / "certs" / "ca.pem").write_bytes((folder / "certs" / "site.pem").read_bytes())
    (folder / "crt-list.txt").write_text(
        "%s/certs/site.pem\n%s/certs/other.pem [alpn h2,http/1.1] other.example.com *.example.org\n"
        % (folder, folder))
    return folder


def check(program, path):
    done = subprocess.run([program, "-c", "-f", path], capture_output=True, text=True, check=False,
                          env=dict(os.environ, PORT="8090"), errors="replace")
    return done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_verdict(kind, prepared, tmp_path, path):
    text = path.read_bytes().replace(b"@/", str(prepared).encode() + b"/")
    copy = tmp_path / path.name
    copy.write_bytes(text)
    haproxy, why = check("haproxy", copy)
    weir, said = check(weir_binary(), copy)
    wanted = haproxy or path.name.startswith("old_")
    assert weir == wanted or "not supported yet" in said, "haproxy: %s\nweir: %s" % (why, said)
