/* SPDX-License-Identifier: Apache-2.0 */
/* LDAPv3: an anonymous bind, and its result. RFC 4511 4.2. */
#include "proxy/health/probe.h"

#include <string.h>

/* Behind a length, which takes one byte, or up to fifteen more where that says so. */
static size_t after_length(const struct probe *probe, size_t at)
{
    unsigned char first = at < probe->answer_len ? (unsigned char)probe->answer[at] : 0;
    return at + (first >= 0x80 ? 1u + (first & 0x0f) : 1u);
}

static enum probe_step refuse(struct probe *probe)
{
    return probe_end(probe, HEALTH_L7_RESPONSE, 0, "Not LDAPv3 protocol");
}

/* Whether these bytes stand there, or PROBE_WAIT for the rest of them. */
static enum probe_step has_bytes(struct probe *probe, size_t at, const char *bytes, size_t len)
{
    if (at + len > probe->answer_len)
        return probe->has_ended ? probe_end(probe, HEALTH_L7_RESPONSE, 0, NULL) : PROBE_WAIT;
    return memcmp(probe->answer + at, bytes, len) == 0 ? PROBE_NEXT : refuse(probe);
}

/* A message of a sequence, its number, and a bind response with its result code. */
static enum probe_step judge_bind(struct probe *probe, const struct script_step *step)
{
    static const char help[] = "See RFC: http://tools.ietf.org/html/rfc4511#section-4.1.9";
    static const struct {
        const char *bytes;
        size_t len;
        bool has_length; /* one follows, for whatever it counts */
    } parts[] = {
        {"\x30", 1, true}, {"\x02\x01\x01", 3, false}, {"\x61", 1, true}, {"\x0a\x01", 2, false}};
    size_t at = 0;
    (void)step;
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        enum probe_step found = has_bytes(probe, at, parts[i].bytes, parts[i].len);
        if (found != PROBE_NEXT)
            return found;
        at += parts[i].len;
        if (parts[i].has_length)
            at = after_length(probe, at);
    }
    if (at >= probe->answer_len)
        return has_bytes(probe, at, "", 1);
    probe->code = (unsigned char)probe->answer[at];
    return probe->code == 0 ? PROBE_NEXT : probe_end(probe, HEALTH_L7_STATUS, probe->code, help);
}

static const struct script_step steps[] = {
    STEP_CONNECT(false),
    STEP_SEND(1, "\x30\x0c\x02\x01\x01\x60\x07\x02\x01\x03\x04\x00\x80\x00"),
    {.conf = {.kind = CONF_STEP_EXPECT, .number = 2, .expect = {.on_success = "Success"}},
     .judge = judge_bind},
};

const struct probe_kind probe_kind_ldap = {
    .kind = CONF_CHECK_LDAP, .steps = steps, .step_count = sizeof(steps) / sizeof(steps[0])};
