/* SPDX-License-Identifier: Apache-2.0 */
/* Metrics of stick tables, as HAProxy names them: how many entries each has room for, and how many it holds. */
#include "proxy/admin/prometheus.h"

#include "config/stick_table.h"
#include "proxy/state/snapshot.h"
#include "proxy/state/stick_table.h"

static unsigned table_size(const struct stick_table *table)
{
    return stick_table_definition(table)->size;
}

static const struct {
    const char *name, *help;
    unsigned (*read)(const struct stick_table *table);
} metrics[] = {
    {"size", "Entries that the table has room for.", table_size},
    {"used", "Entries in the table.", stick_table_used},
};

#define METRICS (sizeof(metrics) / sizeof(metrics[0]))

static void put_row(struct text *text, size_t metric, const char *title,
                    const struct stick_table *table)
{
    text_printf(text, "haproxy_sticktable_%s{name=", metrics[metric].name);
    text_label(text, title);
    text_printf(text, ",type=\"%s\"} %u\n", stick_type_names[stick_table_definition(table)->type],
                metrics[metric].read(table));
}

/* The first table from that number on; stick_table_bound() if there is none. */
static size_t next_table(const struct snapshot *snapshot, size_t number)
{
    size_t bound = stick_table_bound(snapshot->config);
    while (number < bound && snapshot_table(snapshot, number) == NULL)
        number++;
    return number;
}

/* c->item: the metric; c->sub: 0 before its head, then 1 + the number of the table to go on from. */
bool prometheus_tables(struct stats_cursor *c, struct text *text)
{
    const struct snapshot *snapshot = c->snapshot;
    size_t bound = stick_table_bound(snapshot->config);
    if (!c->query.scope_tables || next_table(snapshot, 0) == bound)
        return false;
    for (; c->item < METRICS; c->item++, c->sub = 0) {
        if (c->sub == 0) {
            prometheus_head(text, "haproxy_sticktable_", metrics[c->item].name,
                            metrics[c->item].help, "gauge");
            c->sub = 1;
            return true;
        }
        size_t number = next_table(snapshot, c->sub - 1);
        if (number < bound) {
            put_row(text, c->item, stick_table_title(snapshot->config, number),
                    snapshot_table(snapshot, number));
            c->sub = number + 2;
            return true;
        }
    }
    return false;
}
