/* SPDX-License-Identifier: Apache-2.0 */
/* Fetches of what came before the first byte of a session: the PROXY header, and how a handshake failed. */
#include "config/loader.h"
#include "proxy/fetches/rows.h"
#include "proxy/http/stream.h"
#include "proxy/net/proxy_protocol.h"
#include "proxy/rules/compiler.h"
#include "proxy/state/access_record.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- how a connection failed ---------------------------------------------------------------------------- */

/* HAProxy's numbers and names for its words: of PROXY headers and TLS handshakes. */
struct failure {
    int number;
    const char *name, *text;
};

static const struct failure failures[] = {
    {11, "PRX_EMPTY", "Connection closed while waiting for PROXY protocol header"},
    {12, "PRX_ABORT", "Connection error while waiting for PROXY protocol header"},
    {13, "PRX_TIMEOUT", "Timeout while waiting for PROXY protocol header"},
    {14, "PRX_TRUNCATED", "Truncated PROXY protocol header received"},
    {15, "PRX_NOT_HDR", "Received something which does not look like a PROXY protocol header"},
    {16, "PRX_BAD_HDR", "Received an invalid PROXY protocol header"},
    {17, "PRX_BAD_PROTO", "Received an unhandled protocol in the PROXY protocol header"},
    {18, "CIP_EMPTY", "Connection closed while waiting for NetScaler Client IP header"},
    {19, "CIP_ABORT", "Connection error while waiting for NetScaler Client IP header"},
    {20, "CIP_TIMEOUT", "Timeout while waiting for a NetScaler Client IP header"},
    {21, "CIP_TRUNCATED", "Truncated NetScaler Client IP header received"},
    {22, "CIP_BAD_MAGIC", "Received an invalid NetScaler Client IP magic number"},
    {23, "CIP_BAD_PROTO", "Received an unhandled protocol in the NetScaler Client IP header"},
    {24, "SSL_EMPTY", "Connection closed during SSL handshake"},
    {25, "SSL_ABORT", "Connection error during SSL handshake"},
    {26, "SSL_TIMEOUT", "Timeout during SSL handshake"},
    {30, "SSL_CA_FAIL", "SSL client CA chain cannot be verified"},
    {31, "SSL_CRT_FAIL", "SSL client certificate not trusted"},
    {34, "SSL_HANDSHAKE", "SSL handshake failure"},
};

static const char *failure_of(const struct sample_env *env)
{
    return env->record != NULL ? env->record->session_error : NULL;
}

/* NULL: none, or none that has a number. */
static const struct failure *failure_find(const char *text)
{
    for (size_t i = 0; text != NULL && i < sizeof failures / sizeof *failures; i++)
        if (strcmp(failures[i].text, text) == 0)
            return &failures[i];
    return NULL;
}

static bool failure_number(struct sample_env *env, const struct fetch *row, const struct arg *args,
                           struct sample *out)
{
    (void)row, (void)args;
    const struct failure *failure = failure_find(failure_of(env));
    sample_set_int(out, failure != NULL ? failure->number : 0);
    return true;
}

static bool failure_name(struct sample_env *env, const struct fetch *row, const struct arg *args,
                         struct sample *out)
{
    (void)row, (void)args;
    const struct failure *failure = failure_find(failure_of(env));
    if (failure == NULL)
        return false;
    sample_set_text(out, SAMPLE_STRING, failure->name, strlen(failure->name));
    return true;
}

static bool failure_text(struct sample_env *env, const struct fetch *row, const struct arg *args,
                         struct sample *out)
{
    (void)row, (void)args;
    const char *text = failure_of(env);
    if (text == NULL)
        text = "Success";
    sample_set_text(out, SAMPLE_STRING, text, strlen(text));
    return true;
}

enum { NUMBER, NAME, WORDS };

/* A connection to a server that failed is gone before rules could ask: with one that is there, nothing has. */
static bool server_failure(struct sample_env *env, const struct fetch *row, const struct arg *args,
                           struct sample *out)
{
    static const char none[] = "Success";
    (void)args;
    if (env->stream == NULL || env->stream->sconn == NULL || row->value == NAME)
        return false;
    if (row->value == WORDS)
        sample_set_text(out, SAMPLE_STRING, none, sizeof(none) - 1);
    else
        sample_set_int(out, 0);
    return true;
}

/* ---- what a PROXY header told --------------------------------------------------------------------------- */

static bool has_header(struct sample_env *env, const struct fetch *row, const struct arg *args,
                       struct sample *out)
{
    (void)row, (void)args;
    sample_set_bool(out, env->session->had_proxy_header);
    return true;
}

static const uint8_t *find_tlv(const struct sample_env *env, int type, size_t *len_out)
{
    const struct session_origin *origin = env->session->origin;
    return origin == NULL
               ? NULL
               : proxy_header_tlv(origin->tlvs, origin->tlvs_len, (uint8_t)type, len_out);
}

