# SPDX-License-Identifier: Apache-2.0
"""`balance` by a hash: weir sends each key to the server that HAProxy sends it to.

What HAProxy chose was written down once (choices.json, by --balancer haproxy with WEIR_RECORD=1), so that weir is compared with it on every run; --balancer both proves that the notes are right.
"""
import json
import os
import pathlib
import random
import re

import pytest
from harness.client import Client
from harness.origin import always, reply
from harness.ports import free_port

NOTES = pathlib.Path(__file__).with_name("choices.json")
KEYS = 80

# name -> lines of the backend
BACKENDS = {
    "source map": "balance source",
    "source ring": "balance source\n hash-type consistent",
    "source avalanche": "balance source\n hash-type map-based sdbm avalanche",
    "uri map": "balance uri",
    "uri ring": "balance uri\n hash-type consistent",
    "uri ring sdbm": "balance uri\n hash-type consistent sdbm",
    "uri djb2": "balance uri\n hash-type map-based djb2",
    "uri wt6": "balance uri\n hash-type map-based wt6",
    "uri crc32": "balance uri\n hash-type map-based crc32",
    "uri ring djb2 avalanche": "balance uri\n hash-type consistent djb2 avalanche",
    "uri ring wt6": "balance uri\n hash-type consistent wt6",
    "uri ring crc32": "balance uri\n hash-type consistent crc32 avalanche",
    "uri depth": "balance uri depth 2",
    "uri len": "balance uri len 9",
    "uri whole": "balance uri whole",
    "uri whole depth": "balance uri whole len 30 depth 3",
    "uri path-only": "balance uri path-only",
    "url_param": "balance url_param user",
    "url_param ring": "balance url_param user check_post\n hash-type consistent",
    "hdr": "balance hdr(X-Key)",
    "hdr host": "balance hdr(host) use_domain_only\n hash-type map-based djb2",
    "hdr domain": "balance hdr(X-Key) use_domain_only\n hash-type consistent djb2 avalanche",
    "hash hdr": "balance hash req.hdr(X-Key)",
    "hash lower ring": "balance hash req.hdr(X-Key),lower\n hash-type consistent",
    "hash number": "balance hash req.hdrs,length\n hash-type map-based djb2",
    "hash source": "balance hash src\n hash-type consistent wt6",
    "static-rr": "balance static-rr",
    "first": "balance first",
}

# what the servers' lines say besides: the same keys where weights differ and servers are away
POOLS = {
    "equal": ["", "", "", ""],
    "weighted": ["weight 3", "weight 10", "weight 1", "weight 6"],
    "one away": ["", "disabled", "weight 2", ""],
    "numbered": ["id 40", "id 7 weight 5", "weight 0", "id 1000"],
    "backups": ["disabled", "backup", "disabled", "backup weight 4"],
    "single": ["disabled", "disabled", "", "disabled"],
}


def requests():
    """Made anew, but always the same."""
    dice = random.Random(4)
    letters = "abcdefghijklmnopqrstuvwxyz0123456789-_~%25"
    for n in range(KEYS):
        word = "".join(dice.choice(letters) for _ in range(dice.randrange(1, 14)))
        path = "/".join([""] + [word[i:i + 3] for i in range(0, len(word), 3)])
        query = dice.choice(["", "?", "?a=b&user=" + word, "?user=" + word + "&x=1", "?users=1&user=" + word,
                             "?other=" + word, "?user="])
        name = "x" + re.sub("[^a-z0-9]", "", word)
        host = dice.choice([name, name + ".test", "www.%s.test" % name, "192.0.2.7"])
        if n % 10 == 0:
            path = "http://%s%s" % (host, path)
        headers = []
        if n % 4:
            headers.append(("X-Key", dice.choice([word, word + ".example.com", "a, " + word, "www." + word, ".",
                                                  "\xe9" + word, "", "  " + word + " , b", "a.b.c." + word])))
        # something comes last, as HAProxy's use_domain_only looks at the byte behind the value
        headers += [("Host", host), ("Accept", "*/*")]
        body = b"user=" + word.encode() + b"&z=1" if n % 5 == 0 else b""
        yield ("POST" if body else "GET", path + query, headers, body, "127.0.%d.%d" % (n % 3, n + 1))


def chosen(client_port, by_source):
    """The letters of the servers, in the order of the requests."""
    letters = ""
    client = Client(client_port)
    for method, path, headers, body, source in requests():
        if by_source:
            client.close()
            client = Client(client_port, source=source)
        letters += client.request(method, path, headers, body).body.decode()
    client.close()
    return letters


def config(origins, port, backend, pool):
    servers = "\n".join("    server %s 127.0.0.1:%d %s" % (name, origin.port, words)
                        for (name, origin), words in zip(origins.items(), POOLS[pool]))
    lines = "\n".join("    " + line for line in BACKENDS[backend].splitlines())
    return "listen be\n    bind 127.0.0.1:%d\n%s\n%s\n" % (port, lines, servers)


@pytest.fixture
def origins(serve):
    return {name: serve(always(reply(name.encode()))) for name in "abcd"}


@pytest.mark.parametrize("backend", BACKENDS)
def test_each_key_has_the_server_it_has_in_haproxy(kind, balance, origins, backend):
    notes = json.loads(NOTES.read_text()) if NOTES.exists() else {}
    # one process for all pools, as starting one takes longest
    ports = {pool: free_port() for pool in POOLS}
    text = "\n".join(config(origins, port, backend, pool).replace("listen be", "listen be%d" % port)
                     for pool, port in ports.items())
    balance(text, threads=1)
    got = {pool: chosen(port, "source" in backend) for pool, port in ports.items()}
    if kind == "haproxy" and os.environ.get("WEIR_RECORD"):
        notes[backend] = got
        NOTES.write_text(json.dumps(notes, indent=1, sort_keys=True) + "\n")
    assert got == notes[backend]
