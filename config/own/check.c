/* SPDX-License-Identifier: Apache-2.0 */
/* Words about probes that are more than a value; the lines of scripts are in script/lines.c. */
#include <string.h>

#include "config/apply.h"
#include "config/own/own.h"
#include "config/script/lines.h"

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
    check->host = check->body = NULL;
    check->headers = (struct conf_check_headers){0};
    check->kind = apply_is_off(d) ? CONF_CHECK_TCP : (enum conf_check_kind)row->value;
}

static void add_header(struct loader *l, struct conf_check_headers *headers,
                       const struct conf_word *word)
{
    size_t name_len = strcspn(word->text, ":");
    const char *name = arena_copy_bytes(l->arena, word->text, name_len);
    const char *value = word->text + name_len + 1;
    if (name_len == 0 || word->text[name_len] == '\0') {
        CONF_FAIL(l, word->span, "as in: Name: value", "'%s' is no header", word->text);
        return;
    }
    if (check_header_is_framing(name))
        return;
    headers->items =
        arena_list_grow(l->arena, headers->items, headers->count, sizeof *headers->items);
    headers->items[headers->count++] = (struct conf_check_header){
        .name = name, .value = arena_copy(l->arena, value + strspn(value, " \t"))};
}

void own_check_header(struct loader *l, const struct keyword *row, void *base,
                      const struct conf_directive *d)
{
    if (d->is_group || d->arg_count == 0)
        CONF_FAIL(l, d->name.span, row->doc, "'%s' needs a value", row->name);
    for (size_t i = 0; i < d->arg_count; i++)
        add_header(l, (struct conf_check_headers *)((char *)base + row->offset), &d->args[i]);
}
