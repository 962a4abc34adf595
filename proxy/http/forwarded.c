/* SPDX-License-Identifier: Apache-2.0 */
/* The field is written part by part, each with a semicolon before it. */
#include "proxy/http/forwarded.h"

#include "proxy/http/rows.h"
#include "proxy/http/rules.h"
#include "proxy/rules/compiler.h"
#include "proxy/rules/expr.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct forwarded {
    struct stream *stream;
    struct sample_env env;
    char *text;
    size_t len;
};

__attribute__((format(printf, 2, 3))) static void put(struct forwarded *f, const char *format, ...)
{
    va_list args;
    size_t room = FORWARDED_MAX - f->len;
    va_start(args, format);
    int n = vsnprintf(f->text + f->len, room, format, args);
    va_end(args);
    if (n > 0 && (size_t)n < room)
        f->len += (size_t)n;
}

/* Runs the expression of a part; false if there is none, which *has_out tells, or it has no value. */
static bool run(struct forwarded *f, enum conf_forwarded_expr which, bool *has_out,
                struct sample *out)
{
    const struct proxy_rules *rules = f->stream->backend->conf->rules;
    const struct expr *expr = rules != NULL ? rules->forwarded[which] : NULL;
    *has_out = expr != NULL;
    return expr != NULL && expr_run(expr, &f->env, out);
}

/* An obfuscated identifier, RFC 7239 6.3, but for its underscore. */
static bool is_identifier(struct sample_text text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        bool is_alnum = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
        if (!is_alnum && c != '.' && c != '_' && c != '-')
            return false;
    }
    return text.len > 0;
}

enum { NAME_MAX_BYTES = 256 };

static void write_identifier(char out[NAME_MAX_BYTES], struct sample_text text)
{
    bool has_mark = text.data[0] == '_';
    snprintf(out, NAME_MAX_BYTES, "%s%.*s", has_mark ? "" : "_", (int)text.len, text.data);
}

/* What an expression makes the name of a node: an address, "unknown" or an identifier. */
static bool write_name(struct forwarded *f, struct sample *s, char out[NAME_MAX_BYTES])
{
    if (s->type == SAMPLE_IPV4 || s->type == SAMPLE_IPV6) {
        if (!sample_cast(s, SAMPLE_STRING, &f->env))
            return false;
        bool is_v6 = memchr(s->text.data, ':', s->text.len) != NULL;
        snprintf(out, NAME_MAX_BYTES, is_v6 ? "[%.*s]" : "%.*s", (int)s->text.len, s->text.data);
        return true;
    }
    if (!sample_cast(s, SAMPLE_STRING, &f->env) || !is_identifier(s->text))
        return false;
    bool is_unknown = s->text.len == 7 && memcmp(s->text.data, "unknown", 7) == 0;
    if (is_unknown)
        memcpy(out, "unknown", sizeof("unknown"));
    else
        write_identifier(out, s->text);
    return true;
}

static void write_address(const struct addr *address, char out[NAME_MAX_BYTES])
{
    char host[ADDR_TEXT_BYTES];
    addr_format(address, host);
    snprintf(out, NAME_MAX_BYTES, address->family == AF_INET6 ? "[%s]" : "%s", host);
}

static void write_port(struct forwarded *f, enum conf_forwarded_expr which,
                       const struct addr *address, char out[NAME_MAX_BYTES])
{
    struct sample s;
    bool has_expr;
    out[0] = '\0';
    if (!run(f, which, &has_expr, &s)) {
        if (!has_expr)
            snprintf(out, NAME_MAX_BYTES, "%u", addr_port(address));
        return;
    }
    if (s.type == SAMPLE_INT) {
        if (s.integer >= 0 && s.integer <= UINT16_MAX)
            snprintf(out, NAME_MAX_BYTES, "%u", (unsigned)s.integer);
        return;
    }
    if (sample_cast(&s, SAMPLE_STRING, &f->env) && is_identifier(s.text))
        write_identifier(out, s.text);
}

/* One side of the connection and how it is told. */
struct node {
    const char *name;
    unsigned host, port; /* enum conf_forwarded_part */
    enum conf_forwarded_expr host_expr, port_expr;
};

