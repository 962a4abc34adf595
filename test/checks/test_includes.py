# SPDX-License-Identifier: Apache-2.0
"""Who may include whom: rooms include only rooms below, and each library has one folder."""
import os
import re

import pytest

import sources

# Lowest first. A file may include its own room and the rooms below it.
ROOMS = ["proxy/base", "proxy/net", "proxy/state", "proxy/http1", "proxy/rules", "proxy/http",
         "proxy/fetches", "proxy/actions", "proxy/tcp", "proxy/health", "proxy/discovery",
         "proxy/log", "proxy/admin", "proxy/cli", "proxy/runtime"]
BELOW = {"lb-algos": set(), "tls": set(), "config": {"lb-algos", "tls"}}
for number, name in enumerate(ROOMS):
    BELOW[name] = {"lb-algos", "tls", "config", *ROOMS[:number]}

# Library header -> the only folders that see it; tests and benchmarks stand outside of the order.
LIBRARIES = {
    r"libconfig\.h": {"config"},
    r"openssl/.*": {"tls", "config"},  # config: SHA-256 of the text, nothing of TLS
    r"llhttp\.h": {"proxy/http1"},
    r"nghttp2/.*": {"proxy/http"},
    r"ares\.h": {"proxy/discovery"},
    r"pcre2\.h": {"proxy/base"},
    r"sys/capability\.h": {"proxy/runtime"},
}

INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)', re.M)


def room_of(path):
    parts = path.split("/")
    return "/".join(parts[:2]) if parts[0] == "proxy" else parts[0]


def includes(path):
    """(quoted, in angle brackets)"""
    found = INCLUDE.findall(sources.text(path))
    return [own for own, _ in found if own], [system for _, system in found if system]


OWN = [path for path in map(str, sources.c_files()) if room_of(path) in BELOW]


@pytest.mark.parametrize("path", OWN)
def test_includes_point_down(path):
    room = room_of(path)
    for target in includes(path)[0]:
        assert (sources.ROOT / target).is_file(), "%s: \"%s\" is not a path from the top" % (path, target)
        assert room_of(target) == room or room_of(target) in BELOW[room], \
            "%s may not include %s: only rooms below %s" % (path, target, room)


def test_each_library_has_its_folder():
    wrong = ["%s includes <%s>" % (path, header)
             for path in OWN for header in includes(path)[1]
             for library, rooms in LIBRARIES.items()
             if re.fullmatch(library, header) and room_of(path) not in rooms]
    assert not wrong, "\n".join(wrong)


def test_private_headers_stay_in_their_folder():
    wrong = ["%s includes %s" % (path, target)
             for path in OWN for target in includes(path)[0]
             if target.endswith("_priv.h") and os.path.dirname(target) != os.path.dirname(path)]
    assert not wrong, "\n".join(wrong)
