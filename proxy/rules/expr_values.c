/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of arguments to values, by their type. Names of proxies and servers become indexes here. */
#include "proxy/rules/expr_priv.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "config/stick_table.h"
#include "config/suggest.h"
#include "config/value.h"
#include "proxy/rules/vars.h"

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

bool compiler_may_imply(struct compiler *c, const char *what, struct conf_span span)
{
    if (!c->names_all)
        return true;
    CONF_FAIL(c->l, span, "name one: defaults have none of their own",
              "a rule of defaults needs the name of its %s", what);
    return false;
}

static bool read_proxy(struct compiler *c, struct arg *arg, const char *text)
{
    int index = proxy_index(c, arg, text);
    arg->proxy = (unsigned)index;
    return index >= 0;
}

/* Without a table by that name it is a proxy's, whether or not that has one: the row's check tells. */
static bool read_table(struct compiler *c, struct arg *arg, const char *text)
{
    if (*text == '\0' && !compiler_may_imply(c, "table", arg->span))
        return false;
    int number = *text != '\0' ? stick_table_find(c->config, text) : -1;
    arg->proxy = (unsigned)number;
    return number >= 0 || read_proxy(c, arg, text);
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
    if (slash == NULL && !compiler_may_imply(c, "server's backend", arg->span))
        return false;
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
    [ARG_PROXY] = read_proxy,       [ARG_TABLE] = read_table,    [ARG_SERVER] = read_server,
    [ARG_USERLIST] = read_userlist, [ARG_REGEX] = read_regex,    [ARG_VAR] = read_var,
    [ARG_OWN] = read_text,
};

bool arg_read(struct compiler *c, struct arg *arg, const char *text)
{
    return read_value[arg->type](c, arg, text);
}

bool arg_may_be_implied(enum arg_type type)
{
    return type == ARG_FRONTEND || type == ARG_BACKEND || type == ARG_PROXY || type == ARG_TABLE ||
           type == ARG_SERVER;
}

bool arg_is_text(enum arg_type type)
{
    return type == ARG_STRING || type == ARG_OWN || type == ARG_REGEX || type == ARG_VAR;
}
