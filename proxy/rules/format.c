/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Format strings: pieces of text, expressions and tokens, read once and written one behind the other.
 *
 *   user-%[req.hdr(x-user),lower] from %{+Q}ci, 100 %%
 *
 * The text grows at the place in the scratch where the first piece was written; what a piece needed
 * beyond that is given back before the next.
 */
#include <stdio.h>
#include <string.h>

#include "proxy/rules/format_priv.h"

struct writer {
    struct sample_env *env;
    char *at, *end;  /* behind the text, and of the scratch that it lies in */
    bool ends_blank; /* a blank would be one too many */
};

/* The bytes may lie in the scratch behind the text. */
static bool put(struct writer *w, const char *data, size_t len)
{
    if (len > (size_t)(w->end - w->at))
        return false;
    if (len == 1)
        *w->at = *data;
    else if (data != w->at) /* a value made for this place stands there already */
        memmove(w->at, data, len);
    w->at += len;
    return true;
}

/* Without the way through a text of its own: a log line has a dozen of them, most of one digit. */
static bool put_number(struct writer *w, long long number)
{
    char digits[20], *first = digits + sizeof digits;
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    do
        *--first = (char)('0' + rest % 10);
    while ((rest /= 10) != 0);
    return (number >= 0 || put(w, "-", 1)) &&
           put(w, first, (size_t)(digits + sizeof digits - first));
}

static bool is_for_messages(enum format_kind kind)
{
    return kind == FORMAT_HTTP || kind == FORMAT_ID;
}

static bool must_encode(enum format_kind kind, unsigned flags, char c)
{
    if (is_for_messages(kind) && (((unsigned char)c < ' ' && c != '\t') || c == 0x7f))
        return true;
    return (flags & FLAG_ESCAPE) != 0 && strchr("\"\\]", c) != NULL && c != '\0';
}

/* Few values need it; they are written anew behind the text. */
static bool encode(const struct format *f, unsigned flags, struct sample_env *env,
                   struct sample_text *text)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t extra = 0, len = 0;
    if (!is_for_messages(f->kind) && (flags & FLAG_ESCAPE) == 0)
        return true;
    for (size_t i = 0; i < text->len; i++)
        extra += must_encode(f->kind, flags, text->data[i]);
    if (extra == 0)
        return true;
    char *out = sample_scratch_take(env, text->len + 2 * extra);
    if (out == NULL)
        return false;
    for (size_t i = 0; i < text->len; i++) {
        char c = text->data[i];
        if (!must_encode(f->kind, flags, c)) {
            out[len++] = c;
        } else if (strchr("\"\\]", c) == NULL || c == '\0') {
            out[len++] = '%';
            out[len++] = digits[(unsigned char)c >> 4];
            out[len++] = digits[(unsigned char)c & 15];
        } else {
            out[len++] = '\\';
            out[len++] = c;
        }
    }
    *text = (struct sample_text){out, len};
    return true;
}

static bool address_to_hex(struct sample *s, const struct sample_env *env)
{
    char text[2 * sizeof s->ipv6 + 1];
    for (size_t i = 0; i < sizeof s->ipv6; i++)
        snprintf(text + 2 * i, 3, "%02X", s->ipv6.s6_addr[i]);
    return sample_set_copy(s, env, SAMPLE_STRING, text, sizeof text - 1);
}

static bool to_hex(struct sample *s, const struct sample_env *env)
{
    static const char digits[] = "0123456789ABCDEF";
    char text[16];
    size_t at = sizeof text;
    if (s->type == SAMPLE_IPV6)
        return address_to_hex(s, env);
    if (s->type != SAMPLE_INT && s->type != SAMPLE_IPV4)
        return true;
    size_t least = s->type == SAMPLE_IPV4 ? 8 : 4;
    (void)sample_cast(s, SAMPLE_INT, env);
    for (uint64_t rest = (uint64_t)s->integer; rest != 0 || sizeof text - at < least; rest >>= 4)
        text[--at] = digits[rest & 15];
    return sample_set_copy(s, env, SAMPLE_STRING, text + at, sizeof text - at);
}

/* What a piece has to say. */
enum value {
    VALUE_THERE,
    VALUE_BARE, /* of a token: a number, or an address in hexadecimal: no quotes */
    VALUE_RAW,  /* as it is: flags change nothing, and if it is empty there is not even a dash */
    VALUE_MISSING,
};

