/* SPDX-License-Identifier: Apache-2.0 */
/* Words about probes that are more than a value; the lines of scripts are in check_lines.c. */
#include <string.h>

#include "config/apply.h"
#include "config/own.h"

/* The group begins: probes are of the row's kind, or (false) only connect again. */
void own_check_kind(struct loader *l, const struct keyword *row, void *base,
                    const struct conf_directive *d)
{
    (void)l;
    struct conf_check *check = (struct conf_check *)((char *)base + row->offset);
    check->kind = apply_is_off(d) ? CONF_CHECK_TCP : (enum conf_check_kind)row->value;
}
