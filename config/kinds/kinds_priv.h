/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The functions behind the table of kinds: each reads the value of a directive into the field of its
 * row, or reports what is wrong with it.
 */
#ifndef WEIR_CONFIG_KINDS_KINDS_PRIV_H
#define WEIR_CONFIG_KINDS_KINDS_PRIV_H

#include "config/apply.h"

typedef void kind_setter(struct loader *l, const struct keyword *row, void *base,
                         const struct conf_directive *d);

/* kinds/numbers.c */
kind_setter kind_set_uint, kind_set_duration, kind_set_size, kind_set_octal, kind_set_statuses;
/* kinds/texts.c */
kind_setter kind_set_string, kind_set_words, kind_set_choice, kind_set_name;
/* kinds/lines.c */
kind_setter kind_add_lines;

static inline void *kind_field(const struct keyword *row, void *base)
{
    return (char *)base + row->offset;
}

/* "'x' is not a duration", with the form that would be right. */
void kind_refuse(struct loader *l, const struct keyword *row, const struct conf_directive *d,
                 const struct conf_word *word, const char *help);

#endif
