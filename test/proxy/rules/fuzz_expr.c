/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as an expression and as format strings; what is accepted is run as well, through all converters. */
#include <stdlib.h>
#include <string.h>

#include "proxy/rules/expr.h"
#include "proxy/rules/tables.h"
#include "test/config/memory_source.h"
#include "test/proxy/rules/fake_language.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { VALUES_MAX = 20 };

static const char *input;
static struct language_env e;

static void run_expr(const struct expr *expr)
{
    struct sample s;
    int count = 0;
    for (bool has = expr_run(expr, &e.env, &s); has && count < VALUES_MAX; count++) {
        struct sample text = s;
        if (sample_cast(&text, SAMPLE_STRING, &e.env) && text.text.len > 0)
            (void)memchr(text.text.data, '\n', text.text.len); /* it is there to be read */
        has = (s.flags & SAMPLE_HAS_MORE) != 0 && expr_next(expr, &e.env, &s);
    }
}

/* An answer of HTTP must not be split by what a value holds; only the format's own text may. */
static void run_format(const struct format *format, enum format_kind kind)
{
    size_t len = 0;
    const char *text = format_text(format, &e.env, &len);
    if (text == NULL)
        return;
    if (text[len] != '\0' ||
        (kind == FORMAT_HTTP && strpbrk(input, "\r\n") == NULL && memchr(text, '\n', len) != NULL))
        abort();
}

static void compile_input(struct compiler *c, const struct conf_line *line)
{
    const struct conf_word word = {.text = input, .span = {line->span.place, 1}};
    c->ruleset = RULES_HTTP_REQUEST;
    language_env_init(&e);
    const struct expr *expr = expr_compile_word(c, &word, compiler_uses(c));
    if (expr != NULL)
        run_expr(expr);
    for (enum format_kind kind = FORMAT_HTTP; kind <= FORMAT_LOG; kind++) {
        const struct format *format = format_compile_as(c, &word, compiler_uses(c), kind);
        e.scratch.used = 0;
        if (format != NULL)
            run_format(format, kind);
    }
    language_env_clear(&e);
}

static void compile(struct loader *l, struct config *config)
{
    static const struct line_row lines[] = {{CONF_LINE_STICK_TABLE, compile_input}, {0}};
    struct rule_tables tables = language_tables;
    tables.converters = (const struct converter *const[]){encode_converters,
                                                          field_converters,
                                                          forwarded_converters,
                                                          hash_converters,
                                                          host_converters,
                                                          json_converters,
                                                          jwt_converters,
                                                          map_converters,
                                                          number_converters,
                                                          text_converters,
                                                          time_converters,
                                                          var_converters,
                                                          NULL};
    tables.lines = (const struct line_row *const[]){lines, NULL};
    rules_compile(l, config, &tables);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const paths[] = {"f.cfg"};
    const struct memory_file files[] = {
        {"f.cfg", "backend b\n stick-table x\n", 0}, {"/map", "a b\nc d\n", 0}, {NULL, NULL, 0}};
    const struct conf_source source = memory_source(files);
    const struct conf_input conf = {
        .paths = paths, .path_count = 1, .source = &source, .cpus = 1, .compile = compile};
    struct conf_report report;
    char *text = malloc(size + 1);
    memcpy(text, data, size);
    text[size] = '\0';
    input = text;
    conf_report_init(&report);
    config_free(config_load(&conf, &report));
    conf_report_clear(&report);
    free(text);
    return 0;
}
