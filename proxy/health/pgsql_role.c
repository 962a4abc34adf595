/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asks a PostgreSQL server for its role: logs in, asks one question, takes leave. The protocol is
 * that of version 3: a letter, a length that counts itself, and the rest.
 *
 *   start-up > R: authentication ... R: ok > S, K > Z: ready > Q > T, D, C > Z > X
 *
 * The account needs no rights but to connect. A password is never sent in the clear.
 */
#include "proxy/health/passwords.h"
#include "proxy/health/probe.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    HEADER_BYTES = 5,
    AUTH_OK = 0,
    AUTH_MD5 = 5,
    AUTH_SASL = 10,
    AUTH_SASL_MORE = 11,
    AUTH_SASL_END = 12
};
enum stage { LOGGING_IN, ASKING };

/*
 * Is it a replica, how late is it, and on which timeline does it write? A replica that has replayed
 * all it received, and receives, is not late, however old its last transaction is. Each promotion
 * begins a timeline.
 */
static const char question[] =
    "SELECT pg_is_in_recovery()::int, CASE WHEN NOT pg_is_in_recovery() OR (EXISTS (SELECT 1 FROM "
    "pg_stat_wal_receiver) AND pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn()) THEN 0 ELSE "
    "COALESCE(EXTRACT(EPOCH FROM clock_timestamp() - pg_last_xact_replay_timestamp())::bigint, -1) "
    "END, CASE WHEN pg_is_in_recovery() THEN 0 ELSE "
    "('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int END";
enum { COLUMNS = 3 };

struct message {
    char letter;
    const char *bytes;
    size_t len;
};

static uint32_t number_at(const char *bytes)
{
    uint32_t wire;
    memcpy(&wire, bytes, sizeof(wire));
    return ntohl(wire);
}

static enum probe_step garbled(struct probe *probe)
{
    return probe_end(probe, HEALTH_L7_RESPONSE, 0, "PostgreSQL protocol error");
}

static enum probe_step send_message(struct probe *probe, char letter, const char *bytes, size_t len)
{
    char message[1024];
    uint32_t wire = htonl((uint32_t)len + 4);
    if (len > sizeof(message) - HEADER_BYTES)
        return garbled(probe);
    message[0] = letter;
    memcpy(message + 1, &wire, sizeof(wire));
    memcpy(message + HEADER_BYTES, bytes, len);
    enum probe_step step = probe_send(probe, message, len + HEADER_BYTES);
    return step == PROBE_DONE ? step : PROBE_WAIT;
}

/* ---- logging in ---- */

static enum probe_step answer_md5(struct probe *probe, const struct message *m)
{
    char text[MD5_TEXT_BYTES];
    if (m->len < 8 || !password_md5(probe->script->password, probe->script->user,
                                    (const uint8_t *)m->bytes + 4, text))
        return garbled(probe);
    return send_message(probe, 'p', text, sizeof(text));
}

static enum probe_step begin_scram(struct probe *probe)
{
    static const char mechanism[] = "SCRAM-SHA-256";
    char first[SCRAM_TEXT_BYTES], message[SCRAM_TEXT_BYTES + 32];
    if (probe->scram == NULL)
        probe->scram = calloc(1, sizeof(*probe->scram));
    if (probe->scram == NULL || !scram_first(probe->scram, first))
        return probe_end(probe, HEALTH_SOCKET_ERROR, 0, "out of memory");
    uint32_t wire = htonl((uint32_t)strlen(first));
    memcpy(message, mechanism, sizeof(mechanism));
    memcpy(message + sizeof(mechanism), &wire, sizeof(wire));
    memcpy(message + sizeof(mechanism) + sizeof(wire), first, strlen(first));
    return send_message(probe, 'p', message, sizeof(mechanism) + sizeof(wire) + strlen(first));
}

static enum probe_step go_on_scram(struct probe *probe, const struct message *m, uint32_t kind)
{
    char said[SCRAM_TEXT_BYTES], answer[SCRAM_TEXT_BYTES];
    size_t len = m->len - 4;
    if (probe->scram == NULL || len >= sizeof(said))
        return garbled(probe);
    memcpy(said, m->bytes + 4, len);
    said[len] = '\0';
    if (kind == AUTH_SASL_END)
        return scram_verify(probe->scram, said)
                   ? PROBE_NEXT
                   : probe_end(probe, HEALTH_L7_STATUS, 0, "the server does not know the password");
    if (!scram_final(probe->scram, probe->script->password, said, answer))
        return garbled(probe);
    return send_message(probe, 'p', answer, strlen(answer));
}

static enum probe_step authenticate(struct probe *probe, const struct message *m)
{
    uint32_t kind = m->len >= 4 ? number_at(m->bytes) : UINT32_MAX;
    if (kind == AUTH_OK)
        return PROBE_NEXT;
    if (kind != AUTH_MD5 && (kind < AUTH_SASL || kind > AUTH_SASL_END))
        return probe_end(probe, HEALTH_L7_STATUS, 0,
                         "it asks for another authentication than md5 or scram-sha-256");
    if (probe->script->password == NULL)
        return probe_end(probe, HEALTH_L7_STATUS, 0,
                         "it asks for a password: add one to the check");
    if (kind == AUTH_MD5)
        return answer_md5(probe, m);
    return kind == AUTH_SASL ? begin_scram(probe) : go_on_scram(probe, m, kind);
}

