/* SPDX-License-Identifier: Apache-2.0 */
/* Words about TLS that are more than a value: files below a base folder, versions, ALPN, SNI. */
#include <string.h>

#include "config/apply.h"
#include "config/own/own.h"

const struct keyword_choice own_tls_versions[] = {
    {"TLSv1.0", CONF_TLS_10, NULL},
    {"TLSv1.1", CONF_TLS_11, NULL},
    {"TLSv1.2", CONF_TLS_12, NULL},
    {"TLSv1.3", CONF_TLS_13, NULL},
    {NULL, 0, NULL},
};

const struct keyword_choice own_tls_lowest[] = {
    {"TLSv1.0", CONF_TLS_10, NULL},
    {"TLSv1.1", CONF_TLS_11, NULL},
    {"TLSv1.2", CONF_TLS_12, NULL},
    {"TLSv1.3", CONF_TLS_13, NULL},
    {"SSLv3", CONF_TLS_10, NULL}, /* which nobody has any more */
    {NULL, 0, NULL},
};

const char *own_path_below(struct loader *l, const char *folder, const char *path,
                           struct conf_place place)
{
    if (folder != NULL && *path != '/' && *path != '@')
        path = arena_printf(l->arena, "%s/%s", folder, path);
    return loader_path(l, path, place);
}

bool own_is_path(struct loader *l, const struct conf_directive *d, const struct conf_word *word)
{
    if (word->kind == CONF_WORD_TEXT && *word->text != '\0')
        return true;
    CONF_FAIL(l, word->span, "write the path in double quotes", "%s: a path is needed",
              d->name.text);
    return false;
}

static void set_path(struct loader *l, const struct keyword *row, void *base,
                     const struct conf_directive *d, const char *folder)
{
    const struct conf_word *word = apply_only_arg(l, d);
    if (word != NULL && own_is_path(l, d, word))
        *(const char **)((char *)base + row->offset) =
            own_path_below(l, folder, word->text, word->span.place);
}

void own_crt_path(struct loader *l, const struct keyword *row, void *base,
                  const struct conf_directive *d)
{
    set_path(l, row, base, d, l->global.crt_base);
}

void own_plain_path(struct loader *l, const struct keyword *row, void *base,
                    const struct conf_directive *d)
{
    set_path(l, row, base, d, NULL);
}

void own_ca_path(struct loader *l, const struct keyword *row, void *base,
                 const struct conf_directive *d)
{
    set_path(l, row, base, d, l->global.ca_base);
}

/* "all", or numbers and names between commas. */
void own_verify_errors(struct loader *l, const struct keyword *row, void *base,
                       const struct conf_directive *d)
{
    struct tls_verify_errors *set = (struct tls_verify_errors *)((char *)base + row->offset);
    const struct conf_word *word = apply_only_arg(l, d);
    const char *text = word != NULL ? word->text : "";
    for (size_t len; *text != '\0'; text += len + (text[len] == ',')) {
        len = strcspn(text, ",");
        if (!tls_verify_errors_add(set, text, len))
            CONF_FAIL(l, word->span, row->takes, "%s: '%.*s' is no error of verification",
                      row->name, (int)len, text);
    }
}

/* Only what is spoken anyway may be demanded. */
void own_proto(struct loader *l, const struct keyword *row, void *base,
               const struct conf_directive *d)
{
    const struct conf_word *word = apply_only_arg(l, d);
    (void)base;
    if (word == NULL || strcmp(word->text, "h1") == 0)
        return;
    bool is_known = strcmp(word->text, "h2") == 0 || strcmp(word->text, "fcgi") == 0 ||
                    strcmp(word->text, "none") == 0;
    CONF_FAIL(l, word->span, "leave it out: HTTP/1 is what is spoken",
              is_known ? "%s: '%s' is not supported yet" : "%s: unknown protocol '%s'", row->name,
              word->text);
}