/* RFC 7239 6: what is no token is quoted. */
static void put_node(struct forwarded *f, const struct node *node, const struct addr *address)
{
    unsigned parts = f->stream->backend->conf->forwarded.parts;
    char host[NAME_MAX_BYTES] = "_unknown", port[NAME_MAX_BYTES] = "";
    struct sample s;
    bool has_expr = false;
    if ((parts & (node->host | node->port)) == 0)
        return;
    if ((parts & node->host) != 0 &&
        !(run(f, node->host_expr, &has_expr, &s) && write_name(f, &s, host))) {
        if (has_expr)
            memcpy(host, "unknown", sizeof("unknown"));
        else
            write_address(address, host);
    }
    if ((parts & node->port) != 0)
        write_port(f, node->port_expr, address, port);
    bool is_token = host[0] != '[' && (parts & node->port) == 0;
    put(f, is_token ? ";%s=%s%s%s" : ";%s=\"%s%s%s\"", node->name, host, port[0] != '\0' ? ":" : "",
        port);
}

/* A host is quoted in any case, as HAProxy does. */
static void put_host(struct forwarded *f)
{
    const struct stream *stream = f->stream;
    struct sample_text host = {0};
    struct sample s;
    bool has_expr;
    if (run(f, CONF_FORWARDED_EXPR_HOST, &has_expr, &s) && sample_cast(&s, SAMPLE_STRING, &f->env))
        host = s.text;
    int i = has_expr ? -1 : http_msg_find(&stream->req, stream->in, "host", 4, 0);
    if (i >= 0)
        host = (struct sample_text){stream->in + stream->req.headers[i].value_off,
                                    stream->req.headers[i].value_len};
    if (host.len > 0 && memchr(host.data, '"', host.len) == NULL &&
        memchr(host.data, '\\', host.len) == NULL)
        put(f, ";host=\"%.*s\"", (int)host.len, host.data);
}

size_t forwarded_make(struct stream *s, char text[FORWARDED_MAX])
{
    static const struct node by = {"by", CONF_FORWARDED_BY, CONF_FORWARDED_BY_PORT,
                                   CONF_FORWARDED_EXPR_BY, CONF_FORWARDED_EXPR_BY_PORT},
                             client = {"for", CONF_FORWARDED_FOR, CONF_FORWARDED_FOR_PORT,
                                       CONF_FORWARDED_EXPR_FOR, CONF_FORWARDED_EXPR_FOR_PORT};
    struct forwarded f = {.stream = s, .text = text};
    struct addr destination;
    unsigned parts = s->backend->conf->forwarded.parts;
    if (parts == 0)
        return 0;
    rules_env(s, s->backend, false, &f.env);
    size_t used = f.env.scratch->used;
    if ((parts & CONF_FORWARDED_PROTO) != 0)
        put(&f, ";proto=%s", s->session->client.tls != NULL ? "https" : "http");
    if ((parts & CONF_FORWARDED_HOST) != 0)
        put_host(&f);
    session_destination(s->session, &destination);
    put_node(&f, &by, &destination);
    put_node(&f, &client, &s->session->address);
    f.env.scratch->used = used;
    if (f.len == 0)
        return 0;
    memmove(text, text + 1, f.len - 1);
    return f.len - 1;
}

/* ---- its expressions ---------------------------------------------------------------------------------- */

/* <part>-expr <expression> */
static void compile_part(struct compiler *c, const struct conf_line *line)
{
    static const char *const names[CONF_FORWARDED_EXPRS] = {
        [CONF_FORWARDED_EXPR_HOST] = "host-expr",         [CONF_FORWARDED_EXPR_FOR] = "for-expr",
        [CONF_FORWARDED_EXPR_FOR_PORT] = "for_port-expr", [CONF_FORWARDED_EXPR_BY] = "by-expr",
        [CONF_FORWARDED_EXPR_BY_PORT] = "by_port-expr",
    };
    size_t i = 0;
    while (strcmp(names[i], line->words[0].text) != 0)
        i++;
    c->ruleset = RULES_HTTP_REQUEST;
    c->rules->forwarded[i] = expr_compile_word(c, &line->words[1], compiler_uses(c));
}

const struct line_row forwarded_lines[] = {
    {CONF_LINE_FORWARDED, compile_part},
    {0},
};
