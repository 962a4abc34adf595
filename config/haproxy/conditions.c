/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The conditions of .if and .elif: predicates, numbers, !, &&, || and parentheses. The words are
 * put together again first, because HAProxy allows blanks anywhere in them.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "config/haproxy/blocks.h"
#include "config/suggest.h"

/* What we say we are: a file made for HAProxy asks for its version, not for ours. */
#define HAPROXY_LIKE "2.6.12"

enum { CONDITION_DEPTH_MAX = 32, PREDICATE_ARGS_MAX = 2 };

struct condition {
    struct loader *l;
    const struct haproxy_env *env;
    const struct haproxy_words *words;
    const char *text, *at;
    unsigned depth;
    bool failed;
};

struct predicate {
    const char *name;
    unsigned args;
    bool (*holds)(const struct condition *c, const char *const *args);
};

/* The word in which a position of the text lies. */
static struct conf_span span_of(const struct condition *c, const char *at)
{
    size_t end = 0;
    for (size_t i = 1; i < c->words->count; i++) {
        end += strlen(c->words->items[i].text) + 1;
        if ((size_t)(at - c->text) < end)
            return c->words->items[i].span;
    }
    return c->words->items[c->words->count - 1].span;
}

static bool fail(struct condition *c, const char *at, const char *help, const char *what)
{
    if (!c->failed)
        CONF_FAIL(c->l, span_of(c, at), help, "%s", what);
    c->failed = true;
    return false;
}

/* "2.6", "3.0.15", "2.6-dev1": <0, 0 or >0 */
static int compare_versions(const char *a, const char *b)
{
    for (;;) {
        char *a_end = NULL, *b_end = NULL;
        unsigned long left = strtoul(a, &a_end, 10), right = strtoul(b, &b_end, 10);
        if (left != right)
            return left < right ? -1 : 1;
        if (*a_end != '.' && *b_end != '.')
            return 0;
        a = *a_end == '.' ? a_end + 1 : "0";
        b = *b_end == '.' ? b_end + 1 : "0";
    }
}

static bool is_one_of(const char *word, const char *const *list)
{
    while (*list != NULL && strcasecmp(*list, word) != 0)
        list++;
    return *list != NULL;
}

static bool is_defined(const struct condition *c, const char *const *args)
{
    return haproxy_env_get(c->env, args[0]) != NULL;
}

static bool are_equal(const struct condition *c, const char *const *args)
{
    (void)c;
    return strcmp(args[0], args[1]) == 0;
}

static bool are_different(const struct condition *c, const char *const *args)
{
    return !are_equal(c, args);
}

static bool is_within(const struct condition *c, const char *const *args)
{
    (void)c;
    return strstr(args[0], args[1]) != NULL;
}

static bool has_feature(const struct condition *c, const char *const *args)
{
    static const char *const features[] = {
        "OPENSSL",   "THREAD",       "EPOLL",        "GETADDRINFO", "PROMEX",  "LINUX",    "TFO",
        "TPROXY",    "LINUX_TPROXY", "LINUX_SPLICE", "NS",          "CRYPT_H", "LIBCRYPT", "PCRE2",
        "PCRE2_JIT", "POLL",         "ACCEPT4",      "SYSTEMD",     NULL};
    (void)c;
    return is_one_of(args[0], features);
}

static bool is_enabled(const struct condition *c, const char *const *args)
{
    static const char *const options[] = {"POLL", "EPOLL", "GETADDRINFO", "REUSEPORT", NULL};
    (void)c;
    return is_one_of(args[0], options);
}

static bool version_atleast(const struct condition *c, const char *const *args)
{
    (void)c;
    return compare_versions(HAPROXY_LIKE, args[0]) >= 0;
}

static bool version_before(const struct condition *c, const char *const *args)
{
    return !version_atleast(c, args);
}

static bool openssl_atleast(const struct condition *c, const char *const *args)
{
    (void)c;
    return compare_versions(WEIR_OPENSSL_VERSION, args[0]) >= 0;
}

static bool openssl_before(const struct condition *c, const char *const *args)
{
    return !openssl_atleast(c, args);
}

static bool ssllib_starts(const struct condition *c, const char *const *args)
{
    (void)c;
    return strncmp("OpenSSL " WEIR_OPENSSL_VERSION, args[0], strlen(args[0])) == 0;
}

/* OpenSSL is used as the system has it; weir itself asks for no such mode. */
static bool is_fips(const struct condition *c, const char *const *args)
{
    (void)c, (void)args;
    return false;
}

static const struct predicate predicates[] = {
    {"defined", 1, is_defined},
    {"feature", 1, has_feature},
    {"streq", 2, are_equal},
    {"strneq", 2, are_different},
    {"strstr", 2, is_within},
    {"version_atleast", 1, version_atleast},
    {"version_before", 1, version_before},
    {"openssl_version_atleast", 1, openssl_atleast},
    {"openssl_version_before", 1, openssl_before},
    {"ssllib_name_startswith", 1, ssllib_starts},
    {"enabled", 1, is_enabled},
    {"fips_mode", 0, is_fips},
};

