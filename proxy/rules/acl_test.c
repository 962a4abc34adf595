/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of a test: EXPRESSION [FLAGS] [OPERATOR] PATTERNS, behind the name of an acl or between braces.
 * The order of flags, what they apply to and what is refused are HAProxy's.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/rules/acl.h"
#include "proxy/rules/acl_draft.h"
#include "proxy/rules/compiler.h"
#include "proxy/rules/expr.h"
#include "proxy/rules/pattern_list.h"

/* ---- the expression ------------------------------------------------------------------------------------ */

static size_t name_length(const char *text)
{
    size_t len = 0;
    while (isalnum((unsigned char)text[len]) ||
           (text[len] != '\0' && strchr("._-+:", text[len]) != NULL))
        len++;
    return len;
}

/* The expression without the method joined to the name of its fetch: "hdr_beg(host)" is "hdr(host)". */
static struct conf_word without_method(struct compiler *c, const struct conf_word *word,
                                       enum pattern_method *method_out)
{
    struct conf_word rest = *word;
    size_t len = name_length(word->text), kept = 0;
    if (names_get(&c->fetches, arena_copy_bytes(c->l->scratch, word->text, len)) == NULL)
        kept = acl_name_split(word->text, len, method_out);
    if (kept == 0)
        return rest;
    unsigned gone = (unsigned)(len - kept);
    rest.text = arena_printf(c->l->arena, "%.*s%s", (int)kept, word->text, word->text + len);
    if (rest.span.width > gone) { /* so that columns behind the name are right */
        rest.span.place.column += gone;
        rest.span.width -= gone;
    }
    return rest;
}

static enum pattern_method default_method(const struct expr *expr, enum pattern_method joined)
{
    const char *of_row = expr_fetch(expr)->match;
    if (expr_has_converters(expr))
        return pattern_method_of_type(expr_type(expr));
    if (joined != PATTERN_NONE)
        return joined;
    return of_row != NULL ? pattern_method_find(of_row) : pattern_method_of_type(expr_type(expr));
}

/* HAProxy's own names for ACLs are one word; behind any other fetch converters may follow as words of their own. */
static bool is_one_word(const char *keyword)
{
    static const char *const names[] = {
        "base",        "cook",        "hdr",         "http_auth_group", "method",
        "path",        "payload",     "req.ssl_ver", "req_rdp_cookie",  "req_rdp_cookie_cnt",
        "req_ssl_sni", "req_ssl_ver", "req_ver",     "resp_ver",        "scook",
        "shdr",        "url",         "urlp"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(names[i], keyword) == 0)
            return true;
    }
    return false;
}

/* "ssl_fc, not" is "ssl_fc,not". The words stay patterns as well, as in HAProxy: of a boolean they do not count. */
static void add_converters(const struct acl_draft *d, struct conf_word *expression)
{
    for (size_t i = d->at; i < d->count && expr_goes_on(d->c, &d->words[i]); i++)
        expression->text =
            arena_printf(d->c->l->arena, "%s,%s", expression->text, d->words[i].text);
}

static bool read_expression(struct acl_draft *d)
{
    struct compiler *c = d->c;
    enum pattern_method joined = PATTERN_NONE;
    const struct conf_word *word = &d->words[d->at++];
    struct conf_word expression = without_method(c, word, &joined);
    d->keyword = arena_copy_bytes(c->l->scratch, word->text, name_length(word->text));
    if (joined == PATTERN_NONE && !is_one_word(d->keyword))
        add_converters(d, &expression);
    const struct expr *expr = expr_compile_word(c, &expression, ~0u);
    if (expr == NULL)
        return false;
    d->type = expr_type(expr);
    d->test->expr = expr;
    d->test->method = default_method(expr, joined);
    if (d->test->method != PATTERN_NONE && d->type != SAMPLE_BOOL && acl_draft_peek(d) == NULL)
        CONF_WARN(c->l, word->span,
                  "add '--' if that is meant, '-m found' to match whatever is there, or '-m bool'",
                  "no pattern to match against was given, so this acl never matches");
    return true;
}

/* With each set of patterns the test stands once more: one of them must hold. */
static void add_test(struct acl_draft *d, const struct pattern_set *set)
{
    struct acl *acl = d->acl;
    acl->tests = arena_list_grow(d->c->l->arena, acl->tests, acl->count, sizeof *acl->tests);
    acl->tests[acl->count] = *d->test;
    acl->tests[acl->count++].set = set;
}

/* found and bool compare with nothing, whatever is given to them. */
static bool compares(const struct acl_draft *d)
{
    return d->test->method != PATTERN_FOUND && d->test->method != PATTERN_BOOL;
}

static bool add_list(struct acl_draft *d, struct pattern_list *list)
{
    if (!compares(d))
        return true;
    d->use.method = d->test->method;
    const struct pattern_set *set = pattern_list_compile(d->c, list, &d->use);
    if (set != NULL)
        add_test(d, set);
    return set != NULL;
}

/* ---- flags --------------------------------------------------------------------------------------------- */

/* word is the flag; its parameter, if it takes one, comes next. */
typedef bool flag_reader(struct acl_draft *d, const struct conf_word *word);

