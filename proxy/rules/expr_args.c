/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arguments of fetches and converters: (a,b) split at commas, unquoted a second time (the line was split
 * into words before), then read by their type. Names of proxies and servers become indexes here.
 *
 *   regsub("([a-z]+),",'\1;')     quotes keep ',' and ')'
 */
#include "proxy/rules/expr_priv.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "config/suggest.h"
#include "config/value.h"
#include "proxy/rules/vars.h"

struct reader {
    struct compiler *c;
    const struct conf_word *word;
    const struct expr_word *of;
    size_t at;
    size_t open_at; /* the parenthesis */
    char *text;     /* of the argument at hand, unquoted, as long as the word is */
    size_t text_len;
};

static const char *const type_names[] = {
    [ARG_INT] = "integer",        [ARG_UINT] = "unsigned integer",
    [ARG_STRING] = "string",      [ARG_TIME_MS] = "delay",
    [ARG_SIZE] = "size",          [ARG_MASK4] = "IPv4 mask",
    [ARG_MASK6] = "IPv6 mask",    [ARG_FRONTEND] = "frontend",
    [ARG_BACKEND] = "backend",    [ARG_PROXY] = "proxy",
    [ARG_TABLE] = "table",        [ARG_SERVER] = "server",
    [ARG_USERLIST] = "user list", [ARG_REGEX] = "regex",
    [ARG_VAR] = "variable",       [ARG_OWN] = "string",
};

const char *arg_type_name(enum arg_type type)
{
    return type_names[type];
}

/* ---- values, by type ---------------------------------------------------------------------------------- */

static void fail_value(struct compiler *c, const struct arg *arg, const char *text)
{
    CONF_FAIL(c->l, arg->span, NULL, "'%s' is no %s", text, type_names[arg->type]);
}

static bool read_integer(struct compiler *c, struct arg *arg, const char *text)
{
    char *end;
    arg->integer =
        strtoll(text, &end, 10); /* one that is too large is the largest, as with HAProxy */
    if (*end == '\0' && end != text)
        return true;
    fail_value(c, arg, text);
    return false;
}

static bool read_unsigned(struct compiler *c, struct arg *arg, const char *text)
{
    if (value_integer(text, &arg->integer) == 0)
        return true;
    fail_value(c, arg, text);
    return false;
}

static bool read_time(struct compiler *c, struct arg *arg, const char *text)
{
    unsigned value = 0;
    if (value_duration(text, 1000, &value) != 0) {
        fail_value(c, arg, text);
        return false;
    }
    arg->integer = value;
    return true;
}

static bool read_size(struct compiler *c, struct arg *arg, const char *text)
{
    unsigned value = 0;
    if (value_size(text, &value) != 0) {
        fail_value(c, arg, text);
        return false;
    }
    arg->integer = value;
    return true;
}

static bool read_text(struct compiler *c, struct arg *arg, const char *text)
{
    (void)c;
    arg->text = (struct sample_text){text, strlen(text)};
    return true;
}

/* So many bits of an address; false where the text is no number up to `max`. */
static bool read_prefix(const char *text, unsigned max, uint8_t *bytes)
{
    long long bits = 0;
    if (value_integer(text, &bits) != 0 || bits > max)
        return false;
    for (unsigned i = 0; i < max / 8; i++, bits -= 8)
        bytes[i] = (uint8_t)(bits >= 8 ? 0xff : bits <= 0 ? 0 : 0xff00 >> bits);
    return true;
}

static bool read_mask4(struct compiler *c, struct arg *arg, const char *text)
{
    if (inet_pton(AF_INET, text, &arg->mask4) == 1 || read_prefix(text, 32, (uint8_t *)&arg->mask4))
        return true;
    fail_value(c, arg, text);
    return false;
}

static bool read_mask6(struct compiler *c, struct arg *arg, const char *text)
{
    if (inet_pton(AF_INET6, text, &arg->mask6) == 1 || read_prefix(text, 128, arg->mask6.s6_addr))
        return true;
    fail_value(c, arg, text);
    return false;
}

static unsigned type_caps(enum arg_type type)
{
    return type == ARG_FRONTEND ? CONF_FRONTEND : type == ARG_BACKEND ? CONF_BACKEND : CONF_LISTEN;
}

const char *compiler_nearest_proxy(const struct compiler *c, const char *name, unsigned caps)
{
    struct suggestion s;
    suggestion_start(&s, name);
    for (size_t i = 0; i < c->config->proxy_count; i++) {
        if (c->config->proxies[i].caps & caps)
            suggestion_try(&s, c->config->proxies[i].name);
    }
    return s.best != NULL ? arena_printf(c->l->scratch, "did you mean '%s'?", s.best) : NULL;
}

