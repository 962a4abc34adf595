/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the table commands share: a walk over the entries of one stick table that pass filters.
 *
 * Thread:  the control thread; shards of the table are locked for a piece of the walk each.
 */
#ifndef WEIR_CLI_TABLE_WALK_H
#define WEIR_CLI_TABLE_WALK_H

#include "proxy/cli/cli_priv.h"
#include "proxy/state/stick_table.h"

#define FILTERS_MAX 4

enum comparison { EQUAL, NOT_EQUAL, LESS_OR_EQUAL, GREATER_OR_EQUAL, LESS, GREATER, COMPARISONS };

struct filter {
    enum conf_stick_data data;
    enum comparison comparison;
    long long value;
};

/* Owned: those of the entries to be shown. */
struct table_keys {
    struct stick_key *items;
    size_t count, room, next;
    bool is_complete; /* and in their order */
};

/* What one command goes through: all tables, or the entries of one. */
struct walk {
    struct stick_table *table; /* borrowed: from the snapshot */
    const char *name;          /* borrowed: of its proxy */
    struct filter filters[FILTERS_MAX];
    unsigned filter_count;
    struct stick_walk at;
    uint64_t now_ms;
    struct text *out; /* while it shows */
    struct table_keys keys;
    struct {
        char *bytes;
        size_t len;
    } doomed[256]; /* owned: keys to be cleared */
    unsigned doomed_count;
};

/* --- table_filters.c --- */
/* "gpc0"; false: there is none of that name. */
bool cli_table_find_data(const char *word, enum conf_stick_data *data_out);
bool cli_table_is_data(const char *word);
bool cli_table_read_number(const char *text, long long *value_out);
/* From the fourth word on; false after a message. */
MUST_CHECK bool cli_table_read_filters(struct cli_call *call, struct walk *walk);
bool cli_table_passes(const struct walk *walk, const struct stick_view *view);

/* --- table_order.c --- */
/* The next key in their order; one without data as long as keys are gathered, a part with each call. False: that was all. */
MUST_CHECK bool cli_table_next_key(struct walk *walk, struct stick_key *key_out);
void cli_table_free_keys(struct walk *walk);

/* --- table_entries.c --- */
void cli_table_put_header(struct text *out, const char *name, const struct stick_table *table);
/* A stick_tell whose owner is a walk: one line, if the entry passes. */
void cli_table_show_entry(void *walk, const struct stick_view *view);

#endif
