/* SPDX-License-Identifier: Apache-2.0 */
/* Words about HTTP that are more than a value: answers of our own, error files, statistics.
 */
#include <string.h>

#include "config/apply.h"
#include "config/line.h"
#include "config/own/own.h"
#include "config/value.h"

/* true: the last retry; N: every Nth one. */
void own_redispatch(struct loader *l, const struct keyword *row, void *base,
                    const struct conf_directive *d)
{
    int *redispatch = (int *)((char *)base + row->offset);
    bool flag = true;
    long long every = 0;
    if (d->arg_count == 0 && !d->is_group) {
        *redispatch = -1;
        return;
    }
    const struct conf_word *word = apply_only_arg(l, d);
    if (word == NULL)
        return;
    if (strcmp(word->text, "-1") == 0)
        *redispatch = -1;
    else if (value_integer(word->text, &every) == 0 && every <= 1000)
        *redispatch = (int)every;
    else if (value_flag(word->text, &flag) == 0)
        *redispatch = flag ? -1 : 0;
    else
        CONF_FAIL(l, word->span,
                  "true, false, or the number of retries between two changes of server",
                  "%s: '%s' is not an interval", d->name.text, word->text);
}

/* "user:password", each use adds. */
void own_stats_auth(struct loader *l, const struct keyword *row, void *base,
                    const struct conf_directive *d)
{
    struct conf_words *auth = (struct conf_words *)((char *)base + row->offset);
    const char **items = arena_alloc(l->arena, (auth->count + d->arg_count + 1) * sizeof *items);
    if (auth->count > 0)
        memcpy(items, auth->items, auth->count * sizeof *items);
    auth->items = items;
    if (d->is_group || d->arg_count == 0)
        CONF_FAIL(l, d->name.span,
                  loader_hint(l, d->name.span, "write [\"user:password\"]",
                              "write: stats auth user:password"),
                  "'%s' needs a user", d->name.text);
    for (size_t i = 0; i < d->arg_count; i++) {
        const char *colon = strchr(d->args[i].text, ':');
        if (colon == NULL || colon == d->args[i].text)
            CONF_FAIL(l, d->args[i].span, "as in \"user:password\"",
                      "%s: no user and password here", d->name.text);
        else
            auth->items[auth->count++] = d->args[i].text;
    }
}

/* stats show-node, show-desc: true, or the text to show. The row's value tells them apart. */
void own_stats_text(struct loader *l, const struct keyword *row, void *base,
                    const struct conf_directive *d)
{
    struct conf_stats *stats = (struct conf_stats *)((char *)base + row->offset);
    bool *show = row->value == 0 ? &stats->show_node : &stats->show_desc;
    const char **text = row->value == 0 ? &stats->node : &stats->desc;
    *show = !apply_is_off(d);
    if (d->arg_count == 0 && !d->is_group)
        return;
    const struct conf_word *word = apply_only_arg(l, d);
    if (word != NULL && word->kind == CONF_WORD_TEXT)
        *text = word->text;
}

/* It is a rule that anybody could write: http-request set-header NAME %[ssl_fc,iif(https,http)]. */
static void add_forwarded_proto(struct loader *l, struct conf_lines *lines,
                                const struct conf_directive *d, const char *header)
{
    const char *const words[] = {"set-header", header, "%[ssl_fc,iif(https,http)]"};
    struct conf_line line = {.keyword = "http-request",
                             .kind = CONF_LINE_HTTP_REQUEST,
                             .span = d->name.span,
                             .is_own = true};
    line.word_count = sizeof words / sizeof *words;
    line.words = arena_alloc(l->arena, line.word_count * sizeof *line.words);
    for (size_t i = 0; i < line.word_count; i++)
        line.words[i] = (struct conf_word){.text = words[i], .span = d->name.span};
    lines->items = arena_list_grow(l->arena, lines->items, lines->count, sizeof line);
    lines->items[lines->count++] = line;
}

/* true: the usual header; a text: that one. The last use counts. */
void own_forwarded_proto(struct loader *l, const struct keyword *row, void *base,
                         const struct conf_directive *d)
{
    struct conf_lines *lines = (struct conf_lines *)((char *)base + row->offset);
    const char *header = "X-Forwarded-Proto";
    size_t kept = 0;
    for (size_t i = 0; i < lines->count; i++) {
        if (!lines->items[i].is_own)
            lines->items[kept++] = lines->items[i];
    }
    lines->count = kept;
    if (d->arg_count > 0 || d->is_group) {
        const struct conf_word *word = apply_only_arg(l, d);
        if (word != NULL && word->kind == CONF_WORD_TEXT)
            header = word->text;
    }
    if (!apply_is_off(d))
        add_forwarded_proto(l, lines, d, header);
}

/* An error file is a whole response, sent as it is; an empty one (/dev/null) closes without a word. */
static bool is_response(const char *bytes, size_t len)
{
    if (len == 0)
        return true;
    bool begins = len > 12 && strncmp(bytes, "HTTP/1.", 7) == 0;
    return begins && (memmem(bytes, len, "\r\n\r\n", 4) != NULL || memmem(bytes, len, "\n\n", 2));
}

void own_error_path(struct loader *l, const struct keyword *row, void *base,
                    const struct conf_directive *d)
{
    (void)row;
    struct conf_error_file *file = base;
    const struct conf_word *word = apply_only_arg(l, d);
    if (word == NULL)
        return;
    file->path = word->text;
    file->bytes = loader_read(l, l->arena, word->text, word->span, &file->len);
    if (file->bytes == NULL)
        return;
    if (!is_response(file->bytes, file->len))
        CONF_FAIL(l, word->span, "it begins with a line such as HTTP/1.0 503 Service Unavailable",
                  "'%s' is not a whole HTTP/1 response", word->text);
    else if (file->len > l->global.g.bufsize)
        CONF_FAIL(l, word->span, "raise tune.bufsize, or shorten the page",
                  "'%s' is larger than a buffer (%u bytes)", word->text, l->global.g.bufsize);
}

/* The last of a status counts. */
static void finish_error_file(struct loader *l, const struct keyword *row, void *owner, void *item,
                              struct conf_span span)
{
    (void)l, (void)row, (void)span;
    struct conf_proxy *proxy = owner;
    const struct conf_error_file *file = item;
    for (size_t i = 0; i + 1 < proxy->error_file_count; i++) {
        if (proxy->error_files[i].status == file->status) {
            proxy->error_files[i] = *file;
            proxy->error_file_count--;
            return;
        }
    }
}

const struct keyword_list own_error_list = {
    .item_bytes = sizeof(struct conf_error_file),
    .count_offset = offsetof(struct conf_proxy, error_file_count),
    .finish = finish_error_file,
};
