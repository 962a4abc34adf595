/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asks a MySQL or MariaDB server for its role: logs in, asks for its variables, its Galera state
 * and, of a replica, how late it is, and takes leave.
 *
 *   greeting > login > (other plugin, answer) > ok > variables > Galera > replication > quit
 *
 * The account needs REPLICATION CLIENT (MariaDB: SLAVE MONITOR) to see how late a replica is, and
 * nothing else. A password is never sent in the clear.
 */
#include "proxy/health/passwords.h"
#include "proxy/health/probe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum stage { GREETING, LOGGING_IN, ASKING_VARIABLES, ASKING_CLUSTER, ASKING_REPLICATION };
enum { HEADER_BYTES = 4, SALT_BYTES = 20, COLUMNS_MAX = 128 };
enum {
    PACKET_OK = 0x00,
    PACKET_MORE = 0x01,
    PACKET_SWITCH = 0xfe,
    PACKET_END = 0xfe,
    PACKET_ERROR = 0xff
};
enum { COM_QUIT = 1, COM_QUERY = 3 };
/* long password, with database, protocol 4.1, transactions, secure connection, plugins */
enum { CAN_DATABASE = 0x8, CAPABILITIES = 0x1 | 0x200 | 0x2000 | 0x8000 | 0x80000 };

static const char ask_variables[] =
    "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('read_only','super_read_only',"
    "'innodb_read_only','wsrep_on')";
static const char ask_cluster[] =
    "SHOW GLOBAL STATUS WHERE Variable_name IN ('wsrep_ready','wsrep_local_state',"
    "'wsrep_cluster_status')";
static const char ask_replication[] = "SHOW SLAVE STATUS";

struct packet {
    const uint8_t *bytes;
    size_t len;
    uint8_t number;
};

/* A text within a packet, not terminated; bytes NULL: SQL's NULL. */
struct text {
    const char *bytes;
    size_t len;
};

static enum probe_step garbled(struct probe *probe)
{
    return probe_end(probe, HEALTH_L7_RESPONSE, 0, "MySQL protocol error");
}

static enum probe_step send_packet(struct probe *probe, uint8_t number, const void *bytes,
                                   size_t len)
{
    char packet[1024];
    if (len > sizeof(packet) - HEADER_BYTES)
        return garbled(probe);
    packet[0] = (char)len;
    packet[1] = (char)(len >> 8);
    packet[2] = (char)(len >> 16);
    packet[3] = (char)number;
    memcpy(packet + HEADER_BYTES, bytes, len);
    enum probe_step step = probe_send(probe, packet, len + HEADER_BYTES);
    return step == PROBE_DONE ? step : PROBE_WAIT;
}

/* ---- logging in ---- */

/* What proves the password to a plugin; its length, or -1 for a plugin that we do not speak. */
static int prove(const struct probe *probe, const char *plugin, const uint8_t salt[SALT_BYTES],
                 uint8_t proof[64])
{
    const char *password = probe->script->password;
    if (password == NULL)
        return 0;
    if (strcmp(plugin, "mysql_native_password") == 0)
        return password_sha1(password, salt, proof) ? SHA1_BYTES : -1;
    if (strcmp(plugin, "caching_sha2_password") == 0)
        return password_sha256(password, salt, proof) ? SHA256_BYTES : -1;
    return -1;
}

static enum probe_step refuse_plugin(struct probe *probe, const char *plugin)
{
    char info[SERVER_REASON_BYTES];
    snprintf(info, sizeof(info), "it asks for the authentication %.60s, which is not spoken here",
             plugin);
    return script_fail(probe, &probe->script->steps[probe->step], false, info);
}

static size_t put_text(uint8_t *to, const char *text)
{
    size_t len = strlen(text) + 1;
    memcpy(to, text, len);
    return len;
}

