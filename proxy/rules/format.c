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
    size_t start, len; /* of the text, in the scratch */
    bool ends_blank;   /* a blank would be one too many */
};

/* The bytes may lie in the scratch behind the text. */
static bool put(struct writer *w, const char *data, size_t len)
{
    struct sample_scratch *scratch = w->env->scratch;
    char *to = scratch->base + w->start + w->len;
    if (len > scratch->size - w->start - w->len)
        return false;
    if (len == 1)
        *to = *data;
    else if (data != to) /* a value made for this place stands there already */
        memmove(to, data, len);
    w->len += len;
    return true;
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
    VALUE_RAW,  /* neither quotes nor flags, and if it is empty not even a dash */
    VALUE_MISSING,
};

static enum value value_text(const struct format_piece *piece, struct sample_env *env,
                             struct sample_text *out)
{
    struct sample s = {0};
    *out = (struct sample_text){"", 0};
    bool found = piece->expr != NULL ? expr_run(piece->expr, env, &s)
                                     : piece->token->run(env, piece->token, &s);
    if (found && s.type == SAMPLE_NONE) {
        *out = s.text;
        return VALUE_RAW;
    }
    bool is_hex = piece->token != NULL && (piece->flags & FLAG_HEX) != 0;
    bool is_bare = s.type == SAMPLE_INT || (is_hex && s.type != SAMPLE_STRING);
    if (found && is_hex)
        found = to_hex(&s, env);
    if (!found || !sample_cast(&s, SAMPLE_STRING, env))
        return VALUE_MISSING;
    *out = s.text;
    if (piece->token != NULL)
        return is_bare ? VALUE_BARE : VALUE_THERE;
    return out->len > 0 ? VALUE_THERE : VALUE_MISSING;
}

static bool put_value(struct writer *w, const struct format *f, const struct format_piece *piece)
{
    struct sample_text text;
    bool in_quotes =
        (piece->flags & FLAG_QUOTE) != 0 && (!is_for_messages(f->kind) || piece->token != NULL);
    w->env->in_quotes = in_quotes;
    enum value value = value_text(piece, w->env, &text);
    if (value == VALUE_RAW && text.len == 0)
        return true;
    in_quotes = in_quotes && value != VALUE_RAW && value != VALUE_BARE;
    if (!encode(f, piece->flags, w->env, &text))
        return false;
    w->ends_blank = false;
    if (value == VALUE_MISSING && f->kind == FORMAT_LOG && !in_quotes)
        return put(w, "-", 1);
    if (!in_quotes)
        return put(w, text.data, text.len);
    size_t quote_at = w->len++; /* after the text was moved, which may begin there */
    if (!put(w, text.data, text.len) || !put(w, "\"", 1))
        return false;
    w->env->scratch->base[w->start + quote_at] = '"';
    return true;
}

static bool put_piece(struct writer *w, const struct format *f, const struct format_piece *piece)
{
    if (piece->expr != NULL || piece->token != NULL)
        return put_value(w, f, piece);
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
    struct writer w = {.env = env, .start = env->scratch->used, .ends_blank = true};
    for (size_t i = 0; i < f->count; i++) {
        if (!put_piece(&w, f, &f->pieces[i]))
            return NULL;
        env->scratch->used = w.start + w.len;
    }
    if (!put(&w, "", 1))
        return NULL;
    env->scratch->used = w.start + w.len;
    *len_out = w.len - 1;
    return env->scratch->base + w.start;
}

const char *format_constant(const struct format *f)
{
    return f->constant.data;
}
