/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the %tokens share (configuration manual 8.2.6): log_numbers.c, log_dates.c, log_names.c,
 * log_request.c. Each token looks at the access record of the stream, or at the stream for what few lines ask.
 */
#ifndef WEIR_FETCHES_TOKENS_H
#define WEIR_FETCHES_TOKENS_H

#include "proxy/http/stream.h"
#include "proxy/state/access_record.h"

static inline const struct access_record *record_of(struct sample_env *env)
{
    if (env->record == NULL)
        env->record = env->make_record(env);
    return env->record;
}

/* Runs the row of a number, whether or not its line is written before the end. */
bool log_number(struct sample_env *env, const struct format_token *row, struct sample *out);
/* Each stream's own number, counted since the start: for identifiers. */
uint32_t stream_serial(struct stream *s);

static inline bool give_text(struct sample *out, const char *text)
{
    if (text == NULL)
        return false;
    sample_set_text(out, SAMPLE_STRING, text, strlen(text));
    return true;
}

/* What flags do not change; of length 0: nothing at all, not even the dash of a missing value. */
static inline bool give_raw(struct sample *out, const struct sample_env *env, const char *text,
                            int len)
{
    return sample_set_copy(out, env, SAMPLE_NONE, text, (size_t)len);
}

#endif