/* no-tlsv10 and its like: the row's value is the version they shut out. */
void own_no_version(struct loader *l, const struct keyword *row, void *base,
                    const struct conf_directive *d)
{
    (void)l;
    struct conf_tls *tls = (struct conf_tls *)((char *)base + row->offset);
    enum conf_tls_version shut = (enum conf_tls_version)row->value;
    if (apply_is_off(d))
        return;
    if (shut == CONF_TLS_13)
        tls->max_version = CONF_TLS_12;
    else if (tls->min_version <= shut)
        tls->min_version = (enum conf_tls_version)(shut + 1);
}

/* force-tlsv12 and its like. */
void own_only_version(struct loader *l, const struct keyword *row, void *base,
                      const struct conf_directive *d)
{
    (void)l;
    struct conf_tls *tls = (struct conf_tls *)((char *)base + row->offset);
    if (!apply_is_off(d))
        tls->min_version = tls->max_version = (enum conf_tls_version)row->value;
}

/* What we cannot speak yet is not offered, or the other side would choose it. */
static bool is_spoken(struct loader *l, const struct conf_directive *d, const char *protocol)
{
    struct conf_span span = d->args[0].span;
    for (size_t i = 0; i < d->arg_count; i++) {
        if (strcmp(d->args[i].text, protocol) == 0)
            span = d->args[i].span;
    }
    bool is_h2 = strcmp(protocol, "h2") == 0;
    bool is_h1 = strcmp(protocol, "http/1.1") == 0 || strcmp(protocol, "http/1.0") == 0;
    if (is_h2)
        CONF_WARN(l, span, "HTTP/1.1 is offered instead",
                  "%s: 'h2' is not supported yet and left out", d->name.text);
    else if (!is_h1)
        CONF_WARN(l, span, "one of: http/1.1, http/1.0", "%s: '%s' is not spoken here and left out",
                  d->name.text, protocol);
    return is_h1;
}

void own_alpn(struct loader *l, const struct keyword *row, void *base,
              const struct conf_directive *d)
{
    struct conf_words *alpn = (struct conf_words *)((char *)base + row->offset);
    struct conf_words written = {0};
    struct keyword whole = *row;
    whole.offset = 0;
    apply_kinds[KW_WORDS].set(l, &whole, &written, d);
    alpn->items = arena_alloc(l->arena, (written.count + 1) * sizeof *alpn->items);
    alpn->count = 0;
    for (size_t i = 0; i < written.count; i++) {
        if (is_spoken(l, d, written.items[i]))
            alpn->items[alpn->count++] = written.items[i];
    }
}

/* "str(name)" is a name; else an expression is told from a name by what only expressions have. */
static bool is_expression(struct loader *l, const char **text)
{
    size_t len = strlen(*text);
    if (strncmp(*text, "str(", 4) == 0 && strchr(*text, ')') == *text + len - 1) {
        *text = arena_copy_bytes(l->arena, *text + 4, len - 5);
        return false;
    }
    return strpbrk(*text, "(), ") != NULL || strcmp(*text, "ssl_fc_sni") == 0;
}

void own_sni(struct loader *l, const struct keyword *row, void *base,
             const struct conf_directive *d)
{
    const struct conf_word *word = apply_only_arg(l, d);
    if (word == NULL)
        return;
    const char *name = word->text;
    if (is_expression(l, &name))
        CONF_FAIL(l, word->span, "write the name to send", "%s: probes have no expressions",
                  d->name.text);
    *(const char **)((char *)base + row->offset) = name;
}

/* The expression is compiled with the rules of the backend. */
void own_server_sni(struct loader *l, const struct keyword *row, void *base,
                    const struct conf_directive *d)
{
    struct conf_tls *tls = (struct conf_tls *)((char *)base + row->offset);
    const struct conf_word *word = apply_only_arg(l, d);
    if (word == NULL)
        return;
    const char *name = word->text;
    bool is_constant = !is_expression(l, &name);
    tls->sni = is_constant ? name : NULL;
    tls->sni_word = is_constant ? NULL : arena_list_copy(l->arena, word, 1, sizeof *word);
}
