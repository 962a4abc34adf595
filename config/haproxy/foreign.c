/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sections that HAProxy knows and weir does nothing with yet: their lines are checked by HAProxy's
 * grammar, so that a mistake shows, and kept as they are. The grammar of a line is a text, which is also
 * the help: "hold {nx|valid} <time>". Words behind it are HAProxy's business.
 */
#include <string.h>

#include "config/grammar.h"
#include "config/haproxy/reader_priv.h"
#include "config/section_kinds.h"
#include "config/suggest.h"

/* The keyword of a line's grammar; '!' before it: no section without such a line. */
static bool is_for(const char *grammar, const char *word)
{
    grammar += *grammar == '!';
    size_t len = strlen(word);
    return strncmp(grammar, word, len) == 0 && (grammar[len] == ' ' || grammar[len] == '\0');
}

/* The one that does have an effect: haproxy/errors.c. */
static bool is_error_group(const struct section_kind *kind)
{
    return kind == &section_kinds[CONF_SECTION_HTTP_ERRORS];
}

static void emit_line(struct haproxy_reader *r, const struct haproxy_words *words)
{
    struct conf_directive *d = haproxy_emit(r, haproxy_reword(words->items[0], "lines"));
    d->is_line = true;
    d->args = words->items;
    d->arg_count = words->count;
}

void haproxy_foreign_line(struct haproxy_reader *r, const struct haproxy_words *words)
{
    struct loader *l = r->l;
    const char *word = words->items[0].text;
    struct suggestion suggestion;
    suggestion_start(&suggestion, word);
    for (const char *const *line = r->foreign->keywords; *line != NULL; line++) {
        const char *grammar = *line + (**line == '!');
        if (is_for(*line, word)) {
            r->foreign_complete = r->foreign_complete || grammar != *line;
            size_t name_len = strcspn(grammar, " ");
            if (!grammar_check(l, &words->items[0], grammar + name_len, words->items + 1,
                               words->count - 1))
                return;
            emit_line(r, words);
            if (is_error_group(r->foreign))
                haproxy_errors_line(r, words);
            return;
        }
        suggestion_try(&suggestion, arena_copy_bytes(l->scratch, grammar, strcspn(grammar, " ")));
    }
    CONF_FAIL(l, words->items[0].span,
              suggestion.best != NULL
                  ? arena_printf(l->scratch, "did you mean '%s'?", suggestion.best)
                  : NULL,
              "unknown keyword '%s' in '%s'", word, r->foreign->name);
}

/* A section that nothing uses yet: whatever would use it is refused where it is used. */
void haproxy_foreign_head(struct haproxy_reader *r, enum conf_section_kind kind,
                          const struct haproxy_words *words)
{
    const struct section_kind *foreign = &section_kinds[kind];
    const struct conf_word *head = &words->items[0];
    struct loader *l = r->l;
    struct conf_section *section = haproxy_section_begin(r, kind, head->span);
    r->foreign = foreign;
    r->foreign_span = head->span;
    r->foreign_complete = **foreign->keywords != '!';
    bool is_group = is_error_group(foreign);
    section_tell(l, kind, head->span);
    if (words->count < 2) {
        CONF_FAIL(l, head->span, "write its name behind it", "a %s without a name", head->text);
        haproxy_errors_begin(r, "");
        return;
    }
    const struct conf_word *name = &words->items[1];
    if (words->count > 2)
        CONF_FAIL(l, words->items[2].span, NULL, "nothing may follow here: '%s'",
                  words->items[2].text);
    const char *key = arena_printf(l->scratch, "%s %s", foreign->name, name->text);
    section->name = *name;
    if (is_group)
        haproxy_errors_begin(r, name->text);
    if (names_add(l->scratch, &l->foreign_names, key, foreign) != NULL)
        CONF_FAIL(l, name->span, "give it another name", "there is another %s named '%s'",
                  foreign->name, name->text);
}

void haproxy_foreign_end(struct haproxy_reader *r)
{
    if (r->foreign != NULL && !r->foreign_complete) {
        const char *line = *r->foreign->keywords + 1;
        CONF_FAIL(r->l, r->foreign_span, arena_printf(r->l->scratch, "add a line: %s", line),
                  "the %s has no line '%.*s'", r->foreign->name, (int)strcspn(line, " "), line);
    }
    r->foreign = NULL;
}
