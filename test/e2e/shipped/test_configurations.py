# SPDX-License-Identifier: Apache-2.0
"""The configurations that people copy from: weir finds them right."""
import re
import subprocess

import pytest

from harness.balancer import ROOT, weir_binary

pytestmark = pytest.mark.weir_only


def check(path):
    return subprocess.run([weir_binary(), "-c", "-f", str(path)], cwd=path.parent,
                          capture_output=True, check=False)


def test_the_demonstration_is_right(kind, tmp_path):
    path = tmp_path / "demo.conf"
    path.write_text((ROOT / "deploy" / "demo.conf").read_text())
    checked = check(path)
    assert checked.returncode == 0, checked.stderr.decode()


def test_the_example_of_the_readme_is_right(kind, tmp_path, authority):
    certificates = tmp_path / "certs"
    certificates.mkdir()
    authority.pem("www.example.org", folder=certificates)
    example = re.search(r"^```\n(global = .*?)^```", (ROOT / "README.md").read_text(), re.M | re.S)[1]
    path = tmp_path / "weir.conf"
    path.write_text(example.replace("/etc/weir/certs", str(certificates)))
    checked = check(path)
    assert checked.returncode == 0, checked.stderr.decode()


def test_the_example_for_certbot_is_right(kind, tmp_path, authority):
    certificates = tmp_path / "certs"
    certificates.mkdir()
    authority.pem("www.example.org", folder=certificates)
    example = re.search(r"<!-- test: loads -->\n```\n(.*?)^```",
                        (ROOT / "docs" / "quick-answers.md").read_text(), re.M | re.S)[1]
    path = tmp_path / "weir.cfg"
    path.write_text(example.replace("/etc/weir/certs", str(certificates)))
    checked = check(path)
    assert (checked.returncode, checked.stderr) == (0, b""), checked.stderr.decode()
