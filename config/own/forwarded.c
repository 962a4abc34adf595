/* SPDX-License-Identifier: Apache-2.0 */
/*
 * option forwarded: which parts of the header field there are, and expressions that say what they
 * are. An expression is compiled by the rules' room, as a line of its own.
 */
#include <string.h>

#include "config/apply.h"
#include "config/line.h"
#include "config/own/own.h"

static const struct forwarded_word {
    const char *name; /* NULL ends them */
    enum conf_forwarded_part part;
    enum conf_forwarded_expr expr; /* CONF_FORWARDED_EXPRS: an expression cannot say it */
} words[] = {
    {"proto", CONF_FORWARDED_PROTO, CONF_FORWARDED_EXPRS},
    {"host", CONF_FORWARDED_HOST, CONF_FORWARDED_EXPR_HOST},
    {"for", CONF_FORWARDED_FOR, CONF_FORWARDED_EXPR_FOR},
    {"for_port", CONF_FORWARDED_FOR_PORT, CONF_FORWARDED_EXPR_FOR_PORT},
    {"by", CONF_FORWARDED_BY, CONF_FORWARDED_EXPR_BY},
    {"by_port", CONF_FORWARDED_BY_PORT, CONF_FORWARDED_EXPR_BY_PORT},
    {NULL, 0, CONF_FORWARDED_EXPRS},
};

/* "for", or with is_expr "for-expr". */
static const struct forwarded_word *find_word(const char *text, bool is_expr)
{
    static const char suffix[] = "-expr";
    size_t len = strlen(text), tail = is_expr ? sizeof suffix - 1 : 0;
    if (len < tail || strcmp(text + len - tail, is_expr ? suffix : "") != 0)
        return NULL;
    for (const struct forwarded_word *w = words; w->name != NULL; w++) {
        bool may = !is_expr || w->expr != CONF_FORWARDED_EXPRS;
        if (may && strlen(w->name) == len - tail && strncmp(w->name, text, len - tail) == 0)
            return w;
    }
    return NULL;
}

/* Words as they are in haproxy.cfg: one text of libconfig may hold several. */
static size_t split_words(struct loader *l, const struct conf_directive *d,
                          struct conf_word **words_out)
{
    struct conf_word *all = NULL;
    size_t count = 0;
    for (size_t i = 0; i < d->arg_count; i++) {
        const char *at = d->args[i].text;
        while (*(at += strspn(at, " ")) != '\0') {
            struct conf_word word = d->args[i];
            word.text = arena_copy_bytes(l->arena, at, strcspn(at, " "));
            all = arena_list_grow(l->arena, all, count, sizeof *all);
            all[count++] = word;
            at += strlen(word.text);
        }
    }
    *words_out = all;
    return count;
}

/* The word that names the part and the one behind it, as a line of rules. */
static const struct conf_line *line_of(struct loader *l, const struct keyword *row,
                                       const struct conf_word *word)
{
    struct conf_line *line = arena_alloc(l->arena, sizeof *line);
    *line = (struct conf_line){.keyword = row->name,
                               .kind = CONF_LINE_FORWARDED,
                               .words = arena_list_copy(l->arena, word, 2, sizeof *word),
                               .word_count = 2,
                               .span = word->span};
    return line;
}

/* "proto,for": of libconfig. */
static unsigned read_parts(struct loader *l, const struct keyword *row,
                           const struct conf_word *word)
{
    unsigned parts = 0;
    for (const char *at = word->text; *(at += strspn(at, ",")) != '\0';) {
        const char *text = arena_copy_bytes(l->scratch, at, strcspn(at, ","));
        const struct forwarded_word *found = find_word(text, false);
        if (found != NULL)
            parts |= found->part;
        else
            CONF_FAIL(l, word->span, row->takes, "unknown word '%s' of '%s'", text, row->name);
        at += strlen(text);
    }
    return parts;
}

static void read_words(struct loader *l, const struct keyword *row,
                       struct conf_forwarded *forwarded, const struct conf_word *all, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct forwarded_word *found = find_word(all[i].text, true);
        if (found == NULL) {
            forwarded->parts |= read_parts(l, row, &all[i]);
            continue;
        }
        if (i + 1 == count) {
            CONF_FAIL(l, all[i].span, "as in: for-expr src", "'%s' needs an expression",
                      all[i].text);
            return;
        }
        forwarded->parts |= found->part;
        forwarded->expressions[found->expr] = line_of(l, row, &all[i++]);
    }
}

void own_forwarded(struct loader *l, const struct keyword *row, void *base,
                   const struct conf_directive *d)
{
    struct conf_forwarded *forwarded = (struct conf_forwarded *)((char *)base + row->offset);
    struct conf_word *all;
    *forwarded = (struct conf_forwarded){0};
    if (apply_is_off(d))
        return;
    if (d->arg_count == 0 || d->args[0].kind == CONF_WORD_BOOL)
        forwarded->parts = CONF_FORWARDED_PROTO | CONF_FORWARDED_FOR;
    else {
        size_t count = split_words(l, d, &all);
        read_words(l, row, forwarded, all, count);
    }
}
