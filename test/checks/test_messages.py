# SPDX-License-Identifier: Apache-2.0
"""Every message about a configuration has a case: some test expects its text."""
import re

import sources

MACRO = re.compile(r"\b(CONF_FAIL|CONF_WARN|CONF_REMARK|conf_report_add)\(")
# Which argument is the format.
FORMAT_AT = {"CONF_FAIL": 3, "CONF_WARN": 3, "CONF_REMARK": 3, "conf_report_add": 4}
LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')
PYTHON_LITERAL = re.compile(r"'((?:[^'\\\n]|\\.)*)'" + r'|"((?:[^"\\\n]|\\.)*)"')
ROOMS = ("config/", "proxy/")
# Where they are declared, not used.
DECLARED_IN = {"config/loader.h", "config/report.h", "config/report.c"}
# No memory, more than 128 MB of it, or an argument that no fetch takes so far: nothing for a test.
WITHOUT_CASE = {"out of memory", "no memory", "the included files are larger than %d bytes",
                "there is no userlist '%s'"}


def arguments(text, start):
    """The arguments of a call, from behind its parenthesis."""
    found, depth, at, begin = [], 0, start, start
    while depth >= 0:
        if text[at] == '"':
            at = LITERAL.match(text, at).end()
            continue
        if text[at] == "'":
            at += 4 if text[at + 1] == "\\" else 3
            continue
        depth += {"(": 1, "{": 1, "[": 1, ")": -1, "}": -1, "]": -1}.get(text[at], 0)
        if depth < 0 or (depth == 0 and text[at] == ","):
            found.append(text[begin:at])
            begin = at + 1
        at += 1
    return found


def formats():
    """(place, format) of each message; a conditional expression holds two."""
    for path in sources.c_files():
        if not str(path).startswith(ROOMS) or str(path) in DECLARED_IN:
            continue
        text = sources.text(path)
        for call in MACRO.finditer(text):
            given = arguments(text, call.end())
            place = "%s:%d" % (path, text.count("\n", 0, call.start()) + 1)
            for branch in re.split(r"[?:](?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)",
                                   given[FORMAT_AT[call[1]]]):
                if parts := LITERAL.findall(branch):
                    yield place, "".join(parts).replace('\\"', '"')


def expectations():
    """All texts that tests hold."""
    texts = []
    for path in map(str, sources.files()):
        if path.startswith("test/") and path.endswith(".c"):
            # neighbours are one text
            texts += re.sub(r'"\s*"', "", "\n".join(LITERAL.findall(sources.text(path)))).split("\n")
            texts += ["".join(LITERAL.findall(run)) for run in
                      re.findall(r'(?:"(?:[^"\\]|\\.)*"\s*)+', sources.text(path))]
        elif path.startswith("test/e2e/diagnostics/bad/"):
            texts += re.findall(r"^# expect \S+ \w+: (.*)$", sources.text(path), re.M)
        elif path.startswith("test/e2e/") and path.endswith(".py"):
            texts += [a or b for a, b in PYTHON_LITERAL.findall(sources.text(path))]
    return "\n".join(texts).replace('\\"', '"')


def pattern(text):
    """What printf could make of a format, in one line."""
    parts = re.split(r"%(?:\.\*|[-0-9.lz]*)[a-z]|%%", text)
    return r"[^\n]*?".join(re.escape(part) for part in parts)


def test_every_message_has_a_case():
    expected = expectations()
    without = ["%s: %s" % (place, text) for place, text in formats()
               if text not in WITHOUT_CASE and not re.search(pattern(text), expected)]
    assert not without, "%d messages\n%s" % (len(without), "\n".join(without))
