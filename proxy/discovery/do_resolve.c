/* SPDX-License-Identifier: Apache-2.0 */
/* do-resolve: a rule that waits until name servers have said which address a name of the request has. */
#include "proxy/discovery/do_resolve.h"

#include "config/resolve/resolve.h"
#include "proxy/discovery/asks.h"
#include "proxy/http/rules.h"
#include "proxy/rules/compiler.h"
#include "proxy/rules/expr.h"
#include "proxy/rules/trace.h"
#include "proxy/rules/var_when.h"

#include <string.h>

enum {
    NAME_BYTES_MAX = 253, /* RFC 1035 2.3.4, as text */
    FAMILIES = 2,
    SPARE_MS = 1000,
};

struct resolving {
    struct var_when var;
    const char *section;
    int prefer;
    unsigned longest_ms;
    const struct expr *name;
};

/* The next piece up to a comma; NULL: there is none. */
static char *next_piece(char **rest)
{
    char *piece = *rest;
    if (piece == NULL)
        return NULL;
    *rest = strchr(piece, ',');
    if (*rest != NULL)
        *(*rest)++ = '\0';
    return piece;
}

/* Of each family all tries may have to be made. */
static unsigned longest_ms(const struct conf_resolvers *conf)
{
    unsigned long long ms = (conf->retries + 1ULL) * FAMILIES * conf->retry_ms + SPARE_MS;
    return ms < INT32_MAX ? (unsigned)ms : INT32_MAX;
}

static bool read_section(struct compiler *c, const char *name, struct conf_span span,
                         struct resolving *r)
{
    const struct conf_resolvers *conf = resolve_find_resolvers(c->l, c->config, name);
    if (conf == NULL) {
        CONF_FAIL(c->l, span, "add a section: resolvers NAME", "there is no resolvers section '%s'",
                  name);
        return false;
    }
    r->section = conf->name;
    r->longest_ms = longest_ms(conf);
    return true;
}

static bool read_family(struct compiler *c, const char *word, struct conf_span span,
                        struct resolving *r)
{
    r->prefer = AF_INET6;
    if (word == NULL || *word == '\0' || strcmp(word, "ipv6") == 0)
        return true;
    r->prefer = AF_INET;
    if (strcmp(word, "ipv4") == 0)
        return true;
    CONF_FAIL(c->l, span, "ipv4 or ipv6", "'%s' is no kind of addresses", word);
    return false;
}

static const void *compile_resolve(struct compiler *c, const struct action *row,
                                   struct rule_words *words, const char *parens)
{
    struct resolving *r = arena_alloc(c->l->arena, sizeof(*r));
    char *rest = parens != NULL ? arena_copy(c->l->arena, parens) : NULL;
    const char *var = next_piece(&rest), *section = next_piece(&rest), *family = next_piece(&rest);
    if (section == NULL || rest != NULL) {
        CONF_FAIL(c->l, words->span, "as in: do-resolve(txn.ip,dns,ipv4) hdr(host),host_only",
                  "'%s' takes a variable, a resolvers section, and ipv4 or ipv6", row->name);
        return NULL;
    }
    if (!var_when_name(c, var, words->span, &r->var) || !read_section(c, section, words->span, r) ||
        !read_family(c, family, words->span, r))
        return NULL;
    r->name = expr_compile_words(c, words, compiler_uses(c));
    return r->name != NULL ? r : NULL;
}

static enum rule_verdict stays(struct sample_env *env, const struct resolving *r, const char *why)
{
    trace_tell(env->trace, TRACE_VARIABLE, "%s stays: %s", r->var.text, why);
    return RULE_GOES_ON;
}

static enum rule_verdict set_out(struct sample_env *env, const struct rule *rule)
{
    const struct resolving *r = rule->data;
    struct sample name;
    if (!expr_run(r->name, env, &name) || !sample_cast(&name, SAMPLE_STRING, env) ||
        name.text.len == 0)
        return stays(env, r, "the expression gives no name");
    if (name.text.len > NAME_BYTES_MAX || memchr(name.text.data, '\0', name.text.len) != NULL)
        return stays(env, r, "no host has such a name");
    if (env->stream->thread->stage != NULL)
        return stays(env, r, "no name server is asked here");
    struct ask *ask = ask_new(r->section, r->prefer, name.text.data, name.text.len);
    if (ask == NULL)
        return stays(env, r, "there is no memory");
    (void)rules_may_wait_errand(env, rule, r->longest_ms);
    ask_send(ask, env->stream);
    return RULE_WAITS;
}

static enum rule_verdict run_resolve(struct sample_env *env, const struct rule *rule)
{
    const struct resolving *r = rule->data;
    struct errand *errand = env->stream->rules.errand;
    struct sample value = {.type = SAMPLE_IPV4};
    struct addr addr;
    if (errand == NULL)
        return set_out(env, rule);
    if (!errand->is_back && rules_may_wait_errand(env, rule, r->longest_ms))
        return RULE_WAITS;
    env->stream->rules.errand = NULL;
    if (!errand->is_back) {
        errand_leave(errand);
        return stays(env, r, "no answer came in time");
    }
    if (!ask_take(errand, &addr))
        return stays(env, r, "the name has no address");
    if (addr.family == AF_INET) {
        value.ipv4 = addr.in.sin_addr;
    } else {
        value.type = SAMPLE_IPV6;
        value.ipv6 = addr.in6.sin6_addr;
    }
    (void)var_when_set(env, &r->var, &value);
    return RULE_GOES_ON;
}

/* clang-format off */
const struct action resolve_actions[] = {
    {.name = "do-resolve", .rulesets = IN_RULES(RULES_HTTP_REQUEST) | IN_RULES(RULES_TCP_CONTENT), .has_parens = true, .may_wait = true,
     .compile = compile_resolve, .run = run_resolve, .takes = "(<variable>,<resolvers>[,{ ipv4 | ipv6 }]) <expression>", .since = "2.0",
     .doc = "Asks the name servers of a resolvers section for the address of a host, and waits for their answer; without one the variable stays as it is."},
    {.name = NULL},
};
/* clang-format on */
