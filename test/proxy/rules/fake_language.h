/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small language for tests: fetches and converters that need neither session nor message, and a file
 * that is compiled with them.
 */
#ifndef WEIR_TEST_RULES_FAKE_LANGUAGE_H
#define WEIR_TEST_RULES_FAKE_LANGUAGE_H

#include "proxy/rules/compiler.h"
#include "proxy/rules/vars.h"

/* Compiles haproxy.cfg text; NULL with the report telling why not. */
struct config *language_load(const char *text, struct conf_report *report);
/* A frontend "www" and a backend "app" with server "srv1"; the line stands in the frontend, on line 7. */
struct config *language_load_line(const char *line, struct conf_report *report);

/* An environment with a scratch and variables of its own. */
struct language_env {
    struct sample_env env;
    struct sample_scratch scratch;
    struct var_store sess, txn, req;
    char memory[SAMPLE_SCRATCH_BYTES];
};

void language_env_init(struct language_env *e);
void language_env_clear(struct language_env *e);

/* What the fetch `texts` gives: one text, or two; how often it was asked. */
extern const char *language_text, *language_more;
extern bool language_may_change;
extern unsigned language_asked;

extern const struct rule_tables language_tables;

#endif
