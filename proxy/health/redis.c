/* SPDX-License-Identifier: Apache-2.0 */
/* Redis: PING is answered with PONG, or with a line that says why not. */
#include "proxy/health/probe.h"

static const struct script_step steps[] = {
    STEP_CONNECT(false),
    STEP_SEND(1, "*1\r\n$4\r\nPING\r\n"),
    {.conf = {.kind = CONF_STEP_EXPECT,
              .number = 2,
              .expect = {.kind = CONF_EXPECT_STRING,
                         .pattern = "+PONG\r\n",
                         .pattern_len = 7,
                         .min_bytes = -1,
                         .error_status = "L7STS",
                         .on_success = "Redis server is ok"}},
     .error_text = ANSWER_TEXT_FROM_START},
};

const struct probe_kind probe_kind_redis = {
    .kind = CONF_CHECK_REDIS, .steps = steps, .step_count = sizeof(steps) / sizeof(steps[0])};
