/* SPDX-License-Identifier: Apache-2.0 */
/* Markdown, one entry for each row: both spellings, what it takes, range, default, where, since
 * when. */
#include "config/reference.h"

#include <string.h>

#include "config/apply.h"

static const struct {
    enum keyword_level level;
    const char *title, *intro;
} chapters[] = {
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
    {LEVEL_HTTPCHK, "option_httpchk", "Settings inside this group; `true` takes the defaults."},
    {LEVEL_DATABASE_CHECK, "option_mysql_check and option_pgsql_check",
     "Settings inside this group."},
    {LEVEL_SMTP_CHECK, "option_smtpchk", "Settings inside this group; `true` takes the defaults."},
    {LEVEL_ERROR_FILE, "errorfiles", "Settings of one element of `errorfiles`."},
    {LEVEL_ACTION, "http_request",
     "Settings of one element of `http_request`: a condition and one of the actions."},
    {LEVEL_RETURN, "return", "Settings inside `return` of a rule in `http_request`."},
    {LEVEL_DENY, "deny",
     "Settings inside `deny` of a rule in `http_request`; `true` takes the default."},
};

struct writer {
    FILE *out;
    struct conf_arena *arena;
    struct keyword_index index;
};

/* A number that the row would accept. */
static const char *example_number(struct writer *w, const struct keyword *row)
{
    if (row->initial != NULL)
        return row->initial;
    return arena_printf(w->arena, "%lld", row->min > 10 ? row->min : 10);
}

/* The value of a libconfig example. */
static const char *example_value(struct writer *w, const struct keyword *row)
{
    static const char *const by_kind[KW_KIND_COUNT] = {
        [KW_FLAG] = "true",       [KW_FLAG_OFF] = "true",
        [KW_DURATION] = "\"5s\"", [KW_STRING] = "\"...\"",
        [KW_WORDS] = "[\"...\"]", [KW_STATUSES] = "\"200-399\"",
        [KW_OCTAL] = "\"660\"",   [KW_SET] = "true",
        [KW_GROUP] = "{ ... }",   [KW_LIST] = "( { ... }, ... )",
        [KW_OWN] = "...",         [KW_LINES] = "( \"...\", ... )",
        [KW_NOTHING] = "...",     [KW_REFUSED] = "...",
        [KW_LATER] = "...",
    };
    if (row->kind == KW_UINT || row->kind == KW_SIZE)
        return example_number(w, row);
    if (row->kind == KW_CHOICE || row->kind == KW_NAME)
        return arena_printf(w->arena, "\"%s\"",
                            row->initial != NULL ? row->initial : row->choices[0].name);
    if (row->kind == KW_STRING && row->initial != NULL)
        return arena_printf(w->arena, "\"%s\"", row->initial);
    return by_kind[row->kind];
}

static void write_libconfig(struct writer *w, const struct keyword *row)
{
    fprintf(w->out, "- libconfig: `%s = %s;`\n", keyword_libconfig_name(w->arena, row),
            example_value(w, row));
}

/* `server <name> <address> [...]`, `timeout connect <duration>`, `no-check` */
static void write_haproxy(struct writer *w, const struct keyword *row)
{
    if (row->since != NULL && strcmp(row->since, "weir") == 0) {
        fputs("- haproxy.cfg: HAProxy has no such word\n", w->out);
        return;
    }
    fprintf(w->out, "- haproxy.cfg: `%s", row->position != 0 ? "" : row->name);
    if (row->kind == KW_GROUP || row->kind == KW_LIST) {
        unsigned position = 1;
        KEYWORDS_OF(&w->index, row->params, param)
        {
            if (param->position == position) {
                fprintf(w->out, param->required ? " <%s>" : " [<%s>]", param->name);
                position++;
            }
        }
        fputs(" [...]", w->out);
    } else if (row->position != 0) {
        fprintf(w->out, "<%s>", row->name);
    } else if (row->kind != KW_FLAG && row->kind != KW_FLAG_OFF && row->kind != KW_SET &&
               !keyword_is_idle(row)) {
        fputs(" <value>", w->out);
    }
    fputs("`\n", w->out);
}

/* What becomes of a word that weir knows and does nothing with. */
static const char *const idle_words[KW_KIND_COUNT] = {
    [KW_NOTHING] = "accepted without effect",
    [KW_REFUSED] = "not supported yet",
    [KW_LATER] = "not supported yet, accepted with a warning",
};

static const char *takes(const struct keyword *row)
{
    return row->takes != NULL ? row->takes : apply_kinds[row->kind].takes;
}

static void write_range(struct writer *w, const struct keyword *row)
{
    const char *unit = row->unit == UNIT_MS ? " ms" : row->unit == UNIT_S ? " s" : "";
    if (row->kind == KW_UINT || row->kind == KW_SIZE || row->kind == KW_DURATION) {
        if (row->max != 0)
            fprintf(w->out, ", %lld to %lld%s", row->min, row->max, unit);
        else if (row->min != 0)
            fprintf(w->out, ", at least %lld%s", row->min, unit);
    }
    if (row->kind == KW_DURATION)
        fprintf(w->out, "; without a unit,%s", unit);
}

