/* SPDX-License-Identifier: Apache-2.0 */
/* The facts of a row: both spellings, what it takes, range, default, where, since when. */
#include <string.h>

#include "config/apply.h"
#include "config/manual/reference_priv.h"

const struct reference_chapter reference_chapters[] = {
    {LEVEL_GLOBAL, "global", "Settings of the process: `global = { ... };`"},
    {LEVEL_PROXY, "defaults, frontends, backends, listens",
     "Settings of proxies. `defaults` apply to the proxies that follow; a `listen` is a frontend "
     "and a "
     "backend in one and takes the settings of both."},
    {LEVEL_BIND, "binds", "Settings of one element of `binds` in a frontend or listen."},
    {LEVEL_SERVER, "servers, default_server",
     "Settings of one element of `servers` in a backend or listen, and of `default_server`."},
    {LEVEL_LOG, "logs", "Settings of one element of `logs`."},
    {LEVEL_TLS_OPTIONS, "ssl_default_bind_options, ssl_default_server_options",
     "Settings inside these two groups of the global section."},
    {LEVEL_FORWARDFOR, "option_forwardfor",
     "Settings inside this group; `true` takes the defaults."},
    {LEVEL_SOURCE, "source", "Settings inside this group; a single text is the `address`."},
    {LEVEL_HTTPCHK, "option_httpchk", "Settings inside this group; `true` takes the defaults."},
    {LEVEL_DATABASE_CHECK, "option_mysql_check, option_pgsql_check",
     "Settings inside these groups; a single text is the `user`."},
    {LEVEL_SMTP_CHECK, "option_smtpchk", "Settings inside this group; `true` takes the defaults."},
    {LEVEL_OUTLIERS, "option_outlier_ejection",
     "Settings inside this group; `true` takes the defaults."},
    {LEVEL_HEALTHCHECK, "healthchecks",
     "Sections that say how servers are probed, which `healthcheck` of a server names."},
    {LEVEL_MAILERS, "mailers", "Sections of mail servers, which email_alert_mailers names."},
    {LEVEL_MAILER, "servers of mailers", "Settings of one element of `servers` in such a section."},
    {LEVEL_CRT_STORE, "crt_stores",
     "Sections of certificates, which crt names as \"@store/name\", or \"@/name\" where the store "
     "has no "
     "name."},
    {LEVEL_STORED_CRT, "loads of crt_stores",
     "Settings of one element of `loads` in such a section."},
    {LEVEL_RING, "rings",
     "Sections of rings in memory, which keep the log lines sent to `ring@NAME`."},
    {LEVEL_RING_SERVER, "servers of rings",
     "Settings of one element of `servers` in such a section."},
    {LEVEL_BALANCE, "balance", "Settings inside this group; a single text is its `algorithm`."},
    {LEVEL_HASH_TYPE, "hash_type", "Settings inside this group; a single text is its `method`."},
    {LEVEL_COOKIE, "cookie", "Settings inside this group; a single text is its `name`."},
    {LEVEL_ERROR_FILE, "errorfiles", "Settings of one element of `errorfiles`."},
    {LEVEL_NAME_CASE, "h1_case_adjusts", "Settings of one element of `h1_case_adjusts`."},
    {LEVEL_ORIGINALTO, "option_originalto",
     "Settings inside this group; `true` takes the defaults."},
    {LEVEL_USERLIST, "userlists", "Sections of users, whom http_auth() asks for their passwords."},
    {LEVEL_USER, "users", "Settings of one element of `users` in a userlist."},
    {LEVEL_USER_GROUP, "groups", "Settings of one element of `groups` in a userlist."},
    {LEVEL_RESOLVERS, "resolvers", "Sections of name servers, which are asked where servers are."},
    {LEVEL_NAMESERVER, "nameservers",
     "Settings of one element of `nameservers` in a resolvers section."},
    {LEVEL_SECTION_LINES, "peers, mailers and other sections",
     "What sections that are not built yet hold in libconfig, where their lines are kept."},
    {LEVEL_COUNT, NULL, NULL},
};

