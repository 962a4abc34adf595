/* SPDX-License-Identifier: Apache-2.0 */
/*
 * redirect: as an action, and as the old line of its own, whose text is no format string. A location is
 * given whole; prefix and scheme are put before the request's path.
 */
#include "config/loader.h"
#include "proxy/actions/rows.h"
#include "proxy/http/reply.h"
#include "proxy/http1/error_pages.h"
#include "proxy/rules/compiler.h"
#include "proxy/rules/expr.h"
#include "proxy/rules/trace.h"

#include <stdlib.h>

enum redirect_kind { TO_LOCATION, TO_PREFIX, TO_SCHEME };

struct redirect {
    enum redirect_kind kind;
    unsigned status;
    const char *text; /* of the line; or */
    const struct format *format;
    bool drops_query, appends_slash, ignores_empty;
    const char *cookie; /* the whole value of Set-Cookie, or NULL */
};

/* ---- reading ------------------------------------------------------------------------------------------ */

typedef bool redirect_param(struct compiler *c, struct redirect *r, const struct conf_word *value);

static bool read_target(struct compiler *c, struct redirect *r, const struct conf_word *value,
                        enum redirect_kind kind)
{
    r->kind = kind;
    if (c->ruleset == RULES_HTTP_RESPONSE && kind != TO_LOCATION) {
        CONF_FAIL(c->l, value->span, "write: redirect location ...",
                  "a response can be redirected to a location only");
        return false;
    }
    if (c->ruleset == RULES_REDIRECT) {
        r->text = value->text;
        return true;
    }
    r->format = format_compile(c, value, compiler_uses(c));
    return r->format != NULL;
}

static bool read_location(struct compiler *c, struct redirect *r, const struct conf_word *value)
{
    return read_target(c, r, value, TO_LOCATION);
}

static bool read_prefix(struct compiler *c, struct redirect *r, const struct conf_word *value)
{
    return read_target(c, r, value, TO_PREFIX);
}

static bool read_scheme(struct compiler *c, struct redirect *r, const struct conf_word *value)
{
    return read_target(c, r, value, TO_SCHEME);
}

static bool read_code(struct compiler *c, struct redirect *r, const struct conf_word *value)
{
    r->status = (unsigned)strtoul(value->text, NULL, 10);
    if (r->status == 301 || r->status == 302 || r->status == 303 || r->status == 307 ||
        r->status == 308)
        return true;
    CONF_FAIL(c->l, value->span, "301, 302, 303, 307 or 308", "'%s' is no code of a redirection",
              value->text);
    return false;
}

static bool read_set_cookie(struct compiler *c, struct redirect *r, const struct conf_word *value)
{
    r->cookie = arena_printf(c->l->arena, "%s; path=/;", value->text);
    return true;
}

static bool read_clear_cookie(struct compiler *c, struct redirect *r, const struct conf_word *value)
{
    r->cookie = arena_printf(c->l->arena, "%s; path=/; Max-Age=0;", value->text);
    return true;
}

static bool read_drop_query(struct compiler *c, struct redirect *r, const struct conf_word *value)
{
    (void)c, (void)value;
    return r->drops_query = true;
}

static bool read_append_slash(struct compiler *c, struct redirect *r, const struct conf_word *value)
{
    (void)c, (void)value;
    return r->appends_slash = true;
}

static bool read_ignore_empty(struct compiler *c, struct redirect *r, const struct conf_word *value)
{
    (void)c, (void)value;
    return r->ignores_empty = true;
}

static const struct {
    const char *name;
    redirect_param *read;
    bool has_value;
} params[] = {
    {"location", read_location, true},
    {"prefix", read_prefix, true},
    {"scheme", read_scheme, true},
    {"code", read_code, true},
    {"set-cookie", read_set_cookie, true},
    {"clear-cookie", read_clear_cookie, true},
    {"drop-query", read_drop_query, false},
    {"append-slash", read_append_slash, false},
    {"ignore-empty", read_ignore_empty, false},
};

static bool read_param(struct compiler *c, struct redirect *r, struct rule_words *words)
{
    const struct conf_word *word = &words->items[words->at++];
    for (size_t i = 0; i < sizeof(params) / sizeof(params[0]); i++) {
        if (strcmp(word->text, params[i].name) != 0)
            continue;
        const struct conf_word *value = word;
        if (params[i].has_value)
            value = rule_words_next(c, words,
                                    arena_printf(c->l->scratch, "what follows '%s'", word->text));
        return value != NULL && params[i].read(c, r, value);
    }
    CONF_FAIL(c->l, word->span,
              "one of: location, prefix, scheme, code, drop-query, append-slash, ignore-empty, "
              "set-cookie, clear-cookie",
              "'%s' is not expected here", word->text);
    return false;
}

