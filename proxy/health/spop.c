/* SPDX-License-Identifier: Apache-2.0 */
/* SPOP, the protocol of HAProxy's SPOE agents: HELLO for a health check, answered with HELLO. */
#include "proxy/health/probe.h"

#include <string.h>

/* Four bytes of length, the frame's type, four of flags, and two identifiers, which are 0 here. */
enum { TYPE_AT = 4, FLAGS_AT = 5, IDS_AT = 9, VALUES_AT = 11 };
enum { TYPE_AGENT_HELLO = 101, TYPE_AGENT_DISCONNECT = 102 };
enum { FLAG_LAST = 1 }; /* of a frame: no other piece follows */

/* NULL, or what is wrong with it; version 2 is the one there is. */
static const char *fault_of(const char *frame, size_t len)
{
    static const char version[] = "\x07version\x08\x03"
                                  "2.";
    if (len < VALUES_AT || frame[TYPE_AT] != TYPE_AGENT_HELLO)
        return frame[TYPE_AT] == TYPE_AGENT_DISCONNECT ? "disconnected by the agent"
                                                       : "invalid frame received";
    if ((frame[FLAGS_AT + 3] & FLAG_LAST) == 0)
        return "fragmentation not supported";
    if (frame[IDS_AT] != 0 || frame[IDS_AT + 1] != 0)
        return "invalid frame received";
    if (memmem(frame + VALUES_AT, len - VALUES_AT, version, 8) == NULL)
        return "version value not found";
    return memmem(frame + VALUES_AT, len - VALUES_AT, version, sizeof(version) - 1) == NULL
               ? "unsupported version"
               : NULL;
}

static enum probe_step judge_hello(struct probe *probe, const struct script_step *step)
{
    const unsigned char *bytes = (const unsigned char *)probe->answer;
    (void)step;
    if (probe->answer_len < TYPE_AT)
        return probe->has_ended ? probe_end(probe, HEALTH_L7_RESPONSE, 0, "invalid frame received")
                                : PROBE_WAIT;
    size_t frame =
        (size_t)bytes[0] << 24 | (size_t)bytes[1] << 16 | (size_t)bytes[2] << 8 | bytes[3];
    if (frame == 0)
        return probe_end(probe, HEALTH_L7_RESPONSE, 0, "invalid frame received");
    if (frame > SCRIPT_ANSWER_BYTES_MAX - TYPE_AT)
        return probe_end(probe, HEALTH_L7_RESPONSE, 0, "frame is too big");
    if (probe->answer_len < TYPE_AT + frame)
        return probe->has_ended ? probe_end(probe, HEALTH_L7_RESPONSE, 0, "invalid frame received")
                                : PROBE_WAIT;
    const char *fault = fault_of(probe->answer, TYPE_AT + frame);
    return fault == NULL ? PROBE_NEXT : probe_end(probe, HEALTH_L7_RESPONSE, 0, fault);
}

static const struct script_step steps[] = {
    STEP_CONNECT(false),
    STEP_SEND(1, "\x00\x00\x00\x4e\x01\x00\x00\x00\x01\x00\x00"
                 "\x12supported-versions\x08\x03"
                 "2.0\x0emax-frame-size\x03\xfc\xf0\x06"
                 "\x0c"
                 "capabilities\x08\x00\x0bhealthcheck\x11"),
    {.conf = {.kind = CONF_STEP_EXPECT, .number = 2, .expect = {.on_success = "SPOA server is ok"}},
     .judge = judge_hello},
};

const struct probe_kind probe_kind_spop = {
    .kind = CONF_CHECK_SPOP, .steps = steps, .step_count = sizeof(steps) / sizeof(steps[0])};