void reference_start(struct reference *r, FILE *out, const struct keyword_table *const *tables)
{
    *r = (struct reference){.out = out, .arena = arena_new()};
    keyword_index_build(r->arena, &r->index, tables);
}

void reference_end(struct reference *r)
{
    arena_free(r->arena);
}

const char *reference_idle_words(enum keyword_kind kind)
{
    static const char *const words[KW_KIND_COUNT] = {
        [KW_NOTHING] = "accepted without effect",
        [KW_REFUSED] = "not supported yet",
        [KW_LATER] = "not supported yet, accepted with a warning",
    };
    return words[kind];
}

/* A number that the row would accept. */
static const char *example_number(struct reference *r, const struct keyword *row)
{
    if (row->initial != NULL)
        return row->initial;
    return arena_printf(r->arena, "%lld", row->min > 10 ? row->min : 10);
}

/* The value of a libconfig example. */
static const char *example_value(struct reference *r, const struct keyword *row)
{
    static const char *const by_kind[KW_KIND_COUNT] = {
        [KW_FLAG] = "true",
        [KW_FLAG_OFF] = "true",
        [KW_DURATION] = "\"5s\"",
        [KW_STRING] = "\"...\"",
        [KW_WORDS] = "[\"...\"]",
        [KW_STATUSES] = "\"200-399\"",
        [KW_OCTAL] = "\"660\"",
        [KW_SET] = "true",
        [KW_GROUP] = "{ ... }",
        [KW_LIST] = "( { ... }, ... )",
        [KW_LINES] = "( \"...\", ... )",
    };
    if (row->kind == KW_UINT || row->kind == KW_SIZE)
        return example_number(r, row);
    if (row->kind == KW_CHOICE || row->kind == KW_NAME)
        return arena_printf(r->arena, "\"%s\"",
                            row->initial != NULL ? row->initial : row->choices[0].name);
    if (row->kind == KW_STRING && row->initial != NULL)
        return arena_printf(r->arena, "\"%s\"", row->initial);
    return by_kind[row->kind] != NULL ? by_kind[row->kind] : "...";
}

/* The words of another level that have a place of their own: " <name> <address> [...]" */
static const char *positions(struct reference *r, const struct keyword *row)
{
    const char *text = "";
    unsigned position = 1;
    KEYWORDS_OF(&r->index, row->params, param)
    {
        if (param->position != position)
            continue;
        text = arena_printf(r->arena, param->required ? "%s <%s>" : "%s [<%s>]", text, param->name);
        position++;
    }
    return arena_printf(r->arena, "%s [...]", text);
}

/* `server <name> <address> [...]`, `timeout connect <time>`, `no-check` */
static const char *haproxy_form(struct reference *r, const struct keyword *row)
{
    static const char *const values[KW_KIND_COUNT] = {
        [KW_UINT] = " <number>", [KW_DURATION] = " <time>",     [KW_SIZE] = " <size>",
        [KW_STRING] = " <text>", [KW_WORDS] = " <words>",       [KW_CHOICE] = " <choice>",
        [KW_NAME] = " <choice>", [KW_STATUSES] = " <statuses>", [KW_OCTAL] = " <mode>",
        [KW_OWN] = " <value>",   [KW_LINES] = " ...",
    };
    bool stands_alone = values[row->kind] == NULL || row->words == KEYWORD_ALONE;
    if (row->since != NULL && strcmp(row->since, "weir") == 0)
        return "HAProxy has no such word";
    if (row->kind == KW_GROUP || row->kind == KW_LIST)
        return arena_printf(r->arena, "`%s%s`", row->position != 0 ? "" : row->name,
                            positions(r, row));
    if (row->position != 0)
        return arena_printf(r->arena, "`<%s>`", row->name);
    return arena_printf(r->arena, "`%s%s`", row->name, stands_alone ? "" : values[row->kind]);
}

