/* SPDX-License-Identifier: Apache-2.0 */
/* Looking up rows: by name, by first word, by likeness. */
#include "config/keyword.h"

#include <string.h>

#include "config/suggest.h"

char *keyword_fold(struct conf_arena *arena, const char *name)
{
    char *folded = arena_copy(arena, name);
    for (char *c = folded; *c != '\0'; c++) {
        if (*c == '-' || *c == '.' || *c == ' ')
            *c = '_';
    }
    return folded;
}

/* All rows of a level in one array; a room's table adds to what the core has. */
static struct keyword *gather_rows(struct conf_arena *arena, enum keyword_level level,
                                   const struct keyword_table *const *tables)
{
    struct keyword *rows = NULL;
    size_t count = 0;
    for (; *tables != NULL; tables++) {
        if ((*tables)->level != level)
            continue;
        for (const struct keyword *row = (*tables)->rows; row->name != NULL; row++) {
            rows = arena_list_grow(arena, rows, count, sizeof *rows);
            rows[count] = *row;
            rows[count].offset += (*tables)->shift;
            if (row->turns_on != 0)
                rows[count].turns_on += (*tables)->shift;
            if (row->turns_off != 0)
                rows[count].turns_off += (*tables)->shift;
            count++;
        }
    }
    rows = arena_list_grow(arena, rows, count, sizeof *rows);
    rows[count] = (struct keyword){0};
    return rows;
}

static void index_row(struct conf_arena *arena, struct keyword_index *index, int level,
                      const struct keyword *row)
{
    size_t first = strcspn(row->name, " ");
    names_add(arena, &index->by_name[level], keyword_fold(arena, row->name), row);
    names_add(arena, &index->by_spelling[level], row->name, row);
    if (row->plural != NULL)
        names_add(arena, &index->by_name[level], keyword_fold(arena, row->plural), row);
    if (row->name[first] != '\0')
        names_add(arena, &index->by_first[level], arena_copy_bytes(arena, row->name, first), row);
    if (row->position > 0 && row->position < KEYWORD_POSITIONS)
        index->by_position[level][row->position] = row;
    for (size_t i = 0; i < KEYWORDS_REQUIRED && row->required; i++) {
        if (index->required[level][i] == NULL) {
            index->required[level][i] = row;
            break;
        }
    }
}

void keyword_index_build(struct conf_arena *arena, struct keyword_index *index,
                         const struct keyword_table *const *tables)
{
    *index = (struct keyword_index){0};
    for (int level = 0; level < LEVEL_COUNT; level++) {
        index->rows[level] = gather_rows(arena, (enum keyword_level)level, tables);
        KEYWORDS_OF(index, level, row)
        index_row(arena, index, level, row);
    }
}

const struct keyword *keyword_find(const struct keyword_index *index, struct conf_arena *arena,
                                   enum keyword_level level, const char *name)
{
    if (strpbrk(name, "-. ") != NULL)
        name = keyword_fold(arena, name);
    return names_get(&index->by_name[level], name);
}

const struct keyword *keyword_spelt(const struct keyword_index *index, enum keyword_level level,
                                    const char *name)
{
    return names_get(&index->by_spelling[level], name);
}

bool keyword_is_prefix(const struct keyword_index *index, struct conf_arena *arena,
                       enum keyword_level level, const char *name)
{
    const char *folded = keyword_fold(arena, name);
    size_t len = strlen(folded);
    KEYWORDS_OF(index, level, row)
    {
        const char *other = keyword_fold(arena, row->name);
        if (strncmp(other, folded, len) == 0 && other[len] == '_')
            return true;
    }
    return false;
}

bool keyword_choice_at(const struct keyword *row, size_t i, struct keyword_choice *choice_out)
{
    size_t named = 0;
    while (row->names != NULL && row->names(named) != NULL) {
        if (named++ == i) {
            *choice_out = (struct keyword_choice){.name = row->names(i), .value = (int)i};
            return true;
        }
    }
    for (const struct keyword_choice *c = row->choices; c != NULL && c->name != NULL; c++) {
        if (named++ == i) {
            *choice_out = *c;
            return true;
        }
    }
    return false;
}

bool keyword_is_idle(const struct keyword *row)
{
    return row->kind == KW_NOTHING || row->kind == KW_REFUSED || row->kind == KW_LATER;
}

const struct keyword *keyword_bare(const struct keyword_index *index, enum keyword_level level)
{
    KEYWORDS_OF(index, level, row)
    {
        if (row->bare)
            return row;
    }
    return NULL;
}

const char *keyword_libconfig_name(struct conf_arena *arena, const struct keyword *row)
{
    return keyword_fold(arena, row->plural != NULL ? row->plural : row->name);
}

const char *keyword_nearest(const struct keyword_index *index, struct conf_arena *arena,
                            enum keyword_level level, unsigned scope, const char *name)
{
    struct suggestion suggestion;
    suggestion_start(&suggestion, name);
    KEYWORDS_OF(index, level, row)
    {
        if (row->scopes & scope)
            suggestion_try(&suggestion, keyword_libconfig_name(arena, row));
    }
    return suggestion.best;
}
