# SPDX-License-Identifier: Apache-2.0
"""The table of the differential suite: (request, rules), answered by both programs."""
from rules.differential import FOLDER, RESPONSE, Case, get
from rules.expression_cases import EXPRESSIONS
from rules.run_cases import RUNS

CHUNKED_HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: 1\r\n\r\n"
CHUNKED = CHUNKED_HEAD + b"3\r\nabc\r\n0\r\n\r\n"

EDITING = [
    Case("add a field", "http-request add-header X-A 1"),
    Case("add keeps the others", "http-request add-header x-a 2", request=get("/", "X-A: 1", "X-B: 2")),
    Case("set drops all and appends", "http-request set-header x-a 3", request=get("/", "X-A: 1", "X-B: 2", "x-a: 2")),
    Case("set of an empty value", "http-request set-header x-a %[req.hdr(none)]", request=get("/", "X-A: 1")),
    Case("set a value with blanks around", 'http-request set-header x-a " b "'),
    Case("del", "http-request del-header x-a", request=get("/", "X-A: 1", "X-B: 2", "x-a: 2")),
    Case("del by beginning", "http-request del-header x- -m beg", request=get("/", "X-A: 1", "Y: 2", "x-b: 2")),
    Case("del by end", "http-request del-header -a -m end", request=get("/", "X-A: 1", "Y: 2", "x-b: 2")),
    Case("del by part", "http-request del-header foo -m sub", request=get("/", "X-foo-A: 1", "Y: 2")),
    Case("del by regex", "http-request del-header ^x-[ab]$ -m reg", request=get("/", "X-A: 1", "X-C: 2", "x-b: 2")),
    Case("replace in place", "http-request replace-header x-a (.*)1(.*) \\2z\\1", request=get("/", "X-A: a1b", "X-B: 2", "X-A: c")),
    Case("replace whole lines with commas", "http-request replace-header x-a ^a,(.*) \\1", request=get("/", "X-A: a,b,c")),
    Case("replace value by parts", "http-request replace-value x-a ^(.)$ <\\1>", request=get("/", "X-A: a, bb ,c,,d")),
    Case("replace value with quotes", "http-request replace-value x-a b Z", request=get("/", 'X-A: "a,b", b')),
    Case("replace with a fetch", "http-request replace-header x-a (.*) %[path]-\\1", request=get("/p", "X-A: 1")),
    Case("a group that the regex has not", "http-request replace-header x-a ^(.*)-(.*)$ \\1\nhttp-request replace-header x-b o <\\1\\2>",
         request=get("/", "X-A: aaaaaaaaaaaaaa-b", "X-B: o")),
    Case("replace that fits nothing", "http-request replace-header x-a ^z q", request=get("/", "X-A: 1")),
    Case("replace cookie", "http-request replace-header Cookie foo=([^;]*);(.*) foo=\\1;ip=%[src];\\2", request=get("/", "Cookie: foo=1; bar=2")),
    Case("order of several edits", "http-request set-header x-a 1\nhttp-request add-header x-b 2\nhttp-request del-header x-c\nhttp-request set-header host other",
         request=get("/", "X-C: 1", "X-D: 2")),
    Case("set host", "http-request set-header Host other.example"),
    Case("the last of equal lengths", "http-request return status 200 hdr x-a <%[req.fhdr(content-length)]>",
         request="POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 005, 05\r\n\r\nhello"),
    Case("with forwardfor", "option forwardfor\nhttp-request set-header x-a 1"),
    Case("forwardfor again", "option forwardfor except 127.0.0.0/8 header X-Client if-none\noption forwardfor", request=get("/", "X-Forwarded-For: 1")),
    Case("originalto again", "option originalto except 127.0.0.0/8 header X-Dst\noption originalto"),
    Case("the last word on keeping connections", "option httpclose\noption http-server-close"),
    Case("the last word is closing", "option http-keep-alive\noption httpclose"),
    Case("the server's name comes last", "option forwardfor", "http-send-name-header X-Server\noption httpclose"),
    Case("a cookie with nocache, of a status that a rule has made", "", "cookie SRV insert nocache dynamic\ndynamic-cookie-key k\nhttp-response set-status 299"),
    Case("forwardfor header", "option forwardfor header X-Client if-none\nhttp-request add-header x-client 9.9.9.9"),
    Case("response: set, add, del", "", "http-response set-header x-list z\nhttp-response add-header x-b 2\nhttp-response del-header server"),
    Case("response: backend first", "http-response add-header x-a front", "http-response add-header x-a back"),
    Case("response: replace-value", "", "http-response replace-value x-list (.) \\1\\1"),
    Case("response: replace set-cookie", "http-response replace-header Set-Cookie (sid=[^;]*);(.*) \\1;ip=%[src];\\2"),
    Case("response: hdr_cnt, hdr_ip and hdr_val are of requests", "", "http-response set-header x-a 1 if { hdr_cnt(x-list) gt 0 } or { hdr_val(x-list) ge 0 }"),
    Case("response: set-status", "http-response set-status 503 reason \"Slow Down\""),
    Case("response: set-status of its own reason", "http-response set-status 418"),
    Case("after-response", "http-after-response set-header x-a %[status]", "http-after-response add-header x-b back"),
    Case("after-response on a deny", "http-after-response set-header x-a %[status]\nhttp-request deny"),
    Case("after-response on a redirect", "http-after-response set-header x-a %[status]\nhttp-request redirect location /x"),
    Case("after-response set-status on deny", "http-after-response set-status 200\nhttp-request deny"),
    Case("after-response on 503", "http-after-response set-header x-a %[status]", "retries 0\nserver s 127.0.0.1:1"),
    Case("after-response condition", "http-after-response set-header x-a 1 if { status 403 }\nhttp-request deny if { path /d }", request=get("/d")),
    *[Case("%s %d of %s" % (words, status, what), "%s %d\nhttp-request deny if { path /deny }" % (words, status), request=get(target), response=response)
      for words in ("http-response set-status", "http-after-response set-status") for status in (204, 304)
      for what, target, response in (("a body", "/", RESPONSE), ("chunks", "/", CHUNKED), ("an answer of our own", "/deny", RESPONSE))],
    Case("HEAD where GET has chunks", request=get("/", method="HEAD"), response=CHUNKED_HEAD),
    Case("after-response allow", "http-after-response allow if { status 200 }\nhttp-after-response set-header x-a 1"),
    Case("response allow", "", "http-response allow if { status 200 }\nhttp-response set-header x-a 1"),
]

