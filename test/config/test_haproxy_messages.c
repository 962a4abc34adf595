/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bad lines of haproxy.cfg, each with the message, line and column it must get, and the help it
 * offers. A row's text begins on line 9 of a listen, line 10 of a global section, or line 11 of a
 * frontend or backend.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "test/config/memory_source.h"

#define TIMEOUTS                                                                                   \
    "defaults\n mode http\n timeout client 1s\n timeout server 1s\n timeout connect 1s\n"
#define SERVER " server s 127.0.0.1:80\n"
#define LISTEN(x) TIMEOUTS "listen a\n bind :8080\n" SERVER x "\n"
#define GLOBAL(x) TIMEOUTS "listen a\n bind :8080\n" SERVER "global\n" x "\n"
#define FRONT(x)                                                                                   \
    TIMEOUTS "backend b\n" SERVER "frontend f\n bind :8080\n default_backend b\n" x "\n"
#define X8 "x x x x x x x x "
#define BACK(x) TIMEOUTS "frontend f\n bind :8080\n default_backend b\nbackend b\n" SERVER x "\n"

static const struct {
    const char *name, *text;
    unsigned line, column;
    enum conf_severity severity;
    const char *message;
    const char *help; /* NULL: there is none */
} cases[] = {
    /* clang-format off */
    /* words and quotes */
    {"quote that is never closed", LISTEN(" bind \":81"), 9, 7, CONF_ERROR, "this quote is never closed", "close it on the same line, or write \\\" or \\'"},
    {"single quote that is never closed", LISTEN(" bind ':81"), 9, 7, CONF_ERROR, "this quote is never closed", "close it on the same line, or write \\\" or \\'"},
    {"escape without digits", LISTEN(" bind :81 name \\xzz"), 9, 16, CONF_ERROR, "two hexadecimal digits must follow \\x", "as in \\x41; a backslash itself is \\\\"},
    {"escape with one digit", LISTEN(" bind :81 name \\x4"), 9, 16, CONF_ERROR, "two hexadecimal digits must follow \\x", "as in \\x41; a backslash itself is \\\\"},
    {"dollar without a name", LISTEN(" bind \":$\""), 9, 9, CONF_ERROR, "no name of a variable after '$'", "a variable is \"$NAME\" or \"${NAME}\"; a dollar sign itself is \\$"},
    {"variable that begins with a digit", LISTEN(" bind \":$1\""), 9, 9, CONF_ERROR, "no name of a variable after '$'", "a variable is \"$NAME\" or \"${NAME}\"; a dollar sign itself is \\$"},
    {"brace that is never closed", LISTEN(" bind \":${PORT\""), 9, 9, CONF_ERROR, "the brace of '${PORT' is not closed", "write \"${NAME}\""},
    {"variable of an address that is not set", LISTEN(" bind :81$WEIR_TEST_NONE"), 9, 7, CONF_WARNING, "the variable 'WEIR_TEST_NONE' is not set", "set it, or write \"${WEIR_TEST_NONE-default}\""},
    {"tab before the word", LISTEN("\tbalance\troundrobbin"), 9, 10, CONF_ERROR, "unknown balance 'roundrobbin'", "did you mean 'roundrobin'?"},
    {"quoted word is underlined as written", LISTEN(" balance \"round robin\""), 9, 10, CONF_ERROR, "unknown balance 'round robin'", "did you mean 'roundrobin'?"},

    /* sections */
    {"too many words", LISTEN(" description " X8 X8 X8 X8 X8 X8 X8 X8), 9, 140, CONF_ERROR, "more than 64 words in a line", "quote what belongs together"},
    {"unknown section", "frontent www\n bind :80\n", 1, 1, CONF_ERROR, "unknown section 'frontent'", "did you mean 'frontend'?"},
    {"nothing like a section", "quux\n", 1, 1, CONF_ERROR, "unknown section 'quux'", "one of: global, defaults, frontend, backend, listen"},
    {"keyword outside of sections", " maxconn 5\n daemon\n", 1, 2, CONF_ERROR, "'maxconn' stands outside of any section", "begin a section before it, such as global or defaults"},
    {"misspelt section after another", LISTEN("bakend b"), 9, 1, CONF_ERROR, "unknown section 'bakend'", "did you mean 'backend'?"},
    {"word behind global", LISTEN("global x"), 9, 8, CONF_ERROR, "nothing may follow here: 'x'", NULL},
    {"frontend without a name", TIMEOUTS "frontend\n bind :80\n", 6, 1, CONF_ERROR, "a frontend without a name", "write its name behind it"},
    {"odd name", TIMEOUTS "frontend a/b\n bind :80\n default_backend b\nbackend b\n server s 127.0.0.1:80\n", 6, 10, CONF_ERROR, "'a/b' is no name for a frontend", "letters, digits, '-', '_', '.' and ':'"},
    {"unknown defaults", LISTEN("listen b from nope\n bind :81\n server s 127.0.0.1:80"), 9, 15, CONF_ERROR, "there are no defaults named 'nope'", "give a defaults section before this one that name"},
    {"word behind a section's name", LISTEN("listen b :81 y"), 9, 14, CONF_ERROR, "nothing may follow here: 'y'", NULL},
    {"address on the head", LISTEN("listen b 127.0.0.1:81\n server s 127.0.0.1:80"), 9, 10, CONF_WARNING, "an address on the 'listen' line is the form of before 1.6", "write a line below it: bind 127.0.0.1:81"},
    {"two listens of a name", LISTEN("listen a\n bind :81\n server s 127.0.0.1:80"), 9, 8, CONF_ERROR, "there is another listen named 'a'", "the other one is at haproxy.cfg:6"},
    {"section that would matter", LISTEN("log-forward p\n bind :514"), 9, 1, CONF_ERROR, "'log-forward' sections are not supported yet", "let a syslog server forward the lines"},
    {"section without effect", LISTEN("cache r\n total-max-size 4"), 9, 1, CONF_NOTE, "'cache' sections have no effect yet", "there is no cache yet"},
    {"section without a name", LISTEN("resolvers\n nameserver a 127.0.0.1:53"), 9, 1, CONF_ERROR, "a resolvers without a name", "write its name behind it"},
    {"two resolvers of a name", LISTEN("resolvers r\nresolvers r"), 10, 11, CONF_ERROR, "there is another resolvers named 'r'", "give it another name"},
    {"name server without port", LISTEN("resolvers r\n nameserver a 127.0.0.1"), 10, 15, CONF_ERROR, "nameserver: '127.0.0.1' is not an address with a port", "as in \"10.0.0.53:53\" or \"tcp@10.0.0.53:53\""},
    {"name server without address", LISTEN("resolvers r\n nameserver a"), 10, 2, CONF_ERROR, "'nameserver' needs an address", "nameserver <name> <address> [...]"},
    {"kind of hold", LISTEN("resolvers r\n hold foo 5s"), 10, 7, CONF_ERROR, "unknown keyword 'hold foo'", "docs/reference.md lists every keyword"},
    {"time of hold", LISTEN("resolvers r\n hold valid x"), 10, 13, CONF_ERROR, "hold valid: 'x' is not a duration", "a number and one of us, ms, s, m, h, d: \"5s\""},
    {"payload size", LISTEN("resolvers r\n accepted_payload_size 70000"), 10, 24, CONF_ERROR, "accepted_payload_size: 70000 is too large", "from 12 to 65535"},
    {"size of a cached object", LISTEN("cache r\n max-object-size x"), 10, 18, CONF_ERROR, "max-object-size: 'x' is not a size", "max-object-size <size>"},
    {"size of a ring", LISTEN("ring r\n size 1k"), 10, 7, CONF_ERROR, "size: 1k is too small", "from 16384 to 1073741824"},
    {"ring that is not there", LISTEN(" log ring@r local0"), 9, 6, CONF_ERROR, "there is no ring named 'r'", "add a section: ring r"},
    {"two rings of a name", LISTEN("ring r\nring r"), 10, 6, CONF_ERROR, "there is another ring named 'r'", "give it another name"},
    {"cache without size", LISTEN("cache c\n max-age 60"), 9, 1, CONF_ERROR, "the cache has no line 'total-max-size'", "add a line: total-max-size <1..4095>"},
    {"unknown group of error files", LISTEN(" errorfiles g"), 9, 13, CONF_ERROR, "there is no http-errors section 'g'", "add a section: http-errors, with errorfile lines"},
    {"error files of no group", LISTEN(" errorfiles"), 9, 2, CONF_ERROR, "'errorfiles' needs the name of an http-errors section", "errorfiles <name> [<status>...]"},
    {"misspelt line of such a section", LISTEN("cache r\n total-max-size 4\n mx-age 5"), 11, 2, CONF_ERROR, "unknown keyword 'mx-age' in 'cache'", "did you mean 'max-age'?"},
    {"word of a cache's line", LISTEN("cache r\n total-max-size 4\n process-vary foo"), 11, 15, CONF_ERROR, "process-vary: 'foo' is not one of on|off", "process-vary {on|off}"},
    {"name server that is there already", LISTEN("resolvers r\n nameserver a 10.0.0.1:53\n nameserver a 10.0.0.2:53"), 11, 13, CONF_ERROR, "there is another name server 'a'", "the other one is in line 10"},
    {"resolvers without a name server", LISTEN("resolvers r"), 9, 11, CONF_WARNING, "resolvers 'r' has no name server: nothing is resolved by it", "add a line: nameserver a 10.0.0.53:53"},
    {"resolvers of a machine that has none", LISTEN("resolvers r\n parse-resolv-conf\n nameserver a 10.0.0.1:53"), 9, 11, CONF_WARNING, "parse-resolv-conf: /etc/resolv.conf cannot be read", NULL},
    {"misspelt line of resolvers", LISTEN("resolvers r\n namserver a 127.0.0.1:53"), 10, 2, CONF_ERROR, "unknown keyword 'namserver'", "did you mean 'nameserver'?"},
    {"resolvers that are not there", LISTEN(" server t no.invalid:80 resolvers r init-addr none"), 9, 9, CONF_ERROR, "server 't' of 'a': there is no resolvers section 'r'", "add a section: resolvers NAME"},
    {"name that may resolve later", LISTEN(" server t no.invalid:80 resolvers r\nresolvers r\n nameserver a 10.0.0.1:53"), 9, 11, CONF_WARNING, "the host name 'no.invalid' does not resolve yet", "it is used as soon as the name resolves"},
    {"way to an address", LISTEN(" server t 10.0.0.1:80 init-addr libc,dns"), 9, 33, CONF_ERROR, "unknown init-addr 'dns'", "one of: last, libc, none, or an address"},
    {"network of a name", LISTEN(" server t app.test:80 resolve-net 10.0.0.0/33"), 9, 35, CONF_ERROR, "'10.0.0.0/33' is not a network", "as in \"10.0.0.0/8\" or \"fd00::/8\""},
    {"option of a name", LISTEN(" server t app.test:80 resolve-opts allow-dup"), 9, 36, CONF_ERROR, "unknown resolve-opts 'allow-dup'", "did you mean 'allow-dup-ip'?"},
    {"template without an address", LISTEN(" server-template t 3"), 9, 2, CONF_ERROR, "'server-template' needs a prefix, a range and an address", "server-template <prefix> <number or range> <address> [...]"},
    {"address where the range belongs", LISTEN(" server-template t x.example:80 check inter 5s"), 9, 20, CONF_ERROR, "server-template: 'x.example:80' is no range", "server-template <prefix> <number or range> <address> [...]"},
    {"range that runs backwards", LISTEN(" server-template t 3-1 10.0.0.1:80"), 9, 18, CONF_ERROR, "server-template: '3-1' is no range", "a number of servers, or the first and the last: 3, 1-3"},
    {"range of a single server", LISTEN(" server t 10.0.0.1:80 range 3"), 9, 23, CONF_ERROR, "'range' is not allowed in a server", NULL},

    /* line ends and blocks */
    {"CRLF", "defaults\r\n mode http\r\n timeout client 1s\r\n timeout server 1s\r\n timeout connect 1s\r\nlisten a\r\n bind :8080\r\n server s 127.0.0.1:80\r\n", 1, 9, CONF_WARNING, "the lines end in CR LF", "sed -i 's/\\r$//' FILE removes them"},
    {"no last line feed", TIMEOUTS "listen a\n bind :8080\n server s 127.0.0.1:80", 8, 22, CONF_WARNING, "the last line does not end in a line feed", "check that the file is whole"},
    {"if without endif", LISTEN(".if 1"), 9, 1, CONF_ERROR, "'.if' without '.endif'", "write .endif where it ends"},
    {"endif without if", LISTEN(".endif"), 9, 1, CONF_ERROR, "'.endif' without '.if'", "write .if before it"},
    {"else without if", LISTEN(".else"), 9, 1, CONF_ERROR, "'.else' without '.if'", "write .if before it"},
    {"elif without if", LISTEN(".elif 1"), 9, 1, CONF_ERROR, "'.elif' without '.if'", "write .if before it"},
    {"second else", LISTEN(".if 1\n.else\n.else\n.endif"), 11, 1, CONF_ERROR, "a second '.else'", "one of them is enough"},
    {"elif behind else", LISTEN(".if 1\n.else\n.elif 1\n.endif"), 11, 1, CONF_ERROR, "'.elif' after '.else'", "put it before the '.else'"},
    {"word behind endif", LISTEN(".if 1\n.endif x"), 10, 8, CONF_ERROR, "nothing may follow '.endif'", NULL},
    {"unknown directive", LISTEN(".iff 1"), 9, 1, CONF_ERROR, "unknown directive '.iff'", "did you mean '.if'?"},
    {"misspelt predicate", LISTEN(".if defind(X)\n.endif"), 9, 5, CONF_ERROR, "'defind' is no predicate of a condition", "did you mean 'defined'?"},
    {"word that is no condition", LISTEN(".if foo\n.endif"), 9, 5, CONF_ERROR, "'foo' is no condition", "a number, or such as defined(NAME), streq(A,B), feature(NAME)"},
    {"too few arguments", LISTEN(".if streq(a)\n.endif"), 9, 5, CONF_ERROR, "'streq' takes 2 arguments", NULL},
    {"parenthesis of arguments", LISTEN(".if defined(a\n.endif"), 9, 5, CONF_ERROR, "a parenthesis is not closed", "write ')' behind the arguments"},
    {"parenthesis of a condition", LISTEN(".if (1\n.endif"), 9, 5, CONF_ERROR, "a parenthesis is not closed", "write ')' behind the condition"},
    {"two conditions in a row", LISTEN(".if 1 0\n.endif"), 9, 7, CONF_ERROR, "something follows the condition", "join conditions with && or ||"},
    {"alert", LISTEN(".alert \"do not\""), 9, 1, CONF_ERROR, "do not", NULL},
    {"warning of the file", LISTEN(".warning take care"), 9, 1, CONF_WARNING, "take care", NULL},
    {"notice of the file", LISTEN(".notice hello there"), 9, 1, CONF_NOTE, "hello there", NULL},

    /* keywords and values */
    {"misspelt keyword", LISTEN(" balanse roundrobin"), 9, 2, CONF_ERROR, "unknown keyword 'balanse'", "did you mean 'balance'?"},
    {"misspelt second word", LISTEN(" timeout clinet 5s"), 9, 10, CONF_ERROR, "unknown keyword 'timeout clinet'", "did you mean 'timeout client'?"},
    {"misspelt option", LISTEN(" option htplog"), 9, 9, CONF_ERROR, "unknown keyword 'option htplog'", "did you mean 'option httplog'?"},
    {"misspelt first word", LISTEN(" tiemout client 5s"), 9, 2, CONF_ERROR, "unknown keyword 'tiemout'", "did you mean 'timeout'?"},
    {"nothing like it", LISTEN(" quux 5"), 9, 2, CONF_ERROR, "unknown keyword 'quux'", "docs/reference.md lists every keyword"},
    {"libconfig spelling", LISTEN(" timeout_client 5s"), 9, 2, CONF_ERROR, "unknown keyword 'timeout_client'", "did you mean 'timeout client'?"},
    {"keyword of global", LISTEN(" nbthread 4"), 9, 2, CONF_ERROR, "unknown keyword 'nbthread'", "this one belongs in the global section"},
    {"keyword of proxies", GLOBAL(" balance roundrobin"), 10, 2, CONF_ERROR, "unknown keyword 'balance'", "this one belongs in defaults, a frontend, a backend or a listen"},
    {"misspelt keyword of global", GLOBAL(" maxcon 5"), 10, 2, CONF_ERROR, "unknown keyword 'maxcon'", "did you mean 'maxconn'?"},
    {"no before a value", LISTEN(" no maxconn"), 9, 5, CONF_ERROR, "'maxconn' cannot be switched off", "it goes with options and with log"},
    {"no alone", LISTEN(" no"), 9, 2, CONF_ERROR, "'no' needs a keyword behind it", "as in: no option httplog"},
    {"no before a misspelt option", LISTEN(" no option htplog"), 9, 12, CONF_ERROR, "unknown keyword 'option htplog'", "did you mean 'option httplog'?"},
    {"value behind a flag", LISTEN(" option dontlognull x"), 9, 21, CONF_ERROR, "'option dontlognull' takes no value", "remove it"},
    {"value missing", LISTEN(" timeout client"), 9, 2, CONF_ERROR, "'timeout client' needs a value", NULL},
    {"two values", LISTEN(" timeout client 5s 6s"), 9, 20, CONF_ERROR, "'timeout client' takes a single value", NULL},
    {"bad duration", LISTEN(" timeout client 5x"), 9, 17, CONF_ERROR, "timeout client: '5x' is not a duration", "a number and one of us, ms, s, m, h, d: \"5s\""},
    {"duration beyond 24 days", LISTEN(" timeout client 25d"), 9, 17, CONF_ERROR, "timeout client: 25d is too large", "from 0 to 2147483647 ms"},
    {"negative duration", LISTEN(" timeout client -5"), 9, 17, CONF_ERROR, "timeout client: -5 is too small", "from 0 to 2147483647 ms"},
    {"number that is none", LISTEN(" retries x"), 9, 10, CONF_ERROR, "retries: 'x' is not a number", "write a whole number without a unit"},
    {"number above its range", LISTEN(" retries 1001"), 9, 10, CONF_ERROR, "retries: 1001 is too large", "from 0 to 1000"},
    {"misspelt balance", LISTEN(" balance roundrobbin"), 9, 10, CONF_ERROR, "unknown balance 'roundrobbin'", "did you mean 'roundrobin'?"},
    {"balance by no header", LISTEN(" balance hdr()"), 9, 10, CONF_ERROR, "'hdr' needs the name of a header", "as in: hdr(User-Agent)"},
    {"word behind balance", LISTEN(" balance uri dept 2"), 9, 14, CONF_ERROR, "unknown keyword 'dept' of 'balance'", "did you mean 'depth'?"},
    {"unknown mode", LISTEN(" mode htp"), 9, 7, CONF_ERROR, "unknown mode 'htp'", "did you mean 'http'?"},
    {"odd interval of redispatch", LISTEN(" option redispatch x"), 9, 20, CONF_ERROR, "option redispatch: 'x' is not an interval", "true, false, or the number of retries between two changes of server"},
    {"misspelt word of an option", LISTEN(" option forwardfor hedaer X"), 9, 20, CONF_ERROR, "unknown keyword 'hedaer' of 'option forwardfor'", "did you mean 'header'?"},
    {"value of an option's word", LISTEN(" option forwardfor header"), 9, 20, CONF_ERROR, "'header' needs a value", "Name of the header."},
    {"odd network", LISTEN(" option forwardfor except 10.0.0.0/33"), 9, 27, CONF_ERROR, "'10.0.0.0/33' is not a network", "as in \"10.0.0.0/8\" or \"fd00::/8\""},

    /* probes */
    {"too many values", LISTEN(" option httpchk GET / HTTP/1.1 x y"), 9, 34, CONF_ERROR, "'option httpchk' takes no more than four values", "option httpchk [<method>] [<uri>] [<version>] [<host>]"},
    {"version that is none", LISTEN(" option httpchk GET / pong"), 9, 23, CONF_WARNING, "'pong' is no version: HTTP/1.0 is sent", "one of: HTTP/1.0, HTTP/1.1"},
    {"hidden header", LISTEN(" option httpchk GET /x HTTP/1.1\\r\\nHost:\\ foo"), 9, 24, CONF_WARNING, "headers behind the version are the form of before 2.2", "write a line below it: http-check send hdr Host \"foo\""},
    {"hidden request", LISTEN(" option httpchk PUT /x HTTP/1.1\\r\\nX-A:\\ b\\r\\n\\r\\nhi"), 9, 24, CONF_WARNING, "headers behind the version are the form of before 2.2", "write a line below it: http-check send hdr X-A \"b\" body \"hi\""},
    {"hidden words", LISTEN(" option httpchk GET /x HTTP/1.1\\r\\nHost"), 9, 24, CONF_ERROR, "'Host' is no header", "as in: Name: value"},
    {"word of http-check send", LISTEN(" http-check send bdy x"), 9, 18, CONF_ERROR, "http-check: unknown word 'bdy'", "meth, uri, ver, hdr, body or comment"},
    {"value of http-check send", LISTEN(" http-check send uri"), 9, 18, CONF_ERROR, "http-check: 'uri' needs a value", NULL},
    {"value of a header", LISTEN(" http-check send hdr X-A"), 9, 22, CONF_ERROR, "http-check: 'X-A' needs a value", NULL},
    {"second request on a connection", LISTEN(" http-check send uri /a\n http-check send uri /b"), 10, 13, CONF_ERROR, "http-check: a second request needs a connection of its own", "write before it: http-check connect"},
    {"regular expression by a format", LISTEN(" http-check expect hdr name-lf -m reg %[str(a)]"), 9, 39, CONF_ERROR, "http-check: a regular expression cannot be a format string", "str, beg, end or sub"},
    {"odd statuses", LISTEN(" http-check expect status 99"), 9, 27, CONF_ERROR, "http-check: '99' is not a set of HTTP status codes", "codes from 100 to 599 and ranges of them: 200-299,304"},
    {"expectation of nothing", LISTEN(" http-check expect"), 9, 2, CONF_ERROR, "http-check: 'expect' needs a pattern", "as in: expect string OK"},
    {"expectation without its pattern", LISTEN(" http-check expect ! string"), 9, 22, CONF_ERROR, "http-check: 'string' needs a value", NULL},
    {"two expectations in a line", LISTEN(" tcp-check expect string a string b"), 9, 28, CONF_ERROR, "tcp-check: unknown word 'string'", "one pattern, and parameters"},
    {"expectation of another script", LISTEN(" tcp-check expect status 200"), 9, 19, CONF_ERROR, "tcp-check: unknown word 'status'", "[!] string, rstring, binary or rbinary"},
    {"regular expression", LISTEN(" tcp-check expect rstring a(b"), 9, 27, CONF_ERROR, "tcp-check: 'a(b' is not a regular expression", "a parenthesis is not closed"},
    {"header without its name", LISTEN(" http-check expect hdr a b"), 9, 20, CONF_ERROR, "http-check: 'hdr' needs the name of a header", "hdr name set-cookie value -m beg a="},
    {"protocol of a step", LISTEN(" http-check connect proto h2"), 9, 27, CONF_ERROR, "http-check: proto 'h2' is not supported yet", "h1 or none"},
    {"odd digits", LISTEN(" tcp-check send-binary 123"), 9, 24, CONF_ERROR, "tcp-check: '123' is not hexadecimal", "two hexadecimal digits for each byte: 0d0a"},
    {"result that cannot be", LISTEN(" tcp-check expect ok-status L7STS string a"), 9, 29, CONF_ERROR, "tcp-check: 'L7STS' cannot be the result here", "L7OK, L7OKC, L6OK or L4OK"},
    {"port of a step", LISTEN(" tcp-check connect port 70000"), 9, 25, CONF_ERROR, "tcp-check: '70000' is not a port", "a number from 1 to 65535, or an expression"},
    {"address of a step", LISTEN(" tcp-check connect addr ::1:x"), 9, 25, CONF_ERROR, "tcp-check: '::1:x' is not an address to connect to", "an IP address or a socket's path"},
    {"misspelt step", LISTEN(" tcp-check conect"), 9, 12, CONF_ERROR, "tcp-check: unknown word 'conect'", "did you mean 'connect'?"},
    {"external check of nothing", LISTEN(" option external-check"), 6, 8, CONF_ERROR, "'a' has option external-check, and no command", "add external-check command"},
    {"role without a user", LISTEN(" option mysql-check role writer"), 6, 8, CONF_ERROR, "the probes of 'a' need a user", "as in: option pgsql-check user NAME"},
    {"saved states of no file", LISTEN(" load-server-state-from-file global"), 6, 8, CONF_WARNING, "'a' should begin with saved states, and no file is named", "add server-state-file to the global section"},
    {"saved states that are not there", LISTEN(" load-server-state-from-file local"), 6, 8, CONF_NOTE, "the servers of 'a' begin afresh: 'a': No such file or directory", NULL},
    {"mailers that are not there", LISTEN(" email-alert from a@b\n email-alert to c@d\n email-alert mailers m"), 6, 8, CONF_ERROR, "'a' names the mailers 'm', which do not exist", "add a section: mailers NAME"},
    {"track and check", LISTEN(" server a 1.1.1.1:1 check\n server b 1.1.1.1:2 check track a"), 10, 9, CONF_ERROR, "server 'b' is probed, and tracks 'a'", "remove one of them"},
    {"track nobody", LISTEN(" server b 1.1.1.1:2 track x/a"), 9, 9, CONF_ERROR, "server 'b' tracks 'x/a', which does not exist", "write the backend too, where it is another one: backend/server"},
    {"track in a circle", LISTEN(" server a 1.1.1.1:1 track b\n server b 1.1.1.1:2 track a"), 9, 9, CONF_ERROR, "server 'a' tracks itself in the end", "one of them must be probed"},
    {"track who is not probed", LISTEN(" server a 1.1.1.1:1\n server b 1.1.1.1:2 track a"), 10, 9, CONF_ERROR, "server 'b' tracks 'a', which is not probed", "add check to it"},
    {"agent without a port", LISTEN(" server a 1.1.1.1:1 agent-check"), 9, 9, CONF_ERROR, "server 'a' has an agent-check and no agent-port", "add: agent-port 8080"},
    {"probes without time between them", LISTEN(" server a 1.1.1.1:1 check fastinter 0"), 9, 37, CONF_ERROR, "fastinter: 0 is too small", "from 1 to 2147483647 ms"},
    {"usesrc without source", LISTEN(" server a 1.1.1.1:1 usesrc clientip"), 9, 21, CONF_ERROR, "'usesrc' is only a part of 'source'", "write: source 0.0.0.0 usesrc ..."},
    {"a SOCKS4 proxy without a port", LISTEN(" server a 1.1.1.1:1 socks4 127.0.0.1"), 9, 28, CONF_ERROR, "socks4: '127.0.0.1' has no port", "as in 127.0.0.1:1080"},
    {"TLS without authorities", LISTEN(" server a 1.1.1.1:1 ssl"), 9, 9, CONF_ERROR, "server 'a' speaks TLS, but whose certificates to trust is not said", "add: ca-file @system-ca, or verify none"},
    {"verified without authorities", LISTEN(" server a 1.1.1.1:1 check-ssl verify required"), 9, 9, CONF_ERROR, "server 'a' speaks TLS, but whose certificates to trust is not said", "add: ca-file @system-ca, or verify none"},
    {"the same of a template, once", LISTEN(" server-template a 2 1.1.1.1:1 ssl"), 9, 18, CONF_ERROR, "server 'a1' speaks TLS, but whose certificates to trust is not said", "add: ca-file @system-ca, or verify none"},
    {"a default-path of no kind", "global\n default-path there\n" LISTEN(""), 2, 2, CONF_ERROR, "'default-path' does not say where paths begin", "current, config, parent, or origin and a folder"},
    {"an origin without a folder", "global\n default-path origin\n" LISTEN(""), 2, 2, CONF_ERROR, "'default-path' does not say where paths begin", "current, config, parent, or origin and a folder"},
    {"an origin that is none", "global\n default-path origin /nowhere\n" LISTEN(""), 2, 22, CONF_ERROR, "default-path: '/nowhere' is no folder", "the folder must exist"},
    {"two base folders", "global\n ca-base /a\n ca-base /b\n" LISTEN(""), 3, 2, CONF_ERROR, "'ca-base' is there twice", "leave one of them"},
    {"two groups of error files of a name", "http-errors g\n errorfile 500 /page.http\nhttp-errors g\n" LISTEN(""), 3, 13, CONF_ERROR, "there is another http-errors named 'g'", "give it another name"},
    {"a wait for all that follows", "defaults\n timeout client 1s\n tcp-request inspect-delay 5s\n" LISTEN(""), 3, 2, CONF_ERROR, "'tcp-request inspect-delay' in defaults without a name", "give the section a name: defaults NAME"},
    {"step of nothing", LISTEN(" tcp-check"), 9, 2, CONF_ERROR, "'tcp-check' needs a word", "connect, send, expect, comment"},

    /* addresses, binds, servers */
    {"bind without address", LISTEN(" bind"), 9, 2, CONF_ERROR, "'bind' needs an address", "bind <address> [...]"},
    {"bind without port", LISTEN(" bind 127.0.0.1"), 9, 7, CONF_ERROR, "'127.0.0.1': a bind needs a port", "as in \"127.0.0.1:80\""},
    {"port that is none", LISTEN(" bind 127.0.0.1:x"), 9, 7, CONF_ERROR, "'127.0.0.1:x': the port is not a number from 0 to 65535", "as in \"10.0.0.1:8080\""},
    {"port beyond 65535", LISTEN(" bind :65536"), 9, 7, CONF_ERROR, "':65536': the port is not a number from 0 to 65535", "as in \"10.0.0.1:8080\""},
    {"ports that run backwards", LISTEN(" bind :90-80"), 9, 7, CONF_ERROR, "':90-80': the port is not a number from 0 to 65535", "as in \"10.0.0.1:8080\""},
    {"misspelt word of bind", LISTEN(" bind :81 sll"), 9, 11, CONF_ERROR, "unknown keyword 'sll' of 'bind'", "did you mean 'ssl'?"},
    {"value of a bind word", LISTEN(" bind :81 name"), 9, 11, CONF_ERROR, "'name' needs a value", "Name of this bind in the statistics."},
    {"bind with ssl alone", LISTEN(" bind :81 ssl"), 9, 7, CONF_ERROR, "a bind with 'ssl' needs a certificate", "add: crt /path/of/chain-and-key.pem"},
    {"crt without ssl", LISTEN(" bind :81 crt /x.pem"), 9, 7, CONF_WARNING, "'crt' has no effect without 'ssl'", "add: ssl"},
    {"bind word without effect", LISTEN(" bind :81 nice 5"), 9, 11, CONF_NOTE, "'nice' has no effect here", "all connections are equal"},
    {"verify that is none", LISTEN(" bind :81 ssl crt /x.pem verify maybe"), 9, 33, CONF_ERROR, "unknown verify 'maybe'", "one of: none, optional, required"},
    {"odd file mode", LISTEN(" bind /s mode 999"), 9, 15, CONF_ERROR, "mode: '999' is not an octal file mode", "as chmod takes it: \"660\""},
    {"kind of address", LISTEN(" bind ip@:81"), 9, 7, CONF_ERROR, "'ip@:81': unknown kind of address before '@'", "one of: ipv4@, ipv6@, unix@, abns@, fd@"},
    {"server without name", LISTEN(" server"), 9, 2, CONF_ERROR, "'server' needs a name", "server <name> <address> [...]"},
    {"server without address", LISTEN(" server t"), 9, 2, CONF_ERROR, "'server' needs an address", "server <name> <address> [...]"},
    {"checked server without port", LISTEN(" server t 127.0.0.1 check"), 9, 9, CONF_ERROR, "server 't' has neither a port nor one to check", "add: port 80"},
    {"host that does not resolve", LISTEN(" server t no.invalid:80"), 9, 11, CONF_ERROR, "the host name 'no.invalid' does not resolve", "check the spelling, or write the address itself"},
    {"misspelt word of server", LISTEN(" server t 127.0.0.1:80 chekc"), 9, 24, CONF_ERROR, "unknown keyword 'chekc' of 'server'", "did you mean 'check'?"},
    {"value of a server word", LISTEN(" server t 127.0.0.1:80 inter"), 9, 24, CONF_ERROR, "'inter' needs a value", "Time between two probes."},
    {"bad value of a server word", LISTEN(" server t 127.0.0.1:80 check inter 5x"), 9, 36, CONF_ERROR, "inter: '5x' is not a duration", "a number and one of us, ms, s, m, h, d: \"5s\""},
    {"segment size that is none", LISTEN(" bind :81 mss big"), 9, 15, CONF_ERROR, "mss: 'big' is no size", "a number of bytes, as in 1400 or -12"},
    {"option of the PROXY protocol", LISTEN(" server t 127.0.0.1:80 proxy-v2-options crc32"), 9, 41, CONF_ERROR, "proxy-v2-options: unknown option 'crc32'", "ssl, cert-cn, ssl-cipher, cert-sig, cert-key, authority, crc32c, unique-id"},
    {"number of NetScaler's header", LISTEN(" bind :81 accept-netscaler-cip x"), 9, 32, CONF_ERROR, "accept-netscaler-cip: 'x' is not a value", "write a whole number without a unit"},
    {"weight above 256", LISTEN(" server t 127.0.0.1:80 weight 257"), 9, 31, CONF_ERROR, "weight: 257 is too large", "from 0 to 256"},
    {"two servers of a name", LISTEN(" server s 127.0.0.1:81"), 9, 9, CONF_WARNING, "there is another server 's' in 'a'", "it is called 's.2' here; the other one is in line 8"},
    {"third server of a name", LISTEN(" server s.2 127.0.0.1:81\n server s 127.0.0.1:82"), 10, 9, CONF_WARNING, "there is another server 's' in 'a'", "it is called 's.3' here; the other one is in line 8"},
    {"tcp backend without servers", TIMEOUTS "backend b\n mode tcp\nlisten a\n bind :8080\n" SERVER " use_backend b if FALSE\n", 6, 9, CONF_WARNING, "'b' has no server: every connection is closed", "add a line: server a 10.0.0.1:80"},
    {"misspelt word of default-server", LISTEN(" default-server intre 5s"), 9, 17, CONF_ERROR, "unknown keyword 'intre' of 'default-server'", "did you mean 'inter'?"},
    {"server in a frontend", FRONT(" server t 127.0.0.1:80"), 11, 2, CONF_ERROR, "'server' is not allowed in a frontend", NULL},
    {"backend's word in a frontend", FRONT(" balance roundrobin"), 11, 2, CONF_WARNING, "'balance' has no effect in a frontend", "remove it, or move it into a backend"},
    {"log format of a backend", BACK(" option httplog"), 11, 2, CONF_WARNING, "'option httplog' has no effect in a backend", "remove it, or move it into a frontend"},
    {"frontend's word in a backend", BACK(" monitor-uri /x"), 11, 2, CONF_WARNING, "'monitor-uri' has no effect in a backend", "remove it, or move it into a frontend"},
    {"bind in defaults", "defaults\n bind :80\n", 2, 2, CONF_ERROR, "'bind' is not allowed in defaults", NULL},
    {"backend's word with a bad value in a frontend", FRONT(" retries x"), 11, 10, CONF_ERROR, "retries: 'x' is not a number", "write a whole number without a unit"},
    {"listen that is its own backend", LISTEN(" default_backend a"), 9, 18, CONF_ERROR, "'a' names itself as its backend", "remove the line: a listen uses its own servers"},
    {"stats admin in defaults", "defaults\n stats admin if TRUE\n", 2, 2, CONF_ERROR, "'stats admin' is not allowed in defaults", NULL},
    {"realm of two words", LISTEN(" stats realm a b"), 9, 16, CONF_WARNING, "'stats realm' takes one word: this one does not count", "quote what belongs together: stats realm \"a b\""},
    {"word behind master-worker", GLOBAL(" master-worker x"), 10, 16, CONF_ERROR, "'master-worker' takes no word but 'no-exit-on-failure'", "write: master-worker"},
    {"protocol of alpn", LISTEN(" bind :81 ssl crt /x.pem alpn h3,http/1.1"), 9, 31, CONF_WARNING, "alpn: 'h3' is not spoken here and left out", "one of: http/1.1, http/1.0"},
    {"duration with a word behind it", LISTEN(" timeout client 10min"), 9, 17, CONF_WARNING, "timeout client: only '10m' of '10min' counts", "write 10m"},
    {"unknown backend", FRONT(" default_backend c"), 11, 18, CONF_ERROR, "there is no backend 'c'", "did you mean 'b'?"},
    {"unchecked server beside a checked one", LISTEN(" server t 127.0.0.1:80 check"), 8, 9, CONF_WARNING, "server 's' is not checked, but others beside it are", "add: check"},

    /* logs, pages, statistics */
    {"log without facility", LISTEN(" log 127.0.0.1"), 9, 6, CONF_ERROR, "'log' needs a facility behind the address", "write: log 127.0.0.1 local0"},
    {"word behind log global", LISTEN(" log global local0"), 9, 13, CONF_ERROR, "nothing may follow 'log global'", "the targets stand in the global section"},
    {"misspelt facility", LISTEN(" log 127.0.0.1 locl0"), 9, 16, CONF_ERROR, "unknown facility 'locl0'", "did you mean 'local0'?"},
    {"misspelt level", LISTEN(" log 127.0.0.1 local0 notic"), 9, 23, CONF_ERROR, "unknown level 'notic'", "did you mean 'notice'?"},
    {"log without address", LISTEN(" log"), 9, 2, CONF_ERROR, "'log' needs an address", "log <address> [<facility>] [<level>] [<minlevel>] [...]"},
    {"log format", LISTEN(" log stdout format rwa local0"), 9, 20, CONF_ERROR, "unknown format 'rwa'", "did you mean 'raw'?"},
    {"errorfile without file", LISTEN(" errorfile 503"), 9, 2, CONF_ERROR, "'errorfile' needs a file", "errorfile <status> <file> [...]"},
    {"errorfile of an odd status", LISTEN(" errorfile 418 /none"), 9, 12, CONF_ERROR, "unknown status '418'", "did you mean '408'?"},
    {"missing error file", LISTEN(" errorfile 503 /none"), 9, 16, CONF_ERROR, "cannot read '/none': No such file or directory", NULL},
    {"stats auth without password", LISTEN(" stats auth admin"), 9, 13, CONF_ERROR, "stats auth: no user and password here", "as in \"user:password\""},
    {"stats word", LISTEN(" stats enabel"), 9, 8, CONF_ERROR, "unknown keyword 'stats enabel'", "did you mean 'stats enable'?"},
    {"stats admin alone", LISTEN(" stats admin"), 9, 2, CONF_ERROR, "'stats admin' needs a value", "Lets who may see the page take servers out and back: if|unless CONDITION."},
    {"password for all", LISTEN(" stats enable\n stats admin if TRUE"), 6, 8, CONF_WARNING, "'a' lets everybody take servers out: stats admin without stats auth", "add a line: stats auth user:password"},

    /* rules */
    {"rule without action", LISTEN(" http-request"), 9, 2, CONF_ERROR, "'http-request' needs a value", "A rule for requests: ACTION [PARAMETERS] [if|unless CONDITION]."},
    {"cookie of two modes", LISTEN(" cookie SRV insert rewrite"), 6, 8, CONF_ERROR, "'a': a cookie has one mode", "keep one of insert, rewrite and prefix"},
    {"cookie word", LISTEN(" cookie SRV insert indirct"), 9, 20, CONF_ERROR, "unknown keyword 'indirct' of 'cookie'", "did you mean 'indirect'?"},
    {"cookie that is preserved", LISTEN(" cookie SRV preserve"), 6, 8, CONF_ERROR, "'a': preserve needs insert or indirect", "add insert"},
    {"cookie domain", LISTEN(" cookie SRV insert domain a;b"), 9, 27, CONF_ERROR, "'a;b' cannot be a cookie's domain", "Where the cookie holds: \".example.com\"."},
    {"cookie domain without a dot", LISTEN(" cookie SRV insert domain local"), 9, 27, CONF_WARNING, "clients ignore cookies of the domain 'local', which has no dot", "as in: .example.com"},
    {"cookie without a name", LISTEN(" cookie"), 9, 2, CONF_ERROR, "'cookie' needs a value", "Keeps a client on its server by a cookie that holds the server's cookie value."},

    /* former spellings */
    {"contimeout", LISTEN(" contimeout 5000"), 9, 2, CONF_WARNING, "'contimeout' is a former spelling", "write: timeout connect 5000"},
    {"clitimeout", LISTEN(" clitimeout 5000"), 9, 2, CONF_WARNING, "'clitimeout' is a former spelling", "write: timeout client 5000"},
    {"srvtimeout without value", LISTEN(" srvtimeout"), 9, 2, CONF_ERROR, "'timeout server' needs a value", NULL},
    {"forceclose", LISTEN(" option forceclose"), 9, 2, CONF_WARNING, "'option forceclose' is a former spelling", "write: option httpclose"},
    {"independant-streams", LISTEN(" option independant-streams"), 9, 2, CONF_WARNING, "'option independant-streams' is a former spelling", "write: option independent-streams"},
    {"htx", LISTEN(" option http-use-htx"), 9, 2, CONF_WARNING, "'option http-use-htx' has no effect any more", "remove the line: there is one HTTP engine"},
    {"reqadd", LISTEN(" reqadd X-A:\\ b"), 9, 2, CONF_WARNING, "'reqadd' is the form of before 2.1", "write: http-request add-header X-A b"},
    {"reqadd without header", LISTEN(" reqadd x"), 9, 2, CONF_ERROR, "this 'reqadd' cannot be translated", "today it is: http-request add-header NAME VALUE"},
    {"reqrep", LISTEN(" reqrep a b"), 9, 2, CONF_ERROR, "this 'reqrep' cannot be translated", "today it is: http-request replace-header, or replace-path"},
    {"reqadd with a percent sign", LISTEN(" reqadd X-A:\\ 5%"), 9, 2, CONF_WARNING, "'reqadd' is the form of before 2.1", "write: http-request add-header X-A 5%%"},
    {"header changed by reqirep", LISTEN(" reqirep ^Host:\\ (.*)old$ Host:\\ \\1new if { src 10.0.0.1 }"), 9, 2, CONF_WARNING, "'reqirep' is the form of before 2.1", "write: http-request replace-header Host (?i)(.*)old$ '\\1new' if { src 10.0.0.1 }"},
    {"target changed by reqrep", LISTEN(" reqrep ^([^\\ :]*)\\ /a/(.*) \\1\\ /b%/\\2"), 9, 2, CONF_WARNING, "'reqrep' is the form of before 2.1", "write: http-request replace-pathq ^/a/(.*) '/b%%/\\1'"},
    {"header changed by rsprep", LISTEN(" rsprep ^Server:.* Server:\\ x"), 9, 2, CONF_WARNING, "'rsprep' is the form of before 2.1", "write: http-response replace-header Server .* x"},
    {"header removed by reqidel", LISTEN(" reqidel ^X-A:.*"), 9, 2, CONF_WARNING, "'reqidel' is the form of before 2.1", "write: http-request del-header X-A"},
    {"headers removed by rspdel", LISTEN(" rspdel ^X-A"), 9, 2, CONF_WARNING, "'rspdel' is the form of before 2.1", "write: http-response del-header X-A -m beg"},
    {"line changed by reqrep", LISTEN(" reqrep ^GET\\ (.*) POST\\ \\1"), 9, 2, CONF_ERROR, "this 'reqrep' cannot be translated", "today it is: http-request replace-header, or replace-path"},
    {"line removed by reqdel", LISTEN(" reqdel (foo|bar)"), 9, 2, CONF_ERROR, "this 'reqdel' cannot be translated", "today it is: http-request del-header NAME"},
    {"rspadd without an argument", LISTEN(" rspadd"), 9, 2, CONF_ERROR, "'rspadd' needs a header", "today it is: http-response add-header NAME VALUE"},
    {"reqirep with half an argument", LISTEN(" reqirep ^Host:"), 9, 2, CONF_ERROR, "'reqirep' needs a search and what replaces it", "today it is: http-request replace-header, or replace-path"},
    {"header whose name is written again", LISTEN(" reqrep ^(X-Date:)(.*)$ x-date:\\2"), 9, 2, CONF_WARNING, "'reqrep' is the form of before 2.1", "write: http-request replace-header X-Date (.*)$ '\\1'"},
    {"header whose group is its name, written again", LISTEN(" reqrep ^(Host):\\ (.*) Host:\\ \\2.b"), 9, 2, CONF_WARNING, "'reqrep' is the form of before 2.1", "write: http-request replace-header Host (.*) '\\1.b'"},
    {"header whose lost name is needed", LISTEN(" reqrep ^(Host):\\ (.*) Host:\\ \\1.b"), 9, 2, CONF_ERROR, "this 'reqrep' cannot be translated", "today it is: http-request replace-header, or replace-path"},
    {"header whose name is a group", LISTEN(" rspirep ^(Location:\\ )http://(.*)$ \\1https://\\2"), 9, 2, CONF_WARNING, "'rspirep' is the form of before 2.1", "write: http-response replace-header Location (?i)http://(.*)$ 'https://\\1'"},
    {"header that is a group as a whole", LISTEN(" rsprep ^(Set-Cookie:.*) \\1;\\ Secure"), 9, 2, CONF_WARNING, "'rsprep' is the form of before 2.1", "write: http-response replace-header Set-Cookie (.*) '\\1; Secure'"},
    {"target with its version", LISTEN(" reqrep ^(GET|PUT)\\ /a/([^\\ ]*)\\ (.*) \\1\\ /b/\\2\\ \\3"), 9, 2, CONF_WARNING, "'reqrep' is the form of before 2.1", "write: http-request replace-pathq '^/a/([^ ]*)$' '/b/\\1' if { method GET PUT }"},
    {"target of one method", LISTEN(" reqrep ^GET\\ /a/(.*) GET\\ /b/\\1"), 9, 2, CONF_WARNING, "'reqrep' is the form of before 2.1", "write: http-request replace-pathq ^/a/(.*) '/b/\\1' if { method GET }"},
    {"names removed by a pattern", LISTEN(" reqdel ^(X-A|X-B):.*"), 9, 2, CONF_WARNING, "'reqdel' is the form of before 2.1", "write: http-request del-header ^(X-A|X-B)$ -m reg"},
    {"header removed by its value", LISTEN(" rspidel ^Server:.*php"), 9, 2, CONF_WARNING, "'rspidel' is the form of before 2.1", "write: http-response del-header Server if { res.fhdr(Server) -m reg -i -- php }"},
    {"request refused by a header", LISTEN(" reqideny ^Host:\\ bad"), 9, 2, CONF_WARNING, "'reqideny' is the form of before 2.1", "write: http-request deny if { req.fhdr(Host) -m reg -i -- ^bad }"},
    {"request refused by its target", LISTEN(" reqdeny ^(GET|PUT)\\ /a.*\\ HTTP"), 9, 2, CONF_WARNING, "'reqdeny' is the form of before 2.1", "write: http-request deny if { method GET PUT } { url -m reg -- ^/a.*$ }"},
    {"request refused by any line", LISTEN(" reqdeny cmd\\.exe unless TRUE"), 9, 2, CONF_WARNING, "'reqdeny' is the form of before 2.1", "write: http-request set-var-fmt(txn.old_9) \"%[method] %[url] HTTP/%[req.ver]\\r\\n%[req.hdrs]\" unless TRUE, then: http-request deny if { var(txn.old_9) -m reg -- '(*ANYCRLF)(?m)cmd\\.exe' }"},
    {"request refused under alternatives", LISTEN(" reqdeny ^Via: if TRUE or FALSE"), 9, 2, CONF_WARNING, "'reqdeny' is the form of before 2.1", "write: http-request set-var(txn.old_9) bool(true) if TRUE or FALSE, then: http-request deny if { req.fhdr(Via) -m found } { var(txn.old_9) -m bool }"},
    {"response refused by its status", LISTEN(" rspdeny ^HTTP/1\\..\\ 404"), 9, 2, CONF_WARNING, "'rspdeny' is the form of before 2.1", "write: http-response set-var-fmt(txn.old_9) \"HTTP/%[res.ver] %[status] \\r\\n%[res.hdrs]\", then: http-response deny if { var(txn.old_9) -m reg -- '(*ANYCRLF)(?m)^HTTP/1\\.. 404' }"},
    {"backend chosen by a header", LISTEN(" reqsetbe ^Host:\\ img a"), 9, 2, CONF_WARNING, "'reqsetbe' is the form of before 2.1", "write: use_backend a if { req.fhdr(Host) -m reg -- ^img }"},
    {"reqtarpit without a search", LISTEN(" reqtarpit"), 9, 2, CONF_ERROR, "'reqtarpit' needs a value", "reqtarpit <search> [{if|unless} <condition>]"},
    {"reqpass", LISTEN(" reqpass ^Host:"), 9, 2, CONF_ERROR, "'reqpass' is not supported yet", "today it is: a condition of the rules behind it, unless ..."},
    {"redispatch", LISTEN(" redispatch"), 9, 2, CONF_WARNING, "'redispatch' is a former spelling", "write: option redispatch"},
    {"option without effect", LISTEN(" option contstats"), 9, 2, CONF_NOTE, "'option contstats' has no effect here", "counters are always up to date"},
    {"nbproc", GLOBAL(" nbproc 2"), 10, 2, CONF_WARNING, "'nbproc' has no effect any more", "remove the line; nbthread sets the number of threads"},
    {"debug", GLOBAL(" debug"), 10, 2, CONF_WARNING, "'debug' has no effect any more", "remove the line; start with -d to see what happens"},
    {"quiet", GLOBAL(" quiet"), 10, 2, CONF_NOTE, "'quiet' has no effect here", "nothing here depends on it"},

    /* the global section */
    {"limit that is not there", GLOBAL(" maxsslconn 5"), 10, 2, CONF_WARNING, "'maxsslconn' is not supported yet: weir runs without it", "only maxconn bounds what comes in"},
    {"admin socket without address", GLOBAL(" stats socket"), 10, 2, CONF_ERROR, "'stats socket' needs an address", "stats socket <address> [...]"},
    {"admin socket with TLS", GLOBAL(" stats socket /run/a.sock ssl"), 10, 15, CONF_ERROR, "an admin socket cannot speak TLS", "reach it through ssh, or through a tcp frontend that speaks TLS"},
    {"admin socket of no level", GLOBAL(" stats socket /run/a.sock level root"), 10, 33, CONF_ERROR, "unknown level 'root'", "one of: user, operator, admin"},
    {"unknown user", GLOBAL(" user nosuch"), 10, 7, CONF_ERROR, "there is no user 'nosuch'", "name an existing user, or give its number with 'uid'"},
    {"unknown group", GLOBAL(" group nosuch"), 10, 8, CONF_ERROR, "there is no group 'nosuch'", "name an existing group, or give its number with 'gid'"},
    {"threads", GLOBAL(" nbthread 65"), 10, 11, CONF_ERROR, "nbthread: 65 is too large", "from 1 to 64"},
    {"options without a word", GLOBAL(" ssl-default-bind-options"), 10, 2, CONF_ERROR, "'ssl-default-bind-options' needs a value", "Versions and tickets for binds that say nothing else."},
    {"misspelt version", GLOBAL(" ssl-default-bind-options ssl-min-ver TLSv12"), 10, 39, CONF_ERROR, "unknown ssl-min-ver 'TLSv12'", "did you mean 'TLSv1.2'?"},
    {"misspelt option of TLS", GLOBAL(" ssl-default-bind-options no-tls-ticket"), 10, 27, CONF_ERROR, "unknown keyword 'no-tls-ticket' of 'ssl-default-bind-options'", "did you mean 'no-tls-tickets'?"},
    {"tuning without effect", GLOBAL(" tune.pipesize 5"), 10, 2, CONF_NOTE, "'tune.pipesize' has no effect here", "weir sizes this by itself"},
    {"lua", GLOBAL(" lua-load x.lua"), 10, 2, CONF_ERROR, "'lua-load' is not supported yet", "there is no Lua"},
    {"setenv without value", GLOBAL(" setenv A"), 10, 2, CONF_ERROR, "'setenv' needs a name and a value", "setenv <name> <value>"},
    {"log global in global", GLOBAL(" log global"), 10, 6, CONF_ERROR, "'log global' in the global section refers to itself", "name the target itself"},
    /* clang-format on */
};

