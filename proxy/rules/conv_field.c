/* SPDX-License-Identifier: Apache-2.0 */
/* Converters that take texts apart at delimiters, put them together, compare and replace. */
#include "proxy/base/regex.h"
#include "proxy/rules/compiler.h"
#include "proxy/rules/conv_priv.h"

#include <string.h>

/* ---- field, word ----------------------------------------------------------------------------------- */

static bool is_delimiter(char c, struct sample_text delimiters)
{
    return delimiters.len > 0 && memchr(delimiters.data, c, delimiters.len) != NULL;
}

/* A walk over a text from either end: the n-th character from where the walk begins. */
struct walk {
    struct sample_text text, delimiters;
    bool backward;
};

static bool delimiter_at(const struct walk *w, size_t n)
{
    return is_delimiter(w->text.data[w->backward ? w->text.len - 1 - n : n], w->delimiters);
}

/* The slice from the walk's position `from` to `to`. */
static void take_slice(const struct walk *w, size_t from, size_t to, struct sample *s)
{
    const char *data = w->text.data + (w->backward ? w->text.len - to : from);
    sample_set_text(s, SAMPLE_STRING, data, to - from);
}

static size_t field_end(const struct walk *w, size_t at)
{
    while (at < w->text.len && !delimiter_at(w, at))
        at++;
    return at;
}

static size_t skip_delimiters(const struct walk *w, size_t at)
{
    while (at < w->text.len && delimiter_at(w, at))
        at++;
    return at;
}

/* The arguments (index, delimiters, count) as a walk; count 0 or less is as many as there are. */
static struct walk walk_start(const struct arg *args, const struct sample *s, long long *wanted,
                              long long *count)
{
    *wanted = args[0].integer < 0 ? -args[0].integer : args[0].integer;
    *count = args[2].type == ARG_NONE ? 1 : args[2].integer;
    return (struct walk){s->text, args[1].text, args[0].integer < 0};
}

static bool field(struct sample_env *env, const struct converter *row, const struct arg *args,
                  struct sample *s)
{
    (void)env, (void)row;
    long long wanted, count, n = 1;
    struct walk w = walk_start(args, s, &wanted, &count);
    size_t from = 0, end = field_end(&w, 0);
    for (; n < wanted && end < w.text.len; n++) {
        from = end + 1;
        end = field_end(&w, from);
    }
    if (n != wanted)
        return false;
    for (n = 1; n != count && end < w.text.len; n++)
        end = field_end(&w, end + 1);
    take_slice(&w, from, end, s);
    return true;
}

static bool word(struct sample_env *env, const struct converter *row, const struct arg *args,
                 struct sample *s)
{
    (void)env, (void)row;
    long long wanted, count, n = 1;
    struct walk w = walk_start(args, s, &wanted, &count);
    size_t from = skip_delimiters(&w, 0), next;
    for (; n < wanted && from < w.text.len; n++)
        from = skip_delimiters(&w, field_end(&w, from));
    size_t end = field_end(&w, from); /* where there is no such word it is empty */
    for (n = 1; n != count && (next = skip_delimiters(&w, end)) < w.text.len; n++)
        end = field_end(&w, next);
    take_slice(&w, from, end, s);
    return true;
}

static bool check_index(struct compiler *c, struct arg *args, unsigned count, int value)
{
    (void)count, (void)value;
    if (args[0].integer == 0) {
        CONF_FAIL(c->l, args[0].span, "1 is the first, -1 the last", "there is none of index 0");
        return false;
    }
    if (args[1].text.len > 0)
        return true;
    CONF_FAIL(c->l, args[1].span, "as in: word(2,/)", "without delimiters there is one part only");
    return false;
}

/* ---- concat, add_item ------------------------------------------------------------------------------ */

static struct sample_text argument_text(const struct arg *arg)
{
    return arg->type == ARG_NONE ? (struct sample_text){"", 0} : arg->text;
}

static bool join(struct sample_env *env, const struct sample_text *parts, size_t count,
                 struct sample *s)
{
    size_t len = 0, at = 0;
    for (size_t i = 0; i < count; i++)
        len += parts[i].len;
    char *joined = sample_scratch_take(env, len);
    if (joined == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        memcpy(joined + at, parts[i].data, parts[i].len);
        at += parts[i].len;
    }
    sample_set_text(s, SAMPLE_STRING, joined, len);
    return true;
}

/* The variable's value as a text; empty if it is not there. */
static struct sample_text variable_text(struct sample_env *env, const struct arg *arg)
{
    struct sample value;
    return operand_get(env, arg, SAMPLE_STRING, &value) ? value.text : (struct sample_text){"", 0};
}

