/* SPDX-License-Identifier: Apache-2.0 */
/* Words about the process, servers and logs that are more than a value. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/apply.h"
#include "config/own/own.h"
#include "config/value.h"

/* The row's offset is that of the uid. */
void own_user(struct loader *l, const struct keyword *row, void *base,
              const struct conf_directive *d)
{
    const struct conf_word *word = apply_only_arg(l, d);
    gid_t unused;
    uid_t uid;
    if (word == NULL)
        return;
    if (l->source->user(l->source->ctx, word->text, &uid, &unused) == 0)
        *(uid_t *)((char *)base + row->offset) = uid;
    else
        CONF_FAIL(l, word->span, "name an existing user, or give its number with 'uid'",
                  "there is no user '%s'", word->text);
    if (row->value == 1) /* of the global section, which also keeps the name */
        l->global.g.user = word->text;
}

void own_group(struct loader *l, const struct keyword *row, void *base,
               const struct conf_directive *d)
{
    const struct conf_word *word = apply_only_arg(l, d);
    gid_t gid;
    if (word == NULL)
        return;
    if (l->source->group(l->source->ctx, word->text, &gid) == 0)
        *(gid_t *)((char *)base + row->offset) = gid;
    else
        CONF_FAIL(l, word->span, "name an existing group, or give its number with 'gid'",
                  "there is no group '%s'", word->text);
    if (row->value == 1)
        l->global.g.group = word->text;
}

static bool is_folder(struct loader *l, const char *path)
{
    char **names = NULL;
    size_t count = 0;
    if (l->source->list(l->source->ctx, path, &names, &count) != 0)
        return false;
    while (count > 0)
        free(names[--count]);
    free(names);
    return true;
}

void own_default_path(struct loader *l, const struct keyword *row, void *base,
                      const struct conf_directive *d)
{
    static const char *const modes[] = {[PATH_CURRENT] = "current",
                                        [PATH_CONFIG] = "config",
                                        [PATH_PARENT] = "parent",
                                        [PATH_ORIGIN] = "origin"};
    struct draft_global *global = base;
    const char *mode = !d->is_group && d->arg_count > 0 ? d->args[0].text : "";
    size_t i = 0;
    while (i < sizeof modes / sizeof *modes && strcmp(modes[i], mode) != 0)
        i++;
    if (i == sizeof modes / sizeof *modes || d->arg_count != (i == PATH_ORIGIN ? 2 : 1)) {
        CONF_FAIL(l, d->name.span, row->takes, "'default-path' does not say where paths begin");
        return;
    }
    if (i == PATH_ORIGIN && !is_folder(l, d->args[1].text)) {
        CONF_FAIL(l, d->args[1].span, "the folder must exist", "default-path: '%s' is no folder",
                  d->args[1].text);
        return;
    }
    global->default_path = (enum default_path)i;
    global->origin = i == PATH_ORIGIN ? d->args[1].text : NULL;
}

/* true: this machine's name; a text: that one. */
void own_hostname(struct loader *l, const struct keyword *row, void *base,
                  const struct conf_directive *d)
{
    const char **name = (const char **)((char *)base + row->offset);
    char host[256] = "";
    if (apply_is_off(d)) {
        *name = NULL;
        return;
    }
    if (d->arg_count == 1 && d->args[0].kind == CONF_WORD_TEXT) {
        *name = d->args[0].text;
        return;
    }
    if (d->arg_count > 0 && apply_only_arg(l, d) == NULL)
        return;
    gethostname(host, sizeof host - 1);
    *name = arena_copy(l->arena, host);
}

void own_on_marked_down(struct loader *l, const struct keyword *row, void *base,
                        const struct conf_directive *d)
{
    const struct conf_word *word = apply_only_arg(l, d);
    struct keyword_choice choice;
    if (word != NULL && apply_choice(l, row, word, &choice))
        *(bool *)((char *)base + row->offset) = true;
}

/* -1 is "no bound", as in HAProxy. */
void own_pool_max(struct loader *l, const struct keyword *row, void *base,
                  const struct conf_directive *d)
{
    const struct conf_word *word = apply_only_arg(l, d);
    if (word == NULL)
        return;
    if (strcmp(word->text, "-1") == 0)
        *(unsigned *)((char *)base + row->offset) = UINT_MAX;
    else
        apply_kinds[KW_UINT].set(l, row, base, d);
}

/* The first use of a connection is none of those counted. */
void own_max_reuse(struct loader *l, const struct keyword *row, void *base,
                   const struct conf_directive *d)
{
    own_pool_max(l, row, base, d);
    *(unsigned *)((char *)base + row->offset) += 1; /* no bound, UINT_MAX, becomes 0 */
}

/* Looked up when all backends are known. */
void own_default_backend(struct loader *l, const struct keyword *row, void *base,
                         const struct conf_directive *d)
{
    struct draft_proxy *draft = base;
    const struct conf_word *word = apply_only_arg(l, d);
    (void)row;
    if (word == NULL)
        return;
    draft->p.default_backend_name = word->text;
    draft->default_backend_span = word->span;
}

static void begin_server(struct loader *l, const void *owner, void *item)
{
    (void)l;
    memcpy(item, &((const struct draft_proxy *)owner)->default_server, sizeof(struct conf_server));
}

const struct keyword_list own_server_list = {
    .item_bytes = sizeof(struct conf_server),
    .count_offset = offsetof(struct conf_proxy, server_count),
    .place_offset = offsetof(struct conf_server, place),
    .begin = begin_server,
};
