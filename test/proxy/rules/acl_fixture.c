/* SPDX-License-Identifier: Apache-2.0 */
#include "test/proxy/rules/acl_fixture.h"

#include <stdlib.h>
#include <string.h>

#include "proxy/rules/ruleset.h"
#include "proxy/rules/tables.h"

/* ---- fetches ------------------------------------------------------------------------------------------- */

/* Its arguments, one after the other. */
static bool fetch_each(struct sample_env *env, const struct fetch *row, const struct arg *args,
                       struct sample *out)
{
    (void)env, (void)row;
    uint32_t i = out->cursor[0]++;
    if (i >= ARGS_MAX || args[i].type == ARG_NONE)
        return false;
    sample_set_text(out, SAMPLE_STRING, args[i].text.data, args[i].text.len);
    out->flags |= SAMPLE_HAS_MORE;
    return true;
}

static bool fetch_none(struct sample_env *env, const struct fetch *row, const struct arg *args,
                       struct sample *out)
{
    (void)env, (void)row, (void)args, (void)out;
    return false;
}

/* Nothing yet. */
static bool fetch_later(struct sample_env *env, const struct fetch *row, const struct arg *args,
                        struct sample *out)
{
    (void)row, (void)args;
    out->flags |= env->is_final ? 0 : SAMPLE_MAY_CHANGE;
    return false;
}

/* A text that grows. */
static bool fetch_growing(struct sample_env *env, const struct fetch *row, const struct arg *args,
                          struct sample *out)
{
    (void)row;
    sample_set_text(out, SAMPLE_STRING, args[0].text.data, args[0].text.len);
    out->flags |= env->is_final ? 0 : SAMPLE_MAY_CHANGE;
    return true;
}

/* 3.1 as it is in a handshake. */
static bool fetch_version(struct sample_env *env, const struct fetch *row, const struct arg *args,
                          struct sample *out)
{
    (void)env, (void)row, (void)args;
    sample_set_int(out, 3 * 65536 + 1);
    return true;
}

/* clang-format off */
static const struct fetch fetches[] = {
    {.name = "hdr", .out = SAMPLE_STRING, .args = {{ARG_STRING}, 1, true, false}, .run = fetch_each},
    {.name = "none", .out = SAMPLE_STRING, .run = fetch_none},
    {.name = "later", .out = SAMPLE_STRING, .run = fetch_later},
    {.name = "growing", .out = SAMPLE_STRING, .args = {{ARG_STRING}, 1, false, false}, .run = fetch_growing},
    {.name = "version", .out = SAMPLE_INT, .run = fetch_version, .match = "version"},
    {.name = "first", .out = SAMPLE_STRING, .args = {{ARG_STRING}, 1, false, false}, .run = fetch_growing, .match = "beg"},
    {.name = "of_response", .out = SAMPLE_STRING, .use = USE_RESPONSE, .run = fetch_none},
    {.name = NULL},
};
/* clang-format on */

static enum rule_verdict run_row(struct sample_env *env, const struct rule *rule)
{
    (void)env;
    return (enum rule_verdict)rule->action->value;
}

static const struct action actions[] = {
    {.name = "accept", .rulesets = (1u << RULES_COUNT) - 1, .run = run_row, .value = RULE_STOPS},
    {.name = NULL},
};

extern const struct fetch process_fetches[];

static const struct rule_tables tables = {
    .fetches = (const struct fetch *const[]){process_fetches, fetches, NULL},
    .converters = (const struct converter *const[]){text_converters, number_converters,
                                                    encode_converters, map_converters, NULL},
    .actions = (const struct action *const[]){var_actions, map_actions, actions, NULL},
    .tokens = (const struct format_token *const[]){NULL},
    .lines = (const struct line_row *const[]){acl_lines, NULL},
};

/* ---- loading ------------------------------------------------------------------------------------------- */

static void compile(struct loader *l, struct config *config)
{
    rules_compile(l, config, &tables);
}

struct config *acl_load(const char *lines, const struct memory_file *files,
                        struct conf_report *report)
{
    enum { FILES_MAX = 16 };
    static const char *const paths[] = {"rules.cfg"};
    struct memory_file all[FILES_MAX] = {0};
    char *text = NULL;
    size_t count = 1;
    if (asprintf(&text,
                 "defaults\n mode tcp\n timeout connect 1s\n timeout client 1s\n timeout server "
                 "1s\nfrontend www\n%s\n bind 127.0.0.1:80\n default_backend app\n"
                 "backend app\n server srv 127.0.0.1:81\n",
                 lines) < 0)
        return NULL;
    all[0] = (struct memory_file){"rules.cfg", text, 0};
    for (; files != NULL && files->path != NULL && count < FILES_MAX - 1; files++)
        all[count++] = *files;
    const struct conf_source source = memory_source(all);
    const struct conf_input input = {
        .paths = paths, .path_count = 1, .source = &source, .cpus = 1, .compile = compile};
    struct config *config = config_load(&input, report);
    free(text);
    return config;
}

/* ---- running ------------------------------------------------------------------------------------------- */

static struct language_env fixture_env;

enum condition_result acl_result(const char *acl_lines_text, const char *condition,
                                 const struct memory_file *files, bool is_final)
{
    struct conf_report report;
    char *text = NULL;
    conf_report_init(&report);
    if (asprintf(&text, "%s\n tcp-request content accept if %s", acl_lines_text, condition) < 0)
        abort();
    struct config *config = acl_load(text, files, &report);
    conf_report_print(stderr, &report, CONF_ERROR);
    conf_report_clear(&report);
    free(text);
    if (config == NULL)
        abort();
    language_env_init(&fixture_env);
    fixture_env.env.is_final = is_final;
    const struct ruleset *set = &config->proxies[0].rules->sets[RULES_TCP_CONTENT];
    enum condition_result result = condition_run(set->rules[0].condition, &fixture_env.env);
    if (fixture_env.scratch.used != 0)
        abort(); /* a condition gives back what its samples took */
    language_env_clear(&fixture_env);
    config_free(config);
    return result;
}

const char *acl_run_rules(const struct config *config)
{
    static char text[256];
    unsigned at = 0;
    struct sample value;
    language_env_init(&fixture_env);
    fixture_env.env.is_final = true;
    (void)ruleset_run(&config->proxies[0].rules->sets[RULES_TCP_CONTENT], &fixture_env.env, &at);
    text[0] = '\0';
    if (var_get(&fixture_env.env, (struct var_name){VAR_TXN, var_id("x", 1)}, &value) &&
        sample_cast(&value, SAMPLE_STRING, &fixture_env.env))
        snprintf(text, sizeof text, "%.*s", (int)value.text.len, value.text.data);
    language_env_clear(&fixture_env);
    return text;
}