TARGETS = [
    Case("set-path", "http-request set-path /new", request=get("/old?q=1")),
    Case("set-path with format", "http-request set-path /v1%[path]", request=get("/old?q=1")),
    Case("set-pathq", "http-request set-pathq /new?x=%[urlp(q)]", request=get("/old?q=1")),
    Case("set-query", "http-request set-query a=b", request=get("/old?q=1")),
    Case("set-query where there is none", "http-request set-query a=b", request=get("/old")),
    Case("set-query to nothing where there is none", "http-request set-query %[req.hdr(none)]", request=get("/old")),
    Case("set-pathq of an asterisk", "http-request set-pathq /new?q", request=get("*", method="OPTIONS")),
    Case("set-query to nothing", "http-request set-query %[req.hdr(none)]", request=get("/old?q=1")),
    Case("set-uri", "http-request set-uri /u?v=1", request=get("/old?q=1")),
    Case("set-uri absolute", "http-request set-uri http://www.example.com/u?v=1", request=get("/old?q=1")),
    Case("set-method", "http-request set-method PUT", request=get("/", body="abc", method="POST")),
    Case("set-method own", "http-request set-method FOO"),
    Case("replace-path", "http-request replace-path /old/(.*) /new/\\1", request=get("/old/a/b?q=/old/1")),
    Case("replace-path of all", "http-request replace-path (.*) /pre\\1", request=get("/old?q=1")),
    Case("replace-pathq", "http-request replace-pathq ([^?]*)(\\?(.*))? \\1/foo\\2", request=get("/old?q=1")),
    Case("replace-uri", "http-request replace-uri /old(.*) /new\\1", request=get("/old?q=1")),
    Case("path of an absolute target", "http-request set-path /new", request=get("http://www.example.com/old?q=1")),
    Case("replace-uri absolute", "http-request replace-uri http://[^/]*(.*) \\1", request=get("http://www.example.com/old?q=1")),
    Case("set-path without slash", "http-request set-path new", request=get("/old?q=1")),
    Case("rules see what was written", "http-request set-path /new\nhttp-request set-header x-p %[path]\nhttp-request deny if { path /new } { req.hdr(x-p) /x }"),
    Case("asterisk", "http-request set-header x-p <%[path]>\nhttp-request set-header x-u <%[url]>", request=get("*", method="OPTIONS")),
    Case("capture.req.* stay", "http-request set-uri /new\nhttp-request set-method PUT\nhttp-request set-header x-c %[capture.req.method],%[capture.req.uri],%[capture.req.ver]", request=get("/old?q=1")),
    Case("blanks around a value", "http-request set-header x-p <%[path]>\nhttp-request set-header x-u '%[str(a)] '\nhttp-request add-header x-v '  b  '"),
]

