/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bad texts, each with the message, line and column it must get: one row for each message there is.
 * The row's text is put where a person would write it, on a line of its own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "test/config/memory_source.h"

#define TIMEOUTS "defaults = { timeout = { connect = 1000; client = 1000; server = 1000; }; };\n"
#define APP                                                                                        \
    "backends = ( { name = \"b\"; servers = ( { name = \"a\"; address = \"127.0.0.1:80\"; } ); } " \
    ");\n"
#define WWW "frontends = ( { name = \"f\"; binds = [\"*:80\"]; default_backend = \"b\"; } );\n"

/* x stands on line 3 (global: line 4), from its first column on */
#define FRONT(x)                                                                                   \
    TIMEOUTS "frontends = ( { name = \"f\"; default_backend = \"b\"; binds = [\"*:80\"];\n" x      \
             "\n} );\n" APP
#define BIND(x)                                                                                    \
    TIMEOUTS "frontends = ( { name = \"f\"; default_backend = \"b\"; binds = ( {\n" x              \
             "\n} ); } );\n" APP
#define BACK(x)                                                                                    \
    TIMEOUTS "backends = ( { name = \"b\"; servers = ( { name = \"a\"; address = "                 \
             "\"127.0.0.1:80\"; } );\n" x "\n} );\n" WWW
#define SERVER(x) TIMEOUTS "backends = ( { name = \"b\"; servers = ( {\n" x "\n} ); } );\n" WWW
#define GLOBAL(x) WWW APP TIMEOUTS "global = {\n" x "\n};\n"

#define LARGE_PAGE "defaults\n errorfile 503 /large.http\n"

