/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the language of rules makes for a script: texts, numbers and variables. Here the probe takes the place of
 * session and stream; most scripts have none of this and never come here.
 */
#include "proxy/health/response.h"
#include "proxy/http/probe_view.h"
#include "proxy/rules/expr.h"
#include "proxy/rules/rows.h"
#include "proxy/state/access_record.h"
#include "proxy/state/snapshot.h"

#include <string.h>

/* What one evaluation needs; it points into itself. */
struct evaluation {
    struct sample_env env;
    struct probe_view view;
    struct response response;
    struct access_record record; /* of %b and %s */
};

static void show_response(const struct probe *probe, struct evaluation *e)
{
    if (probe->script->words != WORDS_OF_HTTP || probe->answer_len == 0 ||
        response_parse_head(probe, &e->response) != H1_DONE)
        return;
    response_find_body(probe, &e->response);
    e->view.response = &e->response.msg;
    e->view.body = (struct sample_text){e->response.body, e->response.body_len};
}

static void evaluation_start(struct evaluation *e, struct probe *probe)
{
    const struct script *script = probe->script;
    e->view = (struct probe_view){
        .server = probe->server,
        .conn = &probe->conn,
        .answer = {probe->answer != NULL ? probe->answer : "", probe->answer_len},
    };
    show_response(probe, e);
    e->record = (struct access_record){.frontend = script->proxy->conf,
                                       .backend = script->proxy->conf,
                                       .server = probe->server->name};
    e->env = (struct sample_env){
        .probe = &e->view,
        .snapshot = script->snapshot,
        .proxy = script->proxy,
        .loop = probe->loop,
        .scratch = script->scratch,
        .record = &e->record,
        .vars = {[VAR_PROC] = &var_process_store, [VAR_CHECK] = &probe->vars},
        .is_response = true,
        .lacks_message = script->words != WORDS_OF_HTTP,
        .is_final = true,
    };
}

struct sample_text script_text(struct probe *probe, const struct conf_made *made, const char *plain)
{
    struct evaluation e;
    struct sample_text text = {plain, plain != NULL ? strlen(plain) : 0};
    if (made == NULL)
        return text;
    evaluation_start(&e, probe);
    text.data = format_text(made->format, &e.env, &text.len);
    return text.data != NULL ? text : (struct sample_text){"", 0};
}

bool script_integer(struct probe *probe, const struct conf_made *made, long long *value_out)
{
    struct evaluation e;
    struct sample value = {0};
    if (made == NULL)
        return false;
    evaluation_start(&e, probe);
    if (!expr_run(made->expr, &e.env, &value) ||
        (value.type == SAMPLE_BINARY && !sample_cast(&value, SAMPLE_STRING, &e.env)) ||
        !sample_cast(&value, SAMPLE_INT, &e.env))
        return false;
    *value_out = value.integer;
    return true;
}

void script_act(struct probe *probe, const struct conf_made *made)
{
    struct evaluation e;
    evaluation_start(&e, probe);
    (void)made->rule->action->run(&e.env, made->rule);
}

/* ---- hexadecimal ---- */

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool script_decode_hex(const struct probe *probe, struct sample_text *text)
{
    struct sample_env env = {.scratch = probe->script->scratch};
    char *bytes = text->len % 2 == 0 ? sample_scratch_take(&env, text->len / 2 + 1) : NULL;
    if (bytes == NULL)
        return false;
    for (size_t i = 0; i < text->len; i += 2) {
        int high = digit_value(text->data[i]), low = digit_value(text->data[i + 1]);
        if (high < 0 || low < 0)
            return false;
        bytes[i / 2] = (char)(high << 4 | low);
    }
    *text = (struct sample_text){bytes, text->len / 2};
    return true;
}

bool script_pattern(struct probe *probe, const struct script_step *step, struct sample_text *out)
{
    const struct conf_expect *expect = &step->conf.expect;
    const struct conf_made *made = expect->made_pattern;
    *out = (struct sample_text){expect->pattern, expect->pattern_len};
    if (made == NULL)
        return true;
    *out = script_text(probe, made, NULL);
    if (out->len == 0)
        script_cannot_judge(probe, step, SCRIPT_EMPTY_TEXT);
    else if (made->kind == CONF_MADE_HEX && !script_decode_hex(probe, out))
        script_cannot_judge(probe, step,
                            "Failed to parse hexastring resulting of eval of a log-format string");
    else
        return true;
    return false;
}