static const void *compile_redirect(struct compiler *c, const struct action *row,
                                    struct rule_words *words, const char *parens)
{
    struct redirect *r = arena_alloc(c->l->arena, sizeof(*r));
    *r = (struct redirect){.status = 302};
    (void)row, (void)parens;
    while (rule_words_more(words))
        if (!read_param(c, r, words))
            return NULL;
    if (r->text != NULL || r->format != NULL)
        return r;
    CONF_FAIL(c->l, words->span, "location, prefix or scheme", "'redirect' without a place to go");
    return NULL;
}

/* ---- running ------------------------------------------------------------------------------------------ */

/* The location as it grows in the scratch. */
struct location {
    char *text;
    size_t len, room;
    bool is_full;
};

static void put(struct location *l, const char *data, size_t len)
{
    if (l->is_full || len > l->room - l->len) {
        l->is_full = true;
        return;
    }
    memcpy(l->text + l->len, data, len);
    l->len += len;
}

/* The request's path, "/" where it has none. */
static struct sample_text path_of(const struct stream *s, bool without_query)
{
    const struct http_msg *m = &s->req;
    uint32_t end = without_query ? http_path_end(m, s->in) : m->target_off + m->target_len;
    if (end == m->path_off || s->in[m->path_off] != '/')
        return (struct sample_text){"/", 1};
    return (struct sample_text){s->in + m->path_off, end - m->path_off};
}

static void put_host(struct location *l, struct stream *s)
{
    int host = http_msg_find(&s->req, s->in, "host", 4, 0);
    if (host >= 0)
        put(l, s->in + s->req.headers[host].value_off, s->req.headers[host].value_len);
}

static void put_path(struct location *l, const struct redirect *r, const struct stream *s)
{
    struct sample_text path = path_of(s, r->drops_query);
    put(l, path.data, path.len);
    if (r->appends_slash && l->len > 0 && l->text[l->len - 1] != '/')
        put(l, "/", 1);
}

/* False when there is no room. len 0: nothing to go to. */
static bool make_location(struct sample_env *env, const struct redirect *r, struct location *l)
{
    struct stream *s = env->stream;
    size_t len = r->text != NULL ? strlen(r->text) : 0;
    const char *text = r->text != NULL ? r->text : format_text(r->format, env, &len);
    *l = (struct location){.room = s->thread->buffer_bytes};
    l->text = sample_scratch_take(env, l->room);
    if (text == NULL || l->text == NULL)
        return false;
    if (len == 0 && r->ignores_empty)
        return true;
    if (r->kind != TO_PREFIX || len != 1 || *text != '/')
        put(l, text, len);
    if (r->kind == TO_SCHEME) {
        put(l, "://", 3);
        put_host(l, s);
    }
    if (r->kind != TO_LOCATION)
        put_path(l, r, s);
    return !l->is_full;
}

static enum rule_verdict run_redirect(struct sample_env *env, const struct rule *rule)
{
    const struct redirect *r = rule->data;
    struct location location;
    struct reply_head head;
    if (!make_location(env, r, &location))
        return RULE_FAILS;
    if (location.len == 0 && r->ignores_empty)
        return RULE_GOES_ON;
    trace_tell(env->trace, TRACE_ANSWER, "redirected to %.*s", (int)location.len, location.text);
    reply_head_begin(&head, env, r->status,
                     r->status == 302 ? "Found" : http_status_reason(r->status));
    reply_head_add(&head, "content-length", "0", 1);
    reply_head_add(&head, "location", location.text, location.len);
    if (r->status == 302 || r->status == 303 || r->status == 307)
        reply_head_add(&head, "cache-control", "no-cache", 8);
    if (r->cookie != NULL)
        reply_head_add(&head, "set-cookie", r->cookie, strlen(r->cookie));
    env->stream->keeps_body = true;
    return reply_head_give(&head, r->status, (struct sample_text){"", 0}, CAUSE_LOCAL, false);
}

/* clang-format off */
const struct action redirect_actions[] = {
    {.name = "redirect", .rulesets = IN_RULES(RULES_HTTP_REQUEST) | IN_RULES(RULES_HTTP_RESPONSE) | IN_RULES(RULES_REDIRECT),
     .is_final = true, .compile = compile_redirect, .run = run_redirect,
     .takes = "{ location | prefix | scheme } <fmt> [code <code>] [drop-query] [append-slash] [ignore-empty] [{ set-cookie | clear-cookie } <name>[=<value>]]",
     .doc = "Answers with a redirection."},
    {.name = NULL},
};
/* clang-format on */
