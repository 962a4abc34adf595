/* SPDX-License-Identifier: Apache-2.0 */
/* What the two files of the writer of haproxy.cfg share. */
#ifndef WEIR_CONFIG_HAPROXY_WRITER_H
#define WEIR_CONFIG_HAPROXY_WRITER_H

#include "config/outline/text.h"

struct haproxy_writer {
    FILE *out;
    struct loader *l;
    const struct outline_entry *entry; /* the one that is being written */
};

/* One line of a section, with the comments of the entry around it. */
void haproxy_put_line(struct haproxy_writer *w, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* What cannot be said in haproxy.cfg stays there as a comment; a warning says so. */
void haproxy_put_unsaid(struct haproxy_writer *w, const char *why);

/* The parameters behind a keyword: those that have a place from `from` on, as " value", a gap filled
 * with what is meant there; then the others, as " name value", with a warning for weir's own words. */
const char *haproxy_print_placed(struct haproxy_writer *w, enum keyword_level level,
                                 const struct outline_entries *params, unsigned from);
const char *haproxy_print_named(struct haproxy_writer *w, const struct outline_entries *params);

/* haproxy/writer_forms.c: true when the entry's line has a grammar of its own and was written. */
bool haproxy_put_form(struct haproxy_writer *w, enum keyword_level level);

#endif
