/* SPDX-License-Identifier: Apache-2.0 */
/* Actions that change the request line or the status line. */
#include "config/loader.h"
#include "proxy/actions/rows.h"
#include "proxy/base/regex.h"
#include "proxy/http/rules.h"
#include "proxy/http1/error_pages.h"
#include "proxy/rules/compiler.h"
#include "proxy/rules/expr.h"
#include "proxy/rules/trace.h"

#include <stdlib.h>

enum { ON_REQUEST = IN_RULES(RULES_HTTP_REQUEST) };

/* What of the line is written; the value of a row. */
enum line_part { PART_METHOD, PART_PATH, PART_PATHQ, PART_QUERY, PART_URI };

static bool write_part(struct http_edit *e, enum line_part part, const char *text, size_t len)
{
    switch (part) {
    case PART_METHOD:
        return edit_method(e, text, len);
    case PART_PATH:
        return edit_path(e, text, len);
    case PART_PATHQ:
        return edit_pathq(e, text, len);
    case PART_QUERY:
        return edit_query(e, text, len);
    default:
        return edit_target(e, text, len) && edit_follow_target(e);
    }
}

/* ---- set-method, set-path, set-pathq, set-query, set-uri ---------------------------------------------- */

static const void *compile_set(struct compiler *c, const struct action *row,
                               struct rule_words *words, const char *parens)
{
    const struct conf_word *word = rule_words_next(c, words, "the value, a format string");
    (void)row, (void)parens;
    return word != NULL ? format_compile(c, word, compiler_uses(c)) : NULL;
}

/* With its question mark in front; false when there is no room. */
static bool write_query(struct sample_env *env, struct http_edit *e, const char *text, size_t len)
{
    char *query = sample_scratch_take(env, len + 1);
    if (query == NULL)
        return false;
    query[0] = '?';
    memcpy(query + 1, text, len);
    return edit_query(e, query, len + 1);
}

static enum rule_verdict run_set(struct sample_env *env, const struct rule *rule)
{
    struct http_edit e = stream_edit(env->stream, false);
    enum line_part part = (enum line_part)rule->action->value;
    size_t len;
    const char *text = format_text(rule->data, env, &len);
    if (text == NULL)
        return RULE_FAILS;
    trace_tell(env->trace, TRACE_FIELD, "%s %.*s", rule->action->name, (int)len, text);
    bool written =
        part == PART_QUERY ? write_query(env, &e, text, len) : write_part(&e, part, text, len);
    return written ? RULE_GOES_ON : RULE_FAILS;
}

/* ---- replace-path, replace-pathq, replace-uri --------------------------------------------------------- */

struct line_replace {
    const struct regex *regex;
    const struct format *value;
};

static const void *compile_replace(struct compiler *c, const struct action *row,
                                   struct rule_words *words, const char *parens)
{
    const struct conf_word *word = rule_words_next(c, words, "the regular expression");
    struct line_replace *replace = arena_alloc(c->l->arena, sizeof(*replace));
    (void)row, (void)parens;
    if (word == NULL)
        return NULL;
    replace->regex = compiler_regex(c, word->text, false, word->span);
    word = replace->regex != NULL ? rule_words_next(c, words, "the replacement") : NULL;
    if (word == NULL)
        return NULL;
    replace->value = format_compile(c, word, compiler_uses(c));
    return replace->value != NULL ? replace : NULL;
}

static struct sample_text part_of(const struct http_edit *e, enum line_part part)
{
    const struct http_msg *m = e->msg;
    uint32_t from = part == PART_URI ? m->target_off : m->path_off;
    uint32_t end = part == PART_PATH ? http_path_end(m, e->base) : m->target_off + m->target_len;
    return (struct sample_text){e->base + from, end - from};
}

static enum rule_verdict run_replace(struct sample_env *env, const struct rule *rule)
{
    const struct line_replace *replace = rule->data;
    struct http_edit e = stream_edit(env->stream, false);
    enum line_part part = (enum line_part)rule->action->value;
    struct sample_text from = part_of(&e, part);
    struct regex_group groups[REGEX_GROUPS_MAX];
    size_t room = env->stream->thread->buffer_bytes, len;
    if (from.len == 0 || !regex_search(replace->regex, from.data, from.len, groups))
        return RULE_GOES_ON;
    const char *text = format_text(replace->value, env, &len);
    char *to = sample_scratch_take(env, room);
    long made = text != NULL && to != NULL ? regex_expand(text, from.data, groups, to, room) : -1;
    if (made < 0)
        return RULE_FAILS;
    trace_tell(env->trace, TRACE_FIELD, "%s %.*s", rule->action->name, (int)made, to);
    return write_part(&e, part, to, (size_t)made) ? RULE_GOES_ON : RULE_FAILS;
}

