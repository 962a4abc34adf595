/* SPDX-License-Identifier: Apache-2.0 */
/* The course of a load: paths to texts, texts to sections, sections to a configuration. */
#include "config/load.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/digest.h"
#include "config/haproxy/blocks.h"
#include "config/haproxy/reader.h"
#include "config/libconfig/reader.h"
#include "config/loader.h"
#include "config/resolve/resolve.h"

static struct conf_span file_span(const char *path)
{
    return (struct conf_span){.place = {.file = path}};
}

static void note_file(struct loader *l, const char *path)
{
    struct conf_words *files = &l->files;
    files->items = arena_list_grow(l->arena, files->items, files->count, sizeof *files->items);
    files->items[files->count++] = arena_copy(l->arena, path);
}

const char *loader_path(struct loader *l, const char *path, struct conf_place place)
{
    const char *file = l->listed_in != NULL ? l->listed_in : place.file;
    const char *slash = file != NULL ? strrchr(file, '/') : NULL;
    const char *folder =
        slash != NULL ? arena_copy_bytes(l->scratch, file, (size_t)(slash - file)) : ".";
    if (*path == '/' || *path == '@')
        return path;
    switch (l->global.default_path) {
    case PATH_CONFIG:
        return arena_printf(l->arena, "%s/%s", folder, path);
    case PATH_PARENT:
        return arena_printf(l->arena, "%s/../%s", folder, path);
    case PATH_ORIGIN:
        return arena_printf(l->arena, "%s/%s", l->global.origin, path);
    case PATH_CURRENT:
        break;
    }
    return path;
}

const char *loader_read(struct loader *l, struct conf_arena *arena, const char *path,
                        struct conf_span span, size_t *len_out)
{
    char *bytes = NULL;
    path = loader_path(l, path, span.place);
    int error = l->source->read(l->source->ctx, path, &bytes, len_out);
    if (error != 0) {
        CONF_FAIL(l, span, NULL, "cannot read '%s': %s", path, strerror(-error));
        return NULL;
    }
    char *copy = arena_copy_bytes(arena, bytes, *len_out);
    free(bytes);
    digest_add(&l->digest, copy, *len_out);
    note_file(l, path);
    return copy;
}

bool loader_is_haproxy(const struct loader *l, struct conf_span span)
{
    const char *file = span.place.file;
    return file != NULL ? names_get(&l->haproxy_files, file) != NULL : l->haproxy_files.count > 0;
}

const char *loader_hint(const struct loader *l, struct conf_span span, const char *libconfig,
                        const char *haproxy)
{
    return loader_is_haproxy(l, span) ? haproxy : libconfig;
}

void loader_add_template(struct loader *l, const char *text, const char *written)
{
    if (l->is_expanded)
        return;
    l->templates =
        arena_list_grow(l->scratch, l->templates, l->template_count, sizeof *l->templates);
    l->templates[l->template_count++] = (struct conf_template){text, written};
}

const char *loader_template(const struct loader *l, const char *text)
{
    for (size_t i = 0; i < l->template_count; i++) {
        if (l->templates[i].text == text)
            return l->templates[i].written;
    }
    const char *escaped = "", *open;
    while ((open = strstr(text, "${")) != NULL) {
        escaped = arena_printf(l->scratch, "%s%.*s$${", escaped, (int)(open - text), text);
        text = open + 2;
    }
    return *escaped != '\0' ? arena_printf(l->scratch, "%s%s", escaped, text) : text;
}

/* A NUL ends a text for libconfig, and what follows would be ignored without a word. */
static bool has_nul(struct loader *l, const struct conf_text *text)
{
    const char *nul = memchr(text->bytes, '\0', text->len);
    if (nul == NULL)
        return false;
    size_t offset = (size_t)(nul - text->bytes), line = 0;
    while (line + 1 < text->line_count && text->line_starts[line + 1] <= offset)
        line++;
    struct conf_place place = {text->file, (unsigned)line + 1,
                               (unsigned)(offset - text->line_starts[line]) + 1};
    CONF_FAIL(l, ((struct conf_span){place, 1}), "is this a text file?", "a NUL byte");
    return true;
}

