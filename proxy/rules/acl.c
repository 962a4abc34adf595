/* SPDX-License-Identifier: Apache-2.0 */
/* Running acls, and their lines: `acl NAME TEST`. What a test says is read in acl_test.c. */
#include "proxy/rules/acl.h"

#include <ctype.h>
#include <string.h>

#include "proxy/rules/compiler.h"
#include "proxy/rules/expr.h"
#include "proxy/rules/tables.h"

/* ---- running ------------------------------------------------------------------------------------------- */

/* The sample stays as it is for the next value. */
static bool is_match(const struct acl_test *test, const struct sample *s,
                     const struct sample_env *env)
{
    enum sample_type takes = pattern_method_takes(test->method);
    struct sample cast;
    if (test->method == PATTERN_FOUND)
        return true;
    if (takes != s->type) {
        cast = *s;
        s = &cast;
        if (!sample_cast(&cast, takes, env))
            return false;
    }
    if (test->method == PATTERN_BOOL)
        return s->integer != 0;
    return test->set != NULL && pattern_set_has(test->set, s);
}

static enum condition_result test_run(const struct acl_test *test, struct sample_env *env)
{
    struct sample s;
    for (bool has = expr_run(test->expr, env, &s); has; has = expr_next(test->expr, env, &s)) {
        if (is_match(test, &s, env))
            return CONDITION_YES;
        if ((s.flags & SAMPLE_HAS_MORE) == 0)
            break;
    }
    bool may_change = (s.flags & SAMPLE_MAY_CHANGE) != 0 && !env->is_final;
    return may_change ? CONDITION_MAYBE : CONDITION_NO;
}

enum condition_result acl_run(const struct acl *acl, struct sample_env *env)
{
    enum condition_result result = CONDITION_NO;
    for (size_t i = 0; i < acl->count && result != CONDITION_YES; i++) {
        size_t used = env->scratch->used;
        env->iterates = true;
        enum condition_result holds = test_run(&acl->tests[i], env);
        env->iterates = false;
        env->scratch->used = used;
        if (holds != CONDITION_NO)
            result = holds;
    }
    return result;
}

/* ---- acl(<name>,...) as a fetch ------------------------------------------------------------------------- */

enum { NESTED_MAX = 16 }; /* one that names itself, by way of others, is never true */

struct named {
    const struct acl *acl;
    bool is_negated;
};

/* All of them hold. What they look at each time is their own affair. */
static bool fetch_acls(struct sample_env *env, const struct fetch *row, const struct arg *args,
                       struct sample *out)
{
    (void)row;
    bool iterates = env->iterates, all = true, may_change = false;
    if (env->nested_acls == NESTED_MAX)
        return false;
    env->nested_acls++;
    for (size_t i = 0; i < ARGS_MAX && args[i].type != ARG_NONE && all; i++) {
        const struct named *named = args[i].own;
        enum condition_result holds = acl_run(named->acl, env);
        may_change |= holds == CONDITION_MAYBE;
        all = holds != CONDITION_MAYBE && (holds == CONDITION_YES) != named->is_negated;
    }
    env->nested_acls--;
    env->iterates = iterates;
    out->flags |= may_change ? SAMPLE_MAY_CHANGE : 0;
    sample_set_bool(out, all);
    return !may_change;
}

static bool check_acls(struct compiler *c, struct arg *args, unsigned count, int value)
{
    (void)value;
    for (size_t i = 0; i < count; i++) {
        const char *name = arena_copy_bytes(c->l->arena, args[i].text.data, args[i].text.len);
        struct named *named = arena_alloc(c->l->arena, sizeof *named);
        named->is_negated = *name == '!';
        named->acl = acl_find(c, name + named->is_negated, args[i].span);
        if (named->acl == NULL)
            return false;
        args[i].own = named;
    }
    return true;
}

const struct fetch acl_fetches[] = {
    {.name = "acl",
     .out = SAMPLE_BOOL,
     .args = {{ARG_STRING}, 1, .repeats = true},
     .run = fetch_acls,
     .check = check_acls,
     .since = "2.9",
     .doc = "Whether all of the named ACLs hold; '!' before a name: it does not."},
    {.name = NULL},
};

/* ---- acl lines ----------------------------------------------------------------------------------------- */

static bool check_name(struct compiler *c, const struct conf_word *word)
{
    const char *wrong = word->text;
    while (isalnum((unsigned char)*wrong) || (*wrong != '\0' && strchr("-_.:", *wrong) != NULL))
        wrong++;
    if (*wrong != '\0') {
        CONF_FAIL(c->l, compiler_span_in(word, (size_t)(wrong - word->text), 1),
                  "letters, digits and -_.: are",
                  "character '%c' is not permitted in acl name '%s'", *wrong, word->text);
        return false;
    }
    if (strcasecmp(word->text, "or") == 0) {
        CONF_FAIL(c->l, word->span, "choose another name",
                  "acl name 'or' will never match: it separates alternatives within a condition");
        return false;
    }
    return true;
}

/* Its name is known from here on, even if the rest is wrong: one message is enough. */
static void compile_line(struct compiler *c, const struct conf_line *line)
{
    const struct conf_word *name = &line->words[0];
    if (!check_name(c, name))
        return;
    struct acl *acl = names_get(&c->acls, name->text);
    if (acl == NULL) {
        acl = arena_alloc(c->l->arena, sizeof *acl);
        acl->name = name->text;
        names_add(c->l->scratch, &c->acls, acl->name, acl);
    }
    if (!acl_add_test(c, acl, line->words + 1, line->word_count - 1, line->span))
        acl->is_broken = true;
}

const struct line_row acl_lines[] = {
    {CONF_LINE_ACL, compile_line},
    {.compile = NULL},
};