static bool concat(struct sample_env *env, const struct converter *row, const struct arg *args,
                   struct sample *s)
{
    (void)row;
    const struct sample_text parts[] = {s->text, argument_text(&args[0]),
                                        variable_text(env, &args[1]), argument_text(&args[2])};
    return join(env, parts, 4, s);
}

/* The delimiter only between two things. */
static bool add_item(struct sample_env *env, const struct converter *row, const struct arg *args,
                     struct sample *s)
{
    (void)row;
    struct sample_text value = variable_text(env, &args[1]), suffix = argument_text(&args[2]);
    bool delimits = s->text.len > 0 && value.len + suffix.len > 0;
    const struct sample_text parts[] = {
        s->text, delimits ? args[0].text : (struct sample_text){"", 0}, value, suffix};
    return join(env, parts, 4, s);
}

static bool check_middle_var(struct compiler *c, struct arg *args, unsigned count, int value)
{
    (void)value;
    return count < 2 || operand_var(c, &args[1]);
}

static bool check_add_item(struct compiler *c, struct arg *args, unsigned count, int value)
{
    if (!check_middle_var(c, args, count, value))
        return false;
    if (args[1].type != ARG_NONE || (args[2].type != ARG_NONE && args[2].text.len > 0))
        return true;
    CONF_FAIL(c->l, args[0].span, "add_item(<delimiter>,[<variable>][,<suffix>])",
              "'add_item' needs a variable or a suffix");
    return false;
}

/* ---- comparing ------------------------------------------------------------------------------------- */

static bool compare(struct sample_env *env, const struct converter *row, const struct arg *args,
                    struct sample *s)
{
    (void)row;
    struct sample other;
    if (!operand_get(env, &args[0], SAMPLE_STRING, &other))
        return false;
    size_t least = s->text.len < other.text.len ? s->text.len : other.text.len;
    int order = memcmp(s->text.data, other.text.data, least);
    if (order == 0)
        order = (s->text.len > other.text.len) - (s->text.len < other.text.len);
    sample_set_int(s, order);
    return true;
}

/* Takes as long whatever the bytes are, so that a secret cannot be guessed piece by piece. */
static bool compare_secretly(struct sample_env *env, const struct converter *row,
                             const struct arg *args, struct sample *s)
{
    (void)row;
    struct sample other;
    volatile unsigned char difference = 0;
    if (!operand_get(env, &args[0], SAMPLE_BINARY, &other))
        return false;
    bool same_length = other.text.len == s->text.len;
    for (size_t i = 0; same_length && i < s->text.len; i++)
        difference = (unsigned char)(difference | (s->text.data[i] ^ other.text.data[i]));
    sample_set_bool(s, same_length && difference == 0);
    return true;
}

static bool check_var(struct compiler *c, struct arg *args, unsigned count, int value)
{
    (void)count, (void)value;
    if (args[0].text.len > 0)
        return operand_var(c, &args[0]);
    CONF_FAIL(c->l, args[0].span, "as in: strcmp(txn.name)", "the name of a variable is missing");
    return false;
}

/* ---- regsub ---------------------------------------------------------------------------------------- */

struct substitution {
    const struct regex *regex;
    const char *replacement;
    bool everywhere;
};

/* Copies what lies before a match and the replacement; the new length, or -1. */
static long substitute_once(const struct substitution *sub, struct sample_text rest,
                            const struct regex_group *groups, char *out, size_t room)
{
    if (groups[0].from > room)
        return -1;
    memcpy(out, rest.data, groups[0].from);
    long len = regex_expand(sub->replacement, rest.data, groups, out + groups[0].from,
                            room - groups[0].from);
    return len < 0 ? -1 : len + (long)groups[0].from;
}

/* The rest of a text after its matches were replaced; *used grows. False when the room is at its end. */
static bool substitute(const struct substitution *sub, struct sample_text *rest, char *out,
                       size_t room, size_t *used)
{
    struct regex_group groups[REGEX_GROUPS_MAX];
    bool is_inside = false; /* there ^ no longer matches */
    while (regex_search_at(sub->regex, rest->data, rest->len, is_inside, groups)) {
        long len = substitute_once(sub, *rest, groups, out + *used, room - *used);
        if (len < 0)
            return false;
        *used += (size_t)len;
        rest->data += groups[0].to;
        rest->len -= groups[0].to;
        is_inside = true;
        if (!sub->everywhere || rest->len == 0)
            return true;
        if (groups[0].to == groups[0].from) { /* of nothing: the next one is behind the next byte */
            if (*used == room)
                return false;
            out[(*used)++] = *rest->data++;
            rest->len--;
        }
    }
    return true;
}

