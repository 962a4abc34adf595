/* SPDX-License-Identifier: Apache-2.0 */
/* A scanner over one line; each take_* reads one thing and moves behind it. */
#include "config/haproxy/words.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct splitter {
    struct loader *l;
    const struct haproxy_env *env;
    const char *line;
    size_t len, at;
    struct conf_place start;
    char quote;      /* the quote we are within, or NUL */
    size_t opened;   /* where it was opened */
    size_t word_at;  /* where the word began */
    bool is_list;    /* "${NAME[*]}": may be no word at all */
    bool is_inlined; /* a variable of it can only be given as its value */
    char *text;      /* of the word so far, in the scratch arena */
    size_t text_len;
    char *written; /* the word with its variables, from the first of them on */
    size_t written_len;
    struct conf_word found[HAPROXY_WORDS_MAX];
    size_t count;
};

static char peek(const struct splitter *s, size_t ahead)
{
    return s->at + ahead < s->len ? s->line[s->at + ahead] : '\0';
}

static struct conf_span span_at(const struct splitter *s, size_t at, size_t width)
{
    struct conf_span span = {s->start, (unsigned)width};
    span.place.column += (unsigned)at;
    return span;
}

static void put_written(struct splitter *s, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        s->written = arena_list_grow(s->l->scratch, s->written, s->written_len, 1);
        s->written[s->written_len++] = text[i];
    }
}

/* A literal "${" is "$${", so that it is no variable. */
static void put_literal(struct splitter *s, char c)
{
    if (c == '{' && s->written_len > 0 && s->written[s->written_len - 1] == '$')
        put_written(s, "$", 1);
    put_written(s, &c, 1);
}

static void put_text(struct splitter *s, char c)
{
    s->text = arena_list_grow(s->l->scratch, s->text, s->text_len, 1);
    s->text[s->text_len++] = c;
}

static void put(struct splitter *s, char c)
{
    put_text(s, c);
    if (s->written_len > 0)
        put_literal(s, c);
}

static void word_add(struct splitter *s, const char *text, size_t len, size_t end)
{
    s->found[s->count++] = (struct conf_word){
        .text = arena_copy_bytes(s->l->arena, text, len),
        .kind = CONF_WORD_TEXT,
        .span = span_at(s, s->word_at, end - s->word_at),
    };
}

static bool word_end(struct splitter *s, size_t end)
{
    if (s->count == HAPROXY_WORDS_MAX) {
        CONF_FAIL(s->l, span_at(s, s->word_at, 1), "quote what belongs together",
                  "more than %d words in a line", HAPROXY_WORDS_MAX);
        return false;
    }
    word_add(s, s->text_len > 0 ? s->text : "", s->text_len, end);
    if (s->written_len > 0 && !s->is_inlined)
        loader_add_template(s->l, s->found[s->count - 1].text,
                            arena_copy_bytes(s->l->scratch, s->written, s->written_len));
    s->text_len = s->written_len = 0;
    return true;
}

/* \n \r \t \xNN, and characters that would mean something; any other backslash stands for itself.
 */
static bool take_escape(struct splitter *s)
{
    static const char letters[] = "nrt", bytes[] = "\n\r\t";
    char next = peek(s, 1);
    const char *letter = next != '\0' ? strchr(letters, next) : NULL;
    if (next == 'x') {
        const char hex[3] = {peek(s, 2), peek(s, 2) != '\0' ? peek(s, 3) : '\0', '\0'};
        if (!isxdigit((unsigned char)hex[0]) || !isxdigit((unsigned char)hex[1])) {
            CONF_FAIL(s->l, span_at(s, s->at, 2), "as in \\x41; a backslash itself is \\\\",
                      "two hexadecimal digits must follow \\x");
            return false;
        }
        put(s, (char)strtoul(hex, NULL, 16));
        s->at += 4;
        return true;
    }
    if (letter != NULL)
        put(s, bytes[letter - letters]);
    else if (next != '\0' && (strchr(" \\#\"'", next) != NULL || (next == '$' && s->quote == '"')))
        put(s, next);
    else {
        put(s, '\\');
        s->at++;
        return true;
    }
    s->at += 2;
    return true;
}

/* Writes a variable as such; false where only its value will do: the file itself has set it, or a
 * dollar sign before it would hide it. */
static bool put_variable(struct splitter *s, const char *name, const char *otherwise)
{
    bool after_dollar = s->text_len > 0 && s->text[s->text_len - 1] == '$';
    size_t before = s->written_len == 0 ? s->text_len : 0;
    if (haproxy_env_is_changed(s->env, name) || after_dollar)
        return false;
    for (size_t i = 0; i < before; i++)
        put_literal(s, s->text[i]);
    const char *text = *otherwise != '\0' ? arena_printf(s->l->scratch, "${%s-%s}", name, otherwise)
                                          : arena_printf(s->l->scratch, "${%s}", name);
    put_written(s, text, strlen(text));
    return true;
}

/* "[*]": each blank in the value begins a new word. */
static bool put_words(struct splitter *s, const char *value)
{
    for (; *value != '\0'; value++) {
        if (!isspace((unsigned char)*value))
            put(s, *value);
        else if (s->text_len > 0 && !word_end(s, s->at))
            return false;
    }
    return true;
}

