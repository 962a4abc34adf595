/* SPDX-License-Identifier: Apache-2.0 */
/* Readers of words about messages: errorloc, retry-on; and users. */
#include <stdlib.h>
#include <string.h>

#include "config/apply.h"
#include "config/own/own.h"
#include "config/value.h"

/* The last of a status counts. */
static void add_error_file(struct loader *l, struct conf_proxy *proxy, struct conf_error_file file)
{
    size_t i = 0;
    while (i < proxy->error_file_count && proxy->error_files[i].status != file.status)
        i++;
    if (i == proxy->error_file_count) {
        proxy->error_files = arena_list_grow(l->arena, proxy->error_files, i, sizeof file);
        proxy->error_file_count++;
    }
    proxy->error_files[i] = file;
}

/* A status that has an error page; 0 after reporting. */
static unsigned read_status(struct loader *l, const struct conf_word *word)
{
    char *end;
    unsigned long status = strtoul(word->text, &end, 10);
    if (*end == '\0' && status >= 200 && status <= 599)
        return (unsigned)status;
    CONF_FAIL(l, word->span, "such as 503", "'%s' is not a status", word->text);
    return 0;
}

static void add_redirection(struct loader *l, struct conf_proxy *proxy, int code,
                            const struct conf_word *status_word, const char *location)
{
    unsigned status = read_status(l, status_word);
    if (status == 0)
        return;
    char *bytes = arena_printf(l->arena,
                               "HTTP/1.1 %d %s\r\ncache-control: no-cache\r\ncontent-length: 0\r\n"
                               "location: %s\r\n\r\n",
                               code, code == 303 ? "See Other" : "Found", location);
    add_error_file(l, proxy,
                   (struct conf_error_file){
                       .status = status, .path = location, .bytes = bytes, .len = strlen(bytes)});
}

/* errorloc <code> <url>: a redirection in place of the page, with the row's value as its status. In libconfig one
 * list may hold several pairs. */
void own_error_location(struct loader *l, const struct keyword *row, void *base,
                        const struct conf_directive *d)
{
    struct draft_proxy *draft = base;
    if (d->arg_count == 0 || d->arg_count % 2 != 0)
        CONF_FAIL(l, d->name.span, "as in: errorloc 503 http://www.example.com/sorry",
                  "'%s' needs a status and a location", row->name);
    for (size_t i = 0; i + 1 < d->arg_count; i += 2)
        add_redirection(l, &draft->p, row->value, &d->args[i], d->args[i + 1].text);
}

/* ---- words that are bits ------------------------------------------------------------------------------ */

struct bit_word {
    const char *name;
    unsigned bits;
};

static const struct bit_word retry_words[] = {
    {"none", 0},
    {"conn-failure", CONF_RETRY_CONNECT},
    {"empty-response", CONF_RETRY_EMPTY},
    {"junk-response", CONF_RETRY_JUNK},
    {"response-timeout", CONF_RETRY_TIMEOUT},
    {"0rtt-rejected", 0},
    {"all-retryable-errors", CONF_RETRY_CONNECT | CONF_RETRY_EMPTY | CONF_RETRY_JUNK |
                                 CONF_RETRY_TIMEOUT | CONF_RETRY_500 | CONF_RETRY_502 |
                                 CONF_RETRY_503 | CONF_RETRY_504},
    {"401", CONF_RETRY_401},
    {"403", CONF_RETRY_403},
    {"404", CONF_RETRY_404},
    {"408", CONF_RETRY_408},
    {"425", CONF_RETRY_425},
    {"429", CONF_RETRY_429},
    {"500", CONF_RETRY_500},
    {"501", CONF_RETRY_501},
    {"502", CONF_RETRY_502},
    {"503", CONF_RETRY_503},
    {"504", CONF_RETRY_504},
    {NULL, 0},
};

static unsigned find_bits(struct loader *l, const struct keyword *row, const struct conf_word *at,
                          const char *text, const struct bit_word *words)
{
    while (words->name != NULL && strcmp(words->name, text) != 0)
        words++;
    if (words->name == NULL)
        CONF_FAIL(l, at->span, row->takes, "unknown word '%s' of '%s'", text, row->name);
    return words->bits;
}

static unsigned read_bits(struct loader *l, const struct keyword *row,
                          const struct conf_directive *d, const struct bit_word *words)
{
    unsigned bits = 0;
    for (size_t i = 0; i < d->arg_count; i++) {
        const char *at = d->args[i].text;
        while (*(at += strspn(at, " ,")) != '\0') { /* one text of libconfig may hold several */
            const char *text = arena_copy_bytes(l->arena, at, strcspn(at, " ,"));
            bits |= find_bits(l, row, &d->args[i], text, words);
            at += strlen(text);
        }
    }
    return bits;
}

void own_retry_on(struct loader *l, const struct keyword *row, void *base,
                  const struct conf_directive *d)
{
    struct draft_proxy *draft = base;
    if (d->arg_count == 0)
        CONF_FAIL(l, d->name.span, "as in: retry-on conn-failure 503", "'%s' needs a value",
                  row->name);
    draft->p.retry_on = CONF_RETRY_SET | read_bits(l, row, d, retry_words);
}

/* "400-499 -450 +500": each word changes what those before it left. */
void own_codes(struct loader *l, const struct keyword *row, void *base,
               const struct conf_directive *d)
{
    struct conf_status_set *set = (struct conf_status_set *)((char *)base + row->offset);
    if (d->is_group || d->arg_count == 0)
        CONF_FAIL(l, d->name.span, "as in: 400-499 -450 +500", "'%s' needs statuses", d->name.text);
    for (size_t i = 0; i < d->arg_count; i++) {
        if (value_statuses_change(d->args[i].text, set) != 0)
            CONF_FAIL(l, d->args[i].span, "as in: 400-499 -450 +500,502",
                      "%s: '%s' is no list of statuses", row->name, d->args[i].text);
    }
}

/* ---- lists of other sections -------------------------------------------------------------------------- */

const struct keyword_list own_user_list = {
    .item_bytes = sizeof(struct conf_user),
    .count_offset = offsetof(struct conf_userlist, user_count),
};

const struct keyword_list own_user_group_list = {
    .item_bytes = sizeof(struct conf_user_group),
    .count_offset = offsetof(struct conf_userlist, group_count),
};

/* insecure-password: as it is typed. */
void own_plain_password(struct loader *l, const struct keyword *row, void *base,
                        const struct conf_directive *d)
{
    struct conf_user *user = base;
    const struct conf_word *word = apply_only_arg(l, d);
    (void)row;
    if (word == NULL)
        return;
    user->password = word->text;
    user->is_plain = true;
}
