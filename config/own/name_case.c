/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How names of header fields are written for clients and servers that insist on a case: lines of the global section
 * and a file, which become one table, sorted for those who look names up in each message.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "config/apply.h"
#include "config/own/own.h"
#include "config/resolve/resolve.h"

#define BLANKS " \t\r"

static bool is_lower(const char *text)
{
    while (*text != '\0' && !isupper((unsigned char)*text))
        text++;
    return *text == '\0';
}

/* False after reporting. */
static bool check(struct loader *l, struct conf_span span, const char *from, const char *to)
{
    bool is_good = is_lower(from) && strcasecmp(from, to) == 0;
    if (!is_good)
        CONF_FAIL(l, span, "as in: h1-case-adjust content-length Content-Length",
                  "'%s' and '%s' are not a name in lower case and the same in another", from, to);
    return is_good;
}

static void finish_name_case(struct loader *l, const struct keyword *row, void *owner, void *item,
                             struct conf_span span)
{
    const struct conf_name_case *made = item;
    (void)row, (void)owner;
    if (made->from != NULL && made->to != NULL)
        (void)check(l, span, made->from, made->to);
}

const struct keyword_list own_name_case_list = {
    .item_bytes = sizeof(struct conf_name_case),
    .count_offset = offsetof(struct draft_global, g.name_cases.count),
    .place_offset = offsetof(struct conf_name_case, place),
    .finish = finish_name_case,
};

/* The next word, cut out of the line; "" at its end. */
static char *next_word(char **rest)
{
    char *word = *rest + strspn(*rest, BLANKS);
    *rest = word + strcspn(word, BLANKS);
    if (**rest != '\0')
        *(*rest)++ = '\0';
    return word;
}

static void add(struct loader *l, struct conf_name_cases *cases, struct conf_name_case made)
{
    cases->items = arena_list_grow(l->arena, cases->items, cases->count, sizeof *cases->items);
    cases->items[cases->count++] = made;
}

/* Of several files the last counts. */
void own_name_case_file(struct loader *l, const struct keyword *row, void *base,
                        const struct conf_directive *d)
{
    struct conf_name_cases *cases = (struct conf_name_cases *)((char *)base + row->offset);
    const struct conf_word *word = apply_only_arg(l, d);
    size_t len;
    const char *bytes =
        word != NULL ? loader_read(l, l->scratch, word->text, word->span, &len) : NULL;
    if (bytes == NULL)
        return;
    *cases = (struct conf_name_cases){0};
    struct conf_place place = {.file = arena_copy(l->arena, word->text)};
    char *line = arena_copy(l->arena, bytes), *next;
    for (; line != NULL; line = next) {
        next = strchr(line, '\n');
        if (next != NULL)
            *next++ = '\0';
        place.line++;
        const char *from = next_word(&line), *to = next_word(&line);
        if (*from != '\0' && *from != '#' && check(l, word->span, from, to))
            add(l, cases, (struct conf_name_case){from, to, place});
    }
}

/* ---- the table ------------------------------------------------------------------------------------------- */

int conf_name_case_order(const char *a, size_t a_len, const char *b, size_t b_len)
{
    if (a_len != b_len)
        return a_len < b_len ? -1 : 1;
    return strncasecmp(a, b, a_len);
}

static int compare(const void *a, const void *b)
{
    const struct conf_name_case *x = a, *y = b;
    return conf_name_case_order(x->from, strlen(x->from), y->from, strlen(y->from));
}

void resolve_name_cases(struct loader *l)
{
    struct conf_name_cases *cases = &l->global.g.name_cases;
    size_t kept = 0;
    for (size_t i = 0; i < l->global.file_cases.count; i++)
        add(l, cases, l->global.file_cases.items[i]);
    for (size_t i = 0; i < cases->count; i++) /* a line without both words was reported */
        if (cases->items[i].from != NULL && cases->items[i].to != NULL)
            cases->items[kept++] = cases->items[i];
    cases->count = kept;
    if (kept > 1)
        qsort(cases->items, kept, sizeof *cases->items, compare);
    for (size_t i = 1; i < kept; i++) {
        struct conf_span span = {.place = cases->items[i].place, .width = 1};
        if (compare(&cases->items[i - 1], &cases->items[i]) == 0)
            CONF_FAIL(l, span, "keep one of them", "h1-case-adjust: there is another '%s'",
                      cases->items[i].from);
    }
}
