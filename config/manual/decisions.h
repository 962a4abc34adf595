/* SPDX-License-Identifier: Apache-2.0 */
/* Where weir does otherwise than HAProxy although it could do the same: what a user will notice. */
#ifndef WEIR_CONFIG_MANUAL_DECISIONS_H
#define WEIR_CONFIG_MANUAL_DECISIONS_H

struct decision {
    const char *about; /* NULL ends the table */
    const char *haproxy, *weir, *why;
};

extern const struct decision decisions[];

#endif