ANSWERS = [
    Case("deny", "http-request deny"),
    Case("deny with status", "http-request deny deny_status 429"),
    Case("deny with status word", "http-request deny status 404"),
    Case("deny with an unknown status", "http-request deny status 418"),
    Case("deny with string", "http-request deny status 429 content-type text/plain string \"slow down\""),
    Case("deny with lf-string", "http-request deny content-type text/plain lf-string \"%[src] %[path]\" hdr x-a %[path]", request=get("/p")),
    Case("deny with hdr only", "http-request deny hdr x-a b"),
    Case("deny by acl", "acl bad path_beg /bad\nhttp-request deny if bad", request=get("/bad/x")),
    Case("deny unless", "http-request deny unless { req.hdr(x-ok) yes }", request=get("/", "X-Ok: yes")),
    Case("deny in backend", "", "http-request deny"),
    Case("deny of a HEAD", "http-request deny", request=get(method="HEAD")),
    Case("deny with a body coming", "http-request deny", request=get(method="POST", body="abc")),
    Case("deny over 1.0", "http-request deny", request=get(version="1.0")),
    Case("deny with close", "http-request deny", request=get("/", "Connection: close")),
    Case("tarpit", "http-request tarpit"),
    Case("tarpit with status", "http-request tarpit deny_status 403"),
    Case("reject", "http-request reject"),
    Case("silent-drop", "http-request silent-drop"),
    Case("allow stops", "http-request allow if { path / }\nhttp-request deny"),
    Case("allow in the frontend only", "http-request allow", "http-request deny"),
    Case("return", "http-request return"),
    Case("return 204", "http-request return status 204"),
    Case("return string", "http-request return status 200 content-type text/plain string hi"),
    Case("return lf-string and fields", "http-request return status 201 content-type \"text/x; charset=utf-8\" lf-string \"a %[path] b\" hdr X-One %[path] hdr x-two 2", request=get("/q")),
    Case("return by HEAD", "http-request return content-type text/plain string hi", request=get(method="HEAD")),
    Case("return of an error status", "http-request return status 404"),
    Case("return of an error status with default-errorfiles", "http-request return status 404 default-errorfiles"),
    Case("return over 1.0", "http-request return content-type text/plain string hi", request=get(version="1.0")),
    Case("return with a body coming", "http-request return content-type text/plain string hi", request=get(method="POST", body="abc")),
    Case("auth", "http-request auth realm Members"),
    Case("auth without realm", "http-request auth"),
    Case("auth with blanks", "http-request auth realm \"Our Members\""),
    Case("response deny", "", "http-response deny"),
    Case("response deny with status", "http-response deny status 500"),
    Case("response return", "http-response return status 200 content-type text/plain string replaced if { status 200 }"),
    Case("response deny by field", "", "http-response deny if { res.hdr(x-list) -m found }"),
    Case("redirect location", "http-request redirect location /x"),
    Case("redirect with format", "http-request redirect location https://%[req.hdr(host)]%[capture.req.uri] code 301", request=get("/a?b=c")),
    Case("redirect 303", "http-request redirect location /x code 303"),
    Case("redirect 307", "http-request redirect location /x code 307"),
    Case("redirect 308", "http-request redirect location /x code 308"),
    Case("redirect prefix", "http-request redirect prefix https://other", request=get("/a?b=c")),
    Case("redirect prefix drop-query", "http-request redirect prefix https://other drop-query", request=get("/a?b=c")),
    Case("redirect prefix append-slash", "http-request redirect prefix / drop-query append-slash code 301", request=get("/a?b=c")),
    Case("redirect append-slash with query", "http-request redirect prefix / append-slash code 301", request=get("/a?b=c")),
    Case("redirect scheme", "http-request redirect scheme https", request=get("/a?b=c")),
    Case("redirect scheme drop-query", "http-request redirect scheme https drop-query code 301", request=get("/a?b=c")),
    Case("redirect scheme of asterisk", "http-request redirect scheme https", request=get("*", method="OPTIONS")),
    Case("redirect set-cookie", "http-request redirect location / set-cookie SEEN=1"),
    Case("redirect clear-cookie", "http-request redirect location / clear-cookie USER="),
    Case("redirect ignore-empty", "http-request redirect location %[req.hdr(none)] ignore-empty"),
    Case("redirect empty", "http-request redirect location %[req.hdr(none)]"),
    Case("redirect of a HEAD", "http-request redirect location /x", request=get(method="HEAD")),
    Case("redirect of a POST", "http-request redirect location /x", request=get(method="POST", body="abc")),
    Case("redirect line", "redirect location /x%[path] if { path /old }", request=get("/old")),
    Case("redirect line after http-request", "redirect location /x\nhttp-request deny if { path /old }", request=get("/old")),
    Case("redirect line prefix", "redirect prefix https://other code 301 if { hdr(host) -i WWW.example.com }", request=get("/old?x")),
    Case("redirect in backend", "", "redirect scheme https code 301"),
    Case("redirect of a response", "http-response redirect location /login?%[status] code 302 if { status 200 }"),
    Case("use_backend", "use_backend other if { path_beg /o }", more="backend other\n http-request return status 200 content-type text/plain string other\n", request=get("/o")),
    Case("use_backend by name", "use_backend bk_%[req.hdr(x-b)]", more="backend bk_1\n http-request return status 200 content-type text/plain string one\n", request=get("/o", "X-B: 1")),
    Case("use_backend of one that is disabled", "use_backend off if { path_beg /o }", more="backend off\n disabled\n http-request return status 200\n", request=get("/o")),
    Case("default_backend that is disabled", "default_backend shut", more="backend shut\n disabled\n server s 127.0.0.1:1\n", default_backend=False),
    Case("use_backend by a name that is none", "use_backend bk_%[req.hdr(x-b)]", request=get("/o", "X-B: 7")),
    Case("no backend", "", default_backend=False),
    Case("monitor-uri", "monitor-uri /alive\nhttp-request deny", request=get("/alive")),
    Case("monitor-uri with query", "monitor-uri /alive", request=get("/alive?x")),
    Case("monitor fail", "monitor-uri /alive\nmonitor fail if { path /alive }", request=get("/alive")),
    Case("monitor fail unless", "monitor-uri /alive\nmonitor fail unless { path /alive }", request=get("/alive")),
]



def shows(name, *expressions, request=None, response=None, **more):
    """Each expression's value in a field of its own, of the request that the server gets."""
    lines = ["http-request set-header x-r%d <%%[%s]>" % (i, e) for i, e in enumerate(expressions)]
    return Case(name, "\n".join(lines), request=request or get(), **more)


def shows_response(name, *expressions, **more):
    lines = ["http-response set-header x-r%d <%%[%s]>" % (i, e) for i, e in enumerate(expressions)]
    return Case(name, "\n".join(lines), **more)


def tests(name, *conditions, request=None, **more):
    """Which of the conditions hold, in a field."""
    lines = ["http-request add-header x-r %d if %s" % (i, c) for i, c in enumerate(conditions)]
    return Case(name, "\n".join(lines), request=request or get(), **more)


LISTS = get("/", "X-L: a, b ,c", "X-L: d", 'X-Q: "a,b", c', "X-E:", "X-N: 12ab", "X-I: 192.0.2.1:80, [2001:db8::1], nope", "X-C: a,,b,")
COOKIES = get("/", "Cookie: a=1; b=2; c=3; a=4", "Cookie: d=x=y; e=; f; g=\"q;r\"")
QUERY = "/p/q.html?a=1&b=&c&a=2;d=x%20y&e=f=g"

