/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HAProxy's typed format: a line for each field that has a value, with kind, numbers of proxy and server,
 * position and name, then tags, type and value; HAProxy's management guide, section 9.1.
 */
#include "proxy/admin/cursor.h"
#include "proxy/admin/tags.h"

#include <string.h>

static void put_line(struct text *text, const struct stats_subject *subject, size_t position,
                     const struct stats_field *field, const struct stats_value *value)
{
    static const char kinds[] = {[STATS_FRONTEND] = 'F',
                                 [STATS_BACKEND] = 'B',
                                 [STATS_SERVER] = 'S',
                                 [STATS_LISTENER] = 'L'};
    text_printf(text, "%c.%u.%u.%zu.%s.1:%s:", kinds[subject->kind], subject->proxy->conf->id,
                stats_row_id(subject), position, field->name, field->tags);
    tags_typed(text, value);
    if (subject->query->is_described)
        text_printf(text, ":\"%s\"", field->metric.help != NULL ? field->metric.help : field->name);
    text_char(text, '\n');
}

static bool write_piece(struct stats_cursor *c, struct text *text)
{
    struct stats_subject subject;
    size_t skipped = 0;
    if (!stats_walk_row(c, &subject))
        return false;
    for (size_t i = 0; i < stats_field_count; i++) {
        const struct stats_field *field = &stats_fields[i];
        struct stats_value value;
        if (strcmp(field->name, "-") == 0)
            skipped = 1; /* a column of the CSV alone */
        else if (stats_read(field, &subject, &value) && value.type != STATS_EMPTY)
            put_line(text, &subject, i - skipped, field, &value);
    }
    return true;
}

const struct stats_format stats_typed = {.content_type = "text/plain", .piece = write_piece};
