/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How each kind of row reads its value: one function and one line of the table at the end.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "config/apply.h"
#include "config/grammar.h"
#include "config/haproxy_words.h"
#include "config/line.h"
#include "config/rule_groups.h"
#include "config/suggest.h"
#include "config/value.h"

static void *field(const struct keyword *row, void *base)
{
    return (char *)base + row->offset;
}

/* "'x' is not a duration", with the form that would be right. */
static void refuse(struct loader *l, const struct keyword *row, const struct conf_directive *d,
                   const struct conf_word *word, const char *help)
{
    CONF_FAIL(l, word->span, help, "%s: '%s' is not %s", d->name.text, word->text,
              apply_kinds[row->kind].takes);
}

static bool read_flag(struct loader *l, const struct conf_directive *d, bool *flag_out)
{
    *flag_out = true;
    if (d->arg_count == 0 && !d->is_group)
        return true; /* haproxy.cfg: the keyword alone */
    const struct conf_word *word = apply_only_arg(l, d);
    if (word == NULL)
        return false;
    if (word->kind != CONF_WORD_NUMBER && value_flag(word->text, flag_out) == 0)
        return true;
    CONF_FAIL(l, word->span, "write true or false", "%s: '%s' is neither true nor false",
              d->name.text, word->text);
    return false;
}

static void set_flag(struct loader *l, const struct keyword *row, void *base,
                     const struct conf_directive *d)
{
    bool flag;
    if (read_flag(l, d, &flag))
        *(bool *)field(row, base) = flag;
}

static void set_flag_off(struct loader *l, const struct keyword *row, void *base,
                         const struct conf_directive *d)
{
    bool flag;
    if (read_flag(l, d, &flag))
        *(bool *)field(row, base) = !flag;
}

static void set_value(struct loader *l, const struct keyword *row, void *base,
                      const struct conf_directive *d)
{
    bool flag;
    int *value = field(row, base);
    if (!read_flag(l, d, &flag))
        return;
    if (flag)
        *value = row->value;
    else if (*value == row->value)
        *value = 0; /* what a word of the same kind has set stays */
}

/* Stores a value that could be read (error 0) and that the row's range holds. */
static void store_in_range(struct loader *l, const struct keyword *row, void *base,
                           const struct conf_directive *d, const struct conf_word *word, int error,
                           long long value)
{
    long long max = row->max != 0 ? row->max : row->unit == UNIT_NONE ? UINT_MAX : INT_MAX;
    bool large = error == VALUE_LARGE || (error == 0 && value > max);
    bool small = error == VALUE_SMALL || (error == 0 && value < row->min);
    const char *unit = row->unit == UNIT_MS ? " ms" : row->unit == UNIT_S ? " s" : "";
    if (large || small)
        CONF_FAIL(l, word->span,
                  arena_printf(l->scratch, "from %lld to %lld%s", row->min, max, unit),
                  "%s: %s is too %s", d->name.text, word->text, large ? "large" : "small");
    else
        *(unsigned *)field(row, base) = (unsigned)value;
}

static void set_uint(struct loader *l, const struct keyword *row, void *base,
                     const struct conf_directive *d)
{
    const struct conf_word *word = apply_only_arg(l, d);
    if (word == NULL)
        return;
    long long value = 0;
    int error = value_integer(word->text, &value);
    if (error == VALUE_BAD)
        refuse(l, row, d, word, "write a whole number without a unit");
    else
        store_in_range(l, row, base, d, word, error, value);
}

/* What HAProxy reads of it: "10min" is 10m, and so is "10m30s". */
static const char *duration_text(struct loader *l, const struct conf_directive *d,
                                 const struct conf_word *word)
{
    size_t part = value_duration_part(word->text);
    if (part == 0 || word->text[part] == '\0')
        return word->text;
    const char *text = arena_copy_bytes(l->scratch, word->text, part);
    CONF_WARN(l, word->span, arena_printf(l->scratch, "write %s", text),
              "%s: only '%s' of '%s' counts", d->name.text, text, word->text);
    return text;
}

static void set_duration(struct loader *l, const struct keyword *row, void *base,
                         const struct conf_directive *d)
{
    const struct conf_word *word = apply_only_arg(l, d);
    if (word == NULL)
        return;
    unsigned value = 0;
    const char *text = duration_text(l, d, word);
    int error = value_duration(text, row->unit == UNIT_S ? 1000000 : 1000, &value);
    if (error == VALUE_BAD)
        refuse(l, row, d, word, "a number and one of us, ms, s, m, h, d: \"5s\"");
    else
        store_in_range(l, row, base, d, word, error, value);
}

static void set_size(struct loader *l, const struct keyword *row, void *base,
                     const struct conf_directive *d)
{
    const struct conf_word *word = apply_only_arg(l, d);
    if (word == NULL)
        return;
    unsigned bytes = 0;
    int error = value_size(word->text, &bytes);
    if (error == VALUE_BAD)
        refuse(l, row, d, word, "a number of bytes, or one with k, m or g: \"16k\"");
    else
        store_in_range(l, row, base, d, word, error, bytes);
}

