# SPDX-License-Identifier: Apache-2.0
"""The shape of the tree: what stands at the top, rooms and their folders, licence lines, functions of one screen."""
import re

import sources
from test_includes import BELOW, ROOMS

TOP = {"proxy", "lb-algos", "tls", "config", "test", "bench", "docs", "deploy", "CMakeLists.txt",
       "CMakePresets.json", "README.md", "LICENSE"}
# The one room too large to be flat; ARCHITECTURE.md says what they are.
CONFIG_FOLDERS = {"haproxy", "libconfig", "keywords", "kinds", "own", "script", "resolve", "model",
                  "outline", "manual"}
LICENCE = "SPDX-License-Identifier: Apache-2.0"
WITH_LICENCE = {".c", ".h", ".py", ".sh", ".cmake", ".vtc", ".lua"}
FUNCTION_LINES = 60
# Written by a machine or by many hands: data, not sources.
NO_SOURCES = re.compile(r"^test/fuzz/corpus/|\.(md|json|pem|png|svg|html|txt)$|^LICENSE$|/data/")


def test_top_level_is_the_agreed_one():
    top = {path.parts[0] for path in sources.files()}
    assert {name for name in top if not name.startswith(".")} <= TOP


def test_rooms_are_the_agreed_ones_and_flat():
    for path in map(str, sources.c_files()):
        parts = path.split("/")
        if parts[0] == "proxy":
            assert "/".join(parts[:2]) in ROOMS and len(parts) == 3, path
        elif parts[0] == "config" and len(parts) == 3:
            assert parts[1] in CONFIG_FOLDERS, path
        elif parts[0] in BELOW:
            assert len(parts) == 2, path


def is_source(path):
    if NO_SOURCES.search(str(path)) and path.name != "CMakeLists.txt":
        return False
    return (path.suffix in WITH_LICENCE or path.name == "CMakeLists.txt"
            or sources.text(path).startswith("#!"))


def test_each_source_names_its_licence_first():
    def names_it(path):
        lines = sources.text(path).split("\n")
        return LICENCE in (lines[1] if lines[0].startswith("#!") and len(lines) > 1 else lines[0])

    wrong = [str(path) for path in sources.files() if is_source(path) and not names_it(path)]
    assert not wrong, "\n".join(wrong)


def functions(path):
    """(name, first line, lines) of each function: its body stands between braces in column 0."""
    name, start = None, None
    for number, line in enumerate(sources.text(path).split("\n"), 1):
        if head := re.match(r"[A-Za-z_][^(]*?(\w+)\(", line):
            name = head[1]
        if line == "{":
            start = number
        elif line == "}" and start:
            yield name, start, number - start + 1
            start = None


def test_functions_fit_a_screen():
    long = ["%s:%d: %s() has %d lines" % (path, line, name, count)
            for path in sources.c_files(".c") for name, line, count in functions(path)
            if count > FUNCTION_LINES]
    assert not long, "\n".join(long)


def test_no_unfinished_work_is_left():
    marks = re.compile(r"\b(TODO|FIXME)\b")
    left = ["%s:%d" % (path, number) for path in sources.c_files()
            for number, line in enumerate(sources.text(path).split("\n"), 1) if marks.search(line)]
    assert not left, left
