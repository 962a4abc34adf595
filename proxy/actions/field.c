/* SPDX-License-Identifier: Apache-2.0 */
/* Actions that change header fields. */
#include "config/loader.h"
#include "proxy/actions/rows.h"
#include "proxy/base/regex.h"
#include "proxy/http/rules.h"
#include "proxy/rules/compiler.h"
#include "proxy/rules/expr.h"
#include "proxy/rules/trace.h"
#include "proxy/state/bind_state.h"

enum {
    ON_MESSAGES = IN_RULES(RULES_HTTP_REQUEST) | IN_RULES(RULES_HTTP_RESPONSE) |
                  IN_RULES(RULES_HTTP_AFTER_RESPONSE),
};

/* How del-header finds its fields. */
enum name_match { NAME_IS, NAME_BEGINS, NAME_ENDS, NAME_CONTAINS, NAME_FITS };

struct field_edit {
    const char *name; /* in lower case, as HAProxy writes names */
    size_t name_len;
    enum http_header_id id;
    enum name_match match;
    const struct regex *regex; /* of the value, or of the name with NAME_FITS */
    const struct format *value;
};

static enum rule_verdict no_room(struct sample_env *env)
{
    struct stream *s = env->stream;
    unsigned thread = s->thread->loop->index;
    bind_count(s->session->bind, thread, COUNTER_FAILED_REWRITES, 1);
    if (s->backend != NULL)
        counters_add(backend_counters(&s->backend->state->backend, thread), COUNTER_FAILED_REWRITES,
                     1);
    return RULE_FAILS;
}

static struct field_edit *compile_name(struct compiler *c, struct rule_words *words)
{
    const struct conf_word *word = rule_words_next(c, words, "the name of a header field");
    if (word == NULL)
        return NULL;
    struct field_edit *edit = arena_alloc(c->l->arena, sizeof(*edit));
    char *name = arena_copy(c->l->arena, word->text);
    for (char *at = name; *at != '\0'; at++)
        *at = *at >= 'A' && *at <= 'Z' ? (char)(*at | 0x20) : *at;
    *edit = (struct field_edit){.name = name, .name_len = strlen(name)};
    edit->id = http_header_find(name, edit->name_len);
    if (edit->name_len > 0)
        return edit;
    CONF_FAIL(c->l, word->span, NULL, "the name of a header field is empty");
    return NULL;
}

static bool compile_value(struct compiler *c, struct rule_words *words, struct field_edit *edit)
{
    const struct conf_word *word = rule_words_next(c, words, "the value, a format string");
    edit->value = word != NULL ? format_compile(c, word, compiler_uses(c)) : NULL;
    return edit->value != NULL;
}

/* The host that the target names, too, is the one that the field names. */
static bool follow(struct sample_env *env, const struct field_edit *edit, struct http_edit *e)
{
    return env->is_response || edit->id != HTTP_HDR_HOST || edit_follow_host(e);
}

/* ---- add-header, set-header --------------------------------------------------------------------------- */

static const void *compile_set(struct compiler *c, const struct action *row,
                               struct rule_words *words, const char *parens)
{
    struct field_edit *edit = compile_name(c, words);
    (void)row, (void)parens;
    return edit != NULL && compile_value(c, words, edit) ? edit : NULL;
}

static enum rule_verdict add(struct sample_env *env, const struct field_edit *edit, bool replaces)
{
    struct http_edit e = stream_edit(env->stream, env->is_response);
    size_t len;
    const char *value = format_text(edit->value, env, &len);
    if (value == NULL)
        return no_room(env);
    if (replaces)
        edit_drop_as(&e, edit->id, edit->name, edit->name_len);
    trace_tell(env->trace, TRACE_FIELD, "%s: %.*s", edit->name, (int)len, value);
    bool added =
        edit_add_as(&e, edit->id, edit->name, edit->name_len, value, len) && follow(env, edit, &e);
    return added ? RULE_GOES_ON : no_room(env);
}

static enum rule_verdict run_add(struct sample_env *env, const struct rule *rule)
{
    return add(env, rule->data, false);
}

static enum rule_verdict run_set(struct sample_env *env, const struct rule *rule)
{
    return add(env, rule->data, true);
}

/* ---- del-header --------------------------------------------------------------------------------------- */

static bool name_fits(const struct field_edit *edit, const char *name, size_t len)
{
    switch (edit->match) {
    case NAME_IS:
        return len == edit->name_len && http_text_same(name, edit->name, len);
    case NAME_BEGINS:
        return len >= edit->name_len && http_text_same(name, edit->name, edit->name_len);
    case NAME_ENDS:
        return len >= edit->name_len &&
               http_text_same(name + len - edit->name_len, edit->name, edit->name_len);
    case NAME_CONTAINS:
        for (size_t i = 0; i + edit->name_len <= len; i++)
            if (http_text_same(name + i, edit->name, edit->name_len))
                return true;
        return false;
    default:
        return regex_match(edit->regex, name, len);
    }
}