/* An empty name is the proxy at hand. */
static int proxy_index(struct compiler *c, const struct arg *arg, const char *name)
{
    unsigned caps = type_caps(arg->type == ARG_SERVER ? ARG_BACKEND : arg->type);
    if (*name == '\0' && (c->proxy->caps & caps) == 0) {
        CONF_FAIL(c->l, arg->span, "name one in parentheses", "%s '%s' is not a %s",
                  c->proxy->caps == CONF_FRONTEND ? "frontend" : "backend", c->proxy->name,
                  type_names[arg->type]);
        return -1;
    }
    int index =
        *name == '\0' ? (int)(c->proxy - c->config->proxies) : compiler_find_proxy(c, name, caps);
    if (index < 0)
        CONF_FAIL(c->l, arg->span, compiler_nearest_proxy(c, name, caps), "there is no %s '%s'",
                  type_names[arg->type == ARG_SERVER ? ARG_BACKEND : arg->type], name);
    return index;
}

static bool read_proxy(struct compiler *c, struct arg *arg, const char *text)
{
    int index = proxy_index(c, arg, text);
    arg->proxy = (unsigned)index;
    return index >= 0;
}

int compiler_find_server(struct compiler *c, const struct conf_proxy *backend, const char *name,
                         struct conf_span span)
{
    struct suggestion s;
    suggestion_start(&s, name);
    for (size_t i = 0; i < backend->server_count; i++) {
        if (strcmp(backend->servers[i].name, name) == 0)
            return (int)i;
        suggestion_try(&s, backend->servers[i].name);
    }
    CONF_FAIL(c->l, span,
              s.best != NULL ? arena_printf(c->l->scratch, "did you mean '%s'?", s.best) : NULL,
              "backend '%s' has no server '%s'", backend->name, name);
    return -1;
}

/* backend/server, or a server of the proxy at hand */
static bool read_server(struct compiler *c, struct arg *arg, const char *text)
{
    const char *slash = strchr(text, '/');
    const char *backend =
        slash != NULL ? arena_copy_bytes(c->l->scratch, text, (size_t)(slash - text)) : "";
    int proxy = proxy_index(c, arg, backend);
    if (proxy < 0)
        return false;
    int server = compiler_find_server(c, &c->config->proxies[proxy],
                                      slash != NULL ? slash + 1 : text, arg->span);
    arg->server.backend = (unsigned)proxy;
    arg->server.server = (unsigned)server;
    return server >= 0;
}

static bool read_regex(struct compiler *c, struct arg *arg, const char *text)
{
    arg->regex = compiler_regex(c, text, false, arg->span);
    return arg->regex != NULL;
}

static bool read_var(struct compiler *c, struct arg *arg, const char *text)
{
    return var_name_compile(c, text, strlen(text), arg->span, &arg->var);
}

static bool read_userlist(struct compiler *c, struct arg *arg, const char *text)
{
    for (size_t i = 0; i < c->config->userlist_count; i++) {
        arg->userlist = &c->config->userlists[i];
        if (strcmp(arg->userlist->name, text) == 0)
            return true;
    }
    CONF_FAIL(c->l, arg->span, "give a section: userlist NAME", "there is no userlist '%s'", text);
    return false;
}

static bool (*const read_value[])(struct compiler *c, struct arg *arg, const char *text) = {
    [ARG_INT] = read_integer,       [ARG_UINT] = read_unsigned,  [ARG_STRING] = read_text,
    [ARG_TIME_MS] = read_time,      [ARG_SIZE] = read_size,      [ARG_MASK4] = read_mask4,
    [ARG_MASK6] = read_mask6,       [ARG_FRONTEND] = read_proxy, [ARG_BACKEND] = read_proxy,
    [ARG_PROXY] = read_proxy,       [ARG_TABLE] = read_proxy,    [ARG_SERVER] = read_server,
    [ARG_USERLIST] = read_userlist, [ARG_REGEX] = read_regex,    [ARG_VAR] = read_var,
    [ARG_OWN] = read_text,
};

/* ---- the list ----------------------------------------------------------------------------------------- */

static char peek(const struct reader *r)
{
    return r->word->text[r->at];
}

/* Types beyond the list are the last one again, where that may be. */
static enum arg_type type_at(const struct arg_spec *spec, unsigned i)
{
    if (i >= ARGS_MAX)
        return ARG_NONE;
    while (i > 0 && spec->types[i] == ARG_NONE && spec->repeats)
        i--;
    return spec->types[i];
}

/* Without one, the proxy at hand is meant. */
static bool may_be_implied(enum arg_type type)
{
    return type == ARG_FRONTEND || type == ARG_BACKEND || type == ARG_PROXY || type == ARG_TABLE ||
           type == ARG_SERVER;
}

/* What a backslash and the next character stand for; 0 = the backslash stands for itself, and not even
 * keeps a comma or a parenthesis. */
static char escaped(char next)
{
    static const char letters[] = "rnt\\\"' ", bytes[] = "\r\n\t\\\"' ";
    const char *letter = next != '\0' ? strchr(letters, next) : NULL;
    return letter != NULL ? bytes[letter - letters] : '\0';
}

