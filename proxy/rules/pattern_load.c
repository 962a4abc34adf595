/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists while the configuration is read: files of patterns and maps, each read once, and the words of acl
 * lines. Every item keeps its place, so that a message can point into the file it stands in.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/base/ascii.h"
#include "proxy/rules/compiler.h"
#include "proxy/rules/pattern_set.h"

/* A change must not wait for ever while others keep looking things up. */
static void lock_init(pthread_rwlock_t *lock)
{
    pthread_rwlockattr_t attributes;
    pthread_rwlockattr_init(&attributes);
    pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    pthread_rwlock_init(lock, &attributes);
    pthread_rwlockattr_destroy(&attributes);
}

static struct pattern_list *list_new(struct compiler *c, const char *path, struct conf_span span)
{
    struct conf_arena *arena = c->l->arena;
    struct pattern_list *list = arena_alloc(arena, sizeof *list);
    list->path = path != NULL ? arena_copy(arena, path) : NULL;
    list->id = -1;
    list->place = span.place;
    list->can_change = path != NULL;
    lock_init(&list->lock);
    arena_defer(arena, pattern_list_release, list);
    list->next = c->config->pattern_lists;
    c->config->pattern_lists = list;
    return list;
}

struct pattern_list *pattern_list_new(struct compiler *c, int id, const struct conf_word *looks_at)
{
    struct pattern_list *list = list_new(c, NULL, looks_at->span);
    list->used_by = arena_copy(c->l->arena, looks_at->text);
    list->id = id;
    list->can_change = id >= 0;
    list->is_read = true;
    return list;
}

struct pattern_list *pattern_list_refer(struct compiler *c, const char *path, struct conf_span span)
{
    struct pattern_list *list = names_get(&c->files, path);
    if (list != NULL)
        return list;
    list = list_new(c, path, span);
    names_add(c->l->scratch, &c->files, list->path, list);
    return list;
}

static void add_item(struct compiler *c, struct pattern_list *list, const char *text,
                     const char *value, struct conf_place place)
{
    struct pattern_item *item = arena_alloc(c->l->arena, sizeof *item);
    item->text = text;
    item->value = value;
    item->place = place;
    pattern_list_link(list, item);
}

void pattern_list_append(struct compiler *c, struct pattern_list *list, const char *text,
                         struct conf_span span)
{
    add_item(c, list, text, NULL, span.place);
}

/* ---- numbers ------------------------------------------------------------------------------------------- */

static struct pattern_list *reversed(struct pattern_list *list)
{
    struct pattern_list *done = NULL;
    while (list != NULL) {
        struct pattern_list *rest = list->next;
        list->next = done;
        done = list;
        list = rest;
    }
    return done;
}

/* The lowest ones that -u has not taken, in the order of the configuration. */
void pattern_lists_number(struct compiler *c)
{
    struct name_map taken = {0};
    int next = 0;
    c->config->pattern_lists = reversed(c->config->pattern_lists);
    for (struct pattern_list *list = c->config->pattern_lists; list != NULL; list = list->next) {
        if (list->id >= 0)
            names_add(c->l->scratch, &taken, arena_printf(c->l->scratch, "%d", list->id), list);
    }
    for (struct pattern_list *list = c->config->pattern_lists; list != NULL; list = list->next) {
        if (list->id >= 0)
            continue;
        while (names_get(&taken, arena_printf(c->l->scratch, "%d", next)) != NULL)
            next++;
        list->id = next++;
    }
}

/* ---- files --------------------------------------------------------------------------------------------- */

/* One line, ended by NUL. '#' begins a comment only where it is the first byte. */
static void read_line(struct compiler *c, struct pattern_list *list, char *line,
                      struct conf_place place)
{
    char *text = line + strspn(line, " \t"), *value = NULL;
    if (*line == '#' || *text == '\0')
        return;
    if (list->has_values) {
        char *key_end = text + strcspn(text, " \t"), *end = line + strlen(line);
        value = key_end + strspn(key_end, " \t");
        while (end > value && ascii_is_blank(end[-1]))
            end--;
        *end = '\0';
        *key_end = '\0';
    }
    place.column = (unsigned)(text - line) + 1;
    add_item(c, list, text, value, place);
}