/* ---- asking ---- */

/* Columns: a length, and as many bytes of text; -1 stands for NULL. */
static enum probe_step take_row(struct probe *probe, const struct message *m)
{
    long long values[COLUMNS] = {-1, -1, -1};
    size_t at = 2;
    for (size_t i = 0; i < COLUMNS; i++) {
        char text[24] = "-1";
        if (at + 4 > m->len)
            return garbled(probe);
        uint32_t len = number_at(m->bytes + at);
        at += 4;
        if (len != UINT32_MAX && (len >= sizeof(text) || at + len > m->len))
            return garbled(probe);
        if (len != UINT32_MAX) {
            memcpy(text, m->bytes + at, len);
            text[len] = '\0';
            at += len;
        }
        values[i] = atoll(text);
    }
    probe->role.is_known = values[0] >= 0;
    probe->role.is_following = values[0] == 1;
    probe->role.lag_seconds = values[1];
    probe->role.timeline = values[2];
    return PROBE_NEXT;
}

/* Fields, each with a letter and a text; M is the message for people. */
static enum probe_step take_error(struct probe *probe, const struct message *m)
{
    const char *text = "PostgreSQL unknown error";
    for (size_t at = 0; at < m->len && m->bytes[at] != '\0';) {
        size_t len = strnlen(m->bytes + at + 1, m->len - at - 1);
        if (at + 1 + len >= m->len)
            break; /* not terminated */
        if (m->bytes[at] == 'M')
            text = m->bytes + at + 1;
        at += len + 2;
    }
    return script_fail(probe, &probe->script->steps[probe->step], false, text);
}

static enum probe_step take_ready(struct probe *probe)
{
    if (probe->stage == LOGGING_IN) {
        probe->stage = ASKING;
        return send_message(probe, 'Q', question, sizeof(question));
    }
    enum probe_step left = send_message(probe, 'X', "", 0);
    return left == PROBE_DONE ? left : role_judge(probe);
}

/* ---- the dialogue ---- */

/* PROBE_NEXT: there is one; the length it gives includes itself. */
static enum probe_step next_message(struct probe *probe, struct message *m)
{
    const char *at = probe->answer + probe->taken;
    size_t len = probe->answer_len - probe->taken;
    if (len < HEADER_BYTES)
        return PROBE_WAIT;
    uint32_t size = number_at(at + 1);
    if (size < 4 || size > SCRIPT_ANSWER_BYTES_MAX)
        return garbled(probe);
    if (len < (size_t)size + 1)
        return PROBE_WAIT;
    *m = (struct message){at[0], at + HEADER_BYTES, size - 4};
    probe->taken += (size_t)size + 1;
    return PROBE_NEXT;
}

static enum probe_step take_message(struct probe *probe, const struct message *m)
{
    switch (m->letter) {
    case 'R':
        return authenticate(probe, m);
    case 'E':
        return take_error(probe, m);
    case 'D':
        return take_row(probe, m);
    case 'Z':
        return take_ready(probe);
    case 'S': /* parameters, keys, notices, and the frame of the row */
    case 'K':
    case 'N':
    case 'T':
    case 'C':
        return PROBE_NEXT;
    default:
        return garbled(probe);
    }
}

static enum probe_step talk(struct probe *probe, const struct script_step *step)
{
    (void)step;
    for (;;) {
        struct message m;
        enum probe_step next = next_message(probe, &m);
        if (next == PROBE_WAIT && probe->has_ended)
            return garbled(probe);
        if (next != PROBE_NEXT)
            return next;
        bool is_last = m.letter == 'Z' && probe->stage == ASKING;
        next = take_message(probe, &m);
        if (next == PROBE_DONE || is_last)
            return next;
    }
}

static bool pgsql_role_write(struct script *script, const struct conf_check *check)
{
    static const struct script_step connect = STEP_CONNECT(true);
    static const struct script_step dialogue = {
        .conf = {.kind = CONF_STEP_EXPECT, .number = 3, .expect = {.error_status = "L7STS"}},
        .judge = talk};
    char message[512];
    int len = snprintf(message + 8, sizeof(message) - 8,
                       "user%c%s%cdatabase%c%s%capplication_name%cweir%c", 0,
                       check->user != NULL ? check->user : "", 0, 0,
                       check->database != NULL ? check->database : "postgres", 0, 0, 0);
    size_t size = (size_t)len < sizeof(message) - 9 ? (size_t)len + 9 : sizeof(message);
    uint32_t wire[2] = {htonl((uint32_t)size), htonl(3 << 16)};
    memcpy(message, wire, sizeof(wire));
    message[size - 1] = '\0';
    struct script_step send = {
        .conf = {.kind = CONF_STEP_SEND, .number = 2, .send = {message, size}}};
    return script_add(script, &connect) && script_add(script, &send) &&
           script_add(script, &dialogue);
}

const struct probe_kind probe_kind_pgsql_role = {.kind = CONF_CHECK_PGSQL,
                                                 .write = pgsql_role_write};
