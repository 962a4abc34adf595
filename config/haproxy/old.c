/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Former spellings: what HAProxy took long ago and refuses or regrets today. They still work here,
 * with a warning that shows the line to write instead.
 */
#include "config/haproxy/old.h"

#include <string.h>

#include "config/haproxy/reader_priv.h"

const struct haproxy_old haproxy_olds[] = {
    {LEVEL_PROXY, "dispatch", NULL, "server", "dispatch", NULL},
    {LEVEL_PROXY, "transparent", NULL, "option", "transparent", NULL},
    {LEVEL_PROXY, "contimeout", NULL, "timeout", "connect", NULL},
    {LEVEL_PROXY, "clitimeout", NULL, "timeout", "client", NULL},
    {LEVEL_PROXY, "srvtimeout", NULL, "timeout", "server", NULL},
    {LEVEL_PROXY, "redispatch", NULL, "option", "redispatch", NULL},
    {LEVEL_PROXY, "block", NULL, "http-request", "deny", NULL},
    {LEVEL_PROXY, "reqrep", NULL, "http-request", "replace-header", NULL},
    {LEVEL_PROXY, "reqirep", NULL, "http-request", "replace-header", NULL},
    {LEVEL_PROXY, "rsprep", NULL, "http-response", "replace-header", NULL},
    {LEVEL_PROXY, "rspirep", NULL, "http-response", "replace-header", NULL},
    {LEVEL_PROXY, "reqdel", NULL, "http-request", "del-header", NULL},
    {LEVEL_PROXY, "reqidel", NULL, "http-request", "del-header", NULL},
    {LEVEL_PROXY, "rspdel", NULL, "http-response", "del-header", NULL},
    {LEVEL_PROXY, "rspidel", NULL, "http-response", "del-header", NULL},
    {LEVEL_PROXY, "timeout", "contimeout", "timeout", "connect", NULL},
    {LEVEL_PROXY, "timeout", "clitimeout", "timeout", "client", NULL},
    {LEVEL_PROXY, "timeout", "srvtimeout", "timeout", "server", NULL},
    {LEVEL_PROXY, "option", "forceclose", "option", "httpclose", NULL},
    {LEVEL_PROXY, "option", "independant-streams", "option", "independent-streams", NULL},
    {LEVEL_PROXY, "option", "http-use-htx", NULL, NULL,
     "remove the line: there is one HTTP engine"},
    {LEVEL_PROXY, "option", "http-tunnel", NULL, NULL,
     "remove the line: requests are handled one by one"},
    {LEVEL_GLOBAL, "nbproc", NULL, NULL, NULL,
     "remove the line; nbthread sets the number of threads"},
    {LEVEL_PROXY, "bind-process", NULL, NULL, NULL,
     "remove the line: every thread serves every proxy"},
    {LEVEL_GLOBAL, "stats", "bind-process", NULL, NULL,
     "remove the line: every thread serves the statistics"},
    {LEVEL_GLOBAL, "debug", NULL, NULL, NULL, "remove the line; start with -d to see what happens"},
    {0, NULL, NULL, NULL, NULL, NULL},
};

/* The line as it would be written today. */
static const char *print_line(const struct haproxy_line *line)
{
    struct loader *l = line->r->l;
    const char *text = line->prefix == PREFIX_NO ? "no" : "";
    for (size_t i = 0; i < line->count; i++)
        text =
            arena_printf(l->scratch, "%s%s%s", text, *text != '\0' ? " " : "", line->words[i].text);
    return text;
}

static bool rewrite(struct haproxy_line *line, const struct haproxy_old *old)
{
    struct loader *l = line->r->l;
    size_t old_words = old->second != NULL ? 2 : 1;
    struct conf_span span = haproxy_span(line->words, old_words);
    const char *name = old->second != NULL
                           ? arena_printf(l->scratch, "%s %s", old->first, old->second)
                           : old->first;
    if (old->now_first == NULL) {
        CONF_WARN(l, span, old->help, "'%s' has no effect any more", name);
        return false;
    }
    size_t rest = line->count - old_words;
    struct conf_word *words = arena_alloc(l->scratch, (rest + 2) * sizeof *words);
    words[0] = (struct conf_word){.text = old->now_first, .span = span};
    words[1] = (struct conf_word){.text = old->now_second, .span = span};
    memcpy(words + 2, line->words + old_words, rest * sizeof *words);
    line->words = words;
    line->count = rest + 2;
    CONF_WARN(l, span, arena_printf(l->scratch, "write: %s", print_line(line)),
              "'%s' is a former spelling", name);
    return true;
}

/* Servers of one name were two servers all the same, which logs and statistics could not tell apart. */
static void rename_twin(struct haproxy_line *line)
{
    struct loader *l = line->r->l;
    const struct conf_section *section = &l->sections.items[l->sections.count - 1];
    const struct conf_word *name = &line->words[1];
    const struct conf_word *other = names_add(l->scratch, &line->r->servers, name->text, name);
    if (other == NULL)
        return;
    struct conf_word *words = arena_list_copy(l->scratch, line->words, line->count, sizeof *words);
    for (unsigned n = 2; words[1].text == name->text; n++) {
        const char *text = arena_printf(l->arena, "%s.%u", name->text, n);
        if (names_add(l->scratch, &line->r->servers, text, &words[1]) == NULL)
            words[1].text = text;
    }
    line->words = words;
    CONF_WARN(l, name->span,
              arena_printf(l->scratch, "it is called '%s' here; the other one is in line %u",
                           words[1].text, other->span.place.line),
              "there is another server '%s' in '%s'", name->text, section->name.text);
}

bool haproxy_old_rewrite(struct haproxy_line *line)
{
    const char *first = line->words[0].text;
    const char *second = line->count > 1 ? line->words[1].text : "";
    if (line->level == LEVEL_PROXY && (!haproxy_old_headers(line) || !haproxy_old_denials(line)))
        return false;
    if (line->words[0].text != first)
        return true;
    if (line->level == LEVEL_PROXY && line->count > 1 && strcmp(first, "server") == 0)
        rename_twin(line);
    for (const struct haproxy_old *old = haproxy_olds; old->first != NULL; old++) {
        if (old->level == line->level && *old->first == *first && strcmp(old->first, first) == 0 &&
            (old->second == NULL || strcmp(old->second, second) == 0))
            return rewrite(line, old);
    }
    return true;
}