/* ---- set-status --------------------------------------------------------------------------------------- */

struct new_status {
    unsigned status;
    const char *reason;
};

static const void *compile_status(struct compiler *c, const struct action *row,
                                  struct rule_words *words, const char *parens)
{
    const struct conf_word *word = rule_words_next(c, words, "the status");
    char *end;
    (void)row, (void)parens;
    if (word == NULL)
        return NULL;
    long status = strtol(word->text, &end, 10);
    if (*end != '\0' || status < 100 || status > 999) {
        CONF_FAIL(c->l, word->span, "a number from 100 to 999", "'%s' is not a status", word->text);
        return NULL;
    }
    struct new_status *set = arena_alloc(c->l->arena, sizeof(*set));
    *set = (struct new_status){(unsigned)status, http_status_reason((unsigned)status)};
    if (!rule_words_more(words))
        return set;
    word = rule_words_next(c, words, "'reason'");
    if (strcmp(word->text, "reason") != 0) {
        CONF_FAIL(c->l, word->span, "as in: set-status 503 reason \"Slow Down\"",
                  "'%s' is not expected here", word->text);
        return NULL;
    }
    word = rule_words_next(c, words, "the reason");
    set->reason = word != NULL ? word->text : NULL;
    return word != NULL ? set : NULL;
}

static enum rule_verdict run_status(struct sample_env *env, const struct rule *rule)
{
    const struct new_status *set = rule->data;
    struct http_edit e = stream_edit(env->stream, true);
    trace_tell(env->trace, TRACE_FIELD, "status %u", set->status);
    return edit_status(&e, set->status, set->reason, strlen(set->reason)) ? RULE_GOES_ON
                                                                          : RULE_FAILS;
}

/* clang-format off */
const struct action line_actions[] = {
    {.name = "set-method", .rulesets = ON_REQUEST, .compile = compile_set, .run = run_set, .value = PART_METHOD,
     .takes = "<fmt>", .doc = "Another method for the request."},
    {.name = "set-path", .rulesets = ON_REQUEST, .compile = compile_set, .run = run_set, .value = PART_PATH,
     .takes = "<fmt>", .doc = "Another path for the request; its query stays."},
    {.name = "set-pathq", .rulesets = ON_REQUEST, .compile = compile_set, .run = run_set, .value = PART_PATHQ,
     .takes = "<fmt>", .doc = "Another path and query for the request.", .since = "2.3"},
    {.name = "set-query", .rulesets = ON_REQUEST, .compile = compile_set, .run = run_set, .value = PART_QUERY,
     .takes = "<fmt>", .doc = "Another query for the request, without its question mark."},
    {.name = "set-uri", .rulesets = ON_REQUEST, .compile = compile_set, .run = run_set, .value = PART_URI,
     .takes = "<fmt>", .doc = "Another target for the request."},
    {.name = "replace-path", .rulesets = ON_REQUEST, .compile = compile_replace, .run = run_replace, .value = PART_PATH,
     .takes = "<regex> <fmt>", .doc = "Changes the path where it fits; \\1 to \\9 are the groups."},
    {.name = "replace-pathq", .rulesets = ON_REQUEST, .compile = compile_replace, .run = run_replace, .value = PART_PATHQ,
     .takes = "<regex> <fmt>", .doc = "Changes path and query where they fit.", .since = "2.3"},
    {.name = "replace-uri", .rulesets = ON_REQUEST, .compile = compile_replace, .run = run_replace, .value = PART_URI,
     .takes = "<regex> <fmt>", .doc = "Changes the target where it fits."},
    {.name = "set-status", .rulesets = IN_RULES(RULES_HTTP_RESPONSE) | IN_RULES(RULES_HTTP_AFTER_RESPONSE),
     .compile = compile_status, .run = run_status, .takes = "<status> [reason <text>]",
     .doc = "Another status for the response.", .since = "1.6"},
    {.name = NULL},
};
/* clang-format on */