/* Up to the comma or parenthesis that ends the argument; false when the word ends before. */
static bool take_text(struct reader *r)
{
    char quote = '\0';
    r->text_len = 0;
    for (; peek(r) != '\0'; r->at++) {
        char next = peek(r), literal = '\0';
        if (next == '\\' && quote != '\'' &&
            (literal = escaped(r->word->text[r->at + 1])) != '\0') {
            r->text[r->text_len++] = literal;
            r->at++;
        } else if (quote == '\0' && (next == ',' || next == ')'))
            return true;
        else if (quote == '\0' && (next == '"' || next == '\''))
            quote = next;
        else if (next == quote)
            quote = '\0';
        else
            r->text[r->text_len++] = next;
    }
    return false;
}

/* All of the parentheses, which may hold further pairs. */
static bool take_raw(struct reader *r)
{
    unsigned depth = 1;
    for (r->text_len = 0; peek(r) != '\0'; r->at++) {
        depth += (peek(r) == '(') - (peek(r) == ')');
        if (depth == 0)
            return true;
        r->text[r->text_len++] = peek(r);
    }
    return false;
}

static struct conf_span name_span(const struct reader *r)
{
    return compiler_span_in(r->word, r->of->name_at, strlen(r->of->name));
}

static bool is_text(enum arg_type type)
{
    return type == ARG_STRING || type == ARG_OWN || type == ARG_REGEX || type == ARG_VAR;
}

/* The value of an argument; where none is written, a text is empty, the proxy at hand is meant, and others
 * are not given. */
static bool read_arg(struct reader *r, struct arg *arg, unsigned index)
{
    const char *text = arena_copy_bytes(r->c->l->arena, r->text, r->text_len);
    if (r->text_len > 0 || is_text(arg->type) || may_be_implied(arg->type))
        return read_value[arg->type](r->c, arg, text);
    if (index < r->of->spec->required) {
        CONF_FAIL(r->c->l, arg->span, NULL, "%s '%s': a type '%s' is expected as argument %u",
                  r->of->kind, r->of->name, type_names[arg->type], index + 1);
        return false;
    }
    arg->type = ARG_NONE;
    return true;
}

static bool read_one(struct reader *r, struct arg *arg, unsigned index)
{
    size_t from = r->at;
    bool complete = r->of->spec->raw ? take_raw(r) : take_text(r);
    if (!complete) {
        CONF_FAIL(r->c->l, compiler_span_in(r->word, r->open_at, 1), "close it, or its quotes",
                  "%s '%s': this parenthesis is never closed", r->of->kind, r->of->name);
        return false;
    }
    arg->type = type_at(r->of->spec, index);
    arg->span = compiler_span_in(r->word, from, r->at > from ? r->at - from : 1);
    if (arg->type == ARG_NONE) {
        CONF_FAIL(r->c->l, arg->span, "commas within an argument need quotes",
                  "%s '%s': too many arguments", r->of->kind, r->of->name);
        return false;
    }
    return read_arg(r, arg, index);
}

/* r->at is at the opening parenthesis. */
static bool read_list(struct reader *r, struct arg *args, unsigned *count)
{
    r->open_at = r->at++;
    if (peek(r) == ')' && r->of->spec->types[0] == ARG_NONE) {
        r->at++;
        return true;
    }
    for (;;) {
        struct arg beyond, *arg = *count < ARGS_MAX ? &args[*count] : &beyond;
        if (!read_one(r, arg, *count))
            return false;
        (*count)++;
        if (r->word->text[r->at++] == ')')
            return true;
    }
}

/* Without parentheses one empty argument is meant, where one is required. */
static bool complete(struct reader *r, struct arg *args, unsigned *count)
{
    const struct arg_spec *spec = r->of->spec;
    if (*count == 0 && spec->required > 0) {
        args[0].type = type_at(spec, 0);
        args[0].span = name_span(r);
        if (!read_arg(r, &args[0], 0))
            return false;
        *count = 1;
    }
    if (*count >= spec->required)
        return true;
    CONF_FAIL(r->c->l, name_span(r), NULL,
              "%s '%s': missing arguments (got %u of %u), a type '%s' is expected next",
              r->of->kind, r->of->name, *count, spec->required, type_names[type_at(spec, *count)]);
    return false;
}

struct arg *args_compile(struct compiler *c, const struct conf_word *word, size_t *at,
                         const struct expr_word *of, unsigned *count_out)
{
    struct reader r = {.c = c, .word = word, .of = of, .at = *at};
    struct arg *args = arena_alloc(c->l->arena, ARGS_MAX * sizeof *args);
    r.text = arena_alloc(c->l->scratch, strlen(word->text) + 1);
    *count_out = 0;
    if (peek(&r) == '(' && !read_list(&r, args, count_out))
        return NULL;
    *at = r.at;
    return complete(&r, args, count_out) ? args : NULL;
}
