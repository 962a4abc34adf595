/* SPDX-License-Identifier: Apache-2.0 */
#include "test/proxy/rules/fake_language.h"

#include <string.h>

#include "proxy/rules/tables.h"
#include "test/config/memory_source.h"

/* ---- fetches ------------------------------------------------------------------------------------------ */

static bool fetch_text(struct sample_env *env, const struct fetch *row, const struct arg *args,
                       struct sample *out)
{
    (void)env, (void)row;
    sample_set_text(out, SAMPLE_STRING, args[0].text.data, args[0].text.len);
    return true;
}

static bool fetch_int(struct sample_env *env, const struct fetch *row, const struct arg *args,
                      struct sample *out)
{
    (void)env, (void)row;
    sample_set_int(out, args[0].integer);
    return true;
}

static bool fetch_var(struct sample_env *env, const struct fetch *row, const struct arg *args,
                      struct sample *out)
{
    (void)row;
    return var_get(env, args[0].var, out);
}

static bool fetch_none(struct sample_env *env, const struct fetch *row, const struct arg *args,
                       struct sample *out)
{
    (void)env, (void)row, (void)args, (void)out;
    return false;
}

static bool fetch_bool(struct sample_env *env, const struct fetch *row, const struct arg *args,
                       struct sample *out)
{
    (void)env, (void)args;
    sample_set_bool(out, row->value != 0);
    return true;
}

/* There may yet be one, until nothing more can come. */
static bool fetch_maybe(struct sample_env *env, const struct fetch *row, const struct arg *args,
                        struct sample *out)
{
    (void)row, (void)args;
    out->flags |= env->is_final ? 0 : SAMPLE_MAY_CHANGE;
    return false;
}

const char *language_text, *language_more;
bool language_may_change;
unsigned language_asked;

/* The two texts above, one after the other. */
static bool fetch_texts(struct sample_env *env, const struct fetch *row, const struct arg *args,
                        struct sample *out)
{
    const char *text = out->cursor[0] == 0 ? language_text : language_more;
    (void)env, (void)row, (void)args;
    language_asked++;
    out->flags |= language_may_change ? SAMPLE_MAY_CHANGE : 0;
    if (text == NULL)
        return false;
    sample_set_text(out, SAMPLE_STRING, text, strlen(text));
    out->flags |= out->cursor[0]++ == 0 && language_more != NULL ? SAMPLE_HAS_MORE : 0;
    return true;
}

/* Its arguments, one after the other. */
static bool fetch_each(struct sample_env *env, const struct fetch *row, const struct arg *args,
                       struct sample *out)
{
    (void)env, (void)row;
    uint32_t i = out->cursor[0];
    if (i >= ARGS_MAX || args[i].type == ARG_NONE)
        return false;
    sample_set_text(out, SAMPLE_STRING, args[i].text.data, args[i].text.len);
    out->cursor[0] = i + 1;
    out->flags |= SAMPLE_HAS_MORE;
    return true;
}

static bool fetch_proxy(struct sample_env *env, const struct fetch *row, const struct arg *args,
                        struct sample *out)
{
    (void)env, (void)row;
    sample_set_int(out, args[0].proxy);
    return true;
}

static bool fetch_server(struct sample_env *env, const struct fetch *row, const struct arg *args,
                         struct sample *out)
{
    (void)env, (void)row;
    sample_set_int(out, args[0].server.backend * 10 + args[0].server.server);
    return true;
}

static bool fetch_address(struct sample_env *env, const struct fetch *row, const struct arg *args,
                          struct sample *out)
{
    (void)env, (void)row;
    out->type = SAMPLE_IPV4;
    out->ipv4 = args[0].mask4;
    return true;
}

