/* SPDX-License-Identifier: Apache-2.0 */
/* Fetches of what compression did to the response. */
#include "proxy/fetches/rows.h"
#include "proxy/http/stream.h"
#include "proxy/http1/content_coding.h"

static const struct stream *compressing_stream(const struct sample_env *env)
{
    const struct stream *s = env->stream;
    return s != NULL && s->mode == &stream_http && s->compressor != NULL ? s : NULL;
}

static bool is_compressed(struct sample_env *env, const struct fetch *row, const struct arg *args,
                          struct sample *out)
{
    (void)row, (void)args;
    if (env->stream == NULL)
        return false;
    sample_set_bool(out, compressing_stream(env) != NULL);
    return true;
}

static bool algorithm(struct sample_env *env, const struct fetch *row, const struct arg *args,
                      struct sample *out)
{
    const struct stream *s = compressing_stream(env);
    (void)row, (void)args;
    if (s == NULL)
        return false;
    const char *name = coding_name(s->coding);
    sample_set_text(out, SAMPLE_STRING, name, strlen(name));
    return true;
}

/* clang-format off */
const struct fetch compression_fetches[] = {
    {.name = "res.comp", .out = SAMPLE_BOOL, .use = USE_ANSWER, .run = is_compressed, .since = "1.6",
     .doc = "Whether weir compresses the response."},
    {.name = "res.comp_algo", .out = SAMPLE_STRING, .use = USE_ANSWER, .run = algorithm, .since = "1.6",
     .doc = "The algorithm by which weir compresses the response."},
    {.name = NULL},
};
/* clang-format on */
