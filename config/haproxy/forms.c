/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines whose grammar is their own: each is a row of the table at the end and a function, which
 * makes directives of the same keyword rows as any other line.
 */
#include <ctype.h>
#include <string.h>

#include "config/haproxy/reader_priv.h"

/* One more argument than the name: text that may go on to the end of the line. */
static void read_rest_as_text(const struct haproxy_line *line)
{
    struct loader *l = line->r->l;
    const struct conf_word *args = line->words + line->name_words;
    size_t count = line->count - line->name_words;
    struct conf_directive *d = haproxy_emit(
        line->r, (struct conf_word){.text = line->row->name,
                                    .span = haproxy_span(line->words, line->name_words)});
    if (count == 0)
        return;
    d->args = arena_alloc(l->scratch, sizeof *d->args);
    d->args[0] = args[0];
    d->arg_count = 1;
    for (size_t i = 1; i < count; i++)
        d->args[0].text = arena_printf(l->arena, "%s %s", d->args[0].text, args[i].text);
}

/*
 * <algorithm> [<words>]: with url_param and hash the next word is a name or an expression, whatever it
 * reads like; and check_post may have a number behind it, which has no effect since 1.7.
 */
static void read_balance(const struct haproxy_line *line)
{
    struct loader *l = line->r->l;
    struct conf_directive d = {.name = haproxy_reword(line->words[0], line->row->name),
                               .is_group = true},
                          rest = {0};
    const struct conf_word *words = line->words + 1;
    size_t count = line->count - 1;
    const char *param = count == 0                              ? NULL
                        : strcmp(words->text, "url_param") == 0 ? "parameter"
                        : strcmp(words->text, "hash") == 0      ? "expression"
                                                                : NULL;
    if (count > 2 && strcmp(words[count - 2].text, "check_post") == 0)
        count--;
    const struct conf_word by_default = haproxy_reword(line->words[0], "roundrobin");
    haproxy_param(l, &d, haproxy_reword(line->words[0], "algorithm"),
                  count > 0 ? words : &by_default, 1);
    if (param != NULL && count > 1) {
        haproxy_param(l, &d, haproxy_reword(words[1], param), &words[1], 1);
        words++;
        count--;
    }
    if (count > 1 && !haproxy_params(line, line->row, words + 1, count - 1, &rest))
        return;
    for (size_t i = 0; i < rest.param_count; i++)
        haproxy_param(l, &d, rest.params[i].name, rest.params[i].args, rest.params[i].arg_count);
    *haproxy_emit(line->r, d.name) = d;
}

/* log global | <address> [len ..] [format ..] <facility> [<level> [<minlevel>]] */
static void read_log(const struct haproxy_line *line)
{
    struct loader *l = line->r->l;
    struct conf_directive d = {.name = haproxy_reword(line->words[0], line->row->name),
                               .is_group = true};
    if (!haproxy_params(line, line->row, line->words + 1, line->count - 1, &d))
        return;
    bool is_global = strcmp(line->words[1].text, "global") == 0, has_facility = false;
    for (size_t i = 0; i < d.param_count; i++)
        has_facility = has_facility || strcmp(d.params[i].name.text, "facility") == 0;
    if (is_global && line->level == LEVEL_GLOBAL)
        CONF_FAIL(l, line->words[1].span, "name the target itself",
                  "'log global' in the global section refers to itself");
    else if (is_global && line->count > 2)
        CONF_FAIL(l, line->words[2].span, "the targets stand in the global section",
                  "nothing may follow 'log global'");
    else if (!is_global && !has_facility)
        CONF_FAIL(l, line->words[1].span,
                  arena_printf(l->scratch, "write: log %s local0", line->words[1].text),
                  "'log' needs a facility behind the address");
    else
        *haproxy_emit(line->r, d.name) = d;
}

/* Each field becomes a parameter of the group; gives the line of today that says the same. */
static const char *take_hidden_fields(const struct haproxy_line *line, struct conf_directive *d,
                                      const struct conf_word *word, const char *fields)
{
    struct loader *l = line->r->l;
    const char *now = "http-check send";
    size_t len;
    for (; *(fields += strspn(fields, "\r\n")) != '\0'; fields += len) {
        len = strcspn(fields, "\r\n");
        struct conf_word field = haproxy_reword(*word, arena_copy_bytes(l->arena, fields, len));
        size_t name_len = strcspn(field.text, ":");
        const char *value = field.text + name_len + (field.text[name_len] == ':');
        haproxy_param(l, d, haproxy_reword(*word, "hdr"), &field, 1);
        now = arena_printf(l->scratch, "%s hdr %.*s \"%s\"", now, (int)name_len, field.text,
                           value + strspn(value, " "));
    }
    return now;
}

