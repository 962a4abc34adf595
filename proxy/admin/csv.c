/* SPDX-License-Identifier: Apache-2.0 */
/* The CSV of HAProxy: a header line that begins with "# ", then one line for each row. */
#include "proxy/admin/cursor.h"

static void put_value(struct text *text, const struct stats_value *value)
{
    switch (value->type) {
    case STATS_EMPTY:
        break;
    case STATS_U32:
    case STATS_U64:
        text_u64(text, value->number);
        break;
    case STATS_S32:
        text_s64(text, value->negative);
        break;
    case STATS_STRING:
        text_csv(text, value->string);
        break;
    }
}

static bool write_piece(struct stats_cursor *c, struct text *text)
{
    struct stats_subject subject;
    bool is_header = c->phase == 0;
    c->phase = 1;
    if (is_header)
        text_put(text, "# ");
    else if (!stats_walk_row(c, &subject))
        return false;

    for (size_t i = 0; i < stats_field_count; i++) {
        struct stats_value value;
        if (is_header)
            text_put(text, stats_fields[i].name);
        else if (stats_read(&stats_fields[i], &subject, &value))
            put_value(text, &value);
        text_char(text, ','); /* after the last one too, as HAProxy writes it */
    }
    text_char(text, '\n');
    return true;
}

const struct stats_format stats_csv = {.content_type = "text/plain", .piece = write_piece};