static bool is_expected(const struct conf_problem *p, size_t i)
{
    bool helps = cases[i].help == NULL ? p->help == NULL
                                       : p->help != NULL && strcmp(p->help, cases[i].help) == 0;
    return p->place.line == cases[i].line && p->place.column == cases[i].column && helps &&
           p->severity == cases[i].severity && strcmp(p->message, cases[i].message) == 0;
}

static bool has_problem(const struct conf_report *report, size_t i)
{
    for (size_t k = 0; k < report->count; k++) {
        if (is_expected(&report->problems[k], i))
            return true;
    }
    return false;
}

static void every_bad_line_is_explained(void **state)
{
    (void)state;
    unsigned failed = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct conf_report report;
        conf_report_init(&report);
        struct config *config = load_named("haproxy.cfg", cases[i].text, &report);
        bool refused = config == NULL;
        if (!has_problem(&report, i) || refused != (cases[i].severity == CONF_ERROR)) {
            print_message("--- %s: expected %u:%u %s\n", cases[i].name, cases[i].line,
                          cases[i].column, cases[i].message);
            conf_report_print(stderr, &report, CONF_NOTE);
            failed++;
        }
        config_free(config);
        conf_report_clear(&report);
    }
    assert_int_equal(failed, 0);
}

static void the_caret_stands_under_the_word_as_it_is_written(void **state)
{
    (void)state;
    struct conf_report report;
    char *printed = NULL;
    size_t len = 0;
    conf_report_init(&report);
    assert_null(load_named("h.cfg", LISTEN("\tserver \"t\"\t a\\ b:80"), &report));
    FILE *out = open_memstream(&printed, &len);
    conf_report_print(out, &report, CONF_ERROR);
    fclose(out);
    assert_string_equal(printed, "h.cfg:9:14: error: the host name 'a b' does not resolve\n"
                                 "    9 | \tserver \"t\"\t a\\ b:80\n"
                                 "      | \t          \t ^~~~~~~\n"
                                 "      = help: check the spelling, or write the address itself\n");
    free(printed);
    conf_report_clear(&report);
}

static void all_problems_of_a_file_come_in_one_go(void **state)
{
    (void)state;
    struct conf_report report;
    conf_report_init(&report);
    assert_null(load_named("h.cfg", LISTEN(" balnce x\n retries x\n bind\n option foo\nbakend b"),
                           &report));
    assert_int_equal(report.errors, 5);
    for (size_t i = 0; i < report.count; i++)
        assert_int_equal(report.problems[i].place.line, 9 + i);
    conf_report_clear(&report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_bad_line_is_explained),
        cmocka_unit_test(the_caret_stands_under_the_word_as_it_is_written),
        cmocka_unit_test(all_problems_of_a_file_come_in_one_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