/* "HTTP/1.1\r\nHost:\ www\r\n\r\nbody": up to 2.1 the rest of the request was hidden behind the version. */
static void take_hidden_request(const struct haproxy_line *line, struct conf_directive *d,
                                const struct conf_word *word)
{
    struct loader *l = line->r->l;
    const char *fields = word->text + strcspn(word->text, "\r\n");
    const char *body = strstr(fields, "\r\n\r\n");
    if (fields[strspn(fields, "\r\n")] == '\0')
        return;
    if (body != NULL)
        fields = arena_copy_bytes(l->scratch, fields, (size_t)(body - fields));
    const char *now = take_hidden_fields(line, d, word, fields);
    if (body != NULL && body[4] != '\0') {
        struct conf_word text = haproxy_reword(*word, arena_copy(l->arena, body + 4));
        haproxy_param(l, d, haproxy_reword(*word, "body"), &text, 1);
        now = arena_printf(l->scratch, "%s body \"%s\"", now, text.text);
    }
    CONF_WARN(l, word->span, arena_printf(l->scratch, "write a line below it: %s", now),
              "headers behind the version are the form of before 2.2");
}

/* HAProxy sends whatever stands there. */
static bool is_version(struct loader *l, const struct conf_word *word)
{
    static const char *const versions[] = {"HTTP/1.0", "HTTP/1.1"};
    size_t len = strcspn(word->text, "\r\n");
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        if (strlen(versions[i]) == len && strncmp(word->text, versions[i], len) == 0)
            return true;
    }
    CONF_WARN(l, word->span, "one of: HTTP/1.0, HTTP/1.1", "'%.*s' is no version: HTTP/1.0 is sent",
              (int)len, word->text);
    return false;
}

/* [<uri>] | <method> <uri> [<version> [<host>]] */
static void read_httpchk(const struct haproxy_line *line)
{
    static const char *const names[] = {"method", "uri", "version", "host"};
    enum { VALUES_MAX = sizeof names / sizeof *names };
    struct loader *l = line->r->l;
    const struct conf_word *args = line->words + line->name_words;
    size_t count = line->count - line->name_words;
    struct conf_word name = {.text = line->row->name, .span = haproxy_span(line->words, 2)};
    struct conf_directive d = {.name = name, .is_group = true};
    if (count > VALUES_MAX) {
        CONF_FAIL(l, args[VALUES_MAX].span,
                  arena_printf(l->scratch, "%s [<method>] [<uri>] [<version>] [<host>]", name.text),
                  "'%s' takes no more than four values", name.text);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const char *param = count == 1 ? "uri" : names[i];
        if (i == 2 && !is_version(l, &args[i]))
            continue;
        size_t len = strcspn(args[i].text, "\r\n"); /* headers may stand behind the version */
        struct conf_word value =
            haproxy_reword(args[i], arena_copy_bytes(l->arena, args[i].text, len));
        haproxy_param(l, &d, haproxy_reword(args[i], param), &value, 1);
    }
    if (count >= 3)
        take_hidden_request(line, &d, &args[2]);
    *haproxy_emit(line->r, name) = d;
}

/* Its longer names are libconfig's. */
static void read_http_check(const struct haproxy_line *line)
{
    struct conf_directive *d = haproxy_emit(line->r, haproxy_reword(line->words[0], "http-check"));
    d->args = line->words + 1;
    d->arg_count = line->count - 1;
    d->is_line = true;
}

/* master-worker [no-exit-on-failure]: the monitor never leaves because a worker failed. */
static void read_master_worker(const struct haproxy_line *line)
{
    if (line->count > 2 ||
        (line->count == 2 && strcmp(line->words[1].text, "no-exit-on-failure") != 0)) {
        CONF_FAIL(line->r->l, line->words[line->count - 1].span, "write: master-worker",
                  "'master-worker' takes no word but 'no-exit-on-failure'");
        return;
    }
    haproxy_emit(line->r, haproxy_reword(line->words[0], line->row->name));
}

/* stats realm <text>: words behind it are for nobody, though they are often meant. */
static void read_realm(const struct haproxy_line *line)
{
    struct loader *l = line->r->l;
    const struct conf_word *args = line->words + line->name_words;
    size_t count = line->count - line->name_words;
    if (count > 1)
        CONF_WARN(l, args[1].span,
                  arena_printf(l->scratch, "quote what belongs together: stats realm \"%s %s\"",
                               args[0].text, args[1].text),
                  "'stats realm' takes one word: this one does not count");
    struct conf_directive *d =
        haproxy_emit(line->r, haproxy_reword(line->words[0], line->row->name));
    d->args = (struct conf_word *)args;
    d->arg_count = count > 1 ? 1 : count;
}