FETCHES = [
    shows("hdr last", "req.hdr(x-l)", "hdr(x-l)", "req.fhdr(x-l)", request=LISTS),
    shows("hdr occurrences", *["req.hdr(x-l,%d)" % i for i in (1, 2, 3, 4, 5, -1, -2, -4, -5)], request=LISTS),
    shows("fhdr occurrences", *["req.fhdr(x-l,%d)" % i for i in (1, 2, 3, -1, -2, -3)], request=LISTS),
    shows("hdr with quotes", "req.hdr(x-q)", "req.hdr(x-q,1)", "req.fhdr(x-q)", request=LISTS),
    shows("hdr_cnt", *["req.hdr_cnt(%s)" % n for n in ("x-l", "x-q", "x-e", "x-none", "x-c")], "req.hdr_cnt", "req.fhdr_cnt", "req.fhdr_cnt(x-l)", request=LISTS),
    shows("hdr_val", "req.hdr_val(x-n)", "req.hdr_val(x-l)", "req.hdr_val(none)", request=LISTS),
    shows("hdr_ip", "req.hdr_ip(x-i)", "req.hdr_ip(x-i,1)", "req.hdr_ip(x-i,2)", "req.hdr_ip(x-i,-1)", "req.hdr_ip(x-l)", request=LISTS),
    shows("hdr_names", "req.hdr_names", "req.hdr_names(;)", request=LISTS),
    shows("empty values", "req.hdr(x-e)", "req.hdr(x-c)", "req.hdr(x-c,2)", "req.hdr(x-c,3)", request=LISTS),
    shows("hdrs", "req.hdrs,length", "req.hdrs,lower,sha1,hex", "req.hdrs_bin,hex", request=get("/", "x-a: 1")),
    tests("hdr in acls", "{ req.hdr(x-l) b }", "{ req.hdr(x-l) d }", "{ req.fhdr(x-l) d }", "{ hdr_beg(x-q) c }", "{ hdr_cnt(x-l) 4 }",
          "{ req.hdr(x-none) -m found }", "{ req.hdr(x-e) -m found }", "{ hdr_sub(x-l) B }", "{ hdr_sub(x-l) -i B }", "{ req.hdr(x-l) -m len 1 }",
          "{ hdr_ip(x-i) 192.0.2.0/24 }", "{ hdr_val(x-n) gt 11 }", "{ hdr_dom(host) example.com }", "{ hdr_end(host) .com }", "{ hdr_reg(host) ^www }", "{ hdr_dir(x-l) c }",
          "{ hdr_len(host) 15 }", request=LISTS),
    shows("cookies", "req.cook(a)", "req.cook(b)", "req.cook(d)", "req.cook(e)", "req.cook(f)", "req.cook(none)", "req.cook", "cook(a)", "cookie(a)", request=COOKIES),
    shows("cookie counts", "req.cook_cnt(a)", "req.cook_cnt", "req.cook_cnt(none)", "req.cook_val(a)", "cook_val(b)", request=COOKIES),
    shows("quoted cookie", "req.cook(g)", request=COOKIES),
    tests("cookies in acls", "{ req.cook(a) 1 }", "{ req.cook(a) 4 }", "{ cook_beg(d) x }", "{ req.cook(e) -m found }", "{ req.cook(none) -m found }", "{ cook_cnt(a) 2 }",
          "{ cook_sub(d) = }", "{ cook_end(d) y }", "{ cook_reg(a) ^[0-9]$ }", "{ cook_len(d) 3 }", request=COOKIES),
    shows("targets", "method", "url", "path", "pathq", "query", "base", "baseq", request=get(QUERY)),
    shows("targets without a query", "url", "path", "pathq", "query", "base", "baseq", request=get("/p")),
    shows("empty query", "query", "query,length", request=get("/p?")),
    shows("absolute target", "url", "path", "pathq", "base", "url_ip", "url_port", request="GET http://192.0.2.7:8080/p?q HTTP/1.1\r\nHost: 192.0.2.7:8080\r\n\r\n"),
    shows("absolute target of a name", "url_ip", "url_port", "path", request=get("http://www.example.com/p")),
    shows("asterisk", "url", "path", "base", "url32", "base32", request=get("*", method="OPTIONS")),
    shows("hashes", "base32", "url32", "base32+src,hex", "url32+src,hex", request=get(QUERY)),
    shows("parameters", "urlp(a)", "urlp(b)", "urlp(c)", "urlp(d)", "urlp(e)", "url_param(a)", "urlp(none)", "urlp", "urlp_val(a)", "urlp(d),url_dec", request=get(QUERY)),
    shows("parameters behind another sign", "urlp(j,;)", "urlp(a,;)", request=get("/p;j=1;k=2?a=3")),
    tests("parameters in acls", "{ urlp(a) 2 }", "{ urlp(a) 1 }", "{ urlp(b) -m found }", "{ urlp(c) -m found }", "{ urlp_beg(d) x }", "{ urlp_val(a) 2 }", "{ urlp 2 }", "{ urlp_reg(a) ^1 }", request=get(QUERY)),
    tests("paths in acls", "{ path /p/q.html }", "{ path_beg /p }", "{ path_end .html }", "{ path_dir p }", "{ path_sub q. }", "{ path_reg ^/p/ }", "{ path_len 9 }", "{ path_dom q }",
          "{ url_beg /p }", "{ url_sub a=1 }", "{ base_beg www }", "{ base_end html }", "{ path -i /P/Q.HTML }", "{ url_end =g }", "{ url_dir q.html }", request=get(QUERY)),
    tests("methods in acls", "METH_GET", "METH_POST", "HTTP_1.1", "HTTP_1.0", "{ method GET HEAD }", "{ method POST }", "HTTP_URL_ABS", "HTTP_URL_SLASH", "HTTP_URL_STAR", "HTTP_CONTENT", "{ req.ver 1.1 }", "TRUE", "{ req.proto_http }"),
    tests("converters in words of their own", "{ ssl_fc, not }", "{ ssl_fc not }", "{ always_true not }", "{ req.hdr(host),upper, lower -m str www.example.com }", "{ method, lower GET }", "{ req.hdr(host) -m found }"),
    tests("methods of a HEAD", "METH_GET", "METH_HEAD", "{ method HEAD }", "{ method get }", "{ method -i get }", request=get(method="HEAD")),
    tests("a POST", "METH_POST", "HTTP_CONTENT", "{ req.body_size 3 }", "{ req.hdr_val(content-length) gt 2 }", request=get(method="POST", body="abc")),
    shows("versions", "req.ver", "req_ver", "capture.req.ver", request=get(version="1.0")),
    shows("first request", "http_first_req"),
    shows_response("response fields", "res.hdr(x-list)", "res.hdr(x-list,1)", "res.fhdr(x-list)", "res.hdr_cnt(x-list)", "res.fhdr_cnt", "shdr(server)", "res.hdr_names", "hdr(x-list,2)", "status", "res.ver"),
    shows_response("response cookies", "res.cook(sid)", "scook(sid)", "res.cook_cnt", "res.cook_val(sid)", "res.cook", "res.cook(Path)"),
    shows("bytes of a message", "req.len", "req_len", request=get("/a?b", "X-A: b")),
    shows("bytes of an absolute target", "req.len", request=get("http://www.example.com/a?b")),
    shows_response("bytes of a response", "res.len"),
    shows_response("request seen from the response", "capture.req.uri", "capture.req.method", "capture.res.ver", "var(txn.x)", request=get("/u?v")),
    shows("a captured target begins with its path", "capture.req.uri", "capture.req.uri,length", request=get("http://www.example.com/a/b?c=/d")),
    shows("a captured target without a path", "capture.req.uri", "capture.req.method", request=get("http://www.example.com")),
    shows("a captured target that is an asterisk", "capture.req.uri", "capture.req.method", request=get("*", method="OPTIONS")),
    Case("variables across", "http-request set-var(txn.p) path\nhttp-request set-var(req.q) path\nhttp-response set-header x-p <%[var(txn.p)]>\nhttp-response set-header x-q <%[var(req.q)]>"),
    Case("several cookies set", "http-response set-header x-r <%[res.cook(b)]>,<%[res.cook(a)]>,<%[res.cook_cnt]>,<%[res.cook]>",
         response=b"HTTP/1.1 200 OK\r\nSet-Cookie: a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT\r\nSet-Cookie: b=2; a=3\r\nContent-Length: 0\r\n\r\n"),
    Case("response acl", "http-response set-header x-r 1 if { status 200:299 }\nhttp-response set-header x-s 1 if { res.hdr(x-list) b }\nhttp-response set-header x-t 1 if { shdr_sub(server) rig }"),
    shows("a converter chain", "req.hdr(host),lower,field(1,.),length"),
]