static void set_string(struct loader *l, const struct keyword *row, void *base,
                       const struct conf_directive *d)
{
    const struct conf_word *word = apply_only_arg(l, d);
    if (word == NULL)
        return;
    if (word->kind == CONF_WORD_BOOL)
        refuse(l, row, d, word, "write it in double quotes");
    else if (*word->text == '\0' && row->min > 0)
        CONF_FAIL(l, word->span, row->doc, "%s: the text is empty", d->name.text);
    else
        *(const char **)field(row, base) = word->text;
}

static void words_append(struct loader *l, struct conf_words *words, const char *word)
{
    /* one more than counted, so that the list always ends in NULL */
    const char **items = arena_alloc(l->arena, (words->count + 2) * sizeof *items);
    if (words->count > 0)
        memcpy(items, words->items, words->count * sizeof *items);
    items[words->count++] = word;
    words->items = items;
}

static void set_words(struct loader *l, const struct keyword *row, void *base,
                      const struct conf_directive *d)
{
    struct conf_words *words = field(row, base);
    if (d->arg_count == 0 || d->is_group) {
        CONF_FAIL(l, d->name.span,
                  loader_hint(l, d->name.span, "write [\"one\", \"two\"]", "write: one,two"),
                  "'%s' takes a list of words", d->name.text);
        return;
    }
    *words = (struct conf_words){0};
    for (size_t i = 0; i < d->arg_count; i++) {
        const char *rest = d->args[i].text;
        for (size_t len; *rest != '\0'; rest += len + (rest[len] == ',')) {
            len = strcspn(rest, ",");
            if (len > 0)
                words_append(l, words, arena_copy_bytes(l->arena, rest, len));
        }
    }
}

/* "one of: a, b, c" */
static const char *list_choices(struct loader *l, const struct keyword *row)
{
    const char *text = "one of:", *comma = "";
    struct keyword_choice choice;
    for (size_t i = 0; keyword_choice_at(row, i, &choice); i++) {
        if (choice.refused != NULL)
            continue;
        text = arena_printf(l->scratch, "%s%s %s", text, comma, choice.name);
        comma = ",";
    }
    return text;
}

bool apply_choice(struct loader *l, const struct keyword *row, const struct conf_word *word,
                  struct keyword_choice *choice_out)
{
    struct suggestion suggestion;
    suggestion_start(&suggestion, word->text);
    for (size_t i = 0; keyword_choice_at(row, i, choice_out); i++) {
        if (strcmp(choice_out->name, word->text) != 0) {
            suggestion_try(&suggestion, choice_out->name);
            continue;
        }
        if (choice_out->refused == NULL)
            return true;
        CONF_FAIL(l, word->span, choice_out->refused, "%s '%s' is not supported yet", row->name,
                  word->text);
        return false;
    }
    const char *help = suggestion.best != NULL
                           ? arena_printf(l->scratch, "did you mean '%s'?", suggestion.best)
                           : list_choices(l, row);
    CONF_FAIL(l, word->span, help, "unknown %s '%s'", row->name, word->text);
    return false;
}

static void set_choice(struct loader *l, const struct keyword *row, void *base,
                       const struct conf_directive *d)
{
    const struct conf_word *word = apply_only_arg(l, d);
    struct keyword_choice choice;
    if (word != NULL && apply_choice(l, row, word, &choice))
        *(int *)field(row, base) = choice.value;
}

static void set_name(struct loader *l, const struct keyword *row, void *base,
                     const struct conf_directive *d)
{
    const struct conf_word *word = apply_only_arg(l, d);
    struct keyword_choice choice;
    if (word != NULL && apply_choice(l, row, word, &choice))
        *(const char **)field(row, base) = choice.name;
}

static void set_statuses(struct loader *l, const struct keyword *row, void *base,
                         const struct conf_directive *d)
{
    const struct conf_word *word = apply_only_arg(l, d);
    struct conf_status_set set;
    if (word == NULL)
        return;
    if (value_statuses(word->text, &set) == 0)
        *(struct conf_status_set *)field(row, base) = set;
    else
        refuse(l, row, d, word, "codes from 100 to 599 and ranges of them: \"200-299,304\"");
}

static void set_octal(struct loader *l, const struct keyword *row, void *base,
                      const struct conf_directive *d)
{
    const struct conf_word *word = apply_only_arg(l, d);
    if (word == NULL)
        return;
    char *end = NULL;
    unsigned long mode = strtoul(word->text, &end, 8);
    if (*word->text < '0' || *word->text > '7' || *end != '\0' || mode > 07777)
        refuse(l, row, d, word, "as chmod takes it: \"660\"");
    else
        *(mode_t *)field(row, base) = (mode_t)mode;
}

static void set_own(struct loader *l, const struct keyword *row, void *base,
                    const struct conf_directive *d)
{
    row->set(l, row, base, d);
}

