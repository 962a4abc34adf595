/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PostgreSQL: a start-up message, which is answered with a request for authentication (or with
 * "come in"), or with an error. Nobody logs in.
 */
#include "proxy/health/probe.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

static const struct script_step connect_step = STEP_CONNECT(true);

/* 'E', its length, then 'S' and how grave it is, among other fields. */
static const struct script_step no_error = {
    .conf = {.kind = CONF_STEP_EXPECT,
             .number = 3,
             .expect = {.kind = CONF_EXPECT_REGEX,
                        .is_unwanted = true,
                        .pattern = "^E",
                        .pattern_len = 2,
                        .min_bytes = 5,
                        .error_status = "L7RSP"}},
    .error_text = ANSWER_TEXT_FROM(6),
};

/* 'R', a length, and a kind of authentication. */
static const struct script_step authentication = {
    .conf = {.kind = CONF_STEP_EXPECT,
             .number = 4,
             .expect = {.kind = CONF_EXPECT_BINARY_REGEX,
                        .pattern = "^52000000[A-Z0-9]{2}000000(00|02|03|04|05|06|07|09|0A)",
                        .pattern_len = 54,
                        .min_bytes = 9,
                        .error_status = "L7STS",
                        .on_success = "PostgreSQL server is ok",
                        .on_error = "PostgreSQL unknown error"}},
};

static bool pgsql_write(struct script *script, const struct conf_check *check)
{
    char message[256] = "\0\0\0\0\0\3\0\0user";
    const char *user = check->user != NULL ? check->user : "";
    size_t len = 13 + (size_t)snprintf(message + 13, 200, "%s", user) + 2;
    if (len > 13 + 200)
        len = 13 + 200 + 1;
    uint32_t wire = htonl((uint32_t)len);
    memcpy(message, &wire, sizeof(wire));
    struct script_step send = {
        .conf = {.kind = CONF_STEP_SEND, .number = 2, .send = {message, len}}};
    return script_add(script, &connect_step) && script_add(script, &send) &&
           script_add(script, &no_error) && script_add(script, &authentication);
}

const struct probe_kind probe_kind_pgsql = {.kind = CONF_CHECK_PGSQL, .write = pgsql_write};