/* A text; with a zero in it it would look like its own beginning to whoever compares. */
static bool header_text(struct sample_env *env, const struct fetch *row, const struct arg *args,
                        struct sample *out)
{
    size_t len = 0;
    (void)args;
    const uint8_t *value = find_tlv(env, row->value, &len);
    if (value == NULL || memchr(value, '\0', len) != NULL)
        return false;
    sample_set_text(out, SAMPLE_STRING, (const char *)value, len);
    return true;
}

static bool header_tlv(struct sample_env *env, const struct fetch *row, const struct arg *args,
                       struct sample *out)
{
    size_t len = 0;
    (void)row;
    const uint8_t *value = find_tlv(env, (int)args[0].integer, &len);
    if (value == NULL)
        return false;
    sample_set_text(out, SAMPLE_BINARY, (const char *)value, len);
    return true;
}

/* fc_pp_tlv(<id>): a number, also as 0xE1, or one of the protocol's names. */
static bool check_tlv(struct compiler *c, struct arg *args, unsigned count, int value)
{
    static const struct {
        const char *name;
        enum proxy_tlv type;
    } names[] = {{"ALPN", PROXY_TLV_ALPN},           {"AUTHORITY", PROXY_TLV_AUTHORITY},
                 {"CRC32C", PROXY_TLV_CRC32C},       {"NOOP", PROXY_TLV_NOOP},
                 {"UNIQUE_ID", PROXY_TLV_UNIQUE_ID}, {"SSL", PROXY_TLV_SSL},
                 {"NETNS", PROXY_TLV_NETNS}};
    (void)count, (void)value;
    const char *text = arena_copy_bytes(c->l->scratch, args[0].text.data, args[0].text.len);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcasecmp(text, names[i].name) == 0) {
            args[0].integer = names[i].type;
            return true;
        }
    }
    char *end;
    unsigned long number = strtoul(text, &end, 0);
    if (end == text || *end != '\0' || number > UINT8_MAX) {
        CONF_FAIL(c->l, args[0].span,
                  "0 to 255, or ALPN, AUTHORITY, CRC32C, NOOP, UNIQUE_ID, SSL, NETNS",
                  "'%s' is no type of the PROXY protocol's TLVs", text);
        return false;
    }
    args[0].integer = (long long)number;
    return true;
}

/* clang-format off */
const struct fetch handshake_fetches[] = {
    {.name = "fc_rcvd_proxy", .out = SAMPLE_BOOL, .run = has_header, .use = USE_SESSION, .since = "1.7", .doc = "Whether the connection began with a PROXY protocol header."},
    {.name = "fc_pp_authority", .out = SAMPLE_STRING, .run = header_text, .use = USE_SESSION, .value = PROXY_TLV_AUTHORITY, .since = "2.2", .doc = "Host name that the PROXY protocol header told of."},
    {.name = "fc_pp_unique_id", .out = SAMPLE_STRING, .run = header_text, .use = USE_SESSION, .value = PROXY_TLV_UNIQUE_ID, .since = "2.2", .doc = "Unique identifier that the PROXY protocol header told of."},
    {.name = "fc_pp_tlv", .out = SAMPLE_BINARY, .args = {{ARG_STRING}, 1}, .run = header_tlv, .check = check_tlv, .use = USE_SESSION, .since = "2.9", .doc = "What the PROXY protocol header told under that type of TLV: fc_pp_tlv(<number or name>)."},
    {.name = "fc_err", .out = SAMPLE_INT, .run = failure_number, .use = USE_CLIENT, .since = "2.5", .doc = "Number of the error that ended the handshake of the client's connection; 0 if there was none."},
    {.name = "fc_err_name", .out = SAMPLE_STRING, .run = failure_name, .use = USE_CLIENT, .since = "3.1", .doc = "Name of the error that ended the handshake of the client's connection; no value if there was none."},
    {.name = "fc_err_str", .out = SAMPLE_STRING, .run = failure_text, .use = USE_CLIENT, .since = "2.5", .doc = "The error that ended the handshake of the client's connection."},
    {.name = "bc_err", .out = SAMPLE_INT, .run = server_failure, .use = USE_SERVER, .value = NUMBER, .since = "2.5", .doc = "Number of the error of the connection to the server: 0, and no value if there is no connection.", .idle = "rules run only where the connection to the server has not failed"},
    {.name = "bc_err_name", .out = SAMPLE_STRING, .run = server_failure, .use = USE_SERVER, .value = NAME, .since = "3.1", .doc = "Name of the error of the connection to the server: no value.", .idle = "rules run only where the connection to the server has not failed"},
    {.name = "bc_err_str", .out = SAMPLE_STRING, .run = server_failure, .use = USE_SERVER, .value = WORDS, .since = "2.5", .doc = "The error of the connection to the server: Success, and no value if there is no connection.", .idle = "rules run only where the connection to the server has not failed"},
    {.name = NULL},
};
/* clang-format on */
