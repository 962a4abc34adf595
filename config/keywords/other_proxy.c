/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HAProxy's words of proxies that do nothing here, or are yet to be built: each is known, and says
 * why.
 */
#include "config/keyword.h"

#define IGNORED(word, where, why, text)                                                            \
    .name = word, .kind = KW_NOTHING, .scopes = where, .note = why, .doc = text
#define MISSING(word, where, why, text)                                                            \
    .name = word, .kind = KW_REFUSED, .scopes = where, .note = why, .doc = text
#define LATER(word, where, why, text)                                                              \
    .name = word, .kind = KW_LATER, .scopes = where, .note = why, .doc = text

enum {
    FRONT = IN_DEFAULTS | IN_FRONTEND,
    BACK = IN_DEFAULTS | IN_BACKEND,
    ANY = FRONT | BACK,
};

/* clang-format off */
static const struct keyword proxy_rows[] = {
    {MISSING("appsession", BACK, "HAProxy 1.6 has removed it; write: cookie <name> prefix nocache, and cookie <value> on each server", "Keep a client on its server.")},
    {MISSING("option http_proxy", ANY, "write the server's address", "Connect to the host of the URL.")},
    {IGNORED("filter compression", ANY, "it counts for compression algo", "Place of the compression among filters.")},
    {IGNORED("filter cache", ANY, "it counts for http-request cache-use", "Place of the cache among filters.")},
    {IGNORED("filter trace", ANY, "it only prints", "A filter that prints what passes."), .grammar = "[...]"},
    {MISSING("filter", ANY, "whatever it guards or changes would go through unseen: take it out only if the service may run without it", "A filter of the traffic, such as a web application firewall by SPOE.")},
    {MISSING("use-fcgi-app", BACK, "servers speak HTTP", "Speak FastCGI to servers.")},
    {IGNORED("option http-use-proxy-header", FRONT, "connections are kept open as Connection says", "Believe Proxy-Connection."), .grammar = ""},
    {IGNORED("grace", ANY, "grace of the global section counts", "Wait before closing; the global grace remains."), .grammar = "<time>", .until = "2.2"},
    {IGNORED("max-keep-alive-queue", BACK, "a free server is always preferred", "Queue above which a kept connection is left."), .grammar = "<-1..2147483647>"},
    {IGNORED("option disable-h2-upgrade", FRONT, "there is no HTTP/2 yet", "No HTTP/2 after HTTP/1."), .grammar = ""},
    {IGNORED("option http-no-delay", ANY, "small pieces are sent at once", "Send small pieces at once."), .grammar = ""},
    {IGNORED("option http-pretend-keepalive", BACK, "server connections are kept open anyway", "Ask servers to keep connections open."), .grammar = ""},
    {IGNORED("option idle-close-on-response", FRONT, "idle connections close gently", "How idle connections close on a reload."), .grammar = ""},
    {IGNORED("option independent-streams", ANY, "each direction has its timeout", "Each direction has its timeout."), .grammar = ""},
    {IGNORED("option prefer-last-server", BACK, "kept connections are reused by http-reuse", "Stay on the last server."), .grammar = ""},
    {IGNORED("stats scope", ANY, "the page shows all proxies", "Proxies on the statistics page."), .grammar = "<proxy>"},
    {IGNORED("stats show-modules", ANY, "all columns are shown", "More columns."), .grammar = ""},
    {MISSING("reqpass", ANY, "today it is: a condition of the rules behind it, unless ...", "Former word that kept a line from the rules behind it."), .until = "2.0"},
    {MISSING("reqipass", ANY, "today it is: a condition of the rules behind it, unless ...", "Former word that kept a line from the rules behind it."), .until = "2.0"},
    {.name = NULL},
};
/* clang-format on */

const struct keyword_table other_proxy_keywords = {LEVEL_PROXY, proxy_rows, 0};
