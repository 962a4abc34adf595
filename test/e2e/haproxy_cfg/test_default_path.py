# SPDX-License-Identifier: Apache-2.0
"""default-path: relative files are found from wherever the program is started."""
import os
import shutil
import subprocess

import pytest

from harness.balancer import weir_binary
from harness.certs import Authority

pytestmark = pytest.mark.weir_only

TEXT = """global
    default-path %s
defaults
    mode http
    timeout client 1s
    timeout server 1s
    timeout connect 1s
    errorfile 500 files/500.http
frontend f
    bind 127.0.0.1:8077 ssl crt files/site.pem
    bind 127.0.0.1:8078 ssl crt-list files/list
    acl known src -f files/known
    http-request set-header X %%[path,map(files/names.map)] if known
    http-request return status 200 content-type text/plain file files/known
"""

PROGRAMS = [weir_binary()] + [path for path in [shutil.which("haproxy")] if path]


@pytest.fixture(name="site")
def fixture_site(tmp_path):
    """A folder of files, each relative, and one for the configuration beside it."""
    files = tmp_path / "files"
    (tmp_path / "conf").mkdir()
    files.mkdir()
    (files / "500.http").write_text("HTTP/1.0 500 Error\r\n\r\nsorry\n")
    (files / "list").write_text("files/site.pem\n")
    (files / "known").write_text("192.0.2.1\n")
    (files / "names.map").write_text("/a b\n")
    Authority(files).pem("site")
    return tmp_path


@pytest.mark.parametrize("program", PROGRAMS, ids=os.path.basename)
@pytest.mark.parametrize("where, words, valid", [
    ("weir.cfg", "config", True),
    ("conf/weir.cfg", "parent", True),
    ("conf/weir.cfg", "origin {site}", True),
    ("conf/weir.cfg", "config", False),
    ("weir.cfg", "current", False),
])
def test_relative_files_are_looked_for_where_default_path_says(site, program, where, words, valid):
    (site / where).write_text(TEXT % words.format(site=site))
    done = subprocess.run([program, "-c", "-f", site / where], cwd="/", capture_output=True, check=False, timeout=300)
    assert (done.returncode == 0) == valid, done.stderr.decode()


def test_the_words_survive_a_conversion(site):
    path = site / "conf" / "weir.cfg"
    path.write_text(TEXT % ("origin %s" % site))
    new = subprocess.run([weir_binary(), "convert", path], capture_output=True, check=True, timeout=300, text=True).stdout
    assert 'default_path = ["origin", "%s"];' % site in new
    path.with_name("weir.conf").write_text(new)
    back = subprocess.run([weir_binary(), "convert", path.with_name("weir.conf")], capture_output=True, check=True,
                          timeout=300, text=True).stdout
    assert "    default-path origin %s\n" % site in back