static const struct {
    const char *name, *text;
    unsigned line, column;
    enum conf_severity severity;
    const char *message;
    const char *help; /* NULL: not looked at */
} cases[] = {
    /* clang-format off */
    /* names */
    {"misspelt keyword", BACK("balanse = \"roundrobin\";"), 3, 1, CONF_ERROR, "unknown keyword 'balanse'", "did you mean 'balance'?"},
    {"letters swapped", BACK("retires = 2;"), 3, 1, CONF_ERROR, "unknown keyword 'retires'", "did you mean 'retries'?"},
    {"nothing like it", BACK("quux = 2;"), 3, 1, CONF_ERROR, "unknown keyword 'quux'", "docs/reference.md lists every keyword"},
    {"first word that is no group", FRONT("stats = true;"), 3, 1, CONF_ERROR, "unknown keyword 'stats'", "it gathers words: stats = { ... };"},
    {"keyword of global in a backend", BACK("nbthread = 2;"), 3, 1, CONF_ERROR, "unknown keyword 'nbthread'", "this one belongs in the global section"},
    {"keyword of proxies in global", GLOBAL("option_redispatch = true;"), 5, 1, CONF_ERROR, "unknown keyword 'option_redispatch'", "this one belongs in defaults, a frontend, a backend or a listen"},
    {"misspelt keyword of a server", SERVER("name = \"a\"; address = \"127.0.0.1:80\"; wieght = 3;"), 3, 39, CONF_ERROR, "unknown keyword 'wieght'", "did you mean 'weight'?"},
    {"misspelt word within a prefix group", BACK("timeout = { conect = \"5s\"; };"), 3, 13, CONF_ERROR, "unknown keyword 'timeout_conect'", "did you mean 'timeout_connect'?"},
    {"misspelt word of a bind", BIND("address = \"*:80\"; strict_sin = true;"), 3, 19, CONF_ERROR, "unknown keyword 'strict_sin'", "did you mean 'strict_sni'?"},
    {"unknown section", "frontents = ( );\n", 1, 1, CONF_ERROR, "unknown section 'frontents'", "did you mean 'frontends'?"},
    {"setting outside of sections", "maxconn = 5;\n", 1, 1, CONF_ERROR, "unknown section 'maxconn'", NULL},
    {"section that is no group", "frontends = 5;\n", 1, 1, CONF_ERROR, "'frontends' holds groups", "write frontends = ( { ... } );"},
    {"element of a section that is no group", "frontends = ( 5 );\n", 1, 15, CONF_ERROR, "an element of 'frontends' that is no group", "write { ... }"},
    {"frontend's keyword in a backend", BACK("monitor_uri = \"/x\";"), 3, 1, CONF_WARNING, "'monitor_uri' has no effect in a backend", "remove it, or move it into a frontend"},
    {"backend's keyword in a frontend", FRONT("balance = \"leastconn\";"), 3, 1, CONF_WARNING, "'balance' has no effect in a frontend", "remove it, or move it into a backend"},
    {"bind in defaults", "defaults = {\nbinds = [\"*:80\"]; };\n", 2, 1, CONF_ERROR, "'binds' is not allowed in defaults", NULL},
    {"name of a server in default_server", BACK("default_server = { name = \"x\"; };"), 3, 20, CONF_ERROR, "'name' is not allowed in default-server", NULL},

    /* values */
    {"bad duration", BACK("timeout_connect = \"5x\";"), 3, 19, CONF_ERROR, "timeout_connect: '5x' is not a duration", "a number and one of us, ms, s, m, h, d: \"5s\""},
    {"duration as a flag", BACK("timeout_connect = true;"), 3, 19, CONF_ERROR, "timeout_connect: 'true' is not a duration", NULL},
    {"duration beyond 24 days", BACK("timeout_server = \"30d\";"), 3, 18, CONF_ERROR, "timeout_server: 30d is too large", "from 0 to 2147483647 ms"},
    {"duration with a word behind it", BACK("timeout_queue = \"10min\";"), 3, 17, CONF_WARNING, "timeout_queue: only '10m' of '10min' counts", "write 10m"},
    {"negative duration", BACK("timeout_queue = \"-5s\";"), 3, 17, CONF_ERROR, "timeout_queue: -5s is too small", NULL},
    {"a probe at every instant", SERVER("name = \"a\"; address = \"127.0.0.1:80\"; inter = 0;"), 3, 47, CONF_ERROR, "inter: 0 is too small", "from 1 to 2147483647 ms"},
    {"number with a unit", BACK("retries = \"3s\";"), 3, 11, CONF_ERROR, "retries: '3s' is not a number", "write a whole number without a unit"},
    {"number as a fraction", BACK("retries = 1.5;"), 3, 11, CONF_ERROR, "retries: '1.5' is not a number", NULL},
    {"negative number", BACK("retries = -1;"), 3, 11, CONF_ERROR, "retries: -1 is too small", "from 0 to 1000"},
    {"weight above 256", SERVER("name = \"a\"; address = \"127.0.0.1:80\"; weight = 257;"), 3, 48, CONF_ERROR, "weight: 257 is too large", "from 0 to 256"},
    {"too many threads", GLOBAL("nbthread = 65;"), 5, 12, CONF_ERROR, "nbthread: 65 is too large", "from 1 to 64"},
    {"no thread", GLOBAL("nbthread = 0;"), 5, 12, CONF_ERROR, "nbthread: 0 is too small", NULL},
    {"spread_checks above half", GLOBAL("spread_checks = 51;"), 5, 17, CONF_ERROR, "spread_checks: 51 is too large", NULL},
    {"bad size", GLOBAL("tune_bufsize = \"16kb\";"), 5, 16, CONF_ERROR, "tune_bufsize: '16kb' is not a size", NULL},
    {"buffer too small", GLOBAL("tune_bufsize = 100;"), 5, 16, CONF_ERROR, "tune_bufsize: 100 is too small", NULL},
    {"flag as a word", SERVER("name = \"a\"; address = \"127.0.0.1:80\"; check = \"maybe\";"), 3, 47, CONF_ERROR, "check: 'maybe' is neither true nor false", "write true or false"},
    {"flag as a number", SERVER("name = \"a\"; address = \"127.0.0.1:80\"; check = 1;"), 3, 47, CONF_ERROR, "check: '1' is neither true nor false", NULL},
    {"misspelt choice", BACK("balance = \"roundrobbin\";"), 3, 11, CONF_ERROR, "unknown balance 'roundrobbin'", "did you mean 'roundrobin'?"},
    {"choice like no other", BACK("http_reuse = \"x\";"), 3, 14, CONF_ERROR, "unknown http-reuse 'x'", "one of: never, safe, aggressive, always"},
    {"header without its name", BACK("balance = \"hdr\";"), 3, 11, CONF_ERROR, "'hdr' needs the name of a header", "as in: hdr(User-Agent)"},
    {"parentheses too many", BACK("balance = \"leastconn(2)\";"), 3, 11, CONF_ERROR, "'leastconn' takes nothing in parentheses", "remove the parentheses"},
    {"no number of draws", BACK("balance = \"random(0)\";"), 3, 11, CONF_ERROR, "'0' is no number of draws", "as in: random(2)"},
    {"url_param without its name", BACK("balance = \"url_param\";"), 2, 23, CONF_ERROR, "'b': balance url_param needs the name of a parameter", NULL},
    {"hash without an expression", BACK("balance = { algorithm = \"hash\"; };"), 2, 23, CONF_ERROR, "'b': balance hash needs an expression", NULL},
    {"unknown hash function", BACK("hash_type = { method = \"consistent\"; function = \"md5\"; };"), 3, 49, CONF_ERROR, "hash-type: there is no function 'md5'", "sdbm, djb2, wt6 or crc32"},
    {"factor of one", BACK("hash_balance_factor = 100;"), 3, 23, CONF_ERROR, "hash-balance-factor: '100' is not above 100", "as in: 150; 0 switches it off"},
    {"layer 4 behind layer 7", BACK("mode = \"tcp\";"), 5, 65, CONF_ERROR, "'f' has mode http, its backend 'b' mode tcp", "give both the same mode"},
    {"text as a flag", FRONT("monitor_uri = true;"), 3, 15, CONF_ERROR, "monitor_uri: 'true' is not a text", "write it in double quotes"},
    {"empty text", FRONT("monitor_uri = \"\";"), 3, 15, CONF_ERROR, "monitor_uri: the text is empty", NULL},
    {"two values", BACK("balance = [\"roundrobin\", \"leastconn\"];"), 3, 26, CONF_ERROR, "'balance' takes a single value", NULL},
    {"group instead of a value", BACK("retries = { x = 1; };"), 3, 1, CONF_ERROR, "'retries' takes a single value, not a group", NULL},
    {"empty list instead of a value", BACK("balance = [];"), 3, 1, CONF_ERROR, "'balance' needs a value", NULL},
    {"list within a list", BACK("default_server = ( ( 1 ) );"), 3, 20, CONF_ERROR, "a list within the list 'default_server'", NULL},
    {"statuses out of range", BACK("http_check_expect_status = \"200-999\";"), 3, 28, CONF_ERROR, "http-check expect status: '200-999' is not a set of HTTP status codes", NULL},
    {"file mode", BIND("address = \"/s\"; mode = \"999\";"), 3, 24, CONF_ERROR, "mode: '999' is not an octal file mode", NULL},
    {"interval of redispatch", BACK("option_redispatch = \"often\";"), 3, 21, CONF_ERROR, "option_redispatch: 'often' is not an interval", NULL},
    {"log level", GLOBAL("logs = ( { address = \"stdout\"; level = \"warn\"; } );"), 5, 40, CONF_ERROR, "unknown level 'warn'", NULL},
    {"log facility", GLOBAL("logs = ( { address = \"stdout\"; facility = \"local8\"; } );"), 5, 43, CONF_ERROR, "unknown facility 'local8'", "did you mean 'local0'?"},
    {"log line too short", GLOBAL("logs = ( { address = \"stdout\"; len = 10; } );"), 5, 38, CONF_ERROR, "len: 10 is too small", "from 80 to 65535"},
    {"mode that is not built", BACK("mode = \"health\";"), 3, 8, CONF_ERROR, "mode 'health' is not supported yet", "use monitor-uri"},
    {"log without address", GLOBAL("logs = ( { level = \"info\"; } );"), 5, 10, CONF_ERROR, "'log' without 'address'", NULL},
    {"global log to global", GLOBAL("logs = [\"global\"];"), 0, 0, CONF_ERROR, "'log global' in the global section refers to itself", NULL},

    /* addresses */
    {"bind without port", BIND("address = \"10.0.0.1\";"), 3, 11, CONF_ERROR, "'10.0.0.1': a bind needs a port", "as in \"10.0.0.1:80\""},
    {"bind with port 0", BIND("address = \"*:0\";"), 3, 11, CONF_ERROR, "'*:0': a bind needs a port", NULL},
    {"port above 65535", BIND("address = \"*:70000\";"), 3, 11, CONF_ERROR, "'*:70000': the port is not a number from 0 to 65535", NULL},
    {"port is a word", BIND("address = \"*:http\";"), 3, 11, CONF_ERROR, "'*:http': the port is not a number from 0 to 65535", NULL},
    {"ports run backwards", BIND("address = \"*:90-80\";"), 3, 11, CONF_ERROR, "'*:90-80': the port is not a number from 0 to 65535", NULL},
    {"second address is bad", BIND("address = \"*:80,*:x\";"), 3, 11, CONF_ERROR, "'*:x': the port is not a number from 0 to 65535", NULL},
    {"bind without address", BIND("name = \"x\";"), 2, 62, CONF_ERROR, "'bind' without 'address'", NULL},
    {"empty address", BIND("address = \"\";"), 3, 11, CONF_ERROR, "'': the address is empty", NULL},
    {"unknown family", BIND("address = \"ipv5@*:80\";"), 3, 11, CONF_ERROR, "'ipv5@*:80': unknown kind of address before '@'", "one of: ipv4@, ipv6@, unix@, abns@, fd@"},
    {"descriptor without number", BIND("address = \"fd@x\";"), 3, 11, CONF_ERROR, "'fd@x': 'fd@' wants the number of an open descriptor", NULL},
    {"path too long", BIND("address = \"/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\";"), 3, 11, CONF_ERROR, NULL, "107 bytes at most"},
    {"host name that does not resolve", SERVER("name = \"a\"; address = \"nowhere.test:80\";"), 3, 23, CONF_ERROR, "the host name 'nowhere.test' does not resolve", NULL},
    {"checked server without port", SERVER("name = \"a\"; address = \"10.0.0.1\"; check = true;"), 3, 8, CONF_ERROR, "server 'a' has neither a port nor one to check", "add port = 80"},
    {"checked server of any port", SERVER("name = \"a\"; address = \"*\"; check = true;"), 3, 8, CONF_WARNING, "server 'a' has no port that could be checked", "add port = 80"},
    {"probe with a relative port", SERVER("name = \"a\"; address = \"10.0.0.1:80\"; addr = \"10.0.0.2:+1\";"), 3, 45, CONF_ERROR, "'10.0.0.2:+1': only a server's port may be relative to the client's", NULL},
    {"probe without host", SERVER("name = \"a\"; address = \"10.0.0.1:80\"; addr = \":80\";"), 3, 45, CONF_ERROR, "':80': the host is missing", NULL},
    {"bind with a relative port", BIND("address = \"*:+80\";"), 3, 11, CONF_ERROR, "'*:+80': a bind needs a port", NULL},
    {"server with a range of ports", SERVER("name = \"a\"; address = \"10.0.0.1:80-81\";"), 3, 23, CONF_ERROR, "'10.0.0.1:80-81': a range of ports", NULL},
    {"server as a descriptor", SERVER("name = \"a\"; address = \"fd@3\";"), 3, 23, CONF_ERROR, "a server cannot be a descriptor", NULL},
    {"server without address", SERVER("name = \"a\";"), 2, 40, CONF_ERROR, "'server' without 'address'", NULL},
    {"server without name", SERVER("address = \"127.0.0.1:80\";"), 2, 40, CONF_ERROR, "'server' without 'name'", NULL},
    {"probe port", SERVER("name = \"a\"; address = \"127.0.0.1:80\"; port = 0;"), 3, 46, CONF_ERROR, "port: '0' is not a port", NULL},
    {"forwardfor except", FRONT("option_forwardfor = { except = \"10.0.0.0/33\"; };"), 3, 32, CONF_ERROR, "'10.0.0.0/33' is not a network", NULL},

    /* TLS */
    {"ssl without certificate", BIND("address = \"*:443\"; ssl = true;"), 3, 11, CONF_ERROR, "a bind with 'ssl' needs a certificate", NULL},
    {"certificate without ssl", BIND("address = \"*:443\"; crt = [\"/a.pem\"];"), 3, 11, CONF_WARNING, "'crt' has no effect without 'ssl'", "add ssl = true"},
    {"empty certificate path", BIND("address = \"*:443\"; ssl = true; crt = [\"\"];"), 3, 39, CONF_ERROR, "crt: a path is needed", NULL},
    {"client verification without authorities", BIND("address = \"*:443\"; ssl = true; crt = \"/a\"; verify = \"required\";"), 3, 11, CONF_ERROR, "'verify' of clients needs a 'ca-file'", NULL},
    {"versions the wrong way round", BIND("address = \"*:443\"; ssl = true; crt = \"/a\"; ssl_min_ver = \"TLSv1.3\"; ssl_max_ver = \"TLSv1.2\";"), 3, 11, CONF_ERROR, "ssl-min-ver is above ssl-max-ver", NULL},
    {"unknown version", BIND("address = \"*:443\"; ssl = true; crt = \"/a\"; ssl_min_ver = \"TLSv1.4\";"), 3, 58, CONF_ERROR, "unknown ssl-min-ver 'TLSv1.4'", NULL},
    {"h2 is left out", BIND("address = \"*:443\"; ssl = true; crt = \"/a\"; alpn = [\"http/1.1\", \"h2\"];"), 3, 64, CONF_WARNING, "alpn: 'h2' is not supported yet and left out", NULL},
    {"unknown protocol", BIND("address = \"*:443\"; ssl = true; crt = \"/a\"; alpn = \"spdy\";"), 3, 51, CONF_WARNING, "alpn: 'spdy' is not spoken here and left out", NULL},
    {"TLS without authorities", SERVER("name = \"a\"; address = \"127.0.0.1:80\"; ssl = true;"), 3, 8, CONF_ERROR, "server 'a' speaks TLS, but whose certificates to trust is not said", "add ca_file = \"@system-ca\", or verify = \"none\""},
    {"expression as check-sni", SERVER("name = \"a\"; address = \"127.0.0.1:80\"; ssl = true; verify = \"none\"; check_sni = \"req.hdr(host)\";"), 3, 80, CONF_ERROR, "check_sni: probes have no expressions", "write the name to send"},
    {"keyword that is not built", BIND("address = \"*:80\"; force_sslv3 = true;"), 3, 19, CONF_ERROR, "'force_sslv3' is not supported yet", NULL},
    {"keyword without effect", FRONT("option_contstats = true;"), 3, 1, CONF_NOTE, "'option_contstats' has no effect here", "counters are always up to date"},

    /* files, users */
    {"missing error file", FRONT("errorfiles = ( { status = 503; file = \"/none\"; } );"), 3, 39, CONF_ERROR, "cannot read '/none': No such file or directory", NULL},
    {"error file that is no response", FRONT("errorfiles = ( { status = 503; file = \"/text.txt\"; } );"), 3, 39, CONF_ERROR, "'/text.txt' is not a whole HTTP/1 response", NULL},
    {"error file of an odd status", FRONT("errorfiles = ( { status = 418; file = \"/page.http\"; } );"), 3, 27, CONF_ERROR, "unknown status '418'", NULL},
    {"line without words", FRONT("acl = \"\";"), 3, 7, CONF_ERROR, "'acl' needs a value", NULL},
    {"rule without action", FRONT("http_request = ( { path = \"/\"; } );"), 3, 18, CONF_ERROR, "'http-request' without an action", NULL},
    {"rule with two actions", FRONT("http_request = ( { deny = true; return = { status = 200; }; } );"), 3, 33, CONF_ERROR, "a rule does one thing", NULL},
    {"unknown user", GLOBAL("user = \"nobody-here\";"), 5, 8, CONF_ERROR, "there is no user 'nobody-here'", NULL},
    {"unknown group", GLOBAL("group = \"nobody-here\";"), 5, 9, CONF_ERROR, "there is no group 'nobody-here'", NULL},
    {"password without user", FRONT("stats_auth = [\"secret\"];"), 3, 15, CONF_ERROR, "stats_auth: no user and password here", NULL},

    /* references */
    {"unknown backend", TIMEOUTS "frontends = ( { name = \"f\"; binds = [\"*:80\"]; default_backend = \"ap\"; } );\nbackends = ( { name = \"app\"; servers = ( { name = \"a\"; address = \"127.0.0.1:80\"; } ); } );", 2, 65, CONF_ERROR, "there is no backend 'ap'", "did you mean 'app'?"},
    {"frontend as backend", TIMEOUTS "frontends = ( { name = \"front\"; binds = [\"*:80\"]; default_backend = \"front\"; } );\n", 2, 69, CONF_ERROR, "there is no backend 'front'", "that is the name of a frontend"},
    {"two backends of a name", TIMEOUTS WWW "backends = ( { name = \"b\"; },\n { name = \"b\"; } );\n", 4, 11, CONF_ERROR, "there is another backend named 'b'", "the other one is at weir.conf:3"},
    {"two servers of a name", BACK("# ?") "listens = ( { name = \"l\"; servers = (\n{ name = \"x\"; address = \"10.0.0.1:1\"; },\n{ name = \"x\"; address = \"10.0.0.2:1\"; } ); } );", 8, 10, CONF_ERROR, "there is another server 'x' in 'l'", "the other one is in line 7"},
    {"two servers of an id", "listens = ( { name = \"l\"; servers = (\n{ name = \"x\"; address = \"10.0.0.1:1\"; id = 3; },\n{ name = \"y\"; address = \"10.0.0.2:1\"; id = 3; } ); } );", 3, 10, CONF_ERROR, "id 3 is taken already", NULL},
    {"proxy without name", TIMEOUTS "listens = (\n{ binds = [\"*:80\"]; } );", 3, 1, CONF_ERROR, "a listen without a name", NULL},
    {"proxy with a strange name", "listens = (\n{ name = \"a b\"; } );", 2, 10, CONF_ERROR, "'a b' is no name for a listen", NULL},
    {"unknown defaults", "listens = (\n{ name = \"a\"; from = \"base\"; } );", 2, 22, CONF_ERROR, "there are no defaults named 'base'", NULL},
    {"two defaults of a name", "defaults = ( { name = \"x\"; },\n{ name = \"x\"; } );", 2, 10, CONF_ERROR, "there are other defaults named 'x'", NULL},

    /* hardly meant */
    {"missing timeout", "listens = (\n{ name = \"l\"; } );", 2, 10, CONF_WARNING, "'l' has no timeout connect, client, server: 5s, 60s, 60s is used", "add timeout_connect, timeout_client, timeout_server, here or in defaults"},
    {"nobody can connect", TIMEOUTS "listens = (\n{ name = \"l\"; } );", 3, 10, CONF_WARNING, "'l' has no bind: nobody can connect to it", NULL},
    {"always 503", TIMEOUTS "frontends = (\n{ name = \"l\"; binds = [\"*:80\"]; } );", 3, 10, CONF_WARNING, "'l' has no backend: every request is answered with 503", NULL},
    {"backend without servers", TIMEOUTS WWW "backends = (\n{ name = \"b\"; } );", 4, 10, CONF_WARNING, "'b' has no server: every request is answered with 503", NULL},
    {"unused backend", BACK("# ?") "backend = { name = \"c\"; servers = ( { name = \"a\"; address = \"127.0.0.1:80\"; } ); };", 6, 20, CONF_WARNING, "nothing uses the backend 'c'", NULL},
    {"unchecked server", BACK("# ?") "listen = { name = \"l\"; servers = (\n{ name = \"x\"; address = \"10.0.0.1:1\"; check = true; },\n{ name = \"y\"; address = \"10.0.0.2:1\"; } ); };", 8, 10, CONF_WARNING, "server 'y' is not checked, but others beside it are", NULL},
    {"log format without log", FRONT("option_httplog = true;"), 2, 24, CONF_WARNING, "'f' has a log format but no log target", NULL},
    {"open admin page", FRONT("stats = { enable = true; admin = true; };"), 2, 24, CONF_WARNING, "'f' lets everybody take servers out: stats admin without stats auth", NULL},
    {"two binds of an address", BIND("address = \"*:80\"; }, { address = \"0.0.0.0:79-80\";"), 3, 34, CONF_WARNING, "another bind has the address 0.0.0.0:80", "the other one is at weir.conf:3"},
    {"no frontend", TIMEOUTS APP, 0, 0, CONF_WARNING, "there is no frontend: nobody can connect", NULL},

    /* syntax */
    {"duration without quotes", BACK("timeout_connect = 5s;"), 3, 19, CONF_ERROR, "'5s' must stand in double quotes", "write \"5s\""},
    {"address without quotes", SERVER("name = \"a\"; address = 10.0.0.1:80;"), 3, 23, CONF_ERROR, "'10.0.0.1:80' must stand in double quotes", NULL},
    {"word without quotes", BACK("balance = roundrobin;"), 3, 11, CONF_ERROR, "'roundrobin' must stand in double quotes", "write \"roundrobin\""},
    {"no equals sign", BACK("balance \"roundrobin\";"), 3, 9, CONF_ERROR, "expected '=' before '\"roundrobin\"'", NULL},
    {"no value", BACK("balance = ;"), 3, 11, CONF_ERROR, "expected a value of 'balance' before ';'", NULL},
    {"no comma between elements", "a = ( { x = 1; }\n{ y = 1; } );", 2, 1, CONF_ERROR, "expected ',' or ')' before '{'", NULL},
    {"comma after the last element", "a = ( 1,\n2, );", 2, 4, CONF_ERROR, "expected another element after ',' before ')'", NULL},
    {"group never closed", "\nglobal = {\nmaxconn = 5;\n", 2, 10, CONF_ERROR, "this '{' is never closed, '}' is missing", NULL},
    {"list never closed", "a = ( 1, 2;\n", 1, 11, CONF_ERROR, "expected ',' or ')' before ';'", NULL},
    {"array never closed", "a = [ 1, 2", 1, 5, CONF_ERROR, "this '[' is never closed, ',' or ']' is missing", NULL},
    {"text never closed", "a = \"abc;\n", 1, 5, CONF_ERROR, "this text never ends", NULL},
    {"comment never closed", "a = 1; /* abc;\n", 1, 8, CONF_ERROR, "this comment never ends", NULL},
    {"bracket too many", "a = 1; }\n", 1, 8, CONF_ERROR, "expected a name before '}'", NULL},
    {"strange character", "a = 1; $b = 2;\n", 1, 8, CONF_ERROR, "unexpected '$', expected a name", NULL},
    {"setting given twice", BACK("retries = 1; retries = 2;"), 3, 14, CONF_ERROR, "'retries' is given twice in the same group", NULL},
    {"array of groups", "a = [ {\nx = 1; } ];", 1, 7, CONF_ERROR, "this does not fit into an array", NULL},
    {"mixed array", "a = [ 1, \"x\" ];", 1, 10, CONF_ERROR, "this does not fit into an array", NULL},
    {"file ends after a name", "a", 1, 2, CONF_ERROR, "the file ends where '=' was expected", NULL},
    {"include of a missing file", "@include \"none.conf\"\n", 1, 10, CONF_ERROR, "cannot read 'none.conf': No such file or directory", NULL},
    {"file that includes itself", "\n  @include \"weir.conf\"\n", 2, 12, CONF_ERROR, "'weir.conf' includes itself", NULL},
    /* clang-format on */
};

