/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From lines to programs, once per load: what the parts of the compiler share.
 *
 *   conf_proxy.lines --rules_compile()--> struct proxy_rules, hung on conf_proxy.rules
 *        action row ----- compile(): parameters, format strings
 *        condition ------ condition_compile(): acl names, { anonymous }, !, or
 *        expression ----- expr_compile(): fetch row, converter rows, arguments
 *
 * Every refusal is reported at the word, and the column within it, that caused it; compiling goes on
 * with the next line. All results lie in the arena of the configuration.
 *
 * Thread:  that of the load.
 */
#ifndef WEIR_RULES_COMPILER_H
#define WEIR_RULES_COMPILER_H

#include "config/loader.h"
#include "proxy/rules/rows.h"

struct expr;
struct condition;
struct format;
struct proxy_rules;

struct compiler {
    struct loader *l;
    struct config *config;
    const struct rule_tables *tables;
    struct name_map fetches, converters; /* name -> row */
    struct name_map files;               /* of the whole load: pattern files and maps, read once */
    struct conf_proxy *proxy;            /* whose lines are compiled */
    struct proxy_rules *rules;           /* what becomes of them */
    struct name_map acls;                /* name -> struct acl (acl.h): of the proxy, or of its
                                            defaults while their lines are compiled */
    const struct conf_line *line;        /* at hand */
    enum ruleset_id ruleset;             /* of that line; tells what may be used in it */
    bool names_all; /* a rule of defaults: whoever inherits it has servers and tables of its own */
};

/* Compiles all lines of all proxies; the hook of conf_input.compile, with the tables given. */
void rules_compile(struct loader *l, struct config *config, const struct rule_tables *tables);

/*
 * An action of the list at hand and its parameters: words->at stops at a condition or the end. name NULL: the
 * next word. Fills rule->action and rule->data; false after reporting.
 */
MUST_CHECK bool compiler_action(struct compiler *c, const char *name, struct rule_words *words,
                                struct rule *rule);

/* The line as a rule of its list; false if lines of its kind are no rules. */
MUST_CHECK bool compiler_rule(struct compiler *c, const struct conf_line *line);

/* The place of text[offset] within a word: exact if the word was written without quotes or escapes. */
struct conf_span compiler_span_in(const struct conf_word *word, size_t offset, size_t width);

/* The list of the rule at hand, for messages: "http-request rules". */
const char *compiler_where(const struct compiler *c);

/* "did you mean ...?", or NULL. */
const char *compiler_nearest_proxy(const struct compiler *c, const char *name, unsigned caps);
/* The index of a server; -1 after reporting that there is none. */
int compiler_find_server(struct compiler *c, const struct conf_proxy *backend, const char *name,
                         struct conf_span span);

/* In a rule of defaults `what` must be named; false after reporting so. */
bool compiler_may_imply(struct compiler *c, const char *what, struct conf_span span);

/* The index of a proxy by its name, with any of the caps (enum conf_caps); -1 if there is none. */
int compiler_find_proxy(const struct compiler *c, const char *name, unsigned caps);

/*
 * An expression that begins at text[*at] within a word and ends before a blank, ']' or the end; *at moves
 * behind it. may_use: which sources exist there (enum fetch_use). NULL after reporting.
 */
const struct expr *expr_compile(struct compiler *c, const struct conf_word *word, size_t *at,
                                unsigned may_use);
/* A whole word as an expression. */
const struct expr *expr_compile_word(struct compiler *c, const struct conf_word *word,
                                     unsigned may_use);
/* Is the word a converter for what stands before it? */
bool expr_goes_on(const struct compiler *c, const struct conf_word *word);
/* The next words: further converters may stand in words of their own, as they did before 1.5. */
const struct expr *expr_compile_words(struct compiler *c, struct rule_words *words,
                                      unsigned may_use);
/* May the fetch stand where this is to be had? False after reporting. */
bool expr_check_use(struct compiler *c, const struct fetch *row, unsigned may_use,
                    struct conf_span span);
/* What may be used in rules of the list at hand: enum fetch_use, or-ed. */
unsigned compiler_uses(const struct compiler *c);

/*
 * What follows `if` or `unless` up to the end of the words. Also understands no words at all (NULL, no
 * condition). words->at is at `if`, `unless` or the end. False after reporting.
 */
MUST_CHECK bool condition_compile(struct compiler *c, struct rule_words *words,
                                  const struct condition **condition_out);
/* What becomes of the values in a format string. */
enum format_kind {
    FORMAT_HTTP,  /* header fields, paths, bodies: control characters become %XX */
    FORMAT_PLAIN, /* variables, names: as they are */
    FORMAT_ID, /* identifiers: as FORMAT_HTTP, and a run of blanks is one, or none at the beginning */
    FORMAT_LOG, /* as they are, "-" for what is missing */
};

/* A format string: text, %[expression], %token; NULL after reporting. FORMAT_HTTP. */
const struct format *format_compile(struct compiler *c, const struct conf_word *word,
                                    unsigned may_use);
const struct format *format_compile_as(struct compiler *c, const struct conf_word *word,
                                       unsigned may_use, enum format_kind kind);

/* Lives as long as the configuration; NULL after reporting what is wrong with the pattern at the span. */
const struct regex *compiler_regex(struct compiler *c, const char *pattern, bool ignore_case,
                                   struct conf_span span);

/* The next word, or NULL after reporting that the action's `what` is missing. */
const struct conf_word *rule_words_next(struct compiler *c, struct rule_words *words,
                                        const char *what);
/* Are parameters left, before `if`, `unless` and the end? */
bool rule_words_more(const struct rule_words *words);

#endif