static const struct conf_word *flag_parameter(struct acl_draft *d, const struct conf_word *flag,
                                              const char *what)
{
    const struct conf_word *word = acl_draft_peek(d);
    if (word == NULL)
        CONF_FAIL(d->c->l, flag->span, NULL, "'%s' needs %s", flag->text, what);
    else
        d->at++;
    return word;
}

static bool require_method(struct acl_draft *d, struct conf_span span)
{
    if (d->test->method != PATTERN_NONE)
        return true;
    CONF_FAIL(d->c->l, span, "as in: -m str",
              "matching method must be specified first (using '-m') when using a sample fetch of "
              "this type ('%s')",
              d->keyword);
    return false;
}

static bool flag_ignore_case(struct acl_draft *d, const struct conf_word *word)
{
    (void)word;
    d->use.ignore_case = true;
    return true;
}

static bool flag_no_dns(struct acl_draft *d, const struct conf_word *word)
{
    (void)word;
    d->use.no_dns = true;
    return true;
}

static bool flag_as_map(struct acl_draft *d, const struct conf_word *word)
{
    (void)word;
    return d->as_map = true;
}

static bool flag_file(struct acl_draft *d, const struct conf_word *word)
{
    const struct conf_word *path = flag_parameter(d, word, "the name of a file");
    if (path == NULL || !require_method(d, word->span))
        return false;
    struct pattern_list *list = pattern_list_load(d->c, path->text, d->as_map, path->span);
    d->has_files = true;
    return list != NULL && add_list(d, list);
}

static bool flag_id(struct acl_draft *d, const struct conf_word *word)
{
    const struct conf_word *number = flag_parameter(d, word, "a number");
    char *end = NULL;
    if (number == NULL)
        return false;
    long id = strtol(number->text, &end, 10);
    if (*end != '\0' || id < 0 || id > INT32_MAX) {
        CONF_FAIL(d->c->l, number->span, NULL, "the argument of -u must be an integer");
        return false;
    }
    if (pattern_list_find(d->c->config->pattern_lists,
                          arena_printf(d->c->l->scratch, "#%ld", id)) != NULL) {
        CONF_FAIL(d->c->l, number->span, NULL, "the id %ld is already used", id);
        return false;
    }
    d->id = (int)id;
    return true;
}

static bool flag_method(struct acl_draft *d, const struct conf_word *word)
{
    const struct conf_word *name = flag_parameter(d, word, "the name of a matching method");
    if (name == NULL)
        return false;
    if (d->has_files) {
        CONF_FAIL(d->c->l, word->span, NULL,
                  "'-m' must only be specified before patterns and files");
        return false;
    }
    enum pattern_method method = pattern_method_find(name->text);
    if (method > PATTERN_REG) {
        CONF_FAIL(d->c->l, name->span,
                  "one of: found bool int ip bin len str beg sub dir dom end reg",
                  "unknown matching method '%s'", name->text);
        return false;
    }
    enum sample_type takes = pattern_method_takes(method);
    if (method != PATTERN_FOUND && !sample_can_cast(d->type, takes)) {
        CONF_FAIL(d->c->l, name->span, NULL,
                  "matching method '%s' cannot be used with fetch keyword '%s'", name->text,
                  d->keyword);
        return false;
    }
    d->test->method = method;
    return true;
}

static const struct {
    const char *name;
    flag_reader *read;
} flags[] = {
    {"-i", flag_ignore_case}, {"-n", flag_no_dns}, {"-u", flag_id},
    {"-f", flag_file},        {"-m", flag_method}, {"-M", flag_as_map},
};

static bool read_flag(struct acl_draft *d, const struct conf_word *word)
{
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        if (strcmp(flags[i].name, word->text) == 0)
            return flags[i].read(d, word);
    }
    CONF_FAIL(d->c->l, word->span, "put '--' before patterns that begin with a '-'",
              "'%s' is not a valid ACL option", word->text);
    return false;
}

static bool read_flags(struct acl_draft *d)
{
    const struct conf_word *word;
    while ((word = acl_draft_peek(d)) != NULL && *word->text == '-') {
        d->at++;
        if (strcmp(word->text, "--") == 0)
            break;
        if (!read_flag(d, word))
            return false;
    }
    return true;
}

static bool read_test(struct acl_draft *d)
{
    if (!read_expression(d) || !read_flags(d) || !require_method(d, d->words[0].span))
        return false;
    struct pattern_list *list = pattern_list_new(d->c, d->id, &d->words[0]);
    if (!acl_draft_patterns(d, list))
        return false;
    bool is_empty = list->count == 0 && d->id < 0; /* and stays so */
    if (!compares(d) || (is_empty && !d->has_files))
        add_test(d, NULL);
    if (is_empty && !d->has_files)
        return acl_draft_check(d, NULL, d->words[0].span);
    return is_empty || add_list(d, list);
}

bool acl_add_test(struct compiler *c, struct acl *acl, const struct conf_word *words, size_t count,
                  struct conf_span span)
{
    struct acl_test test = {.place = span.place};
    struct acl_draft draft = {
        .c = c, .words = words, .count = count, .acl = acl, .test = &test, .id = -1};
    if (acl_draft_peek(&draft) == NULL) {
        CONF_FAIL(c->l, span, "as in: path_beg /api", "missing fetch method in ACL expression");
        return false;
    }
    return read_test(&draft);
}