static bool regsub(struct sample_env *env, const struct converter *row, const struct arg *args,
                   struct sample *s)
{
    (void)row;
    const struct substitution *sub = args[0].own;
    struct sample_text rest = s->text;
    size_t room = env->scratch->size - env->scratch->used, used = 0;
    char *out = env->scratch->base + env->scratch->used;
    if (!substitute(sub, &rest, out, room, &used) || rest.len > room - used)
        return false;
    memcpy(out + used, rest.data, rest.len);
    used += rest.len;
    env->scratch->used += used;
    sample_set_text(s, SAMPLE_STRING, out, used);
    return true;
}

/* regsub(<regex>,<replacement>[,<flags>]): i ignores case, g replaces all. */
static bool check_regsub(struct compiler *c, struct arg *args, unsigned count, int value)
{
    (void)value;
    struct substitution *sub = arena_alloc(c->l->arena, sizeof *sub);
    const char *pattern = arena_copy_bytes(c->l->scratch, args[0].text.data, args[0].text.len);
    const char *flags = count > 2 && args[2].type != ARG_NONE
                            ? arena_copy_bytes(c->l->scratch, args[2].text.data, args[2].text.len)
                            : "";
    if (*pattern == '\0') {
        CONF_FAIL(c->l, args[0].span, "regsub(<regex>,<replacement>[,<flags>])",
                  "the regular expression of 'regsub' is missing");
        return false;
    }
    if (flags[strspn(flags, "ig")] != '\0') {
        CONF_FAIL(c->l, args[2].span, "i (ignore case), g (everywhere)",
                  "'%s' are no flags of regsub", flags);
        return false;
    }
    sub->replacement = arena_copy_bytes(c->l->arena, args[1].text.data, args[1].text.len);
    sub->everywhere = strchr(flags, 'g') != NULL;
    sub->regex = compiler_regex(c, pattern, strchr(flags, 'i') != NULL, args[0].span);
    args[0].own = sub;
    return sub->regex != NULL;
}

/* clang-format off */
const struct converter field_converters[] = {
    {.name = "field", .in = SAMPLE_STRING, .out = SAMPLE_STRING, .args = {{ARG_INT, ARG_STRING, ARG_INT}, 2}, .run = field, .check = check_index,
     .since = "1.6", .doc = "The n-th part between delimiters, from the end if n is negative; empty parts count. The third argument takes more parts, 0 all."},
    {.name = "word", .in = SAMPLE_STRING, .out = SAMPLE_STRING, .args = {{ARG_INT, ARG_STRING, ARG_INT}, 2}, .run = word, .check = check_index,
     .since = "1.6", .doc = "The n-th word between delimiters, from the end if n is negative; empty ones do not count. The third argument takes more words, 0 all."},
    {.name = "concat", .in = SAMPLE_STRING, .out = SAMPLE_STRING, .args = {{ARG_STRING, ARG_OWN, ARG_STRING}, 0}, .run = concat,
     .check = check_middle_var, .since = "1.9", .doc = "With a text, a variable and another text behind it."},
    {.name = "add_item", .in = SAMPLE_STRING, .out = SAMPLE_STRING, .args = {{ARG_STRING, ARG_OWN, ARG_STRING}, 2}, .run = add_item,
     .check = check_add_item, .since = "2.6", .doc = "With a variable and a text behind it, and a delimiter before those unless it is empty."},
    {.name = "strcmp", .in = SAMPLE_STRING, .out = SAMPLE_INT, .args = {{ARG_OWN}, 1}, .run = compare, .check = check_var,
     .since = "1.8", .doc = "Compared with a variable: 0 if both are the same, below 0 if it comes first."},
    {.name = "secure_memcmp", .in = SAMPLE_BINARY, .out = SAMPLE_BOOL, .args = {{ARG_OWN}, 1}, .run = compare_secretly,
     .check = check_var, .since = "2.2", .doc = "Whether it is the same as a variable, in a time that tells nothing."},
    {.name = "regsub", .in = SAMPLE_STRING, .out = SAMPLE_STRING, .args = {{ARG_OWN, ARG_STRING, ARG_STRING}, 2}, .run = regsub,
     .check = check_regsub, .since = "1.6", .doc = "With what a regular expression matches replaced; flags g: everywhere, i: ignoring case."},
    {.name = NULL},
};
/* clang-format on */