static void read_text(struct loader *l, const char *path)
{
    size_t len = 0;
    const char *bytes = loader_read(l, l->scratch, path, file_span(path), &len);
    if (bytes == NULL)
        return;
    const struct conf_text *text = conf_report_add_text(l->report, path, bytes, len);
    if (has_nul(l, text))
        return;
    if (haproxy_recognise(text)) {
        names_add(l->scratch, &l->haproxy_files, text->file, text);
        haproxy_read(l, text);
    } else
        libconfig_read(l, text);
}

static bool is_config_name(const char *name)
{
    const char *dot = strrchr(name, '.');
    return *name != '.' && dot != NULL && (strcmp(dot, ".conf") == 0 || strcmp(dot, ".cfg") == 0);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void read_folder(struct loader *l, const char *path, char **names, size_t count)
{
    size_t read = 0;
    if (count > 1)
        qsort(names, count, sizeof *names, compare_names);
    for (size_t i = 0; i < count; i++) {
        if (is_config_name(names[i])) {
            read_text(l, arena_printf(l->arena, "%s/%s", path, names[i]));
            read++;
        }
        free(names[i]);
    }
    free(names);
    if (read == 0)
        CONF_FAIL(l, file_span(path), "files in a folder are read if they end in .conf or .cfg",
                  "no configuration file in this folder");
}

static void read_path(struct loader *l, const char *path)
{
    char **names = NULL;
    size_t count = 0;
    path = arena_copy(l->arena, path);
    if (l->source->list(l->source->ctx, path, &names, &count) == 0)
        read_folder(l, path, names, count);
    else
        read_text(l, path); /* which says what is wrong if it is nothing at all */
}

struct config *loader_finish(struct loader *l)
{
    char hex[DIGEST_HEX_BYTES];
    resolve_sections(l);
    struct config *config = resolve_config(l);
    if (l->input->compile != NULL)
        l->input->compile(l, config);
    if (l->report->errors == 0) /* what seems to be missing may only have been misspelt */
        check_proxies(l, config);
    digest_finish(&l->digest, hex);
    config->digest = arena_copy(l->arena, hex);
    note_file(l, ""); /* room for the NULL that ends the words */
    l->files.items[--l->files.count] = NULL;
    config->files = l->files;
    config->arena = l->arena;
    return config;
}

void loader_open(struct loader *l, const struct conf_input *input, struct conf_report *report)
{
    *l = (struct loader){
        .arena = arena_new(),
        .scratch = arena_new(),
        .report = report,
        .input = input,
        .source = input->source != NULL ? input->source : &conf_source_disk,
    };
    keyword_index_build(l->scratch, &l->index,
                        input->tables != NULL ? input->tables : config_tables);
    digest_start(&l->digest);
}

void loader_read_all(struct loader *l)
{
    for (size_t i = 0; i < l->input->path_count; i++)
        read_path(l, l->input->paths[i]);
}

struct config *config_load(const struct conf_input *input, struct conf_report *report)
{
    struct loader l;
    loader_open(&l, input, report);
    loader_read_all(&l);
    struct config *config = loader_finish(&l);
    conf_report_sort(report);
    arena_free(l.scratch);
    if (report->errors == 0)
        return config;
    arena_free(l.arena);
    return NULL;
}

bool config_condition(const char *text, struct conf_report *report, bool *value_out)
{
    struct loader l = {.arena = arena_new(), .scratch = arena_new(), .report = report};
    struct haproxy_env env = {.arena = l.scratch};
    const struct conf_place start = {"-cc", 1, 1};
    struct haproxy_words split;
    conf_report_add_text(report, "-cc", text, strlen(text));
    bool has_value = haproxy_words_split(&l, &env, text, strlen(text), start, &split);
    if (has_value) {
        struct conf_word *items = arena_alloc(l.scratch, (split.count + 1) * sizeof *items);
        items[0] = (struct conf_word){.text = "-cc", .span = {start, (unsigned)strlen(text)}};
        if (split.count > 0)
            memcpy(&items[1], split.items, split.count * sizeof *items);
        const struct haproxy_words words = {.items = items, .count = split.count + 1};
        has_value = haproxy_condition(&l, &env, &words, value_out);
    }
    arena_free(l.scratch);
    arena_free(l.arena);
    return has_value;
}

void config_free(struct config *config)
{
    if (config != NULL)
        arena_free(config->arena);
}
