/* SPDX-License-Identifier: Apache-2.0 */
/* Converters that look at the stream they run in, or leave something in it: when, debug, capture-req, capture-res. */
#include "proxy/fetches/rows.h"
#include "proxy/http/captures.h"
#include "proxy/rules/acl.h"
#include "proxy/rules/compiler.h"
#include "proxy/rules/trace.h"

#include <string.h>

/* ---- when: the value, if something is the case ---------------------------------------------------------- */

enum condition_kind { ERROR, FORWARDED, NORMAL, PROCESSED, STOPPING, TO_APPLET, ACL, KINDS };

static const char *const kinds[KINDS] = {"error",    "forwarded", "normal", "processed",
                                         "stopping", "toapplet",  "acl"};

struct when {
    enum condition_kind kind;
    bool is_negated;
    const struct acl *acl;
};

/* A connection was tried, if in vain. */
static bool is_forwarded(const struct stream *s)
{
    return s->assigned_us != 0 && s->last_server != NULL;
}

static bool is_error(const struct stream *s)
{
    return s->cause != CAUSE_NONE && s->cause != CAUSE_LOCAL;
}

/* Answered by us on purpose: statistics, metrics, replies of rules. */
static bool is_local(const struct stream *s)
{
    return s->head_us != 0 && !is_forwarded(s) && (s->cause == CAUSE_LOCAL || s->resp.status != 0);
}

static bool holds(struct sample_env *env, const struct when *when)
{
    const struct stream *s = env->stream;
    switch (when->kind) {
    case ACL:
        return acl_run(when->acl, env) == CONDITION_YES;
    case STOPPING:
        return env->session->thread->draining;
    case ERROR:
        return s != NULL && is_error(s);
    case NORMAL:
        return s != NULL && !is_error(s);
    case FORWARDED:
        return s != NULL && is_forwarded(s);
    case TO_APPLET:
        return s != NULL && s->mode == &stream_http && is_local(s);
    default: /* PROCESSED */
        return s != NULL && (is_forwarded(s) || (s->mode == &stream_http && is_local(s)));
    }
}

static bool when(struct sample_env *env, const struct converter *row, const struct arg *args,
                 struct sample *s)
{
    (void)row, (void)s;
    const struct when *condition = args[0].own;
    return env->session != NULL && holds(env, condition) != condition->is_negated;
}

static bool check_when(struct compiler *c, struct arg *args, unsigned count, int value)
{
    (void)value;
    const char *text = arena_copy_bytes(c->l->scratch, args[0].text.data, args[0].text.len);
    struct when *made = arena_alloc(c->l->arena, sizeof *made);
    unsigned kind = 0;
    made->is_negated = *text == '!';
    while (kind < KINDS && strcmp(kinds[kind], text + made->is_negated) != 0)
        kind++;
    if (kind == KINDS || (kind == ACL) != (count > 1)) {
        CONF_FAIL(c->l, args[0].span,
                  "error, forwarded, normal, processed, stopping, toapplet, or acl and its name",
                  "'%s' is no condition of 'when'", text);
        return false;
    }
    made->kind = (enum condition_kind)kind;
    args[0].own = made;
    if (kind != ACL)
        return true;
    const char *name = arena_copy_bytes(c->l->scratch, args[1].text.data, args[1].text.len);
    made->acl = acl_find(c, name, args[1].span);
    return made->acl != NULL;
}

/* ---- debug ---------------------------------------------------------------------------------------------- */

/* `weir explain` tells of it; the value goes on as it is. */
static bool debug(struct sample_env *env, const struct converter *row, const struct arg *args,
                  struct sample *s)
{
    (void)row;
    struct sample copy = *s;
    bool has_name = args[0].type != ARG_NONE && args[0].text.len > 0;
    struct sample_text name = has_name ? args[0].text : (struct sample_text){"debug", 5};
    if (env->trace != NULL && sample_cast(&copy, SAMPLE_STRING, env))
        trace_tell(env->trace, TRACE_VARIABLE, "%.*s: type=%s <%.*s>", (int)name.len, name.data,
                   sample_type_name(s->type), (int)copy.text.len, copy.text.data);
    return true;
}

/* ---- capture-req, capture-res --------------------------------------------------------------------------- */

enum { IN_REQUEST, IN_RESPONSE };

static bool capture(struct sample_env *env, const struct converter *row, const struct arg *args,
                    struct sample *s)
{
    const struct stream *stream = env->stream;
    if (stream == NULL || stream->frontend->conf->rules == NULL)
        return false;
    return captures_store(env->stream, stream->frontend->conf->rules, row->value == IN_RESPONSE,
                          (unsigned)args[0].integer, s->text);
}

/* clang-format off */
const struct converter stream_converters[] = {
    {.name = "when", .in = SAMPLE_ANY, .out = SAMPLE_SAME, .args = {{ARG_STRING, ARG_STRING}, 1}, .run = when, .check = check_when, .since = "3.1",
     .doc = "The value if [!]error, forwarded, normal, processed, stopping or toapplet is the case, or the ACL in when(acl,<name>) holds."},
    {.name = "debug", .in = SAMPLE_ANY, .out = SAMPLE_SAME, .args = {{ARG_STRING, ARG_STRING}, 0}, .run = debug, .since = "1.6",
     .doc = "The value as it is, which `weir explain` tells, with the given name before it."},
    {.name = "capture-req", .in = SAMPLE_STRING, .out = SAMPLE_STRING, .args = {{ARG_UINT}, 1}, .run = capture, .value = IN_REQUEST, .since = "1.6",
     .doc = "Captured into that slot of the request, counted from 0."},
    {.name = "capture-res", .in = SAMPLE_STRING, .out = SAMPLE_STRING, .args = {{ARG_UINT}, 1}, .run = capture, .value = IN_RESPONSE, .since = "1.6",
     .doc = "Captured into that slot of the response, counted from 0."},
    {.name = NULL},
};
/* clang-format on */
