/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words of before 2.1 that changed lines of a message by regular expressions over the whole line:
 *
 *   reqirep ^Host:\ (.*)\.old$  Host:\ \1.new       http-request replace-header Host (?i)(.*)\.old$ \1.new
 *   reqrep ^([^\ :]*)\ /a/(.*)  \1\ /b/\2           http-request replace-pathq ^/a/(.*) /b/\1
 *   rspdel ^Server:.*                               http-response del-header Server
 *
 * What they mostly did is one of today's actions; anything else is refused, with the advice to write it anew.
 */
#include "config/haproxy_priv.h"

#include <ctype.h>
#include <string.h>

struct former {
    const char *word, *ruleset;
    bool ignore_case, removes;
};

static const struct former formers[] = {
    {"reqrep", "http-request", false, false},  {"reqirep", "http-request", true, false},
    {"rsprep", "http-response", false, false}, {"rspirep", "http-response", true, false},
    {"reqdel", "http-request", false, true},   {"reqidel", "http-request", true, true},
    {"rspdel", "http-response", false, true},  {"rspidel", "http-response", true, true},
};

/* A line on its way to today's form. */
struct translation {
    struct haproxy_line *line;
    const struct former *former;
    const char *words[5]; /* behind the ruleset */
    size_t count;
};

const char *haproxy_escape_percent(struct loader *l, const char *text)
{
    char *out = arena_alloc(l->arena, 2 * strlen(text) + 1), *end = out;
    for (; *text != '\0'; text++) {
        if (*text == '%')
            *end++ = '%';
        *end++ = *text;
    }
    return out;
}

/* "^Name:" at the beginning; what follows it, or NULL. */
static const char *header_name(struct loader *l, const char *search, const char **name_out)
{
    const char *begin = search + (*search == '^'), *end = begin;
    while (isalnum((unsigned char)*end) || *end == '-' || *end == '_')
        end++;
    *name_out = arena_copy_bytes(l->arena, begin, (size_t)(end - begin));
    return end > begin && *search == '^' ? end : NULL;
}

/* Blanks behind the colon, however they are asked for. */
static const char *skip_blanks(const char *text)
{
    static const char *const blanks[] = {" *", " +", "\\s*", "\\s+", "[ ]*", "[ ]+", " ?", " "};
    for (size_t i = 0; i < sizeof blanks / sizeof *blanks; i++) {
        if (strncmp(text, blanks[i], strlen(blanks[i])) == 0)
            return text + strlen(blanks[i]);
    }
    return text;
}

static bool replace_header(struct translation *t, const char *search, const char *replacement)
{
    struct loader *l = t->line->r->l;
    const char *name, *rest = header_name(l, search, &name);
    size_t len = strlen(name);
    if (rest == NULL || *rest != ':' || strncasecmp(replacement, name, len) != 0 ||
        replacement[len] != ':')
        return false;
    t->words[t->count++] = "replace-header";
    t->words[t->count++] = name;
    t->words[t->count++] =
        arena_printf(l->arena, "%s%s", t->former->ignore_case ? "(?i)" : "", skip_blanks(rest + 1));
    t->words[t->count++] =
        haproxy_escape_percent(l, replacement + len + 1 + strspn(replacement + len + 1, " "));
    return true;
}

/* Groups count from that of the method, which is no longer there. */
static const char *renumber(struct loader *l, const char *text)
{
    char *out = arena_copy(l->arena, text);
    for (char *c = out; *c != '\0'; c++) {
        if (*c == '\\' && c[1] >= '2' && c[1] <= '9')
            (*++c)--;
        else if (*c == '\\' && c[1] != '\0')
            c++;
    }
    return out;
}

/* Behind "^(METHOD", however the method is asked for; NULL if it is not. */
static const char *skip_method(const char *search)
{
    static const char *const methods[] = {"^([^ :]*", "^([^ ]*", "^(\\w+", "^([A-Z]+", "^(.*"};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        size_t len = strlen(methods[i]);
        if (strncmp(search, methods[i], len) == 0 && (search[len] == ')' || search[len] == ' '))
            return search + len;
    }
    return NULL;
}

