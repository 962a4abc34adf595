/* SPDX-License-Identifier: Apache-2.0 */
/* Words about probes that are more than a value; the lines of scripts are in script/lines.c. */
#include <string.h>

#include "config/apply.h"
#include "config/own/own.h"

/*
 * The group begins: probes are of the row's kind, or (false) only connect again. Lines that defaults gave for
 * requests go with the option they stood beside.
 */
void own_check_kind(struct loader *l, const struct keyword *row, void *base,
                    const struct conf_directive *d)
{
    struct conf_check *check = (struct conf_check *)((char *)base + row->offset);
    check->owner = base;
    if (check->http_script.owner != base)
        check->http_script = (struct conf_check_script){.owner = base};
    apply_initial(l, row->params, check); /* nor do settings of that option stay */
    check->host = NULL;
    check->kind = apply_is_off(d) ? CONF_CHECK_TCP : (enum conf_check_kind)row->value;
}
