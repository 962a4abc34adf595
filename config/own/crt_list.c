/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file that `crt-list` names, a certificate a line:
 *
 *   shop.pem                                        for the names in it, as if by crt
 *   site.pem [verify required ca-file a.pem] *.example.com !www.example.com
 *                                                   for these names only, and not for the last
 *
 * What brackets hold are words of the bind, for this certificate alone; they are applied when the bind is complete.
 */
#include <string.h>

#include "config/apply.h"
#include "config/own/own.h"

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

/* HAProxy's, of the words of a bind. */
static const struct {
    const char *name;
    bool is_alone;
} option_words[] = {
    {"allow-0rtt", true},   {"alpn", false},         {"ca-file", false},  {"ca-verify-file", false},
    {"ciphers", false},     {"ciphersuites", false}, {"crl-file", false}, {"curves", false},
    {"ecdhe", false},       {"no-ca-names", true},   {"npn", false},      {"ssl-max-ver", false},
    {"ssl-min-ver", false}, {"verify", false},
};

static bool find_option(const char *name, bool *is_alone_out)
{
    for (size_t i = 0; i < sizeof option_words / sizeof *option_words; i++) {
        if (strcmp(option_words[i].name, name) == 0) {
            *is_alone_out = option_words[i].is_alone;
            return true;
        }
    }
    return false;
}

/* A word of haproxy.cfg, as if it stood on the bind line. */
static struct conf_word word_of(const struct crt_line *line, const char *text)
{
    return (struct conf_word){
        .text = arena_copy(line->l->arena, text), .kind = CONF_WORD_TEXT, .span = span_of(line)};
}

static void add_option(struct crt_line *line, struct conf_crt *crt, const char *name)
{
    struct loader *l = line->l;
    if (strcmp(name, "ocsp-update") == 0) {
        CONF_WARN(l, span_of(line), "have a job write FILE.ocsp beside the certificate, and reload",
                  "crt-list: 'ocsp-update' is not supported yet and left out");
        (void)next_word(line);
        return;
    }
    bool is_alone = false;
    struct conf_directive d = {.name = word_of(line, name)};
    const bool is_known = find_option(name, &is_alone);
    const char *value = is_known && !is_alone ? next_word(line) : NULL;
    if (!is_known || (value == NULL && !is_alone)) {
        CONF_FAIL(l, span_of(line), "as in: [alpn http/1.1 ssl-min-ver TLSv1.2]",
                  is_known ? "crt-list: '%s' needs a value"
                           : "crt-list: '%s' is no word for one certificate",
                  name);
        return;
    }
    if (value != NULL) {
        struct conf_word word = word_of(line, value);
        d.args = arena_list_copy(l->arena, &word, 1, sizeof word);
        d.arg_count = 1;
    }
    struct conf_directive *options = arena_list_grow(
        l->arena, (struct conf_directive *)crt->options, crt->option_count, sizeof d);
    options[crt->option_count++] = d;
    crt->options = options;
}

/* "[alpn http/1.1 ssl-min-ver TLSv1.2]" */
static bool read_options(struct crt_line *line, struct conf_crt *crt)
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
    for (const char *option; (option = next_word(&inner)) != NULL;)
        add_option(&inner, crt, option);
    return true;
}

static void add_name(struct crt_line *line, struct conf_words *names, const char *name)
{
    names->items =
        arena_list_grow(line->l->arena, names->items, names->count, sizeof *names->items);
    names->items[names->count++] = arena_copy(line->l->arena, name);
}

/* "*" and "!*" say nothing, as in HAProxy: but whoever writes one wants no name of the certificate. */
static void read_names(struct crt_line *line, struct conf_crt *crt)
{
    for (const char *name; (name = next_word(line)) != NULL && *name != '#';) {
        if (*name == '!')
            add_name(line, &crt->excluded, name + 1);
        else
            add_name(line, &crt->names, name);
    }
}

/* Without the blanks around it. */
static const char *copy_rest(const struct crt_line *line)
{
    const char *rest = line->rest + strspn(line->rest, BLANKS);
    size_t len = strlen(rest);
    while (len > 0 && strchr(BLANKS, rest[len - 1]) != NULL)
        len--;
    return arena_copy_bytes(line->l->arena, rest, len);
}

static void read_line(struct crt_line *line, struct conf_tls *tls)
{
    const char *path = next_word(line);
    if (path == NULL || *path == '#')
        return;
    struct conf_crt crt = {.place = line->place, .line = copy_rest(line)};
    if (!read_options(line, &crt))
        return;
    read_names(line, &crt);
    own_crt_add(line->l, tls, arena_copy(line->l->arena, path), &crt);
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
    l->listed_in = word->span.place.file;
    if (text != NULL)
        read_lines(&line, tls, arena_copy(l->scratch, text));
    l->listed_in = NULL;
    if (tls->crt.count > before)
        return;
    if (text != NULL)
        CONF_FAIL(l, word->span, "write the path of a certificate into it, a line each",
                  "crt-list: '%s' lists no certificate", word->text);
    /* something, so that the bind is not told to lack a certificate as well */
    own_crt_add(l, tls, word->text, &(struct conf_crt){.place = word->span.place});
}

void own_crt_complete(struct loader *l, struct conf_bind *bind)
{
    for (size_t i = 0; i < bind->tls.crt.count; i++) {
        struct conf_crt *crt = &bind->tls.crts[i];
        struct conf_bind alone = *bind;
        if (crt->option_count == 0)
            continue;
        apply_directives(l, LEVEL_BIND, IN_BIND, &alone, crt->options, crt->option_count);
        const struct conf_tls *tls = &alone.tls;
        if (tls->verify != CONF_VERIFY_NONE && tls->ca_file == NULL && tls->ca_verify_file == NULL)
            CONF_FAIL(l, crt->options[0].name.span, "add: ca-file /path/of/ca.pem",
                      "crt-list: 'verify' of clients needs a 'ca-file'");
        crt->own = arena_list_copy(l->arena, tls, 1, sizeof *tls);
    }
}
