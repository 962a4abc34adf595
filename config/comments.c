/* SPDX-License-Identifier: Apache-2.0 */
/* A list that grows. */
#include "config/comments.h"

#include <string.h>

static void add_line(struct conf_comments *comments, struct conf_place place, bool is_behind,
                     const char *text, size_t len)
{
    while (len > 0 && strchr(" \t\r", text[len - 1]) != NULL)
        len--;
    comments->items =
        arena_list_grow(comments->arena, comments->items, comments->count, sizeof *comments->items);
    comments->items[comments->count++] =
        (struct conf_comment){place, arena_copy_bytes(comments->arena, text, len), is_behind};
}

void comments_add(struct conf_comments *comments, struct conf_place place, bool is_behind,
                  const char *text, size_t len)
{
    const char *end = text + len, *feed;
    while ((feed = memchr(text, '\n', (size_t)(end - text))) != NULL) {
        add_line(comments, place, is_behind, text, (size_t)(feed - text));
        text = feed + 1;
        size_t blanks = strspn(text, " \t");
        text += blanks > 0 ? blanks - 1 : 0;
        place.line++;
        is_behind = false;
    }
    add_line(comments, place, is_behind, text, (size_t)(end - text));
}
