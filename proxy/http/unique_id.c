/* SPDX-License-Identifier: Apache-2.0 */
/* See unique_id.h. Few streams have one, so it is allocated apart. */
#include "proxy/http/unique_id.h"

#include "proxy/http/rows.h"
#include "proxy/http/rules.h"
#include "proxy/rules/expr.h"

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

static bool give(struct sample_env *env, struct sample *out)
{
    struct sample_text id =
        env->stream != NULL ? unique_id_of(env->stream) : (struct sample_text){0};
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

const struct fetch unique_id_fetches[] = {
    {.name = "unique-id",
     .out = SAMPLE_STRING,
     .use = USE_CLIENT,
     .run = fetch_id,
     .doc = "The identifier of the stream, by unique-id-format."},
    {.name = NULL},
};

const struct format_token unique_id_tokens[] = {
    {.name = "ID", .run = token_id, .doc = "The identifier of the stream, by unique-id-format."},
    {.name = NULL},
};
