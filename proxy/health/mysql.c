/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MySQL and MariaDB: the server greets first, with its version or an error. With a user we log in
 * without a password and take leave, all at once and before the greeting has come, as HAProxy does.
 */
#include "proxy/health/probe.h"

#include <stdio.h>
#include <string.h>

enum { HEADER_BYTES = 4 }; /* of a packet: its length in three bytes, its number in one */

static size_t packet_bytes(const unsigned char *bytes)
{
    return HEADER_BYTES + (bytes[0] | (size_t)bytes[1] << 8 | (size_t)bytes[2] << 16);
}

/* The packet that begins there: an error, or anything else. */
static enum probe_step judge_packet(struct probe *probe, size_t at)
{
    const unsigned char *bytes = (const unsigned char *)probe->answer + at;
    size_t len = probe->answer_len > at ? probe->answer_len - at : 0;
    if (len <= HEADER_BYTES || len < packet_bytes(bytes))
        return probe->has_ended ? probe_end(probe, HEALTH_L7_RESPONSE, 0, NULL) : PROBE_WAIT;
    size_t packet = packet_bytes(bytes);
    if (bytes[HEADER_BYTES] != 0xff)
        return PROBE_NEXT;
    if (packet < HEADER_BYTES + 3)
        return probe_end(probe, HEALTH_L7_STATUS, 0, "an error without a code");
    probe->code = bytes[5] | bytes[6] << 8;
    snprintf(probe->info, sizeof(probe->info), "%.*s", (int)(packet - 7), (const char *)bytes + 7);
    return probe_end(probe, HEALTH_L7_STATUS, probe->code, probe->info);
}

/* The greeting tells the version, which is what a good probe reports. */
static enum probe_step judge_greeting(struct probe *probe, const struct script_step *step)
{
    enum probe_step verdict = judge_packet(probe, 0);
    (void)step;
    if (verdict == PROBE_NEXT)
        snprintf(probe->info, sizeof(probe->info), "%.*s", (int)(probe->answer_len - 5),
                 probe->answer + 5);
    return verdict;
}

/* It stands behind the greeting, which has been judged. */
static enum probe_step judge_login(struct probe *probe, const struct script_step *step)
{
    (void)step;
    return judge_packet(probe, packet_bytes((const unsigned char *)probe->answer));
}

static const struct script_step connect_step = STEP_CONNECT(true);

/* COM_QUIT */
static const char quit[] = {1, 0, 0, 0, 1};

/* Capabilities, largest packet, character set, the user, no password. */
static size_t write_login(const struct conf_check *check, unsigned char *packet)
{
    static const unsigned char pre_41[] = {0x00, 0x80, 0x00, 0x00, 0x01};
    static const unsigned char post_41[32] = {0x00, 0x82, 0x00, 0x00, 0x00, 0x80, 0x00, 0x01, 0x21};
    size_t head = check->is_pre_41 ? sizeof(pre_41) : sizeof(post_41);
    size_t user = strnlen(check->user, 128);
    memcpy(packet + HEADER_BYTES, check->is_pre_41 ? pre_41 : post_41, head);
    memcpy(packet + HEADER_BYTES + head, check->user, user);
    memset(packet + HEADER_BYTES + head + user, 0, 2);
    size_t body = head + user + 2;
    packet[0] = (unsigned char)body;
    packet[1] = packet[2] = 0;
    packet[3] = 1;
    return HEADER_BYTES + body;
}

static bool add_login(struct script *script, const struct conf_check *check)
{
    unsigned char packet[256];
    size_t len = write_login(check, packet);
    memcpy(packet + len, quit, sizeof(quit));
    struct script_step send = {.conf = {.kind = CONF_STEP_SEND,
                                        .number = 2,
                                        .send = {(const char *)packet, len + sizeof(quit)}}};
    return script_add(script, &send);
}

static bool mysql_write(struct script *script, const struct conf_check *check)
{
    bool logs_in = check->user != NULL;
    struct script_step greeting = {.conf = {.kind = CONF_STEP_EXPECT, .number = 2 + logs_in},
                                   .judge = judge_greeting},
                       answer = {.conf = {.kind = CONF_STEP_EXPECT, .number = 4},
                                 .judge = judge_login};
    return script_add(script, &connect_step) && (!logs_in || add_login(script, check)) &&
           script_add(script, &greeting) && (!logs_in || script_add(script, &answer));
}

const struct probe_kind probe_kind_mysql = {.kind = CONF_CHECK_MYSQL, .write = mysql_write};
