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

/* "Name: value" */
void own_check_headers(struct loader *l, const struct keyword *row, void *base,
                       const struct conf_directive *d)
{
    struct conf_check *check = base;
    (void)row;
    check->headers = NULL;
    check->header_count = 0;
    for (size_t i = 0; i < d->arg_count; i++) {
        const char *text = d->args[i].text, *colon = strchr(text, ':');
        if (colon == NULL || colon == text) {
            CONF_FAIL(l, d->args[i].span, "as in \"Host: www.example.org\"",
                      "%s: '%s' is no header field", d->name.text, text);
            continue;
        }
        check->headers =
            arena_list_grow(l->arena, check->headers, check->header_count, sizeof *check->headers);
        check->headers[check->header_count++] =
            (struct conf_check_header){arena_copy_bytes(l->arena, text, (size_t)(colon - text)),
                                       arena_copy(l->arena, colon + 1 + strspn(colon + 1, " \t"))};
    }
}