static void put_value(struct splitter *s, const char *name, const char *otherwise)
{
    const char *value = haproxy_env_get(s->env, name);
    bool is_kept = put_variable(s, name, otherwise);
    for (const char *c = value != NULL ? value : otherwise; *c != '\0'; c++)
        (is_kept ? put_text : put)(s, *c);
}

/* $NAME ${NAME} ${NAME-default} ${NAME[*]} */
static bool take_variable(struct splitter *s)
{
    size_t begin = s->at++;
    bool in_braces = peek(s, 0) == '{', in_words = false;
    s->at += in_braces;
    size_t name_at = s->at;
    while (haproxy_env_names(peek(s, 0)))
        s->at++;
    size_t name_len = s->at - name_at;
    if (name_len == 0 || isdigit((unsigned char)s->line[name_at])) {
        CONF_FAIL(s->l, span_at(s, begin, s->at - begin),
                  "a variable is \"$NAME\" or \"${NAME}\"; a dollar sign itself is \\$",
                  "no name of a variable after '$'");
        return false;
    }
    const char *name = arena_copy_bytes(s->l->scratch, s->line + name_at, name_len);
    const char *otherwise = "";
    if (in_braces && peek(s, 0) == '[' && peek(s, 1) == '*' && peek(s, 2) == ']') {
        in_words = s->is_list = s->is_inlined = true;
        s->at += 3;
    }
    if (in_braces && peek(s, 0) == '-') {
        size_t from = ++s->at;
        while (s->at < s->len && peek(s, 0) != '}')
            s->at++;
        otherwise = arena_copy_bytes(s->l->scratch, s->line + from, s->at - from);
    }
    if (in_braces && peek(s, 0) != '}') {
        CONF_FAIL(s->l, span_at(s, begin, s->at - begin), "write \"${NAME}\"",
                  "the brace of '${%s' is not closed", name);
        return false;
    }
    s->at += in_braces;
    if (!in_words) {
        put_value(s, name, otherwise);
        return true;
    }
    const char *value = haproxy_env_get(s->env, name);
    return put_words(s, value != NULL ? value : otherwise);
}

/* One character, or what stands for one. */
static bool take_one(struct splitter *s)
{
    char c = peek(s, 0);
    if (c == '\\' && s->quote != '\'')
        return take_escape(s);
    if (c == '$' && s->quote == '"')
        return take_variable(s);
    if (c == s->quote && c != '\0')
        s->quote = '\0';
    else if (s->quote == '\0' && (c == '"' || c == '\'')) {
        s->quote = c;
        s->opened = s->at;
    } else {
        put(s, c);
    }
    s->at++;
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static bool take_word(struct splitter *s)
{
    s->word_at = s->at;
    s->is_list = s->is_inlined = false;
    while (s->at < s->len && (s->quote != '\0' || (!is_blank(peek(s, 0)) && peek(s, 0) != '#'))) {
        if (!take_one(s))
            return false;
    }
    if (s->quote != '\0') {
        CONF_FAIL(s->l, span_at(s, s->opened, 1), "close it on the same line, or write \\\" or \\'",
                  "this quote is never closed");
        return false;
    }
    return (s->is_list && s->text_len == 0) || word_end(s, s->at);
}

/* Nearly all words: nothing in them stands for something else. False leaves the word to
 * take_word(). */
static bool take_plain_word(struct splitter *s)
{
    static const bool ends[256] = {[' '] = true,  ['\t'] = true, ['\r'] = true, ['#'] = true,
                                   ['\\'] = true, ['"'] = true,  ['\''] = true};
    size_t end = s->at;
    while (end < s->len && !ends[(unsigned char)s->line[end]])
        end++;
    if ((end < s->len && !is_blank(s->line[end]) && s->line[end] != '#') ||
        s->count == HAPROXY_WORDS_MAX)
        return false;
    s->word_at = s->at;
    word_add(s, s->line + s->at, end - s->at, end);
    s->at = end;
    return true;
}

static bool split(struct splitter *s)
{
    for (;;) {
        while (is_blank(peek(s, 0)))
            s->at++;
        if (s->at >= s->len || peek(s, 0) == '#')
            return true;
        if (!take_plain_word(s) && !take_word(s))
            return false;
    }
}

bool haproxy_words_split(struct loader *l, const struct haproxy_env *env, const char *line,
                         size_t len, struct conf_place start, struct haproxy_words *words_out)
{
    struct splitter s; /* not initialized as a whole: `found` is large */
    s.l = l;
    s.env = env;
    s.line = line;
    s.len = len;
    s.at = s.opened = s.word_at = s.text_len = s.written_len = s.count = 0;
    s.start = start;
    s.quote = '\0';
    s.is_list = s.is_inlined = false;
    s.text = s.written = NULL;
    *words_out = (struct haproxy_words){0};
    if (!split(&s))
        return false;
    words_out->count = s.count;
    words_out->comment_at = s.at;
    words_out->items = arena_alloc(l->scratch, s.count * sizeof *s.found);
    memcpy(words_out->items, s.found, s.count * sizeof *s.found);
    return true;
}
