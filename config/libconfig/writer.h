/* SPDX-License-Identifier: Apache-2.0 */
/* What the two files of the writer of libconfig share: settings here, sections there. */
#ifndef WEIR_CONFIG_LIBCONFIG_WRITER_H
#define WEIR_CONFIG_LIBCONFIG_WRITER_H

#include "config/outline/text.h"

struct libconfig_writer {
    FILE *out;
    struct loader *l;
    unsigned depth; /* of groups and lists */
};

void libconfig_indent(struct libconfig_writer *w);

/* Comments above a line; the end of a line with the comment behind it. */
void libconfig_put_above(struct libconfig_writer *w, const struct outline_remarks *remarks);
void libconfig_end_line(struct libconfig_writer *w, const struct outline_remarks *remarks);

/* All settings of a section. */
void libconfig_put_entries(struct libconfig_writer *w, const struct outline_entries *entries);

#endif
