/* SPDX-License-Identifier: Apache-2.0 */
/* `weir help`: what is known about a word, for a terminal of 80 columns. */
#include <ctype.h>
#include <string.h>

#include "config/manual/reference_priv.h"
#include "config/suggest.h"

enum { COLUMNS = 79, FACT_COLUMN = 24 };

/* Words up to the right margin, each further line from `indent` on; backquotes are for Markdown. */
static void write_wrapped(FILE *out, const char *text, int at, int indent)
{
    while (*text != '\0') {
        size_t len = strcspn(text, " "), shown = 0;
        for (size_t i = 0; i < len; i++)
            shown += text[i] != '`';
        if (at > indent && at + 1 + (int)shown > COLUMNS) {
            fprintf(out, "\n%*s", indent, "");
            at = indent;
        } else if (at > indent) {
            fputc(' ', out);
            at++;
        }
        for (size_t i = 0; i < len; i++) {
            if (text[i] != '`')
                fputc(text[i], out);
        }
        at += (int)shown;
        text += len + strspn(text + len, " ");
    }
    fputc('\n', out);
}

/* The lines of an example keep their places. */
static void write_literal(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text != '`')
            fputc(*text, out);
    }
    fputc('\n', out);
}

static void write_entry(struct reference *r, const struct reference_chapter *chapter,
                        const struct keyword *row)
{
    reference_facts facts;
    reference_facts_of(r, row, facts);
    fprintf(r->out, "%s  (%s)\n\n  ", row->name, chapter->title);
    write_wrapped(r->out, row->doc, 2, 2);
    fputc('\n', r->out);
    for (const struct reference_fact *fact = facts; fact->name != NULL; fact++) {
        bool is_literal = fact->text[0] == '`' && strchr(fact->text + 1, '`')[1] == '\0';
        fprintf(r->out, "  %-*s", FACT_COLUMN - 2, fact->name);
        if (strlen(fact->name) + 2 >= FACT_COLUMN)
            fprintf(r->out, "\n%*s", FACT_COLUMN, "");
        if (is_literal)
            write_literal(r->out, fact->text);
        else
            write_wrapped(r->out, fact->text, FACT_COLUMN, FACT_COLUMN);
    }
    fputc('\n', r->out);
}

/* "timeout" begins "timeout connect": one line each. */
static bool list_prefixed(struct reference *r, const char *name)
{
    bool found = false;
    const char *prefix = arena_printf(r->arena, "%s_", keyword_fold(r->arena, name));
    for (const struct reference_chapter *c = reference_chapters; c->title != NULL; c++) {
        KEYWORDS_OF(&r->index, c->level, row)
        {
            const char *folded = keyword_fold(r->arena, row->name);
            if (strncmp(folded, prefix, strlen(prefix)) != 0)
                continue;
            fprintf(r->out, "%-*s ", FACT_COLUMN + 4, row->name);
            write_wrapped(r->out, row->doc, FACT_COLUMN + 5, FACT_COLUMN + 5);
            found = true;
        }
    }
    return found;
}

bool reference_help(FILE *out, const struct keyword_table *const *tables, const char *name)
{
    struct reference r;
    bool found = false;
    reference_start(&r, out, tables);
    for (const struct reference_chapter *c = reference_chapters; c->title != NULL; c++) {
        const char *folded = keyword_fold(r.arena, name);
        KEYWORDS_OF(&r.index, c->level, row)
        {
            if (strcmp(keyword_fold(r.arena, row->name), folded) != 0 &&
                strcmp(keyword_libconfig_name(r.arena, row), folded) != 0)
                continue;
            write_entry(&r, c, row);
            found = true;
        }
    }
    found = list_prefixed(&r, name) || found;
    reference_end(&r);
    return found;
}

/* Nearest in either spelling; shown as HAProxy spells it. */
bool reference_suggest(FILE *out, const struct keyword_table *const *tables, const char *name)
{
    struct reference r;
    struct suggestion suggestion;
    reference_start(&r, out, tables);
    suggestion_start(&suggestion, name);
    for (const struct reference_chapter *c = reference_chapters; c->title != NULL; c++) {
        KEYWORDS_OF(&r.index, c->level, row)
        suggestion_try(&suggestion, row->name);
    }
    bool found = suggestion.best != NULL;
    if (found)
        fprintf(out, "did you mean '%s'?\n", suggestion.best);
    reference_end(&r);
    return found;
}

/* By chapter, as many to a line as fit. */
void reference_list(FILE *out, const struct keyword_table *const *tables)
{
    struct reference r;
    reference_start(&r, out, tables);
    for (const struct reference_chapter *c = reference_chapters; c->title != NULL; c++) {
        const char *names = "";
        KEYWORDS_OF(&r.index, c->level, row)
        {
            if (!keyword_is_idle(row))
                names =
                    arena_printf(r.arena, "%s%s%s", names, *names != '\0' ? ", " : "", row->name);
        }
        fprintf(out, "%s\n  ", c->title);
        write_wrapped(out, names, 2, 2);
        fputc('\n', out);
    }
    reference_end(&r);
}

/* Names of several words are offered word by word: the shell completes one at a time. */
void reference_words(FILE *out, const struct keyword_table *const *tables)
{
    struct reference r;
    struct name_map seen = {0};
    reference_start(&r, out, tables);
    for (const struct reference_chapter *c = reference_chapters; c->title != NULL; c++) {
        KEYWORDS_OF(&r.index, c->level, row)
        {
            if (names_add(r.arena, &seen, row->name, row) == NULL)
                fprintf(out, "%s\n", row->name);
        }
    }
    reference_end(&r);
}