static enum probe_step log_in(struct probe *probe, const char *plugin,
                              const uint8_t salt[SALT_BYTES])
{
    const struct script *script = probe->script;
    uint8_t body[800] = {0}, proof[64];
    unsigned capabilities = CAPABILITIES | (script->database != NULL ? CAN_DATABASE : 0);
    int proof_len = prove(probe, plugin, salt, proof);
    if (proof_len < 0) { /* it will say which one it wants of this account */
        plugin = "mysql_native_password";
        proof_len = prove(probe, plugin, salt, proof);
    }
    if (proof_len < 0 || strlen(script->user) > 128 ||
        (script->database != NULL && strlen(script->database) > 128))
        return refuse_plugin(probe, plugin);
    for (size_t i = 0; i < 4; i++)
        body[i] = (uint8_t)(capabilities >> 8 * i);
    body[7] = 1;  /* packets of up to 16 MB */
    body[8] = 33; /* utf8 */
    size_t len = 32;
    len += put_text(body + len, script->user);
    body[len++] = (uint8_t)proof_len;
    memcpy(body + len, proof, (size_t)proof_len);
    len += (size_t)proof_len;
    if (script->database != NULL)
        len += put_text(body + len, script->database);
    len += put_text(body + len, plugin);
    return send_packet(probe, 1, body, len);
}

/* Version 10: version, thread, salt in two parts with capabilities between, plugin. */
static enum probe_step take_greeting(struct probe *probe, const struct packet *p)
{
    uint8_t salt[SALT_BYTES];
    char plugin[64] = "mysql_native_password";
    size_t version = strnlen((const char *)p->bytes + 1, p->len - 1), at = 1 + version + 1;
    if (p->bytes[0] != 10 || at + 4 + 8 + 1 + 2 + 1 + 2 + 2 + 1 + 10 + 13 > p->len)
        return garbled(probe);
    snprintf(probe->role.version, sizeof(probe->role.version), "%s", (const char *)p->bytes + 1);
    memcpy(salt, p->bytes + at + 4, 8);
    at += 4 + 8 + 1 + 2 + 1 + 2 + 2 + 1 + 10;
    memcpy(salt + 8, p->bytes + at, 12);
    at += 13;
    if (at < p->len)
        snprintf(plugin, sizeof(plugin), "%.*s", (int)(p->len - at), (const char *)p->bytes + at);
    probe->stage = LOGGING_IN;
    return log_in(probe, plugin, salt);
}

/* Another plugin, and a salt for it. */
static enum probe_step switch_plugin(struct probe *probe, const struct packet *p)
{
    uint8_t proof[64];
    const char *plugin = (const char *)p->bytes + 1;
    size_t len = strnlen(plugin, p->len - 1);
    if (1 + len + 1 + SALT_BYTES > p->len)
        return garbled(probe);
    int proof_len = prove(probe, plugin, p->bytes + 1 + len + 1, proof);
    if (proof_len < 0)
        return refuse_plugin(probe, plugin);
    return send_packet(probe, (uint8_t)(p->number + 1), proof, (size_t)proof_len);
}

static enum probe_step ask(struct probe *probe, enum stage stage, const char *question)
{
    char command[512];
    int len = snprintf(command, sizeof(command), "%c%s", COM_QUERY, question);
    probe->stage = stage;
    probe->column_count = probe->ends_seen = 0;
    return send_packet(probe, 0, command, (size_t)len);
}

static enum probe_step take_login(struct probe *probe, const struct packet *p)
{
    switch (p->bytes[0]) {
    case PACKET_OK:
        return ask(probe, ASKING_VARIABLES, ask_variables);
    case PACKET_SWITCH:
        return switch_plugin(probe, p);
    case PACKET_MORE:
        if (p->len == 2 && p->bytes[1] == 3)
            return PROBE_WAIT; /* it remembers the account: ok follows */
        return probe_end(probe, HEALTH_L7_STATUS, 0,
                         "caching_sha2_password: the server wants this account to log in once over "
                         "TLS");
    default:
        return garbled(probe);
    }
}

/* ---- answers ---- */

