/* SPDX-License-Identifier: Apache-2.0 */
/* Lines whose grammar is their own, the counterpart of haproxy_forms.c: each is a row of the table
 * at the end and a function. */
#include <string.h>

#include "config/haproxy_writer.h"

static const char *param_value(const struct outline_entries *params, const char *name)
{
    const struct outline_entry *param = outline_find(params, name);
    return param != NULL && param->value_count > 0 ? param->values[0] : NULL;
}

static bool has_param(const struct outline_entries *params, const char *name)
{
    return outline_find(params, name) != NULL;
}

/* option httpchk [[<method>] <uri> [<version>]], and the host in a line of its own */
static bool put_httpchk(struct haproxy_writer *w)
{
    const struct outline_entries *params = &w->entry->params;
    struct conf_arena *arena = w->l->scratch;
    const char *method = param_value(params, "method"), *uri = param_value(params, "uri");
    const char *version = param_value(params, "version"), *host = param_value(params, "host");
    if (w->entry->form == OUTLINE_OFF || w->entry->form == OUTLINE_MOOT)
        return false;
    if (method == NULL && version == NULL)
        haproxy_put_line(w, "option httpchk%s%s", uri != NULL ? " " : "",
                         uri != NULL ? haproxy_quote(arena, uri) : "");
    else
        haproxy_put_line(w, "option httpchk %s %s%s%s",
                         haproxy_quote(arena, method != NULL ? method : "OPTIONS"),
                         haproxy_quote(arena, uri != NULL ? uri : "/"), version != NULL ? " " : "",
                         version != NULL ? haproxy_quote(arena, version) : "");
    if (host != NULL)
        haproxy_put_line(w, "http-check send hdr Host %s", haproxy_quote(arena, host));
    return true;
}

/* log <address> [len ..] [format ..] <facility> [<level> [<minlevel>]] */
static bool put_log(struct haproxy_writer *w)
{
    static const char *const names[] = {"facility", "level", "minlevel"};
    const struct outline_entries *params = &w->entry->params;
    const char *address = param_value(params, "address");
    const char *text = haproxy_print_params(w, params);
    if (address == NULL)
        return false;
    if (strcmp(address, "global") == 0) {
        haproxy_put_line(w, "log global");
        return true;
    }
    size_t last = 2; /* the last of those that must be said, as one with a place leaves no gap */
    while (last > 0 && !has_param(params, names[last]))
        last--;
    for (size_t i = 0; i <= last; i++) {
        const struct keyword *row = keyword_spelt(&w->l->index, LEVEL_LOG, names[i]);
        if (has_param(params, names[i]))
            continue;
        struct outline_entry entry = {.row = row, .value_count = 1};
        entry.values = arena_alloc(w->l->scratch, sizeof *entry.values);
        entry.values[0] = row->initial;
        outline_append(w->l, (struct outline_entries *)params, entry);
        text = haproxy_print_params(w, params);
    }
    haproxy_put_line(w, "log%s", text);
    return true;
}

static bool put_stats_admin(struct haproxy_writer *w)
{
    if (w->entry->form != OUTLINE_VALUES)
        return false;
    haproxy_put_line(w, "stats admin if TRUE");
    return true;
}

/* A rule of HAProxy does the same. */
static bool put_forwarded_proto(struct haproxy_writer *w)
{
    const struct outline_entry *entry = w->entry;
    if (entry->form != OUTLINE_VALUES)
        return false;
    haproxy_put_line(w, "http-request set-header %s %%[ssl_fc,iif(https,http)]",
                     entry->value_count > 0 ? haproxy_quote(w->l->scratch, entry->values[0])
                                            : "X-Forwarded-Proto");
    return true;
}

/* The action of a rule with its parameters. */
static const char *print_action(struct haproxy_writer *w, const struct outline_entry *action)
{
    struct conf_arena *arena = w->l->scratch;
    const char *name = action->row->name;
    if (action->form != OUTLINE_GROUP)
        return action->value_count > 0
                   ? arena_printf(arena, "%s %s", name, haproxy_quote(arena, action->values[0]))
                   : name;
    const char *text = name;
    for (size_t i = 0; i < action->params.count; i++) {
        const struct outline_entry *param = &action->params.items[i];
        bool is_status = strcmp(name, "deny") == 0 && strcmp(param->row->name, "status") == 0;
        text = arena_printf(arena, "%s %s %s", text, is_status ? "deny_status" : param->row->name,
                            haproxy_join(arena, param->values, param->value_count));
    }
    return text;
}

/* http-request <action> [if { path <path> }] */
static bool put_http_request(struct haproxy_writer *w)
{
    const struct outline_entries *params = &w->entry->params;
    const char *path = param_value(params, "path");
    if (w->entry->form != OUTLINE_GROUP)
        return false;
    for (size_t i = 0; i < params->count; i++) {
        const struct outline_entry *action = &params->items[i];
        if (strcmp(action->row->name, "path") == 0)
            continue;
        if (path == NULL)
            haproxy_put_line(w, "http-request %s", print_action(w, action));
        else
            haproxy_put_line(w, "http-request %s if { path %s }", print_action(w, action),
                             haproxy_quote(w->l->scratch, path));
    }
    return true;
}

static const struct {
    const char *name;
    enum keyword_level level;
    bool (*put)(struct haproxy_writer *w);
} forms[] = {
    {"option httpchk", LEVEL_PROXY, put_httpchk},
    {"log", LEVEL_PROXY, put_log},
    {"log", LEVEL_GLOBAL, put_log},
    {"stats admin", LEVEL_PROXY, put_stats_admin},
    {"option forwarded-proto", LEVEL_PROXY, put_forwarded_proto},
    {"http-request", LEVEL_PROXY, put_http_request},
};

bool haproxy_put_form(struct haproxy_writer *w, enum keyword_level level)
{
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (forms[i].level == level && strcmp(forms[i].name, w->entry->row->name) == 0)
            return forms[i].put(w);
    }
    return false;
}
