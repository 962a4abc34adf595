/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds out what comments are about: what stands above a directive, within it, or behind it in its
 * last line is its own. Directives must be asked for in the order of the text.
 */
#ifndef WEIR_CONFIG_OUTLINE_REMARKS_H
#define WEIR_CONFIG_OUTLINE_REMARKS_H

#include "config/outline/outline.h"

/* How far the comments have been given away. */
struct remark_cursor {
    struct loader *l;
    size_t next;      /* of l->comments */
    const char *file; /* of the latest directive: an included file begins and ends */
    bool is_held;     /* within parameters, whose comments are those of the whole */
};

/* Those above a place. */
void remarks_take_above(struct remark_cursor *cursor, const struct conf_place *place,
                        struct outline_remarks *remarks);

/* Those up to the end of the line of a place, where something ends. */
void remarks_take_behind(struct remark_cursor *cursor, struct conf_place end,
                         struct outline_remarks *remarks);

/* Those within and behind a directive. */
void remarks_take_within(struct remark_cursor *cursor, const struct conf_directive *d,
                         struct outline_remarks *remarks);

/* Those at the end of a section: before its brace, or indented deeper than what is next. */
void remarks_take_tail(struct remark_cursor *cursor, const struct conf_section *section,
                       const struct conf_place *next, struct outline_remarks *tail);

/* All that are left. */
void remarks_take_rest(struct remark_cursor *cursor, struct outline_remarks *remarks);

#endif