/* A number before a text says how long that is. False where it does not fit. */
static bool take_text(const struct packet *p, size_t *at, struct text *text_out)
{
    static const size_t more[] = {2, 3, 8}; /* bytes, behind 0xfc, 0xfd, 0xfe */
    if (*at >= p->len)
        return false;
    uint64_t len = p->bytes[(*at)++];
    *text_out = (struct text){NULL, 0};
    if (len == 0xfb)
        return true;
    if (len >= 0xfc) {
        size_t bytes = len == 0xff ? 0 : more[len - 0xfc];
        if (bytes == 0 || p->len - *at < bytes)
            return false;
        len = 0;
        for (size_t i = 0; i < bytes; i++)
            len |= (uint64_t)p->bytes[*at + i] << 8 * i;
        *at += bytes;
    }
    if (len > p->len - *at)
        return false;
    *text_out = (struct text){(const char *)p->bytes + *at, (size_t)len};
    *at += (size_t)len;
    return true;
}

static bool is_text(const struct text *text, const char *word)
{
    return text->bytes != NULL && text->len == strlen(word) &&
           strncasecmp(text->bytes, word, text->len) == 0;
}

static bool is_on(const struct text *text)
{
    return text->bytes != NULL && !is_text(text, "OFF") && !is_text(text, "0");
}

static void take_variable(struct role_report *role, const struct text *name,
                          const struct text *value)
{
    if (is_text(name, "wsrep_on"))
        role->is_cluster = is_on(value);
    else if (is_on(value))
        role->is_unwritable = true;
    if (is_text(name, "read_only"))
        role->is_known = true;
}

static void take_cluster(struct role_report *role, const struct text *name,
                         const struct text *value)
{
    bool is_good = is_text(name, "wsrep_ready")         ? is_text(value, "ON")
                   : is_text(name, "wsrep_local_state") ? is_text(value, "4") /* synced */
                                                        : is_text(value, "Primary");
    role->is_out_of_cluster = role->is_out_of_cluster || !is_good;
}

/* Rows of two columns: names and values. */
static enum probe_step take_pair(struct probe *probe, const struct packet *p)
{
    struct text name, value;
    size_t at = 0;
    if (!take_text(p, &at, &name) || !take_text(p, &at, &value))
        return garbled(probe);
    if (probe->stage == ASKING_VARIABLES)
        take_variable(&probe->role, &name, &value);
    else
        take_cluster(&probe->role, &name, &value);
    return PROBE_NEXT;
}

/* The columns have been seen: which of them say how it goes. */
static enum probe_step take_replica(struct probe *probe, const struct packet *p)
{
    struct role_report *role = &probe->role;
    size_t at = 0;
    role->is_following = true;
    for (unsigned i = 0; i < probe->column_count; i++) {
        struct text value;
        char number[24];
        if (!take_text(p, &at, &value))
            return garbled(probe);
        if (i == probe->columns.io_running || i == probe->columns.sql_running)
            role->is_broken = role->is_broken || !is_text(&value, "Yes");
        if (i != probe->columns.seconds_behind || value.bytes == NULL ||
            value.len >= sizeof(number))
            continue;
        memcpy(number, value.bytes, value.len);
        number[value.len] = '\0';
        role->lag_seconds = atoll(number);
    }
    return PROBE_NEXT;
}

/* catalog, schema, table, its alias, and the name. */
static enum probe_step take_column(struct probe *probe, const struct packet *p)
{
    struct text name = {NULL, 0};
    size_t at = 0;
    for (size_t i = 0; i < 5; i++) {
        if (!take_text(p, &at, &name))
            return garbled(probe);
    }
    unsigned index = probe->columns.seen++;
    if (is_text(&name, "Slave_IO_Running") || is_text(&name, "Replica_IO_Running"))
        probe->columns.io_running = index;
    if (is_text(&name, "Slave_SQL_Running") || is_text(&name, "Replica_SQL_Running"))
        probe->columns.sql_running = index;
    if (is_text(&name, "Seconds_Behind_Master") || is_text(&name, "Seconds_Behind_Source"))
        probe->columns.seconds_behind = index;
    return PROBE_NEXT;
}

static enum probe_step leave(struct probe *probe)
{
    static const char quit = COM_QUIT;
    enum probe_step left = send_packet(probe, 0, &quit, 1);
    return left == PROBE_DONE ? left : role_judge(probe);
}