/* clang-format off */
static const struct fetch fetches[] = {
    {.name = "str", .out = SAMPLE_STRING, .args = {{ARG_STRING}, 1, false, false}, .run = fetch_text},
    {.name = "two", .out = SAMPLE_STRING, .args = {{ARG_STRING, ARG_STRING}, 2, false, false}, .run = fetch_text},
    {.name = "raw", .out = SAMPLE_STRING, .args = {{ARG_STRING}, 1, false, true}, .run = fetch_text},
    {.name = "int", .out = SAMPLE_INT, .args = {{ARG_INT}, 1, false, false}, .run = fetch_int},
    {.name = "uint", .out = SAMPLE_INT, .args = {{ARG_UINT}, 1, false, false}, .run = fetch_int},
    {.name = "time", .out = SAMPLE_INT, .args = {{ARG_TIME_MS}, 1, false, false}, .run = fetch_int},
    {.name = "bytes", .out = SAMPLE_INT, .args = {{ARG_SIZE}, 1, false, false}, .run = fetch_int},
    {.name = "var", .out = SAMPLE_ANY, .args = {{ARG_VAR}, 1, false, false}, .run = fetch_var},
    {.name = "none", .out = SAMPLE_STRING, .run = fetch_none},
    {.name = "each", .out = SAMPLE_STRING, .args = {{ARG_STRING}, 1, true, false}, .run = fetch_each},
    {.name = "fe_index", .out = SAMPLE_INT, .args = {{ARG_FRONTEND}, 1, false, false}, .run = fetch_proxy},
    {.name = "be_index", .out = SAMPLE_INT, .args = {{ARG_BACKEND}, 1, false, false}, .run = fetch_proxy},
    {.name = "srv_index", .out = SAMPLE_INT, .args = {{ARG_SERVER}, 1, false, false}, .run = fetch_server},
    {.name = "mask", .out = SAMPLE_IPV4, .args = {{ARG_MASK4}, 1, false, false}, .run = fetch_address},
    {.name = "always_true", .out = SAMPLE_BOOL, .run = fetch_bool, .value = 1},
    {.name = "always_false", .out = SAMPLE_BOOL, .run = fetch_bool},
    {.name = "maybe", .out = SAMPLE_BOOL, .run = fetch_maybe},
    {.name = "texts", .out = SAMPLE_STRING, .run = fetch_texts},
    {.name = "of_request", .out = SAMPLE_STRING, .use = USE_REQUEST, .run = fetch_none},
    {.name = "of_response", .out = SAMPLE_STRING, .use = USE_RESPONSE, .run = fetch_none},
    {.name = NULL},
};
/* clang-format on */

/* ---- converters --------------------------------------------------------------------------------------- */