BODIES = [
    Case("buffered body", "option http-buffer-request\nhttp-request set-header x-r <%[req.body]>,<%[req.body_len]>,<%[req.body_size]>", request=get(method="POST", body="abc")),
    Case("body in pieces", "option http-buffer-request\nhttp-request set-header x-r <%[req.body]>", request=[get(method="POST", body="abcdef")[:-3], 0.2, "def"]),
    Case("body not waited for", "http-request set-header x-r <%[req.body_size]>", request=get(method="POST", body="abc")),
    Case("wait-for-body", "http-request wait-for-body time 1m\nhttp-request set-header x-r <%[req.body]>", request=[get(method="POST", body="abcdef")[:-3], 0.2, "def"]),
    Case("wait-for-body at least", "http-request wait-for-body time 1m at-least 2\nhttp-request set-header x-r <%[req.body,bytes(0,3)]>", request=[get(method="POST", body="abcdef")[:-3], 0.3, "def"]),
    Case("wait-for-body too long", "http-request wait-for-body time 200ms\nhttp-request set-header x-r <%[req.body]>", request=get(method="POST", body="abcdef")[:-3]),
    Case("form", "option http-buffer-request\nhttp-request set-header x-r <%[req.body_param(a)]>,<%[req.body_param(b)]>,<%[req.body_param]>", request=get(method="POST", body="a=1&b=2")),
    Case("chunks", "option http-buffer-request\nhttp-request set-header x-r <%[req.body]>,<%[req.body_len]>,<%[req.body_size]>", request=get("/", "Transfer-Encoding: chunked", method="POST") + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"),
    Case("deny by body", "option http-buffer-request\nhttp-request deny if { req.body -m sub evil }", request=get(method="POST", body="x=evil")),
    Case("expect 100 of a body that is here", "http-request wait-for-body time 1m\nhttp-request set-header x-r <%[req.body]>", request=get("/", "Expect: 100-continue", method="POST", body="abc")),
    Case("expect 100 with http-buffer-request", "option http-buffer-request\nhttp-request set-header x-r <%[req.body]>", request=[get("/", "Expect: 100-continue", "Content-Length: 3", method="POST"), 0.2, "abc"]),
    Case("expect 100 without a body", "http-request wait-for-body time 1m", request=get("/", "Expect: 100-continue")),
    Case("expect 100", "http-request wait-for-body time 1m\nhttp-request set-header x-r <%[req.body]>", request=[get("/", "Expect: 100-continue", "Content-Length: 3", method="POST"), 0.2, "abc"]),
]

USERS = """userlist people
 group admins users anna
 group guests
 user anna password $5$k6qBsYIk$bf2WTrz0CLlpVvkCqYQ8bkCHB84KFi.ijDSG5Zr3QX5 groups guests
 user bert insecure-password secret groups guests
 user carl password nothing
"""


def basic(user):
    import base64
    return get("/", "Authorization: Basic " + base64.b64encode(user.encode()).decode())


AUTH = [
    Case("no credentials", "http-request auth realm R unless { http_auth(people) }", more=USERS),
    Case("right", "http-request auth realm R unless { http_auth(people) }", request=basic("bert:secret")),
    Case("wrong", "http-request auth realm R unless { http_auth(people) }", request=basic("bert:wrong")),
    Case("hashed, wrong", "http-request auth realm R unless { http_auth(people) }", request=basic("anna:wrong")),
    Case("unknown", "http-request auth realm R unless { http_auth(people) }", request=basic("nobody:x")),
    Case("in a group", "http-request deny unless { http_auth_group(people) guests }", request=basic("bert:secret")),
    Case("not in a group", "http-request deny unless { http_auth_group(people) admins }", request=basic("bert:secret")),
    Case("in one of groups", "http-request deny unless { http_auth_group(people) admins guests }", request=basic("bert:secret")),
    shows("what is said", "http_auth_user", "http_auth_pass", "http_auth_type", "http_auth_group(people)", request=basic("bert:secret")),
    shows("a token", "http_auth_bearer", "http_auth_bearer(x-a)", request=get("/", "Authorization: Bearer abc.def", "X-A: Bearer xyz")),
    Case("stats behind rules", "stats uri /s\nhttp-request deny if { path_beg /s }", request=get("/s")),
]

PAGES = [
    Case("errorloc302", "errorloc302 403 http://www.example.com/no\nhttp-request deny"),
    Case("errorloc303", "errorloc303 403 /no\nhttp-request deny"),
    Case("errorloc", "errorloc 503 /sorry", "retries 0\nserver s 127.0.0.1:1"),
    Case("http-error string", "http-error status 403 content-type text/plain string \"no way\"\nhttp-request deny"),
    Case("http-error lf-string", "http-error status 403 content-type text/plain lf-string \"no %[path]\" hdr x-a %[src]\nhttp-request deny", request=get("/p")),
    Case("http-error of the backend", "http-error status 503 content-type text/plain string front", "http-error status 503 content-type text/plain string back\nretries 0\nserver s 127.0.0.1:1"),
    Case("http-error of another status", "http-error status 404 content-type text/plain string x\nhttp-request deny"),
]

FILES = FOLDER.name

PAGES += [
    Case("errorfile", "errorfile 403 %s/403.http\nhttp-request deny" % FILES),
    Case("errorfile that is empty", "errorfile 403 /dev/null\nhttp-request deny"),
    Case("errorfile with another status", "errorfile 403 %s/200.http\nhttp-request deny" % FILES),
    Case("errorfiles of a section", "errorfiles site\nhttp-request deny", more="http-errors site\n errorfile 403 %s/403.http\n errorfile 404 %s/200.http\n" % (FILES, FILES)),
    Case("return errorfile", "http-request return status 503 errorfile %s/403.http" % FILES),
    Case("deny errorfiles", "http-request deny status 404 errorfiles site2", more="http-errors site2\n errorfile 404 %s/200.http\n" % FILES),
    Case("return errorfile without a status", "http-request return errorfile %s/403.http" % FILES),
    Case("return file", "http-request return content-type text/plain file %s/body.txt" % FILES),
    Case("return lf-file", "http-request return content-type text/plain lf-file %s/format.txt" % FILES, request=get("/p")),
    Case("errorfile and after-response", "errorfile 403 %s/403.http\nhttp-after-response set-header x-a %%[status]\nhttp-request deny" % FILES),
]

FIELDS = [
    Case("originalto", "option originalto"),
    Case("originalto header", "option originalto header X-To"),
    Case("originalto except", "option originalto except 127.0.0.0/8"),
    Case("http-send-name-header", "", "http-send-name-header X-Server"),
    Case("http-send-name-header replaces", "", "http-send-name-header X-Server", request=get("/", "X-Server: a")),
    Case("forwardfor and originalto", "option forwardfor\noption originalto"),
    Case("set Connection", "http-response set-header connection close"),
    Case("tcp content accept", "tcp-request content accept if { src 127.0.0.1 }\ntcp-request content reject"),
    Case("tcp content reject", "tcp-request content reject if { path /x }", request=get("/x")),
    Case("tcp content set-var", "tcp-request inspect-delay 1m\ntcp-request content set-var(txn.h) req.hdr(host)\nhttp-request set-header x-r %[var(txn.h)]"),
    Case("set-log-level silent", "http-request set-log-level silent"),
    Case("capture in the log", "capture request header Host len 5\ncapture response header Server len 10"),
    Case("capture action", "http-request capture path len 10\ncapture request header Host len 20"),
    Case("declared capture", "declare capture request len 10\nhttp-request capture req.hdr(host),upper id 0\nhttp-request set-header x-r %[capture.req.hdr(0)]"),
    Case("captures as fetches", "capture request header Host len 5\nhttp-request set-header x-r %[capture.req.hdr(0)]\nhttp-response set-header x-s %[capture.req.hdr(0)]"),
    Case("normalize dots", "http-request normalize-uri path-strip-dotdot\nhttp-request normalize-uri path-strip-dot", request=get("/a/./b/../../../c/..?x=/../y")),
    Case("normalize dotdot full", "http-request normalize-uri path-strip-dotdot full", request=get("/../a/..//../b/..")),
    Case("normalize slashes", "http-request normalize-uri path-merge-slashes", request=get("//a///b/?x=//")),
    Case("normalize percent", "http-request normalize-uri percent-decode-unreserved", request=get("/%61%2fb%7e%zz?%41=%20")),
    Case("normalize percent strict", "http-request normalize-uri percent-decode-unreserved strict", request=get("/%zz")),
    Case("normalize upper", "http-request normalize-uri percent-to-uppercase", request=get("/%6f%c3?%2f%zz")),
    Case("normalize query", "http-request normalize-uri query-sort-by-name", request=get("/?c=3&a=1&b=2&a=0&aa=5&&")),
    Case("set-nice, set-tos, set-mark", "http-request set-nice 10\nhttp-request set-tos 0x10\nhttp-request set-header x-a 1"),
    Case("early hints", "http-request early-hint Link \"</a.css>; rel=preload\"\nhttp-request early-hint X-B %[path]"),
    Case("set-src", "http-request set-src req.hdr(x-ip)\nhttp-request set-header x-r %[src]\noption forwardfor", request=get("/", "X-Ip: 192.0.2.9")),
    Case("set-src-port", "http-request set-src-port int(4711)\nhttp-request set-header x-r %[src_port]"),
    Case("set-dst", "http-request set-dst req.hdr(x-ip)\nhttp-request set-dst-port int(99)\nhttp-request set-header x-r %[dst]:%[dst_port]", request=get("/", "X-Ip: 192.0.2.9")),
    Case("strict-mode off", "http-request strict-mode off\nhttp-request set-header x-a %[req.hdr(host)]"),
]

ABSOLUTE = "GET http://www.example.com/p?q HTTP/1.1\r\nHost: www.example.com\r\n\r\n"
OLD = "GET /p HTTP/1.0\r\n\r\n"

CORNERS = [
    Case("odd names are deleted", "option http-restrict-req-hdr-names delete\nhttp-request set-header x_new 1\nhttp-request set-header x-seen %[req.hdr(x_a)]", request=get("/", "X_A: 1", "x.b: 2", "X-C: 3")),
    Case("odd names are rejected", "option http-restrict-req-hdr-names reject", request=get("/", "X_A: 1")),
    Case("odd names that are not there", "option http-restrict-req-hdr-names reject", request=get("/", "X-A1: 1")),
    Case("odd names that a rule deletes", "option http-restrict-req-hdr-names reject\nhttp-request del-header x_a", request=get("/", "X_A: 1")),
    Case("odd names of a backend", "", "option http-restrict-req-hdr-names delete\nhttp-request set-header x_new 1", request=get("/", "X_A: 1")),
    Case("odd names that a backend rejects", "", "option http-restrict-req-hdr-names reject", request=get("/", "X_A: 1")),
    Case("odd names that are preserved", "option http-restrict-req-hdr-names preserve", request=get("/", "X_A: 1")),
    Case("default port of an absolute target", "http-request set-header x-u <%[url]>,<%[req.hdr(host)]>", request="GET http://www.example.com:80/p HTTP/1.1\r\nHost: www.example.com:80\r\n\r\n"),
    Case("empty port of an absolute target", "http-request set-header x-u <%[url]>,<%[req.hdr(host)]>", request="GET http://www.example.com:/p HTTP/1.1\r\nHost: www.example.com\r\n\r\n"),
    Case("default port of https", "http-request set-header x-u <%[url]>,<%[req.hdr(host)]>", request="GET https://www.example.com:443/p HTTP/1.1\r\nHost: www.example.com\r\n\r\n"),
    Case("another port of an absolute target", "http-request set-header x-u <%[url]>,<%[req.hdr(host)]>", request="GET http://www.example.com:443/p HTTP/1.1\r\nHost: www.example.com:443\r\n\r\n"),
    Case("default port in Host alone", "http-request set-header x-u <%[url]>,<%[req.hdr(host)]>", request="GET http://www.example.com/p HTTP/1.1\r\nHost: www.example.com:80\r\n\r\n"),
    Case("default port of CONNECT", "http-request return hdr x-u <%[url]>,<%[req.hdr(host)]>", request="CONNECT www.example.com:443 HTTP/1.1\r\nHost: www.example.com:443\r\n\r\n"),
    Case("two default ports of CONNECT", "http-request return", request="CONNECT www.example.com:80 HTTP/1.1\r\nHost: www.example.com:443\r\n\r\n"),
    Case("Host of an absolute target", "http-request set-header host other.example", request=ABSOLUTE),
    Case("replaced Host of an absolute target", "http-request replace-header host (.*) new.\\1", request=ABSOLUTE),
    Case("replaced value of Host of an absolute target", "http-request replace-value host ^(.*)$ new.\\1", request=ABSOLUTE),
    Case("target with another host", "http-request set-uri http://other.example/x", request=ABSOLUTE),
    Case("target with a host that was origin", "http-request set-uri http://other.example/x"),
    Case("del host", "http-request del-header host"),
    Case("no Host", "http-request set-header x-r <%[req.hdr(host)]>,<%[base]>", request=OLD),
    Case("1.0 kept alive", "http-request set-header x-r 1", request="GET /p HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
    Case("monitor-uri of a HEAD", "monitor-uri /alive", request=get("/alive", method="HEAD")),
    Case("monitor-uri of a POST", "monitor-uri /alive", request=get("/alive", method="POST", body="abc")),
    Case("monitor-uri absolute", "monitor-uri /p?q", request=ABSOLUTE),
    Case("monitor-uri in absolute form", "monitor-uri http://www.example.com/p?q", request=ABSOLUTE),
    Case("monitor-uri in absolute form of a path", "monitor-uri http://www.example.com/p?q", request=get("/p?q")),
    Case("Connection by a rule", "http-request set-header connection close"),
    Case("Expect by a rule", "http-request del-header expect", request=get("/", "X-A: 1")),
    Case("names in capitals", "http-request set-header X-Foo-BAR 1\nhttp-response set-header X-Foo-BAR 1"),
    Case("a response without a body", "http-response set-header x-r 1", response=b"HTTP/1.1 304 Not Modified\r\nETag: a\r\nContent-Length: 0\r\n\r\n"),
    Case("a chunked response", "http-response set-header x-r 1", response=CHUNKED),
    Case("an unknown reason", "http-response set-header x-r 1", response=b"HTTP/1.1 299 \r\nContent-Length: 2\r\n\r\nhi"),
    Case("many rules", "\n".join("http-request set-header x-%d %%[path]" % i for i in range(60))),
    Case("set again and again", "\n".join("http-request set-header x-a %d" % i for i in range(150))),
    Case("a long value", "http-request set-header x-a %%[str(%s),lower]" % ("A" * 900)),
    Case("a set of fields for security", "\n".join("http-response set-header %s" % line for line in (
        "Strict-Transport-Security \"max-age=31536000; includeSubDomains\"", "X-Frame-Options DENY", "X-Content-Type-Options nosniff",
        "Content-Security-Policy \"default-src 'self'; script-src 'self' 'unsafe-inline'\"")) + "\nhttp-response del-header Server"),
    Case("cors", "http-request return status 204 hdr access-control-allow-origin \"*\" if METH_OPTIONS { req.hdr(origin) -m found }\nhttp-after-response set-header x-r 1",
         request=get("/", "Origin: http://a", method="OPTIONS")),
    Case("https from a header", "acl https req.hdr(x-forwarded-proto) https\nhttp-request redirect scheme https code 301 unless https", request=get("/a?b", "X-Forwarded-Proto: http")),
    Case("www to bare", "http-request redirect prefix http://%[hdr(host),regsub(^www\\.,,i)] code 301 if { hdr_beg(host) -i www. }", request=get("/a?b")),
    Case("maintenance", "acl maint nbsrv(%s) lt 5\nhttp-request return status 503 content-type text/html string \"<h1>Sorry</h1>\" hdr retry-after 60 if maint" % "b_none",
         more="backend b_none\n"),
    Case("old spelling block", "acl bad path /x\nhttp-request deny if bad or { path_end .php }", request=get("/a.php")),
    Case("or and and", "http-request deny if { path_beg /a } !{ src 10.0.0.0/8 } || { path /b }", request=get("/a1")),
    Case("two acls of a name", "acl x path /a\nacl x path /b\nhttp-request deny if x", request=get("/b")),
    Case("log line with special characters", "http-request set-header x-a 1", request=get("/a%20b\\\"c")),
]

KEPT = [
    Case("captures of both", "capture request header Host len 20\ncapture request header X-None len 5\ncapture response header Server len 3\ncapture response header X-List len 50"),
    Case("capture of several lines", "capture request header X-A len 50", request=get("/", "X-A: 1", "X-A: 2, 3")),
    Case("capture cookie of a request", "capture cookie sid len 20", request=get("/", "Cookie: a=1; sid=abc; b=2")),
    Case("capture cookie of a response", "capture cookie sid len 20"),
    Case("capture cookie by the beginning of its name", "capture cookie si len 9", request=get("/", "Cookie: a=si; sida=123; sid=4")),
    Case("capture cookie by its whole name", "capture cookie sid= len 9", request=get("/", "Cookie: sida=123; sid=4")),
    Case("capture cookie of a request that is denied", "capture cookie sid len 9\nhttp-request deny", request=get("/", "Cookie: sid=4")),
    Case("capture cookie that a rule has changed", "capture cookie sid len 9\nhttp-request set-header cookie sid=new", request=get("/", "Cookie: sid=4")),
    Case("capture cookie of a response that is denied", "capture cookie sid len 9", "http-response deny"),
    Case("captures of what is no request", "capture request header Host len 9\ncapture response header Server len 9",
         request="GET / HTTP/1.1\r\nHost: a\r\nB d: x\r\n\r\n"),
    Case("timers of an answer in place of a response", "", "http-response return status 404"),
    Case("timers of a request that is cut off", "http-request reject"),
    Case("content refused by the frontend", "tcp-request content reject"),
    Case("content refused by the backend", "", "tcp-request content reject"),
    Case("timers without a backend", "default_backend none", default_backend=False, more="backend none\n"),
    Case("timers without a backend, the body being there", "option http-buffer-request", default_backend=False),
    Case("capture in a response", "declare capture response len 10\nhttp-response capture res.hdr(server) id 0"),
    Case("capture before a deny", "capture request header Host len 20\nhttp-request deny"),
    Case("capture of a changed field", "capture request header Host len 20\nhttp-request set-header host other"),
    Case("captures of special characters", "capture request header X-A len 50", request=get("/", 'X-A: a"b|c{d}')),
    Case("capture of a backend's rule", "declare capture request len 10", "http-request capture path id 0", request=get("/abc")),
    Case("several captures", "http-request capture path len 3\nhttp-request capture method len 10\nhttp-request capture req.hdr(none) len 5", request=get("/abcdef")),
]

IDENTIFIERS = [
    Case("unique-id in a field", "unique-id-format %{+X}o\\ id-%[path]\nunique-id-header X-Id\nhttp-request set-header x-r <%[unique-id]>"),
    Case("unique-id by a rule alone", "unique-id-format a%%b\nhttp-request set-header x-r %[unique-id]%ID"),
    Case("unique-id without a format", "http-request set-header x-r <%[unique-id]>\nunique-id-header X-Id"),
]

ALL = IDENTIFIERS + KEPT + CORNERS + AUTH + PAGES + FIELDS + EDITING + TARGETS + ANSWERS + FETCHES + BODIES + RUNS + EXPRESSIONS
