# SPDX-License-Identifier: Apache-2.0
"""Bad files, each with what -c must say of it in comments at its end:

    # expect 9:5 error: unknown keyword 'blance'

Nothing else may be said, so that one mistake does not drown in the consequences of another.
"""
import json
import pathlib
import re
import subprocess

import pytest

from harness.balancer import weir_binary

pytestmark = pytest.mark.weir_only

FOLDER = pathlib.Path(__file__).with_name("bad")
EXPECTED = re.compile(r"^# expect (\d+):(\d+) (error|warning|note): (.*)$", re.M)


@pytest.mark.parametrize("name", sorted(path.name for path in FOLDER.iterdir()))
def test_a_bad_file_is_explained(kind, name):
    expected = [(int(line), int(column), severity, message) for line, column, severity, message
                in EXPECTED.findall((FOLDER / name).read_text())]
    done = subprocess.run([weir_binary(), "-c", "--json", "-f", name], cwd=FOLDER, text=True,
                          capture_output=True, check=False)
    problems = json.loads(done.stdout)["problems"]
    found = [(p["line"], p["column"], p["severity"], p["message"]) for p in problems]
    assert expected and found == expected, done.stdout
    assert done.returncode == (1 if any(p[2] == "error" for p in expected) else 0)
