/* SPDX-License-Identifier: Apache-2.0 */
/* By what persistence cookies call a server. */
#ifndef WEIR_HTTP_SERVER_COOKIE_H
#define WEIR_HTTP_SERVER_COOKIE_H

#include "config/dynamic_cookie.h"
#include "proxy/state/server.h"
#include "proxy/state/snapshot.h"

/* The name in the file, or the one that its present address makes, which is written into text; NULL: it has none. */
const char *server_cookie(const struct conf_proxy *backend, const struct conf_server *conf,
                          const struct server *server, char text[DYNAMIC_COOKIE_BYTES]);

#endif
