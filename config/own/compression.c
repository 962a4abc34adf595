/* SPDX-License-Identifier: Apache-2.0 */
/* compression algo, type and offload: lines add to those before them, of defaults too. */
#include <string.h>

#include "config/apply.h"
#include "config/own/own.h"

static bool has_words(struct loader *l, const struct conf_directive *d)
{
    if (d->arg_count > 0 && !d->is_group)
        return true;
    CONF_FAIL(l, d->name.span, loader_hint(l, d->name.span, "write a list: [\"...\"]", NULL),
              "'%s' needs at least one value", d->name.text);
    return false;
}

static bool is_named(const struct conf_compression *conf, int coding)
{
    return memchr(conf->codings, coding, conf->coding_count) != NULL;
}

/* What is named later stands before the others, as with HAProxy: it is what `*` gets. */
void own_compression_algo(struct loader *l, const struct keyword *row, void *base,
                          const struct conf_directive *d)
{
    struct conf_compression *conf = &((struct draft_proxy *)base)->p.compression;
    if (!has_words(l, d))
        return;
    for (size_t i = 0; i < d->arg_count; i++) {
        struct keyword_choice choice;
        if (!apply_choice(l, row, &d->args[i], &choice) || is_named(conf, choice.value))
            continue;
        memmove(conf->codings + 1, conf->codings, conf->coding_count++);
        conf->codings[0] = (unsigned char)choice.value;
    }
}

void own_compression_type(struct loader *l, const struct keyword *row, void *base,
                          const struct conf_directive *d)
{
    struct conf_words *types = &((struct draft_proxy *)base)->p.compression.types;
    (void)row;
    if (!has_words(l, d))
        return;
    const char **items = arena_alloc(l->arena, (types->count + d->arg_count + 1) * sizeof *items);
    if (types->count > 0)
        memcpy(items, types->items, types->count * sizeof *items);
    for (size_t i = 0; i < d->arg_count; i++)
        items[types->count + i] = d->args[i].text;
    types->items = items;
    types->count += d->arg_count;
}

/* In defaults it is said, but meant for nobody: as with HAProxy. */
void own_compression_offload(struct loader *l, const struct keyword *row, void *base,
                             const struct conf_directive *d)
{
    struct draft_proxy *draft = base;
    (void)row;
    if (draft->kind == CONF_SECTION_DEFAULTS && !apply_is_off(d))
        CONF_WARN(l, d->name.span, "write it in the frontends and backends it is meant for",
                  "'%s' has no effect in defaults", d->name.text);
    else
        draft->p.compression.offload = !apply_is_off(d);
}