static enum value value_text(const struct format_piece *piece, struct sample_env *env, bool found,
                             struct sample *s, struct sample_text *out)
{
    *out = (struct sample_text){"", 0};
    if (found && s->type == SAMPLE_NONE) {
        *out = s->text;
        return VALUE_RAW;
    }
    bool is_hex = piece->token != NULL && (piece->flags & FLAG_HEX) != 0 &&
                  (piece->token->in_hex || s->type != SAMPLE_INT);
    bool is_bare = s->type == SAMPLE_INT || (is_hex && s->type != SAMPLE_STRING);
    if (found && is_hex)
        found = to_hex(s, env);
    if (!found || !sample_cast(s, SAMPLE_STRING, env))
        return VALUE_MISSING;
    *out = s->text;
    if (piece->token != NULL)
        return is_bare ? VALUE_BARE : VALUE_THERE;
    return out->len > 0 ? VALUE_THERE : VALUE_MISSING;
}

/* Any value, with any flags. */
static bool put_sample(struct writer *w, const struct format *f, const struct format_piece *piece,
                       bool found, struct sample *s)
{
    struct sample_text text;
    bool in_quotes = w->env->in_quotes;
    enum value value = value_text(piece, w->env, found, s, &text);
    if (value == VALUE_RAW && text.len == 0)
        return true;
    in_quotes = in_quotes && value != VALUE_RAW && value != VALUE_BARE;
    if (value != VALUE_RAW && !encode(f, piece->flags, w->env, &text))
        return false;
    w->ends_blank = false;
    if (value == VALUE_MISSING && f->kind == FORMAT_LOG && !in_quotes)
        return put(w, "-", 1);
    if (!in_quotes)
        return put(w, text.data, text.len);
    if (w->at == w->end)
        return false;
    char *quote_at = w->at++; /* written when the text has been moved, which may begin there */
    if (!put(w, text.data, text.len) || !put(w, "\"", 1))
        return false;
    *quote_at = '"';
    return true;
}

static bool put_expr(struct writer *w, const struct format *f, const struct format_piece *piece)
{
    struct sample s = {0};
    w->env->in_quotes = (piece->flags & FLAG_QUOTE) != 0 && !is_for_messages(f->kind);
    bool found = expr_run(piece->expr, w->env, &s);
    return put_sample(w, f, piece, found, &s);
}

/* Most are numbers and texts that no flag changes. */
static bool put_token(struct writer *w, const struct format *f, const struct format_piece *piece)
{
    struct sample s = {0};
    w->env->in_quotes = (piece->flags & FLAG_QUOTE) != 0;
    w->env->escapes = (piece->flags & FLAG_ESCAPE) != 0;
    bool found = piece->token->run(w->env, piece->token, &s);
    bool is_plain = found && f->kind == FORMAT_LOG && (piece->flags & ~(unsigned)FLAG_QUOTE) == 0;
    if (is_plain && s.type == SAMPLE_INT) {
        w->ends_blank = false;
        return put_number(w, s.integer);
    }
    if (is_plain && s.type == SAMPLE_STRING && piece->flags == 0) {
        w->ends_blank = false;
        return put(w, s.text.data, s.text.len);
    }
    return put_sample(w, f, piece, found, &s);
}

static bool put_text(struct writer *w, const struct format_piece *piece)
{
    if (piece->is_blank && w->ends_blank)
        return true;
    w->ends_blank = piece->is_blank;
    return put(w, piece->text.data, piece->text.len);
}

const char *format_text(const struct format *f, struct sample_env *env, size_t *len_out)
{
    if (f->constant.data != NULL) {
        *len_out = f->constant.len;
        return f->constant.data;
    }
    struct sample_scratch *scratch = env->scratch;
    char *start = scratch->base + scratch->used;
    struct writer w = {env, start, scratch->base + scratch->size, true};
    for (size_t i = 0; i < f->count; i++) {
        const struct format_piece *piece = &f->pieces[i];
        bool done = piece->token != NULL  ? put_token(&w, f, piece)
                    : piece->expr != NULL ? put_expr(&w, f, piece)
                                          : put_text(&w, piece);
        if (!done)
            return NULL;
        scratch->used = (size_t)(w.at - scratch->base);
    }
    if (!put(&w, "", 1))
        return NULL;
    scratch->used++;
    *len_out = (size_t)(w.at - 1 - start);
    return start;
}

const char *format_constant(const struct format *f)
{
    return f->constant.data;
}
