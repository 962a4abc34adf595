/* SPDX-License-Identifier: Apache-2.0 */
/* Names that are there without being defined: acls of every proxy, and fetches joined with a method. */
#include <string.h>

#include "config/suggest.h"
#include "proxy/rules/acl.h"
#include "proxy/rules/compiler.h"

enum { WORDS_MAX = 4 };

/* clang-format off */
static const struct {
    const char *name;
    const char *words[WORDS_MAX];
} predefined[] = {
    {"TRUE", {"always_true"}},
    {"FALSE", {"always_false"}},
    {"LOCALHOST", {"src", "127.0.0.1/8", "::1"}},
    {"HTTP", {"req.proto_http"}},
    {"HTTP_1.0", {"req.ver", "1.0"}},
    {"HTTP_1.1", {"req.ver", "1.1"}},
    {"HTTP_2.0", {"req.ver", "2.0"}},
    {"HTTP_3.0", {"req.ver", "3.0"}},
    {"METH_CONNECT", {"method", "CONNECT"}},
    {"METH_DELETE", {"method", "DELETE"}},
    {"METH_GET", {"method", "GET", "HEAD"}},
    {"METH_HEAD", {"method", "HEAD"}},
    {"METH_OPTIONS", {"method", "OPTIONS"}},
    {"METH_POST", {"method", "POST"}},
    {"METH_PUT", {"method", "PUT"}},
    {"METH_TRACE", {"method", "TRACE"}},
    {"HTTP_URL_ABS", {"url_reg", "^[^/:]*://"}},
    {"HTTP_URL_SLASH", {"url_beg", "/"}},
    {"HTTP_URL_STAR", {"url", "*"}},
    {"HTTP_CONTENT", {"req.hdr_val(content-length)", "gt", "0"}},
    {"RDP_COOKIE", {"req.rdp_cookie_cnt", "gt", "0"}},
    {"REQ_CONTENT", {"req.len", "gt", "0"}},
    {"WAIT_END", {"wait_end"}},
};

static const struct {
    const char *fetch;
    const char *methods[8];
} joined[] = {
    {"base", {"beg", "dir", "dom", "end", "len", "reg", "sub"}},
    {"cook", {"beg", "dir", "dom", "end", "len", "reg", "sub"}},
    {"hdr", {"beg", "dir", "dom", "end", "len", "reg", "sub"}},
    {"path", {"beg", "dir", "dom", "end", "len", "reg", "sub"}},
    {"scook", {"beg", "dir", "dom", "end", "len", "reg", "sub"}},
    {"shdr", {"beg", "dir", "dom", "end", "len", "reg", "sub"}},
    {"ssl_fc_sni", {"end", "reg"}},
    {"url", {"beg", "dir", "dom", "end", "len", "reg", "sub"}},
    {"urlp", {"beg", "dir", "dom", "end", "len", "reg", "sub"}},
};
/* clang-format on */

static bool is_word(const char *word, const char *text, size_t len)
{
    return strlen(word) == len && memcmp(word, text, len) == 0;
}

size_t acl_name_split(const char *name, size_t len, enum pattern_method *method_out)
{
    const char *underscore = memrchr(name, '_', len);
    size_t fetch_len = underscore != NULL ? (size_t)(underscore - name) : 0;
    for (size_t i = 0; fetch_len > 0 && i < sizeof joined / sizeof *joined; i++) {
        if (!is_word(joined[i].fetch, name, fetch_len))
            continue;
        for (const char *const *m = joined[i].methods; *m != NULL; m++) {
            if (is_word(*m, underscore + 1, len - fetch_len - 1)) {
                *method_out = pattern_method_find(*m);
                return fetch_len;
            }
        }
    }
    return 0;
}

/* They join the proxy's own, which may add tests to them. */
static struct acl *find_predefined(struct compiler *c, const char *name, struct conf_span span)
{
    for (size_t i = 0; i < sizeof predefined / sizeof *predefined; i++) {
        struct conf_word words[WORDS_MAX];
        size_t count = 0;
        if (strcmp(predefined[i].name, name) != 0)
            continue;
        for (; count < WORDS_MAX && predefined[i].words[count] != NULL; count++)
            words[count] = (struct conf_word){.text = predefined[i].words[count], .span = span};
        struct acl *acl = arena_alloc(c->l->arena, sizeof *acl);
        acl->name = predefined[i].name;
        names_add(c->l->scratch, &c->acls, acl->name, acl);
        return acl_add_test(c, acl, words, count, span) ? acl : NULL;
    }
    return NULL;
}

static const char *suggest(struct compiler *c, const char *name)
{
    struct suggestion s;
    suggestion_start(&s, name);
    for (size_t i = 0; i < c->proxy->lines.count; i++) {
        const struct conf_line *line = &c->proxy->lines.items[i];
        if (line->kind != CONF_LINE_ACL)
            continue;
        if (strcmp(line->words[0].text, name) == 0)
            return line->from_defaults
                       ? "the acls of defaults are theirs alone: write it here as well"
                       : "it stands further down: move it up";
        suggestion_try(&s, line->words[0].text);
    }
    for (size_t i = 0; i < sizeof predefined / sizeof *predefined; i++)
        suggestion_try(&s, predefined[i].name);
    return s.best != NULL ? arena_printf(c->l->scratch, "did you mean '%s'?", s.best) : NULL;
}

struct acl *acl_find(struct compiler *c, const char *name, struct conf_span span)
{
    size_t errors = c->l->report->errors;
    struct acl *acl = names_get(&c->acls, name);
    if (acl == NULL)
        acl = find_predefined(c, name, span);
    if (acl == NULL && c->l->report->errors == errors)
        CONF_FAIL(c->l, span, suggest(c, name), "no such ACL : '%s'", name);
    return acl;
}
