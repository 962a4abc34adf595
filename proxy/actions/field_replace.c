/* SPDX-License-Identifier: Apache-2.0 */
/* Actions that change the values of header fields, by regular expression: replace-header, replace-value. */
#include "config/loader.h"
#include "proxy/actions/field_priv.h"
#include "proxy/actions/rows.h"
#include "proxy/base/regex.h"
#include "proxy/rules/compiler.h"
#include "proxy/rules/expr.h"
#include "proxy/rules/trace.h"

static const void *compile_replace(struct compiler *c, const struct action *row,
                                   struct rule_words *words, const char *parens)
{
    struct field_edit *edit = field_compile_name(c, words);
    const struct conf_word *word =
        edit != NULL ? rule_words_next(c, words, "the regular expression") : NULL;
    (void)row, (void)parens;
    if (word == NULL)
        return NULL;
    edit->regex = compiler_regex(c, word->text, false, word->span);
    return edit->regex != NULL && field_compile_value(c, words, edit) ? edit : NULL;
}

/* What the format makes of a match, then the groups in it. NULL: no match; is_full_out: no room. */
static const char *replace(struct sample_env *env, const struct field_edit *edit,
                           struct sample_text from, size_t *len_out, bool *is_full_out)
{
    struct regex_group groups[REGEX_GROUPS_MAX];
    size_t room = env->stream->thread->buffer_bytes, len;
    *is_full_out = false;
    if (!regex_search(edit->regex, from.data, from.len, groups))
        return NULL;
    const char *text = format_text(edit->value, env, &len);
    char *to = sample_scratch_take(env, room);
    long made = text != NULL && to != NULL ? regex_expand(text, from.data, groups, to, room) : -1;
    *is_full_out = made < 0;
    *len_out = (size_t)made;
    return made < 0 ? NULL : to;
}

/* A line's value that is written anew, part by part. */
struct rewriting {
    char *to;
    size_t len, room;
    bool is_full, has_changed;
};

static void put(struct rewriting *w, const char *data, size_t len)
{
    if (w->is_full || len > w->room - w->len) {
        w->is_full = true;
        return;
    }
    memcpy(w->to + w->len, data, len);
    w->len += len;
}

/* A part that fits loses the blanks around it, as with HAProxy. */
static void rewrite_part(struct sample_env *env, const struct field_edit *edit, const char *from,
                         const char *end, struct rewriting *w)
{
    const char *at = from, *to = end;
    size_t len, used = env->scratch->used;
    while (at < to && (*at == ' ' || *at == '\t'))
        at++;
    while (to > at && (to[-1] == ' ' || to[-1] == '\t'))
        to--;
    const char *made =
        replace(env, edit, (struct sample_text){at, (size_t)(to - at)}, &len, &w->is_full);
    w->has_changed = w->has_changed || made != NULL;
    if (made != NULL)
        put(w, made, len);
    else
        put(w, from, (size_t)(end - from));
    env->scratch->used = used;
}

/* Each comma separated part is replaced by itself; NULL: none was. */
static const char *replace_parts(struct sample_env *env, const struct field_edit *edit,
                                 struct sample_text line, size_t *len_out, bool *is_full_out)
{
    struct rewriting w = {.room = env->stream->thread->buffer_bytes};
    const char *at = line.data, *end = at + line.len;
    w.to = sample_scratch_take(env, w.room);
    w.is_full = w.to == NULL;
    while (at <= end && !w.is_full) {
        const char *stop = http_value_end(at, end);
        rewrite_part(env, edit, at, stop, &w);
        if (stop < end)
            put(&w, ",", 1);
        at = stop + 1;
    }
    *len_out = w.len;
    *is_full_out = w.is_full;
    return w.has_changed && !w.is_full ? w.to : NULL;
}

/* What becomes of a value; NULL: nothing. */
typedef const char *change_value(struct sample_env *env, const struct field_edit *edit,
                                 struct sample_text value, size_t *len_out, bool *is_full_out);

/* Each line of the name in its place. */
static enum rule_verdict change_lines(struct sample_env *env, const struct field_edit *edit,
                                      change_value *change)
{
    struct http_edit e = stream_edit(env->stream, env->is_response);
    bool changed = false;
    for (int i = -1;
         (i = http_msg_find(e.msg, e.base, edit->name, edit->name_len, (unsigned)(i + 1))) >= 0;) {
        const struct http_header *h = &e.msg->headers[i];
        size_t len, used = env->scratch->used;
        bool is_full;
        const char *value = change(
            env, edit, (struct sample_text){e.base + h->value_off, h->value_len}, &len, &is_full);
        if (value != NULL)
            trace_tell(env->trace, TRACE_FIELD, "%s: %.*s", edit->name, (int)len, value);
        if (is_full || (value != NULL && !edit_replace(&e, (unsigned)i, value, len)))
            return field_no_room(env);
        changed = changed || value != NULL;
        env->scratch->used = used;
    }
    return !changed || field_follow(env, edit, &e) ? RULE_GOES_ON : field_no_room(env);
}

static enum rule_verdict run_replace_header(struct sample_env *env, const struct rule *rule)
{
    return change_lines(env, rule->data, replace);
}

static enum rule_verdict run_replace_value(struct sample_env *env, const struct rule *rule)
{
    return change_lines(env, rule->data, replace_parts);
}

/* clang-format off */
const struct action field_replace_actions[] = {
    {.name = "replace-header", .rulesets = FIELD_RULESETS, .compile = compile_replace, .run = run_replace_header,
     .takes = "<name> <regex> <fmt>", .doc = "Changes each line of that name which fits; \\1 to \\9 are the groups."},
    {.name = "replace-value", .rulesets = FIELD_RULESETS, .compile = compile_replace, .run = run_replace_value,
     .takes = "<name> <regex> <fmt>", .doc = "Changes each comma separated value of that name which fits."},
    {.name = NULL},
};
/* clang-format on */
