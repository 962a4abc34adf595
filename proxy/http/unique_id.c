/* SPDX-License-Identifier: Apache-2.0 */
/* See unique_id.h. Few streams have one, so it is allocated apart. */
#include "proxy/http/unique_id.h"

#include "proxy/http/rows.h"
#include "proxy/http/rules.h"
#include "proxy/rules/compiler.h"
#include "proxy/rules/expr.h"
#include "proxy/rules/log_formats.h"

#include <stdlib.h>

/* An id made of itself would never be done. */
static char being_made[] = "";

static void make(struct stream *s, const struct format *format)
{
    struct sample_env env;
    size_t len, used = s->thread->sample_scratch.used;
    rules_env(s, s->frontend, false, &env);
    env.is_final = true;
    s->unique_id = being_made;
    const char *text = format_text(format, &env, &len);
    s->unique_id = text != NULL ? strndup(text, len) : NULL;
    s->thread->sample_scratch.used = used;
}

struct sample_text unique_id_of(struct stream *s)
{
    const struct proxy_rules *rules = s->frontend->conf->rules;
    if (s->unique_id == NULL && rules != NULL && rules->unique_id_format != NULL)
        make(s, rules->unique_id_format);
    const char *id = s->unique_id;
    return (struct sample_text){id, id != NULL ? strlen(id) : 0};
}

/* Each evaluation of a probe has one of its own. */
static struct sample_text id_of_probe(struct sample_env *env)
{
    static _Thread_local bool is_being_made;
    const struct proxy_rules *rules = env->probe != NULL ? env->proxy->conf->rules : NULL;
    struct sample_text id = {0};
    if (rules == NULL || rules->probe_id_format == NULL || is_being_made)
        return id;
    is_being_made = true;
    id.data = format_text(rules->probe_id_format, env, &id.len);
    is_being_made = false;
    return id;
}

static bool give(struct sample_env *env, struct sample *out)
{
    const struct stream *s = env->stream;
    struct sample_text id = {0};
    if (s == NULL)
        id = id_of_probe(env);
    else if (s->head_us != 0) /* what was no request has none */
        id = unique_id_of(env->stream);
    sample_set_text(out, SAMPLE_STRING, id.data, id.len);
    return id.data != NULL;
}

static bool fetch_id(struct sample_env *env, const struct fetch *row, const struct arg *args,
                     struct sample *out)
{
    (void)row, (void)args;
    return give(env, out);
}

static bool token_id(struct sample_env *env, const struct format_token *row, struct sample *out)
{
    (void)row;
    return give(env, out);
}

static bool check_place(struct compiler *c, struct arg *args, unsigned count, int value)
{
    (void)args, (void)count, (void)value;
    if (c->ruleset == RULES_PROBE)
        log_format_for_probes(c, compiler_uses(c));
    return true;
}

const struct fetch unique_id_fetches[] = {
    {.name = "unique-id",
     .out = SAMPLE_STRING,
     .run = fetch_id,
     .check = check_place,
     .doc = "The identifier of the stream, by unique-id-format."},
    {.name = NULL},
};

const struct format_token unique_id_tokens[] = {
    {.name = "ID", .run = token_id, .doc = "The identifier of the stream, by unique-id-format."},
    {.name = NULL},
};
