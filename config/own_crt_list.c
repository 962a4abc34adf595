/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file that `crt-list` names, a certificate a line:
 *
 *   shop.pem                              for the names in it, as if by crt
 *   site.pem [alpn h2] www.example.com    for these names only
 *
 * What brackets hold is TLS of this certificate alone, where we have that of a bind: told, and left out
 * if clients are served all the same; refused if it decides who may come in.
 */
#include <string.h>

#include "config/apply.h"
#include "config/own.h"

#define BLANKS " \t\r"

/* A line being read. */
struct crt_line {
    struct loader *l;
    struct conf_place place;
    char *rest;
};

static struct conf_span span_of(const struct crt_line *line)
{
    return (struct conf_span){.place = line->place, .width = 1};
}

/* The next word, cut out of the line; NULL at its end. */
static char *next_word(struct crt_line *line)
{
    char *word = line->rest + strspn(line->rest, BLANKS);
    line->rest = word + strcspn(word, BLANKS);
    if (*line->rest != '\0')
        *line->rest++ = '\0';
    return *word != '\0' ? word : NULL;
}

static void read_option(const struct crt_line *line, const char *option)
{
    static const char *const deciding[] = {"verify", "ca-file", "ca-verify-file", "crl-file", NULL};
    for (const char *const *word = deciding; *word != NULL; word++) {
        if (strcmp(option, *word) == 0) {
            CONF_FAIL(line->l, span_of(line),
                      "write it on the bind line, or give it a bind of its own",
                      "crt-list: '%s' for one certificate is not supported yet", option);
            return;
        }
    }
    if (strcmp(option, "alpn") != 0)
        CONF_WARN(line->l, span_of(line), "write it on the bind line, for all certificates",
                  "crt-list: '%s' for one certificate is not supported yet and left out", option);
}

/* "[alpn h2,http/1.1 ssl-min-ver TLSv1.2]": words with one value each, but for no-... and force-... . */
static bool read_options(struct crt_line *line)
{
    char *open = line->rest + strspn(line->rest, BLANKS);
    if (*open != '[')
        return true;
    char *close = strchr(open, ']');
    if (close == NULL) {
        CONF_FAIL(line->l, span_of(line), "close it", "crt-list: '[' without ']'");
        return false;
    }
    *close = '\0';
    struct crt_line inner = {line->l, line->place, open + 1};
    line->rest = close + 1;
    for (const char *option; (option = next_word(&inner)) != NULL;) {
        read_option(line, option);
        bool is_alone = strncmp(option, "no-", 3) == 0 || strncmp(option, "force-", 6) == 0 ||
                        strcmp(option, "allow-0rtt") == 0;
        if (!is_alone)
            (void)next_word(&inner);
    }
    return true;
}

static struct conf_words read_names(struct crt_line *line)
{
    struct conf_words names = {0};
    for (const char *name; (name = next_word(line)) != NULL;) {
        if (*name == '!') {
            CONF_FAIL(line->l, span_of(line), "list the names that the certificate is for",
                      "crt-list: names to leave out, as '%s', are not supported yet", name);
            continue;
        }
        names.items =
            arena_list_grow(line->l->arena, names.items, names.count, sizeof *names.items);
        names.items[names.count++] = arena_copy(line->l->arena, name);
    }
    return names;
}

static void read_line(struct crt_line *line, struct conf_tls *tls)
{
    const char *path = next_word(line);
    if (path == NULL || *path == '#' || !read_options(line))
        return;
    struct conf_words names = read_names(line);
    own_crt_add(line->l, tls, arena_copy(line->l->arena, path), line->place, names);
}

static void read_lines(struct crt_line *line, struct conf_tls *tls, char *rest)
{
    while (*rest != '\0') {
        size_t len = strcspn(rest, "\n");
        bool is_last = rest[len] == '\0';
        rest[len] = '\0';
        line->place.line++;
        line->rest = rest;
        rest += len + !is_last;
        read_line(line, tls);
    }
}

void own_crt_list(struct loader *l, const struct keyword *row, void *base,
                  const struct conf_directive *d)
{
    struct conf_tls *tls = (struct conf_tls *)((char *)base + row->offset);
    const struct conf_word *word = apply_only_arg(l, d);
    size_t len, before = tls->crt.count;
    if (word == NULL)
        return;
    own_crt_unshare(l, tls);
    const char *text = loader_read(l, l->scratch, word->text, word->span, &len);
    struct crt_line line = {.l = l, .place = {arena_copy(l->arena, word->text), 0, 1}};
    if (text != NULL)
        read_lines(&line, tls, arena_copy(l->scratch, text));
    if (tls->crt.count > before)
        return;
    if (text != NULL)
        CONF_FAIL(l, word->span, "write the path of a certificate into it, a line each",
                  "crt-list: '%s' lists no certificate", word->text);
    /* something, so that the bind is not told to lack a certificate as well */
    own_crt_add(l, tls, word->text, word->span.place, (struct conf_words){0});
}