static bool conv_upper(struct sample_env *env, const struct converter *row, const struct arg *args,
                       struct sample *s)
{
    (void)row, (void)args;
    char *out = sample_scratch_take(env, s->text.len);
    if (out == NULL)
        return false;
    for (size_t i = 0; i < s->text.len; i++) {
        char c = s->text.data[i];
        out[i] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
    s->text.data = out;
    return true;
}

static bool conv_add(struct sample_env *env, const struct converter *row, const struct arg *args,
                     struct sample *s)
{
    (void)env, (void)row;
    s->integer += args[0].integer;
    return true;
}

static bool conv_bool(struct sample_env *env, const struct converter *row, const struct arg *args,
                      struct sample *s)
{
    (void)env, (void)row, (void)args;
    sample_set_bool(s, s->integer != 0);
    return true;
}

static bool conv_same(struct sample_env *env, const struct converter *row, const struct arg *args,
                      struct sample *s)
{
    (void)env, (void)row, (void)args, (void)s;
    return true;
}

static const struct converter converters[] = {
    {.name = "upper", .in = SAMPLE_STRING, .out = SAMPLE_STRING, .run = conv_upper},
    {.name = "add",
     .in = SAMPLE_INT,
     .out = SAMPLE_INT,
     .args = {{ARG_INT}, 1, false, false},
     .run = conv_add},
    {.name = "bool", .in = SAMPLE_INT, .out = SAMPLE_BOOL, .run = conv_bool},
    {.name = "same", .in = SAMPLE_ANY, .out = SAMPLE_SAME, .run = conv_same},
    {.name = NULL},
};

/* ---- actions ------------------------------------------------------------------------------------------ */

enum { ANYWHERE = (1u << RULES_COUNT) - 1 };

static enum rule_verdict run_row(struct sample_env *env, const struct rule *rule)
{
    (void)env;
    return (enum rule_verdict)rule->action->value;
}

/* Waits until it is final. */
static enum rule_verdict run_wait(struct sample_env *env, const struct rule *rule)
{
    (void)rule;
    return env->is_final ? RULE_GOES_ON : RULE_WAITS;
}

static const struct action actions[] = {
    {.name = "allow", .rulesets = ANYWHERE, .is_final = true, .run = run_row, .value = RULE_STOPS},
    {.name = "deny", .rulesets = ANYWHERE, .is_final = true, .run = run_row, .value = RULE_ANSWERS},
    {.name = "fail", .rulesets = ANYWHERE, .run = run_row, .value = RULE_FAILS},
    {.name = "wait", .rulesets = ANYWHERE, .run = run_wait},
    {.name = NULL},
};

static bool token_four(struct sample_env *env, const struct format_token *row, struct sample *out)
{
    (void)env;
    sample_set_int(out, row->value);
    return true;
}

static bool token_mask(struct sample_env *env, const struct format_token *row, struct sample *out)
{
    (void)env, (void)row;
    out->type = SAMPLE_IPV4;
    out->ipv4.s_addr = htonl(0xff000000);
    return true;
}

static const struct format_token tokens[] = {
    {.name = "mask", .run = token_mask},
    {.name = "four", .run = token_four, .value = 4, .in_hex = true},
    {.name = NULL},
};

const struct rule_tables language_tables = {
    .fetches = (const struct fetch *const[]){fetches, NULL},
    .converters = (const struct converter *const[]){converters, var_converters, NULL},
    .actions = (const struct action *const[]){actions, var_actions, switching_actions, NULL},
    .tokens = (const struct format_token *const[]){tokens, NULL},
    .lines = (const struct line_row *const[]){acl_lines, NULL},
};

static void compile(struct loader *l, struct config *config)
{
    rules_compile(l, config, &language_tables);
}

struct config *language_load(const char *text, struct conf_report *report)
{
    static const char *const paths[] = {"rules.cfg"};
    const struct memory_file files[] = {{"rules.cfg", text, 0}, {NULL, NULL, 0}};
    const struct conf_source source = memory_source(files);
    const struct conf_input input = {
        .paths = paths, .path_count = 1, .source = &source, .cpus = 1, .compile = compile};
    return config_load(&input, report);
}

struct config *language_load_line(const char *line, struct conf_report *report)
{
    char text[4096];
    snprintf(text, sizeof text,
             "defaults\n mode http\n timeout connect 1s\n timeout client 1s\n timeout server 1s\n"
             "frontend www\n%s\n bind 127.0.0.1:80\n default_backend app\n"
             "backend app\n server srv0 127.0.0.1:81\n server srv1 127.0.0.1:82\n",
             line);
    return language_load(text, report);
}

void language_env_init(struct language_env *e)
{
    memset(e, 0, offsetof(struct language_env, memory));
    e->scratch = (struct sample_scratch){.base = e->memory, .size = sizeof e->memory};
    e->env.scratch = &e->scratch;
    e->env.vars[VAR_SESS] = &e->sess;
    e->env.vars[VAR_TXN] = &e->txn;
    e->env.vars[VAR_REQ] = &e->req;
    e->env.vars[VAR_PROC] = &var_process_store;
}

void language_env_clear(struct language_env *e)
{
    var_store_clear(&e->sess);
    var_store_clear(&e->txn);
    var_store_clear(&e->req);
    var_store_clear(&var_process_store);
}
