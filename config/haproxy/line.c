/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A line of a section becomes a directive: the longest run of words that is a row's name, then what
 * the row's kind takes. Lines of another build have a form (haproxy/forms.c).
 */
#include <string.h>

#include "config/haproxy/reader_priv.h"
#include "config/own/own.h"
#include "config/section_kinds.h"
#include "config/suggest.h"

enum { NAME_WORDS_MAX = 4 };

struct conf_span haproxy_span(const struct conf_word *words, size_t count)
{
    struct conf_span span = words[0].span, last = words[count - 1].span;
    span.width = last.place.column + last.width - span.place.column;
    return span;
}

struct conf_word haproxy_reword(struct conf_word word, const char *text)
{
    word.text = text;
    return word;
}

/* The first words as one, with blanks between. */
static const char *join_words(struct loader *l, const struct conf_word *words, size_t count)
{
    const char *text = words[0].text;
    for (size_t i = 1; i < count; i++)
        text = arena_printf(l->scratch, "%s %s", text, words[i].text);
    return text;
}

static void find_row(struct haproxy_line *line)
{
    struct loader *l = line->r->l;
    size_t most = line->count < NAME_WORDS_MAX ? line->count : NAME_WORDS_MAX;
    if (names_get(&l->index.by_first[line->level], line->words[0].text) == NULL)
        most = 1; /* it begins no name of several words */
    line->row = NULL;
    for (size_t n = most; n > 0 && line->row == NULL; n--) {
        line->row = keyword_spelt(&l->index, line->level, join_words(l, line->words, n));
        line->name_words = n;
    }
}

static bool begins_with(const struct keyword *row, const char *first)
{
    size_t len = strlen(first);
    return strncmp(row->name, first, len) == 0 && row->name[len] == ' ';
}

/* Is it right so far, and the next word that is wrong ("timeout", "option")? */
static bool is_prefix(const struct haproxy_line *line)
{
    if (line->count < 2)
        return false;
    KEYWORDS_OF(&line->r->l->index, line->level, row)
    {
        if (begins_with(row, line->words[0].text))
            return true;
    }
    return false;
}

/* The nearest row to a misspelt line: to its first word, or to what follows a word that is right.
 */
static const char *nearest(const struct haproxy_line *line, bool has_prefix)
{
    struct loader *l = line->r->l;
    const char *first = line->words[0].text, *best = NULL;
    const struct keyword *folded = keyword_find(&l->index, l->scratch, line->level, first);
    size_t skip = has_prefix ? strlen(first) + 1 : 0;
    struct suggestion suggestion;
    if (folded != NULL)
        return folded->name; /* libconfig's spelling */
    suggestion_start(&suggestion, line->words[has_prefix ? 1 : 0].text);
    KEYWORDS_OF(&l->index, line->level, row)
    {
        if (has_prefix && !begins_with(row, first))
            continue;
        size_t len = strcspn(row->name + skip, " ");
        const char *word = arena_copy_bytes(l->scratch, row->name + skip, len);
        const char *before = suggestion.best;
        suggestion_try(&suggestion, word);
        if (suggestion.best != before)
            best = has_prefix ? arena_printf(l->scratch, "%s %s", first, word) : word;
    }
    return best;
}

static void report_unknown(const struct haproxy_line *line)
{
    struct loader *l = line->r->l;
    bool is_global = line->level == LEVEL_GLOBAL, has_prefix = is_prefix(line);
    size_t shown = has_prefix ? 2 : 1;
    const char *best = nearest(line, has_prefix);
    const char *option = arena_printf(l->scratch, "option %s", line->words[0].text);
    const char *help = "docs/reference.md lists every keyword";
    enum keyword_level other = is_global ? LEVEL_PROXY : LEVEL_GLOBAL;
    if (keyword_spelt(&l->index, other, join_words(l, line->words, shown)) != NULL)
        help = is_global ? "this one belongs in defaults, a frontend, a backend or a listen"
                         : "this one belongs in the global section";
    else if (keyword_spelt(&l->index, line->level, option) != NULL)
        help = arena_printf(l->scratch, "write: %s", option);
    else if (best != NULL)
        help = arena_printf(l->scratch, "did you mean '%s'?", best);
    CONF_FAIL(l, line->words[shown - 1].span, help, "unknown keyword '%s'",
              join_words(l, line->words, shown));
}

static bool takes_no_value(const struct keyword *row)
{
    return row->kind == KW_FLAG || row->kind == KW_FLAG_OFF || row->kind == KW_SET;
}

static bool needs_words(const struct keyword *row)
{
    return (row->kind == KW_GROUP || row->kind == KW_LATER || row->kind == KW_LINES) &&
           row->min > 0;
}

