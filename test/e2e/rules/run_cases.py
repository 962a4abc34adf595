# SPDX-License-Identifier: Apache-2.0
"""Many rules that look at the same value: whichever way they are found, the first that holds counts."""
from rules.differential import Case, get

HOSTS = "".join("use_backend run_%d if { hdr(host) -i h%d.example.com }\n" % (n, n) for n in range(8))
HOST_BACKENDS = "".join("backend run_%d\n http-request return status 200 content-type text/plain string host-%d\n" % (n, n)
                        for n in range(8))
LISTS = "".join("http-request deny deny_status %d if { req.hdr(x-list) %s }\n" % rule for rule in (
    (401, "a"), (403, "b"), (404, "c d"), (405, "-m beg ee"), (429, "-m end -i F"), (500, "a b ee")))

RUNS = [
    Case("run: a host", HOSTS, more=HOST_BACKENDS, request=get("/").replace("www.", "H5.")),
    Case("run: no host", HOSTS.replace("run_", "norun_"), more=HOST_BACKENDS.replace("run_", "norun_")),
    Case("run: the last of several values", LISTS, request=get("/", "X-List: x,b")),
    Case("run: the first of several values", LISTS, request=get("/", "X-List: b, x")),
    Case("run: values in several lines", LISTS, request=get("/", "X-List: x", "X-List: d", "X-List: y")),
    Case("run: the first rule, not the first value", LISTS, request=get("/", "X-List: ee, d, b")),
    Case("run: by the beginning", LISTS, request=get("/", "X-List: x, eee")),
    Case("run: by the end", LISTS, request=get("/", "X-List: xf, x")),
    Case("run: nothing", LISTS, request=get("/", "X-List: A, x")),
    Case("run: no field", LISTS),
    Case("run: a rule between", LISTS + "http-request set-header x-list b\n" + LISTS, request=get("/", "X-List: x")),
]