static bool replace_path(struct translation *t, const char *search, const char *replacement)
{
    struct loader *l = t->line->r->l;
    t->words[t->count++] = "replace-pathq";
    t->words[t->count++] =
        arena_printf(l->arena, "%s^%s", t->former->ignore_case ? "(?i)" : "", search);
    t->words[t->count++] = haproxy_escape_percent(l, replacement);
    return true;
}

/* The request line: a group that is the method, then the target; or a group of the method and how the
 * target begins, "^([^ ]* /)old/(.*)" and "\1new/\2". */
static bool replace_target(struct translation *t, const char *search, const char *replacement)
{
    struct loader *l = t->line->r->l;
    const char *rest = skip_method(search);
    if (rest == NULL)
        return false;
    if (strncmp(rest, ") ", 2) == 0) {
        bool is_same_method = strncmp(replacement, "\\1 ", 3) == 0;
        return is_same_method && strchr(rest + 2, ' ') == NULL &&
               strchr(replacement + 3, ' ') == NULL && strstr(replacement + 3, "\\1") == NULL &&
               replace_path(t, rest + 2, renumber(l, replacement + 3));
    }
    return *rest == ' ' && strchr(rest + 1, ' ') == NULL && strchr(replacement, ' ') == NULL &&
           strncmp(replacement, "\\1", 2) == 0 && strstr(replacement + 2, "\\1") == NULL &&
           replace_path(t, arena_printf(l->scratch, "(%s", rest + 1), replacement);
}

static bool remove_header(struct translation *t, const char *search)
{
    const char *name, *rest = header_name(t->line->r->l, search, &name);
    if (rest == NULL || (strcmp(rest, ":") != 0 && strcmp(rest, ":.*") != 0 &&
                         strcmp(rest, ": .*") != 0 && *rest != '\0'))
        return false;
    t->words[t->count++] = "del-header";
    t->words[t->count++] = name;
    if (*rest == '\0') {
        t->words[t->count++] = "-m";
        t->words[t->count++] = "beg";
    }
    return true;
}

/* The words of today in place of the first `old` ones. */
static void put_words(struct translation *t, size_t old)
{
    struct haproxy_line *line = t->line;
    struct loader *l = line->r->l;
    size_t rest = line->count - old;
    struct conf_word *words = arena_alloc(l->scratch, (rest + t->count + 1) * sizeof *words);
    const char *text = t->former->ruleset;
    words[0] = haproxy_reword(line->words[0], t->former->ruleset);
    for (size_t i = 0; i < t->count; i++) {
        words[1 + i] = haproxy_reword(line->words[i < old ? i : old - 1], t->words[i]);
        text =
            arena_printf(l->scratch, strpbrk(t->words[i], " \\\"'") != NULL ? "%s '%s'" : "%s %s",
                         text, t->words[i]);
    }
    memcpy(words + 1 + t->count, line->words + old, rest * sizeof *words);
    CONF_WARN(l, line->words[0].span, arena_printf(l->scratch, "write: %s", text),
              "'%s' is the form of before 2.1", t->former->word);
    line->words = words;
    line->count = rest + t->count + 1;
}

bool haproxy_old_headers(struct haproxy_line *line)
{
    struct translation t = {.line = line};
    for (size_t i = 0; i < sizeof formers / sizeof *formers; i++) {
        if (strcmp(formers[i].word, line->words[0].text) == 0)
            t.former = &formers[i];
    }
    if (t.former == NULL)
        return true;
    size_t old = t.former->removes ? 2 : 3;
    const char *search = line->count > 1 ? line->words[1].text : "";
    bool is_known = line->count >= old &&
                    (t.former->removes ? remove_header(&t, search)
                                       : replace_header(&t, search, line->words[2].text) ||
                                             replace_target(&t, search, line->words[2].text));
    if (!is_known) {
        CONF_FAIL(
            line->r->l, line->words[0].span,
            arena_printf(line->r->l->scratch, "today it is: %s %s", t.former->ruleset,
                         t.former->removes ? "del-header NAME" : "replace-header, or replace-path"),
            "this '%s' cannot be translated", t.former->word);
        return false;
    }
    put_words(&t, old);
    return true;
}
