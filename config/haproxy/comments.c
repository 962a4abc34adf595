/* SPDX-License-Identifier: Apache-2.0 */
/* What a conversion keeps as comments: those of the text, and lines that leave no other trace. */
#include <string.h>

#include "config/haproxy/reader_priv.h"

/* Says what becomes of a line that makes no directive. */
static void warn(struct loader *l, const struct conf_word *first)
{
    static const struct {
        const char *word, *message, *help;
    } known[] = {
        {".if", "conditions are decided now", "both branches stay as comments"},
        {"setenv", "variables are not set any more", "their values stand where they are used"},
        {"presetenv", "variables are not set any more", "their values stand where they are used"},
        {"unsetenv", "variables are not unset any more", "they are empty where they are used"},
        {"resetenv", "variables are not unset any more", "they are empty where they are used"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(known[i].word, first->text) == 0)
            CONF_WARN(l, first->span, known[i].help, "kept as a comment: %s", known[i].message);
    }
}

/* The whole line; within a section it is indented, so that it stays there. */
static void keep_line(struct haproxy_reader *r, const struct haproxy_text_line *line)
{
    bool is_inside = r->in_section && !r->is_skipping;
    size_t blanks = is_inside ? strspn(line->bytes, " \t") : 0;
    struct conf_place place = line->place;
    place.column = is_inside ? 2 : 1;
    const char *text =
        arena_printf(r->l->scratch, " %.*s", (int)(line->len - blanks), line->bytes + blanks);
    comments_add(r->l->comments, place, false, text, strlen(text));
}

void haproxy_keep_comment(struct haproxy_reader *r, const struct haproxy_text_line *line,
                          const struct haproxy_words *words, bool was_active)
{
    struct conf_place place = line->place;
    size_t at = words->comment_at;
    if (words->count > 0 && was_active)
        warn(r->l, &words->items[0]);
    if (words->count > 0 && r->made == line->made_before) {
        keep_line(r, line);
    } else if (at < line->len) {
        place.column += (unsigned)at;
        comments_add(r->l->comments, place, words->count > 0, line->bytes + at + 1,
                     line->len - at - 1);
    }
}
