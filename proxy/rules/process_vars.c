/* SPDX-License-Identifier: Apache-2.0 */
/*
 * set-var and set-var-fmt of the global section: variables of the process that have their value from the
 * start. They are set as the file is loaded, one after the other, when there is neither a stream nor a clock, so
 * only constants, the environment, the host and the variables set so far may be asked.
 */
#include "proxy/rules/process_vars.h"

#include <string.h>

#include "proxy/rules/compiler.h"
#include "proxy/rules/expr.h"
#include "proxy/rules/vars.h"

enum { SCRATCH_BYTES = 16 * 1024 };

static const char PREFIX[] = "proc.";

static bool is_known_at_load(const char *expression)
{
    static const char *const fetches[] = {"str", "int", "bool", "bin",  "ipv4",     "ipv6", "meth",
                                          "env", "var", "uuid", "rand", "hostname", NULL};
    size_t len = strcspn(expression, "(, ");
    for (const char *const *fetch = fetches; *fetch != NULL; fetch++) {
        if (strlen(*fetch) == len && strncmp(*fetch, expression, len) == 0)
            return true;
    }
    return false;
}

/* Every '%' begins a "%[" before such a fetch, or is doubled. */
static bool is_format_known_at_load(const char *text)
{
    while ((text = strchr(text, '%')) != NULL) {
        if (text[1] != '%' && (text[1] != '[' || !is_known_at_load(text + 2)))
            return false;
        text += 2;
    }
    return true;
}

static void set_expression(struct compiler *c, struct rule_words *words, struct sample_env *env,
                           struct var_name name)
{
    struct sample value;
    const struct expr *expr = expr_compile_words(c, words, 0);
    if (expr != NULL && words->at < words->count)
        CONF_FAIL(c->l, words->items[words->at].span, NULL, "'%s' is not expected here",
                  words->items[words->at].text);
    else if (expr != NULL && c->l->report->errors == 0 && expr_run(expr, env, &value))
        (void)var_set(env, name, &value);
}

static void set_format(struct compiler *c, struct rule_words *words, struct sample_env *env,
                       struct var_name name)
{
    struct sample value = {.type = SAMPLE_STRING};
    const struct format *format = format_compile_as(c, &words->items[1], 0, FORMAT_PLAIN);
    if (format == NULL || c->l->report->errors > 0)
        return;
    value.text.data = format_text(format, env, &value.text.len);
    if (value.text.data != NULL)
        (void)var_set(env, name, &value);
}

static void set_variable(struct compiler *c, const struct conf_line *line, struct sample_env *env)
{
    struct rule_words words = {
        .items = line->words, .count = line->word_count, .at = 1, .span = line->span};
    const struct conf_word *word = &line->words[0];
    bool is_format = strcmp(line->keyword, "set-var-fmt") == 0;
    struct var_name name;
    if (line->word_count < 2) {
        CONF_FAIL(c->l, line->span, "as in: set-var proc.region str(eu)", "'%s' needs a value",
                  line->keyword);
        return;
    }
    if (strncmp(word->text, PREFIX, strlen(PREFIX)) != 0) {
        CONF_FAIL(c->l, word->span, "as in: set-var proc.region str(eu)",
                  "'%s' is no variable of the process", word->text);
        return;
    }
    const char *value = line->words[1].text;
    if (!(is_format ? is_format_known_at_load(value) : is_known_at_load(value))) {
        CONF_FAIL(
            c->l, line->words[1].span,
            "these can: str, int, bool, bin, ipv4, ipv6, meth, env, var, uuid, rand, hostname",
            "'%s' has no value while the file is loaded: not supported yet", value);
        return;
    }
    if (!var_name_compile(c, word->text, strlen(word->text), word->span, &name))
        return;
    if (is_format)
        set_format(c, &words, env, name);
    else
        set_expression(c, &words, env, name);
}

void process_vars_set(struct compiler *c)
{
    struct conf_proxy nobody = {.name = "global", .mode = CONF_MODE_HTTP};
    struct sample_scratch scratch = {.size = SCRATCH_BYTES};
    const struct conf_lines *lines = &c->config->global.lines;
    struct sample_env env = {
        .scratch = &scratch, .vars = {[VAR_PROC] = &var_process_store}, .is_final = true};
    scratch.base = arena_alloc(c->l->scratch, SCRATCH_BYTES);
    c->proxy = &nobody;
    for (size_t i = 0; i < lines->count; i++) {
        scratch.used = 0;
        set_variable(c, &lines->items[i], &env);
    }
    c->proxy = NULL;
}
