/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Logs in to a MySQL or MariaDB server, by the plugin that it wants of the account. A password is
 * never sent in the clear.
 *
 *   greeting > login > (other plugin, answer) > ok
 */
#include "proxy/health/mysql_priv.h"
#include "proxy/health/passwords.h"

#include <stdio.h>
#include <string.h>

enum { SALT_BYTES = 20 };
/* long password, with database, protocol 4.1, transactions, secure connection, plugins */
enum { CAN_DATABASE = 0x8, CAPABILITIES = 0x1 | 0x200 | 0x2000 | 0x8000 | 0x80000 };

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

static enum probe_step send_login(struct probe *probe, const char *plugin,
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
    return mysql_send(probe, 1, body, len);
}

/* Version 10: version, thread, salt in two parts with capabilities between, plugin. */
enum probe_step mysql_greet(struct probe *probe, const struct mysql_packet *p)
{
    uint8_t salt[SALT_BYTES];
    char plugin[64] = "mysql_native_password";
    size_t version = strnlen((const char *)p->bytes + 1, p->len - 1), at = 1 + version + 1;
    if (p->bytes[0] != 10 || at + 4 + 8 + 1 + 2 + 1 + 2 + 2 + 1 + 10 + 13 > p->len)
        return mysql_garbled(probe);
    snprintf(probe->role.version, sizeof(probe->role.version), "%s", (const char *)p->bytes + 1);
    memcpy(salt, p->bytes + at + 4, 8);
    at += 4 + 8 + 1 + 2 + 1 + 2 + 2 + 1 + 10;
    memcpy(salt + 8, p->bytes + at, 12);
    at += 13;
    if (at < p->len)
        snprintf(plugin, sizeof(plugin), "%.*s", (int)(p->len - at), (const char *)p->bytes + at);
    return send_login(probe, plugin, salt);
}

/* Another plugin, and a salt for it. */
static enum probe_step switch_plugin(struct probe *probe, const struct mysql_packet *p)
{
    uint8_t proof[64];
    const char *plugin = (const char *)p->bytes + 1;
    size_t len = strnlen(plugin, p->len - 1);
    if (1 + len + 1 + SALT_BYTES > p->len)
        return mysql_garbled(probe);
    int proof_len = prove(probe, plugin, p->bytes + 1 + len + 1, proof);
    if (proof_len < 0)
        return refuse_plugin(probe, plugin);
    return mysql_send(probe, (uint8_t)(p->number + 1), proof, (size_t)proof_len);
}

enum probe_step mysql_log_in(struct probe *probe, const struct mysql_packet *p)
{
    switch (p->bytes[0]) {
    case MYSQL_OK:
        return PROBE_NEXT;
    case MYSQL_SWITCH:
        return switch_plugin(probe, p);
    case MYSQL_MORE:
        if (p->len == 2 && p->bytes[1] == 3)
            return PROBE_WAIT; /* it remembers the account: ok follows */
        return probe_end(probe, HEALTH_L7_STATUS, 0,
                         "caching_sha2_password: the server wants this account to log in once over "
                         "TLS");
    default:
        return mysql_garbled(probe);
    }
}