/* setenv NAME VALUE, presetenv NAME VALUE, unsetenv NAME..., resetenv [NAME...] */
static void read_environment(const struct haproxy_line *line)
{
    struct haproxy_env *env = &line->r->env;
    const char *word = line->words[0].text;
    bool sets = strcmp(word, "setenv") == 0 || strcmp(word, "presetenv") == 0;
    if (sets && line->count != 3) {
        CONF_FAIL(line->r->l, line->words[0].span,
                  arena_printf(line->r->l->scratch, "%s <name> <value>", word),
                  "'%s' needs a name and a value", word);
        return;
    }
    if (sets && (*word == 's' || haproxy_env_get(env, line->words[1].text) == NULL))
        haproxy_env_set(env, line->words[1].text, line->words[2].text);
    const char **names = arena_alloc(line->r->l->scratch, line->count * sizeof *names);
    for (size_t i = 1; i < line->count; i++)
        names[i - 1] = line->words[i].text;
    if (strcmp(word, "resetenv") == 0)
        haproxy_env_keep(env, names, line->count - 1);
    for (size_t i = 1; *word == 'u' && i < line->count; i++)
        haproxy_env_set(env, line->words[i].text, NULL);
}

/* server-template <prefix> <range> <address> [...]: as a server, but for the range. */
static void read_template(const struct haproxy_line *line)
{
    struct loader *l = line->r->l;
    struct conf_directive d = {.name = haproxy_reword(line->words[0], line->row->name),
                               .is_group = true};
    if (line->count < 4) {
        CONF_FAIL(l, haproxy_span(line->words, line->count),
                  "server-template <prefix> <number or range> <address> [...]",
                  "'server-template' needs a prefix, a range and an address");
        return;
    }
    if (!isdigit((unsigned char)*line->words[2].text)) { /* what follows would be read one off */
        CONF_FAIL(l, line->words[2].span,
                  "server-template <prefix> <number or range> <address> [...]",
                  "server-template: '%s' is no range", line->words[2].text);
        return;
    }
    struct conf_word *words =
        arena_list_copy(l->scratch, line->words + 2, line->count - 2, sizeof *words);
    words[0] = line->words[1];
    if (!haproxy_params(line, line->row, words, line->count - 2, &d))
        return;
    haproxy_param(l, &d, haproxy_reword(line->words[2], "range"), &line->words[2], 1);
    *haproxy_emit(line->r, d.name) = d;
}

static const struct {
    const char *first, *second; /* the first words; second NULL = any */
    enum keyword_level level;
    void (*read)(const struct haproxy_line *line);
} forms[] = {
    {"balance", NULL, LEVEL_PROXY, read_balance},
    {"description", NULL, LEVEL_PROXY, read_rest_as_text},
    {"description", NULL, LEVEL_GLOBAL, read_rest_as_text},
    {"stats", "show-desc", LEVEL_PROXY, read_rest_as_text},
    {"stats", "realm", LEVEL_PROXY, read_realm},
    {"errorfiles", NULL, LEVEL_PROXY, haproxy_errors_use},
    {"log", NULL, LEVEL_PROXY, read_log},
    {"log", NULL, LEVEL_GLOBAL, read_log},
    {"option", "httpchk", LEVEL_PROXY, read_httpchk},
    {"http-check", NULL, LEVEL_PROXY, read_http_check},
    {"type", "httpchk", LEVEL_HEALTHCHECK, read_httpchk},
    {"http-check", NULL, LEVEL_HEALTHCHECK, read_http_check},
    {"master-worker", NULL, LEVEL_GLOBAL, read_master_worker},
    {"server-template", NULL, LEVEL_PROXY, read_template},
    {"setenv", NULL, LEVEL_GLOBAL, read_environment},
    {"presetenv", NULL, LEVEL_GLOBAL, read_environment},
    {"unsetenv", NULL, LEVEL_GLOBAL, read_environment},
    {"resetenv", NULL, LEVEL_GLOBAL, read_environment},
};

bool haproxy_form_read(const struct haproxy_line *line)
{
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        const char *first = line->words[0].text;
        bool fits = forms[i].level == line->level && *forms[i].first == *first &&
                    strcmp(forms[i].first, first) == 0;
        if (fits && forms[i].second != NULL)
            fits = line->count > 1 && strcmp(forms[i].second, line->words[1].text) == 0;
        if (!fits)
            continue;
        forms[i].read(line);
        return true;
    }
    return false;
}
