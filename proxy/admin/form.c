/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The form of the statistics page: servers s=, their backend b= (a name, or # and its number) and
 * one action=, in any order, as HAProxy takes them; so scripts that post to it keep working.
 */
#include "proxy/admin/stats.h"

#include "proxy/base/ascii.h"
#include "proxy/state/server.h"

#include <stdlib.h>
#include <string.h>

#define NAME_BYTES 256

/* Today's words and those of older pages; the last two are the operator's verdict in place of the
 * probes'. */
static const struct form_action {
    const char *word;
    enum stats_order order;
} actions[] = {
    {"ready", ORDER_READY},   {"drain", ORDER_DRAIN}, {"maint", ORDER_MAINT},
    {"start", ORDER_READY},   {"stop", ORDER_DRAIN},  {"enable", ORDER_READY},
    {"disable", ORDER_MAINT}, {"hrunn", ORDER_UP},    {"hdown", ORDER_DOWN},
};

/* A field of the form, undone of its percent signs and pluses. */
struct form_field {
    char key; /* 's', 'b', 'a'; 0 for any other */
    char value[NAME_BYTES];
};

/* False if the value is too long or has a zero or a broken escape in it. */
static bool decode(const char *at, const char *end, char out[NAME_BYTES])
{
    size_t len = 0;
    while (at < end) {
        char c = *at++;
        if (c == '+') {
            c = ' ';
        } else if (c == '%') {
            if (end - at < 2 || ascii_hex_value(at[0]) < 0 || ascii_hex_value(at[1]) < 0)
                return false;
            c = (char)(ascii_hex_value(at[0]) << 4 | ascii_hex_value(at[1]));
            at += 2;
        }
        if (c == '\0' || len == NAME_BYTES - 1)
            return false;
        out[len++] = c;
    }
    out[len] = '\0';
    return true;
}

static char key_of(const char *at, size_t len)
{
    if (len == 1 && (*at == 's' || *at == 'b'))
        return *at;
    return len == 6 && memcmp(at, "action", 6) == 0 ? 'a' : 0;
}

/* Takes the next field off the body; false at its end. A value that makes no sense reads as "". */
static bool next_field(const char **at, const char *end, struct form_field *out)
{
    if (*at >= end)
        return false;
    const char *stop = memchr(*at, '&', (size_t)(end - *at));
    if (stop == NULL)
        stop = end;
    const char *equals = memchr(*at, '=', (size_t)(stop - *at));
    *out = (struct form_field){.key = 0};
    if (equals != NULL) {
        out->key = key_of(*at, (size_t)(equals - *at));
        if (!decode(equals + 1, stop, out->value))
            out->value[0] = '\0';
    }
    *at = stop + 1;
    return true;
}

/* A backend by its name, or by "#" and its number. */
static const struct proxy *find_backend(const struct snapshot *snapshot, const char *name)
{
    unsigned long id = name[0] == '#' ? strtoul(name + 1, NULL, 10) : 0;
    for (size_t i = 0; i < snapshot->config->proxy_count; i++) {
        const struct proxy *proxy = &snapshot->proxies[i];
        if ((proxy->conf->caps & CONF_BACKEND) != 0 &&
            (name[0] == '#' ? proxy->conf->id == id : strcmp(proxy->conf->name, name) == 0))
            return proxy;
    }
    return NULL;
}

static const struct form_action *find_action(const char *word)
{
    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
        if (strcmp(actions[i].word, word) == 0)
            return &actions[i];
    }
    return NULL;
}

/* The last one counts, should there be several. */
static bool find_field(const char *body, size_t len, char key, struct form_field *out)
{
    struct form_field field;
    bool found = false;
    for (const char *at = body; next_field(&at, body + len, &field);) {
        if (field.key == key) {
            *out = field;
            found = true;
        }
    }
    return found;
}

enum stats_result stats_form_apply(const struct snapshot *snapshot, const char *body, size_t len,
                                   stats_apply *apply, void *owner)
{
    struct form_field backend, word, field;
    if (!find_field(body, len, 's', &field) || !find_field(body, len, 'b', &backend) ||
        !find_field(body, len, 'a', &word))
        return STATS_NONE;
    const struct proxy *proxy = find_backend(snapshot, backend.value);
    const struct form_action *action = find_action(word.value);
    if (proxy == NULL || action == NULL)
        return STATS_INVALID;

    unsigned done = 0, unknown = 0;
    for (const char *at = body; next_field(&at, body + len, &field);) {
        if (field.key != 's')
            continue;
        struct server *server = proxy_find_server(proxy, field.value);
        if (server != NULL) {
            apply(owner, server, action->order);
            done++;
        } else {
            unknown++;
        }
    }
    if (done == 0)
        return STATS_INVALID;
    return unknown > 0 ? STATS_PARTIAL : STATS_DONE;
}
