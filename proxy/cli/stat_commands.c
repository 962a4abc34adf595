/* SPDX-License-Identifier: Apache-2.0 */
/* show stat, clear counters: what is counted of proxies and servers. The rows are those of the statistics page. */
#include "proxy/admin/stats.h"
#include "proxy/cli/cli_priv.h"
#include "proxy/state/bind_state.h"
#include "proxy/state/proxy_state.h"

#include <stdlib.h>
#include <string.h>

/* ---- show stat ------------------------------------------------------------------------------- */

static void release_cursor(struct cli_call *call)
{
    stats_cursor_free(call->state);
}

static enum cli_progress more_stat(struct cli_call *call, struct text *out)
{
    size_t room = (size_t)(out->end - out->at);
    size_t written = stats_cursor_next(call->state, out->at, room);
    out->at += written;
    return written == room ? CLI_MORE : CLI_DONE;
}

static bool set_word(struct stats_query *query, const char *word)
{
    if (strcmp(word, "typed") == 0)
        query->format = STATS_TYPED;
    else if (strcmp(word, "json") == 0)
        query->format = STATS_JSON;
    else if (strcmp(word, "desc") == 0)
        query->is_described = true;
    else if (strcmp(word, "no-maint") == 0)
        query->hide_maint = true;
    else if (strcmp(word, "up") == 0)
        query->hide_down = true;
    else
        return false;
    return true;
}

/* "<iid or name> <type> <sid>"; false after a message. */
static bool set_bounds(struct cli_call *call, struct stats_query *query, char *const *words)
{
    const struct proxy *proxy = snapshot_find(call->snapshot, words[0]);
    query->is_bound = true;
    query->proxy_id = proxy != NULL ? (int)proxy->conf->id : atoi(words[0]);
    query->kinds = atoi(words[1]);
    query->server_id = atoi(words[2]);
    if (query->proxy_id == 0)
        cli_fail(call, "No such proxy.\n");
    return query->proxy_id != 0;
}

static void run_stat(struct cli_call *call)
{
    struct stats_query query = {.format = STATS_CSV};
    for (unsigned i = 2; i < call->count; i++) {
        if (set_word(&query, call->words[i]) || query.is_bound || call->count - i < 3)
            continue;
        if (!set_bounds(call, &query, &call->words[i]))
            return;
        i += 2;
    }
    call->state = stats_cursor_new(call->snapshot, NULL, &query, cli_call_loop(call));
    call->release = release_cursor;
    if (call->state == NULL)
        cli_fail(call, "Out of memory.\n");
    else
        call->more = more_stat;
}

/* ---- clear counters -------------------------------------------------------------------------- */

static void clear(struct counter_set *counters, bool all)
{
    if (all)
        counter_set_clear(counters);
    else
        counter_set_clear_max(counters);
}

static void clear_proxy(const struct proxy *proxy, bool all)
{
    clear(proxy->state->frontend.counters, all);
    clear(proxy->state->backend.counters, all);
    for (size_t i = 0; i < proxy->conf->bind_count; i++)
        if (proxy->binds[i].state != NULL)
            clear(proxy->binds[i].state->counters, all);
    for (size_t i = 0; i < proxy->conf->server_count; i++)
        clear(proxy->servers[i]->counters, all);
}

static void run_clear(struct cli_call *call)
{
    bool all = strcmp(call->words[2], "all") == 0;
    if (!cli_call_may(call, all ? CONF_ADMIN_ADMIN : CONF_ADMIN_OPERATOR))
        return;
    for (size_t i = 0; i < call->snapshot->config->proxy_count; i++)
        clear_proxy(&call->snapshot->proxies[i], all);
}

/* clang-format off */
const struct cli_command cli_stat_commands[] = {
    {"show stat", CONF_ADMIN_USER, "show stat [desc|json|no-maint|typed|up]*", "report counters for each proxy and server", run_stat, NULL},
    {"clear counters", CONF_ADMIN_USER, "clear counters [all]", "clear max statistics counters (or all counters)", run_clear, NULL},
    {0},
};
/* clang-format on */