static const struct {
    const char *word;
    enum name_match match;
} name_matches[] = {{"str", NAME_IS},
                    {"beg", NAME_BEGINS},
                    {"end", NAME_ENDS},
                    {"sub", NAME_CONTAINS},
                    {"reg", NAME_FITS}};

/* [-m <method>] behind the name. */
static bool compile_match(struct compiler *c, struct rule_words *words, struct field_edit *edit,
                          const struct conf_word *name)
{
    if (!rule_words_more(words))
        return true;
    const struct conf_word *flag = rule_words_next(c, words, "'-m'");
    const struct conf_word *method =
        strcmp(flag->text, "-m") == 0 ? rule_words_next(c, words, "how the name is found") : flag;
    for (size_t i = 0; method != NULL && i < sizeof(name_matches) / sizeof(name_matches[0]); i++) {
        if (method == flag || strcmp(method->text, name_matches[i].word) != 0)
            continue;
        edit->match = name_matches[i].match;
        if (edit->match == NAME_FITS)
            edit->regex = compiler_regex(c, name->text, true, name->span);
        return edit->match != NAME_FITS || edit->regex != NULL;
    }
    if (method != NULL)
        CONF_FAIL(c->l, method->span, "as in: del-header x- -m beg (str, beg, end, sub, reg)",
                  "'%s' is not expected here", method->text);
    return false;
}

static const void *compile_del(struct compiler *c, const struct action *row,
                               struct rule_words *words, const char *parens)
{
    const struct conf_word *name = &words->items[words->at];
    struct field_edit *edit = compile_name(c, words);
    (void)row, (void)parens;
    return edit != NULL && compile_match(c, words, edit, name) ? edit : NULL;
}

COLD static void tell_gone(struct sample_env *env, const struct field_edit *edit,
                           const struct http_edit *e)
{
    for (unsigned i = 0; i < e->msg->header_count; i++) {
        const struct http_header *h = &e->msg->headers[i];
        const char *name = e->base + h->name_off;
        if ((h->flags & HTTP_HEADER_DROP) == 0 && name_fits(edit, name, h->name_len))
            trace_say(env->trace, TRACE_FIELD, "%.*s is gone", (int)h->name_len, name);
    }
}

static enum rule_verdict run_del(struct sample_env *env, const struct rule *rule)
{
    const struct field_edit *edit = rule->data;
    struct http_edit e = stream_edit(env->stream, env->is_response);
    if (env->trace != NULL)
        tell_gone(env, edit, &e);
    if (edit->match == NAME_IS) {
        edit_drop_as(&e, edit->id, edit->name, edit->name_len);
        return RULE_GOES_ON;
    }
    for (unsigned i = 0; i < e.msg->header_count; i++) {
        const struct http_header *h = &e.msg->headers[i];
        if (name_fits(edit, e.base + h->name_off, h->name_len))
            edit_drop(&e, i);
    }
    return RULE_GOES_ON;
}

/* ---- replace-header, replace-value -------------------------------------------------------------------- */

static const void *compile_replace(struct compiler *c, const struct action *row,
                                   struct rule_words *words, const char *parens)
{
    struct field_edit *edit = compile_name(c, words);
    const struct conf_word *word =
        edit != NULL ? rule_words_next(c, words, "the regular expression") : NULL;
    (void)row, (void)parens;
    if (word == NULL)
        return NULL;
    edit->regex = compiler_regex(c, word->text, false, word->span);
    return edit->regex != NULL && compile_value(c, words, edit) ? edit : NULL;
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
            return no_room(env);
        changed = changed || value != NULL;
        env->scratch->used = used;
    }
    return !changed || follow(env, edit, &e) ? RULE_GOES_ON : no_room(env);
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
const struct action field_actions[] = {
    {.name = "add-header", .rulesets = ON_MESSAGES, .compile = compile_set, .run = run_add,
     .takes = "<name> <fmt>", .doc = "Adds a header field behind the others."},
    {.name = "set-header", .rulesets = ON_MESSAGES, .compile = compile_set, .run = run_set,
     .takes = "<name> <fmt>", .doc = "Adds a header field in place of all of that name."},
    {.name = "del-header", .rulesets = ON_MESSAGES, .compile = compile_del, .run = run_del,
     .takes = "<name> [-m { str | beg | end | sub | reg }]", .doc = "Removes all header fields of that name, or whose names are found by the method."},
    {.name = "replace-header", .rulesets = ON_MESSAGES, .compile = compile_replace, .run = run_replace_header,
     .takes = "<name> <regex> <fmt>", .doc = "Changes each line of that name which fits; \\1 to \\9 are the groups."},
    {.name = "replace-value", .rulesets = ON_MESSAGES, .compile = compile_replace, .run = run_replace_value,
     .takes = "<name> <regex> <fmt>", .doc = "Changes each comma separated value of that name which fits."},
    {.name = NULL},
};
/* clang-format on */