/* The bytes are our own copy: items lie in it, cut by NULs. */
static void read_lines(struct compiler *c, struct pattern_list *list, const char *path, char *bytes,
                       size_t len)
{
    struct conf_place place = {.file = path};
    char *end = bytes + len;
    for (char *line = bytes; line < end;) {
        char *newline = memchr(line, '\n', (size_t)(end - line));
        char *line_end = newline != NULL ? newline : end;
        *line_end = '\0';
        line[strcspn(line, "\r")] = '\0';
        place.line++;
        read_line(c, list, line, place);
        line = line_end + 1;
    }
}

/* What HAProxy 3.1 knows of files that need not be there: opt@ is read if it exists, virt@ never. */
static bool is_to_be_read(struct compiler *c, const char **path, struct conf_span span)
{
    static const char plain[] = "file@", optional[] = "opt@", virtual[] = "virt@";
    char *bytes = NULL;
    size_t len;
    if (strncmp(*path, virtual, sizeof virtual - 1) == 0)
        return false;
    if (strncmp(*path, plain, sizeof plain - 1) == 0)
        *path += sizeof plain - 1;
    if (strncmp(*path, optional, sizeof optional - 1) != 0)
        return true;
    *path += sizeof optional - 1;
    bool exists = c->l->source->read(c->l->source->ctx, loader_path(c->l, *path, span.place),
                                     &bytes, &len) != -ENOENT;
    free(bytes);
    return exists;
}

static bool list_read(struct compiler *c, struct pattern_list *list, struct conf_span span)
{
    size_t len;
    const char *path = list->path;
    if (!is_to_be_read(c, &path, span))
        return true;
    const char *bytes = loader_read(c->l, c->l->arena, path, span, &len);
    if (bytes == NULL)
        return false;
    conf_report_add_text(c->l->report, path, bytes, len);
    read_lines(c, list, path, (char *)bytes, len);
    return true;
}

struct pattern_list *pattern_list_load(struct compiler *c, const char *path, bool has_values,
                                       struct conf_span span)
{
    static const char *const columns[] = {"one column", "two columns"};
    struct pattern_list *list = pattern_list_refer(c, path, span);
    if (!list->is_read) {
        list->has_values = has_values;
        list->is_read = true;
        return list_read(c, list, span) ? list : NULL;
    }
    if (list->has_values != has_values) {
        CONF_FAIL(c->l, span, "use -M to read a map with -f",
                  "the file \"%s\" is already used as a file of %s and cannot be one of %s", path,
                  columns[list->has_values], columns[has_values]);
        return NULL;
    }
    return list;
}

/* ---- sets ---------------------------------------------------------------------------------------------- */

static bool is_same_use(const struct pattern_use *a, const struct pattern_use *b)
{
    return a->method == b->method && a->ignore_case == b->ignore_case && a->no_dns == b->no_dns &&
           a->value_type == b->value_type;
}

struct pattern_set *pattern_list_set_of(const struct pattern_list *list,
                                        const struct pattern_use *use)
{
    struct pattern_set *set = list->sets;
    while (set != NULL && !is_same_use(&set->use, use))
        set = set->next;
    return set;
}

static bool set_fill(struct compiler *c, struct pattern_set *set)
{
    struct pattern_reader reader = {.source = c->l->source};
    const struct conf_place *user = &set->list->place;
    const char *help =
        set->list->path != NULL
            ? arena_printf(c->l->scratch, "the file is used in %s:%u", user->file, user->line)
            : NULL;
    size_t refused = 0;
    for (struct pattern_item *item = set->list->first; item != NULL; item = item->next) {
        if (pattern_set_add(set, &reader, item))
            continue;
        struct conf_span span = {item->place, 1};
        span.place.column += (unsigned)reader.offset;
        if (reader.offset == 0)
            span.width = (unsigned)strlen(item->text);
        CONF_FAIL(c->l, span, help, "%s", reader.error);
        refused++;
    }
    return refused == 0;
}

const struct pattern_set *pattern_list_compile(struct compiler *c, struct pattern_list *list,
                                               const struct pattern_use *use)
{
    struct pattern_set *set = pattern_list_set_of(list, use);
    if (set != NULL)
        return set;
    set = pattern_set_new(list, use);
    if (set == NULL) {
        CONF_FAIL(c->l, ((struct conf_span){list->place, 1}), NULL, "no memory");
        return NULL;
    }
    set->next = list->sets;
    list->sets = set;
    return set_fill(c, set) ? set : NULL;
}
