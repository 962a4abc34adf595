/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How rows read texts: free ones, lists of words, and one word of several that are known.
 */
#include <string.h>

#include "config/kinds/kinds_priv.h"
#include "config/suggest.h"

void kind_set_string(struct loader *l, const struct keyword *row, void *base,
                     const struct conf_directive *d)
{
    const struct conf_word *word = apply_only_arg(l, d);
    if (word == NULL)
        return;
    if (word->kind == CONF_WORD_BOOL)
        kind_refuse(l, row, d, word, "write it in double quotes");
    else if (*word->text == '\0' && row->min > 0)
        CONF_FAIL(l, word->span, row->doc, "%s: the text is empty", d->name.text);
    else if (row->once && *(const char **)kind_field(row, base) != NULL)
        CONF_FAIL(l, d->name.span, "leave one of them", "'%s' is there twice", d->name.text);
    else
        *(const char **)kind_field(row, base) = word->text;
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

void kind_set_words(struct loader *l, const struct keyword *row, void *base,
                    const struct conf_directive *d)
{
    struct conf_words *words = kind_field(row, base);
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

void kind_set_choice(struct loader *l, const struct keyword *row, void *base,
                     const struct conf_directive *d)
{
    const struct conf_word *word = apply_only_arg(l, d);
    struct keyword_choice choice;
    if (word != NULL && apply_choice(l, row, word, &choice))
        *(int *)kind_field(row, base) = choice.value;
}

void kind_set_name(struct loader *l, const struct keyword *row, void *base,
                   const struct conf_directive *d)
{
    const struct conf_word *word = apply_only_arg(l, d);
    struct keyword_choice choice;
    if (word != NULL && apply_choice(l, row, word, &choice))
        *(const char **)kind_field(row, base) = choice.name;
}
