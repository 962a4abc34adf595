/* SPDX-License-Identifier: Apache-2.0 */
/* See plain_record.h. */
#include "test/proxy/state/plain_record.h"

#include <arpa/inet.h>
#include <string.h>

struct record_nouns nouns;

struct access_record plain_record(void)
{
    static const char request[] = "GET /p24001 HTTP/1.1";
    struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = htons(24001)};
    sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    nouns = (struct record_nouns){
        .binds = {{.addr.port = 24001}},
        .web = {.name = "web",
                .mode = CONF_MODE_HTTP,
                .log_format = CONF_LOG_HTTP,
                .binds = nouns.binds,
                .bind_count = 2},
        .app = {.name = "app"},
    };
    memcpy(&nouns.binds[0].addr.sa, &sin, sizeof(sin));
    sin.sin_port = htons(44244);
    addr_set(&nouns.client, (const struct sockaddr *)&sin);
    return (struct access_record){
        .frontend = &nouns.web,
        .backend = &nouns.app,
        .server = "a",
        .bind = &nouns.binds[0],
        .client = &nouns.client,
        .accepted_wall_us = WALL_US,
        .status = 200,
        .bytes_read = 127,
        .bytes_uploaded = 60,
        .termination = {'-', '-'},
        .actconn = 2,
        .feconn = 2,
        .request_line = request,
        .request_line_len = sizeof(request) - 1,
    };
}