static enum probe_step next_question(struct probe *probe)
{
    if (probe->stage == ASKING_VARIABLES && probe->role.is_cluster)
        return ask(probe, ASKING_CLUSTER, ask_cluster);
    if (probe->stage != ASKING_REPLICATION && !probe->role.is_cluster)
        return ask(probe, ASKING_REPLICATION, ask_replication);
    probe->is_told = true;
    return leave(probe);
}

/* A count of columns, the columns, an end, rows, another end; or nothing at all. */
static enum probe_step take_answer(struct probe *probe, const struct packet *p)
{
    if (probe->column_count == 0) {
        if (p->bytes[0] == PACKET_OK)
            return next_question(probe);
        probe->column_count = p->bytes[0];
        probe->columns = (struct replica_columns){0, UINT32_MAX, UINT32_MAX, UINT32_MAX};
        return probe->column_count <= COLUMNS_MAX ? PROBE_NEXT : garbled(probe);
    }
    if (p->bytes[0] == PACKET_END && p->len < 9)
        return ++probe->ends_seen == 2 ? next_question(probe) : PROBE_NEXT;
    if (probe->ends_seen == 0)
        return take_column(probe, p);
    return probe->stage == ASKING_REPLICATION ? take_replica(probe, p) : take_pair(probe, p);
}

/* Two bytes of code, then "#", five of state, and the text. */
static enum probe_step take_error(struct probe *probe, const struct packet *p)
{
    char info[SERVER_REASON_BYTES];
    size_t at = p->len > 9 && p->bytes[3] == '#' ? 9 : 3;
    /* without the right to see it, nobody knows how late it is; whoever writes need not know */
    if (probe->stage == ASKING_REPLICATION && probe->script->role == CONF_ROLE_WRITER) {
        probe->is_told = true;
        return leave(probe);
    }
    probe->code = p->len >= 3 ? p->bytes[1] | p->bytes[2] << 8 : 0;
    snprintf(info, sizeof(info), "%.*s", (int)(at < p->len ? p->len - at : 0),
             (const char *)p->bytes + at);
    return script_fail(probe, &probe->script->steps[probe->step], false, info);
}

/* ---- the dialogue ---- */

static enum probe_step next_packet(struct probe *probe, struct packet *p)
{
    const uint8_t *at = (const uint8_t *)probe->answer + probe->taken;
    size_t len = probe->answer_len - probe->taken;
    if (len < HEADER_BYTES)
        return PROBE_WAIT;
    size_t size = at[0] | (size_t)at[1] << 8 | (size_t)at[2] << 16;
    if (size == 0 || size > SCRIPT_ANSWER_BYTES_MAX)
        return garbled(probe);
    if (len < HEADER_BYTES + size)
        return PROBE_WAIT;
    *p = (struct packet){at + HEADER_BYTES, size, at[3]};
    probe->taken += HEADER_BYTES + size;
    return PROBE_NEXT;
}

static enum probe_step take_packet(struct probe *probe, const struct packet *p)
{
    if (p->bytes[0] == PACKET_ERROR)
        return take_error(probe, p);
    if (probe->stage == GREETING)
        return take_greeting(probe, p);
    return probe->stage == LOGGING_IN ? take_login(probe, p) : take_answer(probe, p);
}

static enum probe_step talk(struct probe *probe, const struct script_step *step)
{
    (void)step;
    for (;;) {
        struct packet p;
        enum probe_step next = next_packet(probe, &p);
        if (next == PROBE_WAIT && probe->has_ended)
            return garbled(probe);
        if (next != PROBE_NEXT)
            return next;
        next = take_packet(probe, &p);
        if (next == PROBE_DONE || probe->is_told)
            return next;
    }
}

static const struct script_step steps[] = {
    STEP_CONNECT(true),
    {.conf = {.kind = CONF_STEP_EXPECT, .number = 2, .expect = {.error_status = "L7STS"}},
     .judge = talk},
};

const struct probe_kind probe_kind_mysql_role = {
    .kind = CONF_CHECK_MYSQL, .steps = steps, .step_count = sizeof(steps) / sizeof(steps[0])};