static const struct conf_problem *find_problem(const struct conf_report *report, size_t i)
{
    for (size_t k = 0; k < report->count; k++) {
        const struct conf_problem *p = &report->problems[k];
        bool here = p->place.line == cases[i].line && p->place.column == cases[i].column;
        bool says = cases[i].message == NULL || strcmp(p->message, cases[i].message) == 0;
        bool helps = cases[i].help == NULL || (p->help != NULL && !strcmp(p->help, cases[i].help));
        if (here && says && helps && p->severity == cases[i].severity)
            return p;
    }
    return NULL;
}

static void every_bad_text_is_explained(void **state)
{
    (void)state;
    unsigned failed = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct conf_report report;
        conf_report_init(&report);
        struct config *config = load_text(cases[i].text, &report);
        const struct conf_problem *problem = find_problem(&report, i);
        bool refused = config == NULL;
        if (problem == NULL || refused != (cases[i].severity == CONF_ERROR)) {
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

/* The rest of the file must not drown in consequences of one mistake. */
static void a_mistake_is_reported_once(void **state)
{
    (void)state;
    unsigned failed = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct conf_report report;
        conf_report_init(&report);
        config_free(load_text(cases[i].text, &report));
        if (cases[i].severity == CONF_ERROR && report.errors > 1) {
            print_message("--- %s: %zu errors\n", cases[i].name, report.errors);
            conf_report_print(stderr, &report, CONF_ERROR);
            failed++;
        }
        conf_report_clear(&report);
    }
    assert_int_equal(failed, 0);
}

static void what_is_misspelt_is_not_also_missing(void **state)
{
    (void)state;
    struct conf_report report;
    conf_report_init(&report);
    assert_null(load_text(
        "listens = ( { name = \"l\"; binds = [\"*:x\"]; timeout_client = \"5x\"; } );\n", &report));
    assert_int_equal(report.errors, 2);
    assert_int_equal(report.warnings + report.notes, 0);
    conf_report_clear(&report);
}

static void all_problems_are_reported_in_order(void **state)
{
    (void)state;
    struct conf_report report;
    conf_report_init(&report);
    assert_null(load_text("global = { nbthread = 0;\n user = \"x\"; };\n"
                          "listens = ( { name = \"l\"; blance = 1; } );\n",
                          &report));
    assert_int_equal(report.errors, 3);
    for (size_t i = 1; i < report.count; i++) {
        if (report.problems[i].place.file != NULL)
            assert_true(report.problems[i - 1].place.line <= report.problems[i].place.line);
    }
    conf_report_clear(&report);
}

static void a_problem_is_printed_with_line_caret_and_help(void **state)
{
    (void)state;
    struct conf_report report;
    char *printed = NULL;
    size_t len = 0;
    conf_report_init(&report);
    assert_null(load_text(BACK("\tbalance = \"roundrobbin\";"), &report));
    FILE *out = open_memstream(&printed, &len);
    conf_report_print(out, &report, CONF_ERROR);
    fclose(out);
    assert_string_equal(printed, "weir.conf:3:12: error: unknown balance 'roundrobbin'\n"
                                 "    3 | \tbalance = \"roundrobbin\";\n"
                                 "      | \t          ^~~~~~~~~~~~~\n"
                                 "      = help: did you mean 'roundrobin'?\n");
    free(printed);
    conf_report_clear(&report);
}

static void the_caret_counts_characters(void **state)
{
    (void)state;
    struct conf_report report;
    char *printed = NULL;
    size_t len = 0;
    conf_report_init(&report);
    assert_null(load_text(BACK("description = \"\xc3\xa4\"; balance = \"\xc3\xb6x\";"), &report));
    FILE *out = open_memstream(&printed, &len);
    conf_report_print(out, &report, CONF_ERROR);
    fclose(out);
    assert_non_null(strstr(printed, "weir.conf:3:31: error: unknown balance '\xc3\xb6x'\n"
                                    "    3 | description = \"\xc3\xa4\"; balance = \"\xc3\xb6x\";\n"
                                    "      |                              ^~~~\n"));
    free(printed);
    conf_report_clear(&report);
}

static void a_nul_byte_has_a_place(void **state)
{
    (void)state;
    const struct memory_file files[] = {{"n.conf", "a = 1;\nb\0= 2;\n", 14}, {NULL, NULL, 0}};
    const char *const paths[] = {"n.conf"};
    struct conf_source source = memory_source(files);
    struct conf_input input = {.paths = paths, .path_count = 1, .source = &source};
    struct conf_report report;
    conf_report_init(&report);
    assert_null(config_load(&input, &report));
    assert_string_equal(report.problems[0].message, "a NUL byte");
    assert_int_equal(report.problems[0].place.line, 2);
    assert_int_equal(report.problems[0].place.column, 2);
    conf_report_clear(&report);
}

static void an_error_in_an_included_file_names_that_file(void **state)
{
    (void)state;
    const struct memory_file files[] = {
        {"/etc/weir/weir.conf", "# main\n@include \"sub/app.conf\"\nbackends = ( );\n", 0},
        {"/etc/weir/sub/app.conf", "\nglobal = {\n  nbthread = 99;\n};\n", 0},
        {NULL, NULL, 0}};
    const char *const paths[] = {"/etc/weir/weir.conf"};
    struct conf_source source = memory_source(files);
    struct conf_input input = {.paths = paths, .path_count = 1, .source = &source};
    struct conf_report report;
    conf_report_init(&report);
    assert_null(config_load(&input, &report));
    assert_string_equal(report.problems[0].place.file, "/etc/weir/sub/app.conf");
    assert_int_equal(report.problems[0].place.line, 3);
    assert_int_equal(report.problems[0].place.column, 14);
    assert_string_equal(report.problems[0].source_line, "  nbthread = 99;");
    conf_report_clear(&report);
}

/* The first problem of some files, of which the first is given by name. */
static void assert_first_problem(const struct memory_file *files, const char *path,
                                 const char *message, const char *file, unsigned line)
{
    const char *const paths[] = {path};
    struct conf_source source = memory_source(files);
    struct conf_input input = {.paths = paths, .path_count = 1, .source = &source};
    struct conf_report report;
    conf_report_init(&report);
    assert_null(config_load(&input, &report));
    assert_true(report.count > 0);
    assert_string_equal(report.problems[0].message, message);
    assert_string_equal(report.problems[0].place.file, file);
    assert_int_equal(report.problems[0].place.line, line);
    conf_report_clear(&report);
}

static void problems_with_files_are_explained(void **state)
{
    (void)state;
    static char large[20000] = "HTTP/1.0 503 No\r\n\r\n";
    memset(large + strlen(large), 'x', sizeof large - strlen(large) - 1);
    const struct memory_file folder[] = {{"etc/notes.txt", "", 1}, {NULL, NULL, 0}};
    const struct memory_file page[] = {
        {"h.cfg", LARGE_PAGE, 0}, {"/large.http", large, 0}, {NULL, NULL, 0}};
    const struct memory_file chain[] = {{"0", "@include \"1\"\n", 0},
                                        {"1", "@include \"2\"\n", 0},
                                        {"2", "@include \"3\"\n", 0},
                                        {"3", "@include \"4\"\n", 0},
                                        {"4", "@include \"5\"\n", 0},
                                        {"5", "@include \"6\"\n", 0},
                                        {"6", "@include \"7\"\n", 0},
                                        {"7", "@include \"8\"\n", 0},
                                        {"8", "@include \"9\"\n", 0},
                                        {"9", "#\n@include \"10\"\n", 0},
                                        {"10", "#\n", 0},
                                        {NULL, NULL, 0}};
    assert_first_problem(folder, "etc", "no configuration file in this folder", "etc", 0);
    assert_first_problem(page, "h.cfg", "'/large.http' is larger than a buffer (16384 bytes)",
                         "h.cfg", 2);
    assert_first_problem(chain, "0", "too many files include one another: at most 1000, 10 deep",
                         "9", 2);
}

static void a_report_is_bounded_and_says_so(void **state)
{
    (void)state;
    size_t size = 40 * (CONF_REPORT_MAX + 50), len = 0;
    char *text = calloc(1, size);
    len += (size_t)sprintf(text, "listens = ( { name = \"l\";\n");
    for (int i = 0; i < CONF_REPORT_MAX + 20; i++)
        len += (size_t)sprintf(text + len, "zzzzzzzz%d = 1;\n", i);
    sprintf(text + len, "} );\n");
    struct conf_report report;
    conf_report_init(&report);
    assert_null(load_text(text, &report));
    assert_int_equal(report.count, CONF_REPORT_MAX);
    assert_int_equal(report.errors, CONF_REPORT_MAX + 20);
    conf_report_clear(&report);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_bad_text_is_explained),
        cmocka_unit_test(a_mistake_is_reported_once),
        cmocka_unit_test(what_is_misspelt_is_not_also_missing),
        cmocka_unit_test(all_problems_are_reported_in_order),
        cmocka_unit_test(a_problem_is_printed_with_line_caret_and_help),
        cmocka_unit_test(the_caret_counts_characters),
        cmocka_unit_test(a_nul_byte_has_a_place),
        cmocka_unit_test(an_error_in_an_included_file_names_that_file),
        cmocka_unit_test(problems_with_files_are_explained),
        cmocka_unit_test(a_report_is_bounded_and_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
