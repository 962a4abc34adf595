/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cookies made of addresses are part of the configuration as long as the address is. Where it may change they are made
 * when they are needed: that takes the backend's lock, and few backends have both such servers and such cookies.
 */
#include "proxy/http/server_cookie.h"

#include "proxy/state/server_address.h"

#include <string.h>

/* Not a word of the file: what the address in the file would be called. */
static bool is_made(const char *key, const struct conf_server *conf)
{
    char text[DYNAMIC_COOKIE_BYTES];
    return conf->cookie == NULL ||
           (dynamic_cookie_write(key, &conf->addr.sa, text) && strcmp(conf->cookie, text) == 0);
}

const char *server_cookie(const struct conf_proxy *backend, const struct conf_server *conf,
                          const struct server *server, char text[DYNAMIC_COOKIE_BYTES])
{
    const char *key = backend->cookie.dynamic ? backend->dynamic_cookie_key : NULL;
    bool may_have_moved =
        server->fqdn != NULL || atomic_load_explicit(&server->moves, memory_order_relaxed) > 0;
    if (key == NULL || !may_have_moved || !is_made(key, conf))
        return conf->cookie;
    struct sockaddr_storage sa;
    (void)server_read_address(server, &sa);
    return dynamic_cookie_write(key, &sa, text) ? text : NULL;
}
