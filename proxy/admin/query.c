/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a request for statistics asks for. HAProxy looks for its words anywhere behind the
 * configured URI, so that "/stats;csv;norefresh", "/stats?;csv" and "/stats;up?scope=app" all work;
 * the same here.
 */
#include "proxy/admin/stats.h"

#include <string.h>

static const char *const result_words[] = {
    [STATS_NO_RESULT] = "",   [STATS_DONE] = "DONE",    [STATS_NONE] = "NONE",
    [STATS_PARTIAL] = "PART", [STATS_INVALID] = "ERRP", [STATS_TOO_BIG] = "EXCD",
    [STATS_DENIED] = "DENY",
};

#define RESULTS (sizeof(result_words) / sizeof(result_words[0]))

const char *stats_result_word(enum stats_result result)
{
    return result_words[result];
}

static bool starts_with(const char *at, const char *end, const char *word)
{
    size_t len = strlen(word);
    return (size_t)(end - at) >= len && memcmp(at, word, len) == 0;
}

/* Up to the next separator; what is too long for a name of a proxy is cut off. */
static void set_scope(struct stats_query *query, const char *at, const char *end)
{
    size_t len = 0;
    while (at + len < end && strchr(";&? ", at[len]) == NULL && len < STATS_SCOPE_BYTES - 1)
        len++;
    memcpy(query->scope, at, len);
    query->scope[len] = '\0';
}

static void set_result(struct stats_query *query, const char *at, const char *end)
{
    for (size_t i = STATS_NO_RESULT + 1; i < RESULTS; i++) {
        if (starts_with(at, end, result_words[i]))
            query->result = (enum stats_result)i;
    }
}

void stats_query_parse(struct stats_query *query, const char *rest, size_t len)
{
    const char *end = rest + len;
    *query = (struct stats_query){.format = STATS_HTML};
    for (const char *at = rest; at < end; at++) {
        if (starts_with(at, end, ";up"))
            query->hide_down = true;
        else if (starts_with(at, end, ";no-maint"))
            query->hide_maint = true;
        else if (starts_with(at, end, ";norefresh"))
            query->no_refresh = true;
        else if (starts_with(at, end, ";csv"))
            query->format = STATS_CSV;
        else if (starts_with(at, end, ";json"))
            query->format = STATS_JSON;
        else if (starts_with(at, end, ";st="))
            set_result(query, at + 4, end);
        else if (starts_with(at, end, "scope="))
            set_scope(query, at + 6, end);
    }
}

static bool is_word(const char *at, const char *end, const char *word)
{
    return (size_t)(end - at) == strlen(word) && memcmp(at, word, (size_t)(end - at)) == 0;
}

/* Of scopes[].which. */
enum { GLOBAL = 1, FRONTEND = 2, BACKEND = 4, SERVER = 8, LISTENER = 16, TABLES = 32, ALL = 63 };

static const struct {
    const char *name;
    int which;
} scopes[] = {
    {"global", GLOBAL},     {"frontend", FRONTEND}, {"backend", BACKEND}, {"server", SERVER},
    {"listener", LISTENER}, {"sticktable", TABLES}, {"*", ALL},
};

/* Adds the scope to the set, which an empty one clears; false: there is none of that name. */
static bool add_scope(int *set, const char *name, const char *end)
{
    if (name == end)
        *set = 0;
    for (size_t i = 0; i < sizeof(scopes) / sizeof(scopes[0]); i++) {
        if (!is_word(name, end, scopes[i].name))
            continue;
        *set |= scopes[i].which;
        return true;
    }
    return name == end;
}

bool stats_query_parse_metrics(struct stats_query *query, const char *text, size_t len)
{
    const char *end = text + len;
    int set = ALL;
    bool names_scope = false, is_good = true; /* who names one gets no other */
    *query = (struct stats_query){.format = STATS_PROMETHEUS};
    while (text < end) {
        const char *stop = memchr(text, '&', (size_t)(end - text));
        if (stop == NULL)
            stop = end;
        query->hide_maint = query->hide_maint || is_word(text, stop, "no-maint");
        if (is_word(text, stop, "scope")) {
            is_good = false;
        } else if (starts_with(text, stop, "scope=")) {
            set = names_scope ? set : 0;
            names_scope = true;
            is_good = add_scope(&set, text + strlen("scope="), stop) && is_good;
        }
        text = stop + 1;
    }
    query->scope_global = (set & GLOBAL) != 0;
    query->scope_frontend = (set & FRONTEND) != 0;
    query->scope_listener = (set & LISTENER) != 0;
    query->scope_backend = (set & BACKEND) != 0;
    query->scope_server = (set & SERVER) != 0;
    query->scope_tables = (set & TABLES) != 0;
    return is_good;
}
