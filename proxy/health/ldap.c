/* SPDX-License-Identifier: Apache-2.0 */
/* LDAPv3: an anonymous bind, and its result. RFC 4511 4.2. */
#include "proxy/health/probe.h"

#include <string.h>

/* A message of a sequence, its number, and a bind response with its result code. */
static enum probe_step judge_bind(struct probe *probe, const struct script_step *step)
{
    static const char help[] = "See RFC: http://tools.ietf.org/html/rfc4511#section-4.1.9";
    const unsigned char *bytes = (const unsigned char *)probe->answer;
    size_t len = probe->answer_len;
    if (bytes[0] != 0x30)
        return probe_end(probe, HEALTH_L7_RESPONSE, 0, "Not LDAPv3 protocol");
    if (len < 14)
        return probe->has_ended ? probe_end(probe, HEALTH_L7_RESPONSE, 0, "Not LDAPv3 protocol")
                                : PROBE_WAIT;
    /* the length may take up to four bytes more */
    size_t at = bytes[1] >= 0x80 ? 2u + (bytes[1] & 0x0f) : 2;
    if (at + 3 > len || memcmp(bytes + at, "\x02\x01\x01", 3) != 0)
        return probe_end(probe, HEALTH_L7_RESPONSE, 0, "Not LDAPv3 protocol");
    at += 3;
    if (at >= len || bytes[at] != 0x61)
        return probe_end(probe, HEALTH_L7_RESPONSE, 0, "Not LDAPv3 protocol");
    at++;
    at += at < len && bytes[at] >= 0x80 ? 1u + (bytes[at] & 0x0f) : 1;
    if (at + 3 > len || memcmp(bytes + at, "\x0a\x01", 2) != 0)
        return probe_end(probe, HEALTH_L7_RESPONSE, 0, "Not LDAPv3 protocol");
    probe->code = bytes[at + 2];
    if (probe->code != 0)
        return probe_end(probe, HEALTH_L7_STATUS, probe->code, help);
    (void)step;
    return PROBE_NEXT;
}

static const struct script_step steps[] = {
    STEP_CONNECT(false),
    STEP_SEND(1, "\x30\x0c\x02\x01\x01\x60\x07\x02\x01\x03\x04\x00\x80\x00"),
    {.conf = {.kind = CONF_STEP_EXPECT,
              .number = 2,
              .expect = {.min_bytes = 14, .on_success = "Success"}},
     .judge = judge_bind},
};

const struct probe_kind probe_kind_ldap = {
    .kind = CONF_CHECK_LDAP, .steps = steps, .step_count = sizeof(steps) / sizeof(steps[0])};