static const char *range(struct reference *r, const struct keyword *row)
{
    const char *unit = row->unit == UNIT_MS ? " ms" : row->unit == UNIT_S ? " s" : "";
    const char *text = "";
    if (row->kind != KW_UINT && row->kind != KW_SIZE && row->kind != KW_DURATION)
        return text;
    if (row->max != 0)
        text = arena_printf(r->arena, ", %lld to %lld%s", row->min, row->max, unit);
    else if (row->min != 0)
        text = arena_printf(r->arena, ", at least %lld%s", row->min, unit);
    if (row->kind == KW_DURATION)
        text = arena_printf(r->arena, "%s; without a unit,%s", text, unit);
    return text;
}

static const char *choices(struct reference *r, const struct keyword *row)
{
    const char *text = "";
    struct keyword_choice choice;
    if (row->kind != KW_CHOICE && row->kind != KW_NAME)
        return text;
    for (size_t i = 0; keyword_choice_at(row, i, &choice); i++) {
        if (choice.refused == NULL)
            text =
                arena_printf(r->arena, "%s%s `%s`", text, *text == '\0' ? ":" : ",", choice.name);
    }
    return text;
}

static const char *takes(struct reference *r, const struct keyword *row)
{
    if (keyword_is_idle(row))
        return NULL;
    bool has_chapter = row->kind == KW_GROUP || row->kind == KW_LIST;
    return arena_printf(r->arena, "%s%s%s%s",
                        row->takes != NULL ? row->takes : apply_kinds[row->kind].takes,
                        range(r, row), choices(r, row),
                        has_chapter ? "; its settings have a chapter of their own" : "");
}

static const char *where(struct reference *r, const struct keyword *row)
{
    static const struct {
        unsigned scope;
        const char *name;
    } names[] = {
        {IN_DEFAULTS, "defaults"},       {IN_FRONTEND, "frontend, listen"},
        {IN_BACKEND, "backend, listen"}, {IN_FRONTEND | IN_BACKEND, "frontend, backend, listen"},
        {IN_SERVER, "servers"},          {IN_DEFAULT_SERVER, "default_server"},
    };
    unsigned proxies = IN_FRONTEND | IN_BACKEND;
    const char *text = NULL;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        unsigned wanted = names[i].scope;
        bool of_proxies = (wanted & proxies) != 0;
        if (of_proxies ? (row->scopes & proxies) == wanted : (row->scopes & wanted) != 0)
            text = text == NULL ? names[i].name
                                : arena_printf(r->arena, "%s, %s", text, names[i].name);
    }
    return text; /* NULL: the chapter says it */
}

static const char *literal(struct reference *r, const char *text)
{
    return text != NULL ? arena_printf(r->arena, "`%s`", text) : NULL;
}

static const char *versions(struct reference *r, const struct keyword *row)
{
    const char *since = row->since != NULL && strcmp(row->since, "weir") != 0 ? row->since : NULL;
    if (since != NULL && row->until != NULL)
        return arena_printf(r->arena, "since %s, until %s", since, row->until);
    if (since != NULL)
        return arena_printf(r->arena, "since %s", since);
    return row->until != NULL ? arena_printf(r->arena, "until %s", row->until) : NULL;
}

void reference_facts_of(struct reference *r, const struct keyword *row, reference_facts facts_out)
{
    bool is_idle = keyword_is_idle(row);
    const char *otherwise = row->initial == NULL ? row->otherwise : NULL;
    bool must_come = row->required && row->initial == NULL && otherwise == NULL;
    const struct reference_fact all[] = {
        {is_idle ? reference_idle_words(row->kind) : "", row->note},
        {"libconfig", arena_printf(r->arena, "`%s = %s;`", keyword_libconfig_name(r->arena, row),
                                   example_value(r, row))},
        {"haproxy.cfg", haproxy_form(r, row)},
        {"takes", takes(r, row)},
        {"default", literal(r, row->initial)},
        {"if not given", must_come ? "an error" : otherwise},
        {"where", where(r, row)},
        {"HAProxy", versions(r, row)},
        {"example, libconfig", literal(r, row->example_libconfig)},
        {"example, haproxy.cfg", literal(r, row->example)},
    };
    size_t count = 0;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (all[i].text != NULL)
            facts_out[count++] = all[i];
    }
    facts_out[count] = (struct reference_fact){0};
}
