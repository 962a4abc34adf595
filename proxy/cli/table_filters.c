/* SPDX-License-Identifier: Apache-2.0 */
/* "data.gpc0 gt 5": which entries of a table are meant. */
#include "config/stick_table.h"
#include "proxy/cli/table_walk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const comparison_names[COMPARISONS] = {"eq", "ne", "le", "ge", "lt", "gt"};

bool cli_table_find_data(const char *word, enum conf_stick_data *data_out)
{
    for (enum conf_stick_data i = 0; i < CONF_STICK_DATA; i++) {
        if (strcmp(stick_data_rows[i].name, word) == 0) {
            *data_out = i;
            return true;
        }
    }
    return false;
}

bool cli_table_read_number(const char *text, long long *value_out)
{
    char *end;
    errno = 0;
    *value_out = strtoll(text, &end, 10);
    return end != text && *end == '\0' && errno == 0;
}

bool cli_table_is_data(const char *word)
{
    return strncmp(word, "data.", 5) == 0;
}

/* "data.gpc0 gt 5"; false after a message. */
static bool read_filter(struct cli_call *call, const struct walk *walk, char *const *words,
                        struct filter *filter_out)
{
    unsigned number = walk->filter_count + 1, comparison = 0;
    if (!cli_table_is_data(words[0]) || !cli_table_find_data(words[0] + 5, &filter_out->data)) {
        cli_fail(call, "Filter entry #%u: Unknown data type\n", number);
        return false;
    }
    if (!stick_table_keeps(walk->table, filter_out->data, 0)) {
        cli_fail(call, "Filter entry #%u: Data type not stored in this table\n", number);
        return false;
    }
    while (comparison < COMPARISONS && strcmp(comparison_names[comparison], words[1]) != 0)
        comparison++;
    if (comparison == COMPARISONS) {
        cli_fail(call,
                 "Filter entry #%u: Require and operator among \"eq\", \"ne\", \"le\", \"ge\", "
                 "\"lt\", \"gt\"\n",
                 number);
        return false;
    }
    filter_out->comparison = (enum comparison)comparison;
    if (!cli_table_read_number(words[2], &filter_out->value)) {
        cli_fail(call, "Filter entry #%u: Require a valid integer value to compare against\n",
                 number);
        return false;
    }
    return true;
}

bool cli_table_read_filters(struct cli_call *call, struct walk *walk)
{
    unsigned at = 3;
    for (; at < call->count && walk->filter_count < FILTERS_MAX; at += 3) {
        struct filter *filter = &walk->filters[walk->filter_count];
        if (!read_filter(call, walk, &call->words[at], filter))
            return false;
        walk->filter_count++;
    }
    if (at >= call->count)
        return true;
    cli_fail(call, "Detected extra data in filter, %uth word of input, after '%s'\n", at + 1,
             call->words[at - 1]);
    return false;
}

static bool passes(const struct filter *filter, const struct stick_view *view, uint64_t now_ms)
{
    uint64_t read = 0;
    (void)stick_view_read(view, filter->data, 0, now_ms, &read);
    long long value = (long long)read;
    switch (filter->comparison) {
    case EQUAL:
        return value == filter->value;
    case NOT_EQUAL:
        return value != filter->value;
    case LESS_OR_EQUAL:
        return value <= filter->value;
    case GREATER_OR_EQUAL:
        return value >= filter->value;
    case LESS:
        return value < filter->value;
    default:
        return value > filter->value;
    }
}

bool cli_table_passes(const struct walk *walk, const struct stick_view *view)
{
    for (unsigned i = 0; i < walk->filter_count; i++)
        if (!passes(&walk->filters[i], view, walk->now_ms))
            return false;
    return true;
}