/* Words that do nothing are right or wrong all the same. */
static bool fits_grammar(struct loader *l, const struct keyword *row,
                         const struct conf_directive *d)
{
    bool is_switch = d->arg_count == 1 && d->args[0].kind == CONF_WORD_BOOL;
    return row->grammar == NULL || d->is_group || is_switch ||
           grammar_check(l, &d->name, row->grammar, d->args, d->arg_count);
}

static void note_nothing(struct loader *l, const struct keyword *row, void *base,
                         const struct conf_directive *d)
{
    (void)base;
    if (fits_grammar(l, row, d))
        CONF_REMARK(l, d->name.span, row->note, "'%s' has no effect here", d->name.text);
}

static void refuse_keyword(struct loader *l, const struct keyword *row, void *base,
                           const struct conf_directive *d)
{
    (void)base;
    if (!apply_is_off(d))
        CONF_FAIL(l, d->name.span, row->note, "'%s' is not supported yet", d->name.text);
}

static void warn_later(struct loader *l, const struct keyword *row, void *base,
                       const struct conf_directive *d)
{
    (void)base;
    if (!apply_is_off(d) && fits_grammar(l, row, d))
        CONF_WARN(l, d->name.span, row->note, "'%s' is not supported yet: weir runs without it",
                  d->name.text);
}

/* Appends, unless the row reads its lines itself; the words outlive the load. */
static void add_line(struct loader *l, const struct keyword *row, void *base, struct conf_line line)
{
    line.words = arena_list_copy(l->arena, line.words, line.word_count, sizeof *line.words);
    if (row->set != NULL) {
        struct conf_directive d = {.name = {.text = row->name, .span = line.span},
                                   .args = line.words,
                                   .arg_count = line.word_count};
        row->set(l, row, base, &d);
        return;
    }
    struct conf_lines *lines = field(row, base);
    line.keyword = row->name;
    line.kind = (enum conf_line_kind)row->value;
    lines->items = arena_list_grow(l->arena, lines->items, lines->count, sizeof line);
    lines->items[lines->count++] = line;
}

/* A text of libconfig holds one line; it begins behind the quote. */
static void split_line(struct loader *l, const struct keyword *row, void *base,
                       const struct conf_word *text)
{
    const struct haproxy_env env = {.arena = l->scratch};
    struct conf_place start = text->span.place;
    struct haproxy_words words;
    if (row->bare) {
        struct conf_word word = *text;
        add_line(l, row, base,
                 (struct conf_line){.words = &word, .word_count = 1, .span = text->span});
        return;
    }
    start.column++;
    if (!haproxy_words_split(l, &env, text->text, strlen(text->text), start, &words))
        return;
    if (words.count == 0) {
        CONF_FAIL(l, text->span, row->doc, "'%s' needs a value", row->name);
        return;
    }
    add_line(
        l, row, base,
        (struct conf_line){.words = words.items, .word_count = words.count, .span = text->span});
}

static void add_lines(struct loader *l, const struct keyword *row, void *base,
                      const struct conf_directive *d)
{
    if (d->is_line)
        add_line(
            l, row, base,
            (struct conf_line){.words = d->args, .word_count = d->arg_count, .span = d->name.span});
    struct conf_line line;
    if (d->is_group && rule_group_read(l, row, d, &line))
        add_line(l, row, base, line);
    for (size_t i = 0; i < d->arg_count && !d->is_line; i++) {
        if (d->args[i].kind != CONF_WORD_BOOL) {
            split_line(l, row, base, &d->args[i]);
        } else if (!apply_is_off(d)) {
            rule_true_read(l, d->args[i].span, &line);
            add_line(l, row, base, line);
        }
    }
}

const struct apply_kind apply_kinds[KW_KIND_COUNT] = {
    [KW_FLAG] = {"true or false", set_flag},
    [KW_FLAG_OFF] = {"true or false", set_flag_off},
    [KW_UINT] = {"a number", set_uint},
    [KW_DURATION] = {"a duration", set_duration},
    [KW_SIZE] = {"a size", set_size},
    [KW_STRING] = {"a text", set_string},
    [KW_WORDS] = {"a list of words", set_words},
    [KW_CHOICE] = {"a choice", set_choice},
    [KW_NAME] = {"a choice", set_name},
    [KW_STATUSES] = {"a set of HTTP status codes", set_statuses},
    [KW_OCTAL] = {"an octal file mode", set_octal},
    [KW_SET] = {"true or false", set_value},
    [KW_GROUP] = {"a group", apply_group},
    [KW_LIST] = {"a list of groups", apply_list},
    [KW_LINES] = {"a list of lines", add_lines},
    [KW_OWN] = {"a value", set_own},
    [KW_NOTHING] = {"anything", note_nothing},
    [KW_REFUSED] = {"anything", refuse_keyword},
    [KW_LATER] = {"anything", warn_later},
};
