/* SPDX-License-Identifier: Apache-2.0 */
/* Format strings are read: text between percent signs, and what each of these begins. */
#include <ctype.h>
#include <string.h>

#include "proxy/rules/format_priv.h"

struct reader {
    struct compiler *c;
    const struct conf_word *word;
    unsigned may_use;
    enum format_kind kind;
    size_t at;
    unsigned flags; /* of all that follow: %{+Q}o */
    struct format_piece *pieces;
    size_t count;
};

static char peek(const struct reader *r, size_t ahead)
{
    return r->word->text[r->at + ahead];
}

static void add(struct reader *r, struct format_piece piece)
{
    struct conf_arena *arena = r->c->l->arena;
    r->pieces = arena_list_grow(arena, r->pieces, r->count, sizeof *r->pieces);
    r->pieces[r->count++] = piece;
}

/* Text that follows text is one piece. */
static void add_text(struct reader *r, const char *data, size_t len)
{
    struct conf_arena *arena = r->c->l->arena;
    struct format_piece *last = r->count > 0 ? &r->pieces[r->count - 1] : NULL;
    if (last == NULL || last->expr != NULL || last->token != NULL || last->is_blank) {
        add(r, (struct format_piece){.text = {arena_copy_bytes(arena, data, len), len}});
        return;
    }
    char *joined = arena_alloc(arena, last->text.len + len + 1);
    memcpy(joined, last->text.data, last->text.len);
    memcpy(joined + last->text.len, data, len);
    last->text = (struct sample_text){joined, last->text.len + len};
}

/* {+Q,-X}: r->at is behind the brace. */
static bool read_flags(struct reader *r, unsigned *flags)
{
    static const char letters[] = "QXE";
    bool on = true;
    for (; peek(r, 0) != '}'; r->at++) {
        char c = peek(r, 0);
        const char *letter = c != '\0' ? strchr(letters, c) : NULL;
        if (c == '+' || c == '-')
            on = c == '+';
        else if (letter != NULL)
            *flags = on ? *flags | 1u << (letter - letters) : *flags & ~(1u << (letter - letters));
        else if (c == '\0') {
            CONF_FAIL(r->c->l, compiler_span_in(r->word, r->at, 1), "as in: %{+Q,-X}",
                      "the brace of flags is not closed");
            return false;
        } else if (c != ',')
            CONF_WARN(r->c->l, compiler_span_in(r->word, r->at, 1), "as in: %{+Q,-X}",
                      "'%c' is not a flag", c);
    }
    r->at++;
    return true;
}

static bool read_expr(struct reader *r, unsigned flags)
{
    size_t from = r->at++;
    const struct expr *e = expr_compile(r->c, r->word, &r->at, r->may_use);
    if (e == NULL)
        return false;
    if (peek(r, 0) != ']') {
        bool is_open = peek(r, 0) == '\0';
        CONF_FAIL(r->c->l, compiler_span_in(r->word, is_open ? from : r->at, 1),
                  "an expression ends with ']'",
                  is_open ? "this bracket is not closed" : "']' is expected here");
        return false;
    }
    r->at++;
    add(r, (struct format_piece){.expr = e, .flags = flags});
    return true;
}

static const struct format_token *find_token(const struct reader *r, const char *name)
{
    for (const struct format_token *const *table = r->c->tables->tokens; *table != NULL; table++) {
        for (const struct format_token *row = *table; row->name != NULL; row++) {
            if (strcmp(row->name, name) == 0)
                return row;
        }
    }
    return NULL;
}

static bool read_token(struct reader *r, unsigned flags)
{
    size_t from = r->at;
    while (isalnum((unsigned char)peek(r, 0)))
        r->at++;
    const char *name = arena_copy_bytes(r->c->l->scratch, r->word->text + from, r->at - from);
    if (strcmp(name, "o") == 0) {
        r->flags = flags;
        return true;
    }
    const struct format_token *row = find_token(r, name);
    bool is_there = (r->may_use & USE_PROBE) == 0 || (row != NULL && (row->use & USE_PROBE) != 0);
    if (row != NULL && is_there) {
        add(r, (struct format_piece){.token = row, .flags = flags});
        return true;
    }
    if (row != NULL) {
        CONF_FAIL(r->c->l, compiler_span_in(r->word, from - 1, r->at - from + 1),
                  "of these there are %b, %s and %H", "'%%%s' is not there in %s", name,
                  compiler_where(r->c));
        return false;
    }
    CONF_FAIL(r->c->l, compiler_span_in(r->word, from - 1, r->at - from + 1),
              "a percent sign itself is %%", "unknown format '%%%s'", name);
    return false;
}

/* Behind the '%'. */
static bool read_special(struct reader *r)
{
    unsigned flags = r->flags;
    if (peek(r, 0) == '%' || peek(r, 0) == '"') {
        add_text(r, r->word->text + r->at, 1);
        r->at++;
        return true;
    }
    if (peek(r, 0) == '{') {
        r->at++;
        if (!read_flags(r, &flags))
            return false;
    }
    if (peek(r, 0) == '[')
        return read_expr(r, flags);
    if (isalpha((unsigned char)peek(r, 0)))
        return read_token(r, flags);
    CONF_FAIL(r->c->l, compiler_span_in(r->word, r->at - 1, 1), "a percent sign itself is %%",
              "neither a name nor an expression behind '%%'");
    return false;
}

/* In logs any run of blanks is one. */
static void read_blanks(struct reader *r)
{
    add(r, (struct format_piece){.text = {" ", 1}, .is_blank = true});
    r->at += strspn(r->word->text + r->at, " \t\r\n");
}

static bool read_all(struct reader *r)
{
    const char *stops = r->kind == FORMAT_LOG || r->kind == FORMAT_ID ? "% \t\r\n" : "%";
    while (peek(r, 0) != '\0') {
        size_t text = strcspn(r->word->text + r->at, stops);
        if (text > 0)
            add_text(r, r->word->text + r->at, text);
        r->at += text;
        if (peek(r, 0) != '%' && peek(r, 0) != '\0') {
            read_blanks(r);
        } else if (peek(r, 0) == '%') {
            r->at++;
            if (!read_special(r))
                return false;
        }
    }
    return true;
}

const struct format *format_compile_as(struct compiler *c, const struct conf_word *word,
                                       unsigned may_use, enum format_kind kind)
{
    struct reader r = {.c = c, .word = word, .may_use = may_use, .kind = kind};
    if (!read_all(&r))
        return NULL;
    struct format *f = arena_alloc(c->l->arena, sizeof *f);
    *f = (struct format){.pieces = r.pieces, .count = r.count, .kind = kind};
    if (r.count == 0)
        f->constant = (struct sample_text){"", 0};
    else if (r.count == 1 && r.pieces[0].expr == NULL && r.pieces[0].token == NULL)
        f->constant = r.pieces[0].text;
    return f;
}

const struct format *format_compile(struct compiler *c, const struct conf_word *word,
                                    unsigned may_use)
{
    return format_compile_as(c, word, may_use, FORMAT_HTTP);
}
