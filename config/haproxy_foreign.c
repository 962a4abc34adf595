/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sections that HAProxy knows and weir does nothing with yet: their lines are checked by HAProxy's
 * grammar, so that a mistake shows, and kept as they are. The grammar of a line is a text, which is also
 * the help: "hold {nx|valid} <time>". Words behind it are HAProxy's business.
 */
#include <stdlib.h>
#include <string.h>

#include "config/address.h"
#include "config/haproxy_priv.h"
#include "config/section_kinds.h"
#include "config/suggest.h"
#include "config/value.h"

/* The keyword of a line's grammar; '!' before it: no section without such a line. */
static bool is_for(const char *grammar, const char *word)
{
    grammar += *grammar == '!';
    size_t len = strlen(word);
    return strncmp(grammar, word, len) == 0 && (grammar[len] == ' ' || grammar[len] == '\0');
}

static bool is_choice(const char *type, size_t len, const char *word)
{
    size_t word_len = strlen(word);
    for (const char *at = type + 1; at < type + len; at += strcspn(at, "|}") + 1) {
        if (strcspn(at, "|}") == word_len && strncmp(at, word, word_len) == 0)
            return true;
    }
    return false;
}

static bool is_address(struct loader *l, const char *word)
{
    struct address_parts parts;
    return address_split(l->scratch, word, &parts) == 0 &&
           (parts.kind != ADDRESS_IP || parts.has_port);
}

static bool is_within(const char *type, const char *word)
{
    char *end;
    long first = strtol(type + 1, &end, 10), last = strtol(end + 2, NULL, 10);
    long value = strtol(word, &end, 10);
    return *end == '\0' && end != word && value >= first && value <= last;
}

/* Whether a word is of the type, of which len bytes are "<time>", "<1..9>" or "{a|b}". */
static bool fits(struct loader *l, const char *type, size_t len, const char *word)
{
    unsigned unused;
    if (*type == '{')
        return is_choice(type, len, word);
    if (strncmp(type, "<address>", len) == 0)
        return is_address(l, word);
    if (strncmp(type, "<time>", len) == 0)
        return value_duration(word, 1000, &unused) == 0 || value_duration_part(word) > 0;
    if (strncmp(type, "<size>", len) == 0)
        return value_size(word, &unused) == 0;
    if (memchr(type, '.', len) != NULL)
        return is_within(type, word);
    return true;
}

/* What the word should have been. */
static const char *meaning(struct loader *l, const char *type, size_t len)
{
    const char *dots = memchr(type, '.', len);
    if (*type == '{')
        return arena_printf(l->scratch, "one of %.*s", (int)len - 2, type + 1);
    if (strncmp(type, "<address>", len) == 0)
        return "an address with a port";
    if (strncmp(type, "<time>", len) == 0)
        return "a duration";
    if (dots == NULL)
        return "a size";
    return arena_printf(l->scratch, "a number from %.*s to %.*s", (int)(dots - type) - 1, type + 1,
                        (int)(type + len - dots) - 3, dots + 2);
}

static void check_words(struct loader *l, const char *grammar, const struct haproxy_words *words)
{
    const char *type = grammar + strcspn(grammar, " ");
    for (size_t i = 1; *type != '\0'; i++) {
        type++;
        size_t len = strcspn(type, " ");
        if (i >= words->count) {
            CONF_FAIL(l, words->items[0].span, grammar, "'%s' needs a value", words->items[0].text);
            return;
        }
        if (!fits(l, type, len, words->items[i].text)) {
            CONF_FAIL(l, words->items[i].span, grammar, "%s: '%s' is not %s", words->items[0].text,
                      words->items[i].text, meaning(l, type, len));
            return;
        }
        type += len;
    }
}

/* The one that does have an effect: haproxy_errors.c. */
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
            check_words(l, grammar, words);
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
    const char *key = arena_printf(l->scratch, "%s %s", foreign->name, name->text);
    section->name = *name;
    if (is_group)
        haproxy_errors_begin(r, name->text);
    if (!is_group && names_add(l->scratch, &l->foreign_names, key, foreign) != NULL)
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