static void write_choices(struct writer *w, const struct keyword *row)
{
    const char *comma = ":";
    struct keyword_choice choice;
    for (size_t i = 0; keyword_choice_at(row, i, &choice); i++) {
        if (choice.refused != NULL)
            continue;
        fprintf(w->out, "%s `%s`", comma, choice.name);
        comma = ",";
    }
}

static void write_takes(struct writer *w, const struct keyword *row)
{
    if (keyword_is_idle(row))
        return;
    fprintf(w->out, "- takes: %s", takes(row));
    write_range(w, row);
    if (row->kind == KW_CHOICE || row->kind == KW_NAME)
        write_choices(w, row);
    if (row->kind == KW_GROUP || row->kind == KW_LIST)
        fputs("; its settings have a chapter below", w->out);
    fputc('\n', w->out);
}

static void write_default(struct writer *w, const struct keyword *row)
{
    if (row->initial != NULL)
        fprintf(w->out, "- default: `%s`\n", row->initial);
    else if (row->otherwise != NULL)
        fprintf(w->out, "- if not given: %s\n", row->otherwise);
    else if (row->required)
        fputs("- must be given\n", w->out);
}

static void write_scopes(struct writer *w, const struct keyword *row)
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
    const char *comma = "";
    if ((row->scopes & (IN_DEFAULTS | proxies | IN_SERVER)) == 0)
        return; /* the chapter says it */
    fputs("- where: ", w->out);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        unsigned wanted = names[i].scope;
        bool of_proxies = (wanted & proxies) != 0;
        if (of_proxies ? (row->scopes & proxies) == wanted : (row->scopes & wanted) != 0) {
            fprintf(w->out, "%s%s", comma, names[i].name);
            comma = ", ";
        }
    }
    fputc('\n', w->out);
}

static void write_versions(struct writer *w, const struct keyword *row)
{
    if (row->since != NULL && strcmp(row->since, "weir") != 0)
        fprintf(w->out, "- HAProxy: since %s\n", row->since);
    if (row->until != NULL)
        fprintf(w->out, "- HAProxy: until %s\n", row->until);
}

static void write_entry(struct writer *w, const struct keyword *row)
{
    fprintf(w->out, "### %s\n\n%s\n\n", keyword_libconfig_name(w->arena, row), row->doc);
    if (keyword_is_idle(row))
        fprintf(w->out, "- %s: %s\n", idle_words[row->kind], row->note);
    write_libconfig(w, row);
    write_haproxy(w, row);
    write_takes(w, row);
    write_default(w, row);
    write_scopes(w, row);
    write_versions(w, row);
    fputc('\n', w->out);
}

/* A line each for the words that do nothing. */
static void write_idle(struct writer *w, enum keyword_level level)
{
    bool begun = false;
    KEYWORDS_OF(&w->index, level, row)
    {
        if (!keyword_is_idle(row))
            continue;
        if (!begun)
            fputs("| HAProxy's word | what it is for | here |\n|---|---|---|\n", w->out);
        fprintf(w->out, "| `%s` | %s | %s: %s |\n", row->name, row->doc, idle_words[row->kind],
                row->note);
        begun = true;
    }
    if (begun)
        fputc('\n', w->out);
}

static void writer_start(struct writer *w, FILE *out, const struct keyword_table *const *tables)
{
    *w = (struct writer){.out = out, .arena = arena_new()};
    keyword_index_build(w->arena, &w->index, tables);
}

void reference_write(FILE *out, const struct keyword_table *const *tables)
{
    struct writer w;
    writer_start(&w, out, tables);
    fputs("<!-- Made by weir_reference from the keyword tables in config/. Do not edit. -->\n"
          "# Keyword reference\n\n"
          "Every setting weir knows. The guide is [configuration.md](configuration.md).\n\n"
          "Durations are a number with `us`, `ms`, `s`, `m`, `h` or `d`; sizes a number of bytes, "
          "or one "
          "with `k`, `m` or `g`. A group may gather settings that begin with the same word: "
          "`timeout = { connect = \"5s\"; client = \"30s\"; };` is `timeout_connect` and "
          "`timeout_client`.\n\n",
          out);
    for (size_t i = 0; i < sizeof chapters / sizeof *chapters; i++) {
        fprintf(out, "## %s\n\n%s\n\n", chapters[i].title, chapters[i].intro);
        KEYWORDS_OF(&w.index, chapters[i].level, row)
        {
            if (!keyword_is_idle(row))
                write_entry(&w, row);
        }
        write_idle(&w, chapters[i].level);
    }
    arena_free(w.arena);
}

bool reference_help(FILE *out, const struct keyword_table *const *tables, const char *name)
{
    struct writer w;
    bool found = false;
    writer_start(&w, out, tables);
    for (size_t i = 0; i < sizeof chapters / sizeof *chapters; i++) {
        const struct keyword *row = keyword_find(&w.index, w.arena, chapters[i].level, name);
        if (row == NULL)
            continue;
        fprintf(out, "## %s\n\n", chapters[i].title);
        write_entry(&w, row);
        found = true;
    }
    arena_free(w.arena);
    return found;
}
