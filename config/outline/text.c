/* SPDX-License-Identifier: Apache-2.0 */
/* Quoting. A text comes as struct conf_template has it: "${X}" is a variable, "$${" is not. */
#include "config/outline/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Does a variable begin here? */
static bool is_variable(const char *c)
{
    return c[0] == '$' && c[1] == '{' && strchr(c, '}') != NULL;
}

static bool is_literal_open(const char *c)
{
    return c[0] == '$' && c[1] == '$' && c[2] == '{';
}

struct traits {
    bool has_variable, has_control, has_blank, has_quote, has_apostrophe, has_special;
};

static struct traits look_at(const char *written)
{
    struct traits t = {0};
    for (const char *c = written; *c != '\0'; c++) {
        if (is_literal_open(c)) {
            c += 2;
            t.has_special = true;
        } else if (is_variable(c)) {
            t.has_variable = true;
            c += strcspn(c, "}") - 1;
        } else {
            t.has_control = t.has_control || iscntrl((unsigned char)*c);
            t.has_blank = t.has_blank || *c == ' ' || *c == '#';
            t.has_quote = t.has_quote || *c == '"' || *c == '\\' || *c == '$';
            t.has_apostrophe = t.has_apostrophe || *c == '\'';
            t.has_special = t.has_special || *c == '"' || *c == '\\';
        }
    }
    return t;
}

/* "\n" and its like; NULL where the character stands for itself. */
static const char *escape_of(struct conf_arena *arena, char c)
{
    switch (c) {
    case '\n':
        return "\\n";
    case '\r':
        return "\\r";
    case '\t':
        return "\\t";
    case '"':
        return "\\\"";
    case '\\':
        return "\\\\";
    default:
        return iscntrl((unsigned char)c) ? arena_printf(arena, "\\x%02x", (unsigned char)c) : NULL;
    }
}

/* Between double quotes, where variables count. */
static const char *quote_strongly(struct conf_arena *arena, const char *written)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    fputc('"', out);
    while (*written != '\0') {
        size_t variable = is_variable(written) ? strcspn(written, "}") + 1 : 0;
        const char *escape = escape_of(arena, *written);
        if (is_literal_open(written)) {
            fputs("\\${", out);
            written += 3;
        } else if (variable > 0) {
            fwrite(written, 1, variable, out);
            written += variable;
        } else {
            if (escape != NULL)
                fputs(escape, out);
            else
                fprintf(out, *written == '$' ? "\\%c" : "%c", *written);
            written++;
        }
    }
    fputc('"', out);
    fclose(out);
    const char *quoted = arena_copy(arena, text);
    free(text);
    return quoted;
}

/* "$${" is "${" where there are no variables. */
static const char *plain(struct conf_arena *arena, const char *written)
{
    const char *text = "", *open;
    while ((open = strstr(written, "$${")) != NULL) {
        text = arena_printf(arena, "%s%.*s${", text, (int)(open - written), written);
        written = open + 3;
    }
    return *text != '\0' ? arena_printf(arena, "%s%s", text, written) : written;
}

const char *haproxy_quote(struct conf_arena *arena, const char *written)
{
    struct traits t = look_at(written);
    if (t.has_variable || t.has_control || *written == '\0')
        return quote_strongly(arena, written);
    if (!t.has_blank && !t.has_apostrophe && !t.has_special)
        return written;
    if (!t.has_quote && !t.has_special)
        return arena_printf(arena, "\"%s\"", written);
    return t.has_apostrophe ? quote_strongly(arena, written)
                            : arena_printf(arena, "'%s'", plain(arena, written));
}

const char *libconfig_quote(struct conf_arena *arena, const char *text)
{
    char *quoted = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&quoted, &len);
    fputc('"', out);
    for (; *text != '\0'; text++) {
        const char *escape = escape_of(arena, *text);
        if (escape != NULL)
            fputs(escape, out);
        else
            fputc(*text, out);
    }
    fputc('"', out);
    fclose(out);
    text = arena_copy(arena, quoted);
    free(quoted);
    return text;
}

const char *haproxy_join(struct conf_arena *arena, const char *const *written, size_t count)
{
    const char *line = count > 0 ? haproxy_quote(arena, written[0]) : "";
    for (size_t i = 1; i < count; i++)
        line = arena_printf(arena, "%s %s", line, haproxy_quote(arena, written[i]));
    return line;
}

static bool is_opposite(const struct keyword *a, const struct keyword *b)
{
    bool are_flags = (a->kind == KW_FLAG && b->kind == KW_FLAG_OFF) ||
                     (a->kind == KW_FLAG_OFF && b->kind == KW_FLAG);
    return (are_flags && a->offset == b->offset) ||
           (strncmp(b->name, "no-", 3) == 0 && strcmp(b->name + 3, a->name) == 0);
}

/* The word that undoes another: "no-check" of "check", "enabled" of "disabled"; NULL if none does. */
static const struct keyword *opposite(const struct loader *l, const struct keyword *row)
{
    for (int level = 0; level < LEVEL_COUNT; level++) {
        const struct keyword *found = NULL;
        bool is_here = false;
        KEYWORDS_OF(&l->index, level, other)
        {
            is_here = is_here || other == row;
            found = found == NULL && is_opposite(row, other) ? other : found;
        }
        if (is_here)
            return found;
    }
    return NULL;
}

/* Options that HAProxy does not switch off again. */
static const char *const lasting_options[] = {
    "external-check", "forwardfor", "forwarded-proto", "httpchk",    "httplog",     "httpslog",
    "http_proxy",     "ldap-check", "mysql-check",     "originalto", "pgsql-check", "redis-check",
    "smtpchk",        "spop-check", "ssl-hello-chk",   "tcp-check",  "tcpka",       "tcplog",
};

const char *haproxy_off(const struct loader *l, const struct keyword *row)
{
    const struct keyword *other = opposite(l, row);
    size_t prefix = strlen("option ");
    bool is_option = strncmp(row->name, "option ", prefix) == 0;
    if (other != NULL)
        return other->name;
    for (size_t i = 0; is_option && i < sizeof lasting_options / sizeof *lasting_options; i++) {
        if (strcmp(row->name + prefix, lasting_options[i]) == 0)
            return NULL;
    }
    return is_option || strcmp(row->name, "log") == 0 ? arena_printf(l->scratch, "no %s", row->name)
                                                      : NULL;
}