static struct conf_word row_name(const struct haproxy_line *line)
{
    struct conf_word name = {.text = line->row->name,
                             .span = haproxy_span(line->words, line->name_words)};
    return name;
}

/* `no option x`: as `option_x = false` in libconfig. */
static void emit_off(const struct haproxy_line *line)
{
    struct loader *l = line->r->l;
    bool is_option = strncmp(line->row->name, "option ", 7) == 0;
    if (!is_option && strcmp(line->row->name, "log") != 0 && line->row->kind != KW_NOTHING) {
        CONF_FAIL(l, line->words[0].span, "it goes with options and with log",
                  "'%s' cannot be switched off", line->row->name);
        return;
    }
    struct conf_directive *d = haproxy_emit(line->r, row_name(line));
    d->args = arena_alloc(l->scratch, sizeof *d->args);
    d->args[0] = haproxy_reword(line->words[0], "false");
    d->args[0].kind = CONF_WORD_BOOL;
    d->arg_count = 1;
}

/* As many words as count; HAProxy does not look at the others, but somebody meant something by them. */
static size_t drop_surplus(const struct haproxy_line *line, const struct conf_word *args,
                           size_t count)
{
    size_t most = takes_no_value(line->row) ? 0 : 1;
    if (count <= most)
        return count;
    CONF_WARN(line->r->l, args[most].span, "remove it, or quote what belongs together",
              "'%s' does not count: '%s' takes %s", args[most].text, line->row->name,
              most == 0 ? "no value" : "one word");
    return most;
}

static void emit_args(const struct haproxy_line *line)
{
    const struct conf_word *args = line->words + line->name_words;
    size_t count = line->count - line->name_words;
    if (line->row->surplus)
        count = drop_surplus(line, args, count);
    if (takes_no_value(line->row) && count > 0) {
        CONF_FAIL(line->r->l, args[0].span, "remove it", "'%s' takes no value", line->row->name);
        return;
    }
    struct conf_directive *d = haproxy_emit(line->r, row_name(line));
    d->args = (struct conf_word *)args;
    d->arg_count = count;
}

static void emit_group(const struct haproxy_line *line)
{
    struct conf_directive d = {.name = row_name(line), .is_group = true};
    if (haproxy_params(line, line->row, line->words + line->name_words,
                       line->count - line->name_words, &d))
        *haproxy_emit(line->r, d.name) = d;
}

static bool take_prefix(struct haproxy_line *line)
{
    static const char *const names[] = {[PREFIX_NO] = "no", [PREFIX_DEFAULT] = "default"};
    for (enum haproxy_prefix p = PREFIX_NO; p <= PREFIX_DEFAULT; p++) {
        if (strcmp(line->words[0].text, names[p]) != 0)
            continue;
        if (line->count == 1) {
            CONF_FAIL(line->r->l, line->words[0].span, "as in: no option httplog",
                      "'%s' needs a keyword behind it", names[p]);
            return false;
        }
        line->prefix = p;
        line->words++;
        line->count--;
        return true;
    }
    return true;
}

/* A line of rules keeps its words as they are. */
static void emit_line(const struct haproxy_line *line)
{
    struct conf_word name = {.text = line->row->name,
                             .span = haproxy_span(line->words, line->name_words)};
    struct conf_directive *d = haproxy_emit(line->r, name);
    d->is_line = true;
    d->args = line->words + line->name_words;
    d->arg_count = line->count - line->name_words;
}

static enum keyword_level current_level(const struct haproxy_reader *r)
{
    const struct conf_sections *sections = &r->l->sections;
    return section_kinds[sections->items[sections->count - 1].kind].level;
}

void haproxy_line_read(struct haproxy_reader *r, const struct haproxy_words *words)
{
    struct haproxy_line line = {
        .r = r, .level = current_level(r), .words = words->items, .count = words->count};
    if (!take_prefix(&line) || !haproxy_old_rewrite(&line))
        return;
    find_row(&line);
    if (line.prefix == PREFIX_NONE && haproxy_form_read(&line))
        return;
    if (line.row == NULL)
        report_unknown(&line);
    else if (line.prefix != PREFIX_NONE)
        emit_off(&line); /* the default of every option is to be off */
    else if (line.count == line.name_words && needs_words(line.row))
        CONF_FAIL(r->l, haproxy_span(line.words, line.name_words), line.row->doc,
                  "'%s' needs a value", line.row->name);
    else if (line.row->kind == KW_LINES)
        emit_line(&line);
    else if (line.row->kind == KW_GROUP || line.row->kind == KW_LIST)
        emit_group(&line);
    else
        emit_args(&line);
}
