# SPDX-License-Identifier: Apache-2.0
"""Bad files, each with what -c must say of it in comments at its end:

    # expect 9:5 error: unknown keyword 'blance'

Nothing else may be said, so that one mistake does not drown in the consequences of another. Run as a
program with files as arguments, it writes what weir says now into them, to be read and judged.
"""
import json
import pathlib
import re
import subprocess
import sys

import pytest

from harness.balancer import weir_binary

pytestmark = pytest.mark.weir_only

FOLDER = pathlib.Path(__file__).with_name("bad")
EXPECTED = re.compile(r"^# expect (\d+):(\d+) (error|warning|note): (.*)$", re.M)


def problems_of(path):
    done = subprocess.run([weir_binary(), "-c", "--json", "-f", path.name], cwd=path.parent,
                          text=True, capture_output=True, check=False)
    problems = [(p["line"], p["column"], p["severity"], p["message"])
                for p in json.loads(done.stdout)["problems"]]
    return problems, done.returncode


@pytest.mark.parametrize("name", sorted(path.name for path in FOLDER.iterdir()))
def test_a_bad_file_is_explained(kind, name):
    expected = [(int(line), int(column), severity, message) for line, column, severity, message
                in EXPECTED.findall((FOLDER / name).read_text())]
    found, code = problems_of(FOLDER / name)
    assert expected and found == expected
    assert code == (1 if any(problem[2] == "error" for problem in expected) else 0)


def rewrite(path):
    text = EXPECTED.sub("", path.read_text()).rstrip("\n") + "\n"
    path.write_text(text)
    path.write_text(text + "".join("# expect %d:%d %s: %s\n" % problem
                                   for problem in problems_of(path)[0]))


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        rewrite(pathlib.Path(argument).resolve())
