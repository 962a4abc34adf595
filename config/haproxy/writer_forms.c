/* SPDX-License-Identifier: Apache-2.0 */
/* Lines whose grammar is their own, the counterpart of haproxy/forms.c: each is a row of the table
 * at the end and a function. */
#include <string.h>

#include "config/haproxy/writer.h"

static const char *param_value(const struct outline_entries *params, const char *name)
{
    const struct outline_entry *param = outline_find(params, name);
    return param != NULL && param->value_count > 0 ? param->values[0] : NULL;
}

/* Headers and body behind the version: there alone they give way to those of a line of their own. */
static const char *hidden_request(struct haproxy_writer *w, const char *version)
{
    struct conf_arena *arena = w->l->scratch;
    const struct outline_entry *hdr = outline_find(&w->entry->params, "hdr");
    const char *body = param_value(&w->entry->params, "body");
    if (hdr == NULL && body == NULL)
        return version;
    const char *text = version != NULL ? version : "HTTP/1.0";
    for (size_t i = 0; hdr != NULL && i < hdr->value_count; i++)
        text = arena_printf(arena, "%s\r\n%s", text, hdr->values[i]);
    return body != NULL ? arena_printf(arena, "%s\r\n\r\n%s", text, body) : text;
}

/* option httpchk [[<method>] <uri> [<version>]], and the host in a line of its own */
static bool put_httpchk(struct haproxy_writer *w)
{
    const struct outline_entries *params = &w->entry->params;
    struct conf_arena *arena = w->l->scratch;
    const char *method = param_value(params, "method"), *uri = param_value(params, "uri");
    const char *version = hidden_request(w, param_value(params, "version"));
    const char *host = param_value(params, "host");
    const char *name = w->entry->row->name; /* or "type httpchk" */
    if (w->entry->form == OUTLINE_OFF || w->entry->form == OUTLINE_MOOT)
        return false;
    if (method == NULL && version == NULL)
        haproxy_put_line(w, "%s%s%s", name, uri != NULL ? " " : "",
                         uri != NULL ? haproxy_quote(arena, uri) : "");
    else
        haproxy_put_line(w, "%s %s %s%s%s", name,
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
    const struct outline_entries *params = &w->entry->params;
    const char *address = param_value(params, "address");
    if (address == NULL)
        return false;
    const char *rest = haproxy_print_placed(w, LEVEL_LOG, params, 2);
    if (strcmp(address, "global") == 0)
        rest = "";
    else if (*rest == '\0')
        rest = " local0"; /* HAProxy insists on a facility */
    haproxy_put_line(w, "log %s%s%s", haproxy_quote(w->l->scratch, address),
                     haproxy_print_named(w, params), rest);
    return true;
}

/* balance <algorithm> [<parameter or expression>] [<words>] */
static bool put_balance(struct haproxy_writer *w)
{
    const struct outline_entries *params = &w->entry->params;
    const char *algorithm = param_value(params, "algorithm"), *key = NULL;
    struct outline_entries others = {0};
    for (size_t i = 0; i < params->count; i++) {
        const struct outline_entry *param = &params->items[i];
        const char *name = param->row->name;
        if (strcmp(name, "parameter") == 0 || strcmp(name, "expression") == 0)
            key = param->values[0];
        else if (strcmp(name, "algorithm") != 0)
            outline_append(w->l, &others, *param);
    }
    if (algorithm == NULL)
        return false;
    haproxy_put_line(w, "balance %s%s%s%s", haproxy_quote(w->l->scratch, algorithm),
                     key != NULL ? " " : "", key != NULL ? haproxy_quote(w->l->scratch, key) : "",
                     haproxy_print_named(w, &others));
    return true;
}

/* server-template <prefix> <range> <address> [...] */
static bool put_template(struct haproxy_writer *w)
{
    const char *words[3];
    static const char *const names[] = {"name", "range", "address"};
    struct outline_entries others = {0};
    for (size_t i = 0; i < 3; i++) {
        words[i] = param_value(&w->entry->params, names[i]);
        if (words[i] == NULL)
            return false;
    }
    for (size_t i = 0; i < w->entry->params.count; i++) {
        if (strcmp(w->entry->params.items[i].row->name, "range") != 0)
            outline_append(w->l, &others, w->entry->params.items[i]);
    }
    haproxy_put_line(w, "server-template %s%s", haproxy_join(w->l->scratch, words, 3),
                     haproxy_print_named(w, &others));
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

/* A line of a section that is not built: the keyword is one of its words. */
static bool put_section_line(struct haproxy_writer *w)
{
    const struct outline_entry *entry = w->entry;
    haproxy_put_line(w, "%s", haproxy_join(w->l->scratch, entry->values, entry->value_count));
    return true;
}

/* Words that stand one behind the other, so many in a line; 0: all. */
static bool put_words(struct haproxy_writer *w, size_t in_a_line)
{
    const struct outline_entry *entry = w->entry;
    size_t step = in_a_line > 0 ? in_a_line : entry->value_count;
    if (entry->form != OUTLINE_VALUES || entry->value_count == 0)
        return false;
    for (size_t i = 0; i < entry->value_count; i += step) {
        const char *text = entry->row->name;
        for (size_t k = i; k < i + step && k < entry->value_count; k++)
            text = arena_printf(w->l->scratch, "%s %s", text,
                                haproxy_quote(w->l->scratch, entry->values[k]));
        haproxy_put_line(w, "%s", text);
    }
    return true;
}

static bool put_all_words(struct haproxy_writer *w)
{
    return put_words(w, 0);
}

static bool put_pairs(struct haproxy_writer *w)
{
    return put_words(w, 2);
}

static const struct {
    const char *name;
    enum keyword_level level;
    bool (*put)(struct haproxy_writer *w);
} forms[] = {
    {"retry-on", LEVEL_PROXY, put_all_words},
    {"option forwarded", LEVEL_PROXY, put_all_words},
    {"errorloc", LEVEL_PROXY, put_pairs},
    {"errorloc302", LEVEL_PROXY, put_pairs},
    {"errorloc303", LEVEL_PROXY, put_pairs},
    {"option httpchk", LEVEL_PROXY, put_httpchk},
    {"type httpchk", LEVEL_HEALTHCHECK, put_httpchk},
    {"lines", LEVEL_SECTION_LINES, put_section_line},
    {"log", LEVEL_PROXY, put_log},
    {"log", LEVEL_GLOBAL, put_log},
    {"balance", LEVEL_PROXY, put_balance},
    {"server-template", LEVEL_PROXY, put_template},
    {"option forwarded-proto", LEVEL_PROXY, put_forwarded_proto},
};

bool haproxy_put_form(struct haproxy_writer *w, enum keyword_level level)
{
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (forms[i].level == level && strcmp(forms[i].name, w->entry->row->name) == 0)
            return forms[i].put(w);
    }
    return false;
}
