/* SPDX-License-Identifier: Apache-2.0 */
/* SMTP: the greeting, HELO or EHLO, QUIT; each answered with 2xx. RFC 5321 4.2. */
#include "proxy/health/probe.h"

#include <stdio.h>
#include <string.h>

#define REPLY(n, regex, status, text)                                                              \
    {                                                                                              \
        .conf = {.kind = CONF_STEP_EXPECT,                                                         \
                 .number = (n),                                                                    \
                 .expect = {.kind = CONF_EXPECT_REGEX,                                             \
                            .pattern = (regex),                                                    \
                            .pattern_len = sizeof(regex) - 1,                                      \
                            .min_bytes = 4,                                                        \
                            .error_status = (status)}},                                            \
        .error_text = (text), .ok_text = ANSWER_TEXT_FROM(4), .has_code = true,                    \
    }

static const struct script_step greeting[] = {
    STEP_CONNECT(true),
    REPLY(2, "^[0-9]{3}[ \\r]", "L7RSP", ANSWER_TEXT_FROM_START),
    REPLY(3, "^2[0-9]{2}[ \\r]", "L7STS", ANSWER_TEXT_FROM(4)),
};
static const struct script_step rest[] = {
    {.conf = {.kind = CONF_STEP_EXPECT,
              .number = 5,
              .expect = {.kind = CONF_EXPECT_REGEX,
                         .pattern = "^(2[0-9]{2}-[^\\r]*\\r\\n)*2[0-9]{2}[ \\r]",
                         .pattern_len = 39,
                         .min_bytes = -1,
                         .error_status = "L7STS"}},
     .error_text = ANSWER_TEXT_FROM(4),
     .has_code = true},
    STEP_SEND(6, "QUIT\r\n"),
    REPLY(7, "^2[0-9]{2}[- \\r]", "L7STS", ANSWER_TEXT_FROM(4)),
};

static bool add_all(struct script *script, const struct script_step *steps, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!script_add(script, &steps[i]))
            return false;
    }
    return true;
}

/* Both words count, or neither, as in HAProxy. */
static bool is_greeting(const struct conf_check *check)
{
    return check->hello != NULL && check->domain != NULL &&
           (strcmp(check->hello, "EHLO") == 0 || strcmp(check->hello, "HELO") == 0);
}

static bool smtp_write(struct script *script, const struct conf_check *check)
{
    char command[512];
    bool is_given = is_greeting(check);
    snprintf(command, sizeof(command) - 2, "%s %s", is_given ? check->hello : "HELO",
             is_given ? check->domain : "localhost");
    strcat(command, "\r\n");
    struct script_step send = {
        .conf = {.kind = CONF_STEP_SEND, .number = 4, .send = {command, strlen(command)}}};
    return add_all(script, greeting, sizeof(greeting) / sizeof(greeting[0])) &&
           script_add(script, &send) && add_all(script, rest, sizeof(rest) / sizeof(rest[0]));
}

const struct probe_kind probe_kind_smtp = {.kind = CONF_CHECK_SMTP, .write = smtp_write};