static void skip_blanks(struct condition *c)
{
    while (isspace((unsigned char)*c->at))
        c->at++;
}

static const struct predicate *find_predicate(struct condition *c, const char *name,
                                              const char *name_at)
{
    struct suggestion suggestion;
    suggestion_start(&suggestion, name);
    for (size_t i = 0; i < sizeof predicates / sizeof *predicates; i++) {
        suggestion_try(&suggestion, predicates[i].name);
        if (strcmp(predicates[i].name, name) == 0)
            return &predicates[i];
    }
    const char *help = suggestion.best != NULL
                           ? arena_printf(c->l->scratch, "did you mean '%s'?", suggestion.best)
                           : "such as defined(NAME), streq(A,B), feature(NAME)";
    fail(c, name_at, help,
         arena_printf(c->l->scratch, "'%s' is no predicate of a condition", name));
    return NULL;
}

/* "(a,b)" behind a predicate's name. */
static bool eval_predicate(struct condition *c, const char *name, const char *name_at)
{
    const struct predicate *p = find_predicate(c, name, name_at);
    const char *args[PREDICATE_ARGS_MAX] = {"", ""};
    unsigned count = 0;
    if (p == NULL)
        return false;
    do {
        const char *from = ++c->at;
        c->at += strcspn(from, ",)");
        if (count < PREDICATE_ARGS_MAX)
            args[count] = arena_copy_bytes(c->l->scratch, from, (size_t)(c->at - from));
        count++;
    } while (*c->at == ',');
    if (*c->at != ')')
        return fail(c, name_at, "write ')' behind the arguments", "a parenthesis is not closed");
    c->at++;
    count -= p->args == 0 && *args[0] == '\0'; /* nothing stands between the parentheses */
    if (count != p->args)
        return fail(c, name_at, NULL,
                    arena_printf(c->l->scratch, "'%s' takes %u argument%s", name, p->args,
                                 p->args == 1 ? "" : "s"));
    return p->holds(c, args);
}

static bool eval_or(struct condition *c);

static bool eval_term(struct condition *c)
{
    skip_blanks(c);
    const char *from = c->at;
    if (c->depth > CONDITION_DEPTH_MAX)
        return fail(c, from, NULL, "a condition with too many levels");
    if (*c->at == '!' || *c->at == '(') {
        bool is_group = *c->at++ == '(';
        c->depth++;
        bool value = is_group ? eval_or(c) : !eval_term(c);
        c->depth--;
        if (is_group && *c->at != ')')
            return fail(c, from, "write ')' behind the condition", "a parenthesis is not closed");
        c->at += is_group;
        return value;
    }
    while (isalnum((unsigned char)*c->at) || *c->at == '_' || *c->at == '-')
        c->at++;
    const char *word = arena_copy_bytes(c->l->scratch, from, (size_t)(c->at - from));
    if (*c->at == '(')
        return eval_predicate(c, word, from);
    if (*word == '\0' && (*c->at == '\0' || c->text == c->at))
        return *c->at == '\0' ? false : fail(c, from, NULL, "this is no condition");
    char *end = NULL;
    long number = strtol(word, &end, 10);
    if (end == word || *end != '\0')
        return fail(c, from, "a number, or such as defined(NAME), streq(A,B), feature(NAME)",
                    arena_printf(c->l->scratch, "'%s' is no condition", word));
    return number != 0;
}

/* Terms joined by a doubled sign; all are looked at, so that each mistake is found. */
static bool eval_and(struct condition *c)
{
    bool value = eval_term(c);
    for (skip_blanks(c); !c->failed && strncmp(c->at, "&&", 2) == 0; skip_blanks(c)) {
        c->at += 2;
        value = eval_term(c) && value;
    }
    return value;
}

static bool eval_or(struct condition *c)
{
    bool value = eval_and(c);
    for (skip_blanks(c); !c->failed && strncmp(c->at, "||", 2) == 0; skip_blanks(c)) {
        c->at += 2;
        value = eval_and(c) || value;
    }
    return value;
}

bool haproxy_condition(struct loader *l, const struct haproxy_env *env,
                       const struct haproxy_words *words, bool *value_out)
{
    const char *text = "";
    for (size_t i = 1; i < words->count; i++)
        text = arena_printf(l->scratch, "%s%s%s", text, i > 1 ? " " : "", words->items[i].text);
    struct condition c = {.l = l, .env = env, .words = words, .text = text, .at = text};
    *value_out = eval_or(&c);
    if (!c.failed && *c.at != '\0')
        fail(&c, c.at, "join conditions with && or ||", "something follows the condition");
    return !c.failed;
}
