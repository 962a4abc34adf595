/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From text to lines, from lines to sections. What a line within a section means is decided in
 * haproxy_line.c; here are section heads, variables, and sections that are not built yet.
 */
#include "config/haproxy_reader.h"

#include <ctype.h>
#include <string.h>

#include "config/haproxy_priv.h"
#include "config/haproxy_sections.h"
#include "config/suggest.h"

static struct conf_section *section_begin(struct haproxy_reader *r, enum conf_section_kind kind,
                                          struct conf_span span)
{
    struct conf_sections *sections = &r->l->sections;
    sections->items =
        arena_list_grow(r->l->scratch, sections->items, sections->count, sizeof *sections->items);
    struct conf_section *section = &sections->items[sections->count++];
    *section = (struct conf_section){.kind = kind, .span = span};
    r->in_section = true;
    r->made++;
    return section;
}

struct conf_directive *haproxy_emit(struct haproxy_reader *r, struct conf_word name)
{
    struct conf_section *section = &r->l->sections.items[r->l->sections.count - 1];
    struct conf_directive d = {.name = name};
    section->directives =
        arena_list_grow(r->l->scratch, section->directives, section->directive_count, sizeof d);
    section->directives[section->directive_count] = d;
    r->made++;
    return &section->directives[section->directive_count++];
}

static void refuse_rest(struct haproxy_reader *r, const struct haproxy_words *words, size_t from)
{
    if (words->count > from)
        CONF_FAIL(r->l, words->items[from].span, NULL, "nothing may follow here: '%s'",
                  words->items[from].text);
}

/* `listen www 10.0.0.1:80`, up to 2.3: an address that today stands in a line of its own. */
static void take_head_address(struct haproxy_reader *r, const struct haproxy_words *words)
{
    const struct conf_word *address = &words->items[2];
    CONF_WARN(r->l, address->span,
              arena_printf(r->l->scratch, "write a line below it: bind %s", address->text),
              "an address on the '%s' line is the form of before 2.4", words->items[0].text);
    struct haproxy_words bind = {.items = arena_alloc(r->l->scratch, 2 * sizeof *bind.items),
                                 .count = 2};
    bind.items[0] = haproxy_reword(*address, "bind");
    bind.items[1] = *address;
    haproxy_line_read(r, &bind);
}

/* [name] [address] [from <defaults>] */
static void read_head(struct haproxy_reader *r, const struct haproxy_words *words,
                      enum conf_section_kind kind)
{
    size_t at = 1;
    struct conf_section *section = section_begin(r, kind, words->items[0].span);
    bool is_listening = kind == CONF_SECTION_FRONTEND || kind == CONF_SECTION_LISTEN;
    bool is_from = words->count > 1 && strcmp(words->items[1].text, "from") == 0;
    if (kind == CONF_SECTION_GLOBAL) {
        refuse_rest(r, words, at);
        return;
    }
    if (at < words->count && !(kind == CONF_SECTION_DEFAULTS && is_from))
        section->name = words->items[at++];
    bool has_address =
        is_listening && at < words->count && strcmp(words->items[at].text, "from") != 0;
    at += has_address;
    if (at + 1 < words->count && strcmp(words->items[at].text, "from") == 0) {
        section->from = words->items[at + 1];
        at += 2;
    }
    refuse_rest(r, words, at);
    if (has_address)
        take_head_address(r, words);
}

static void report_outside(struct haproxy_reader *r, const struct conf_word *word)
{
    struct suggestion suggestion;
    suggestion_start(&suggestion, word->text);
    for (const struct haproxy_section *s = haproxy_sections; s->name != NULL; s++)
        suggestion_try(&suggestion, s->name);
    bool is_keyword = keyword_find(&r->l->index, r->l->scratch, LEVEL_PROXY, word->text) != NULL ||
                      keyword_find(&r->l->index, r->l->scratch, LEVEL_GLOBAL, word->text) != NULL;
    if (is_keyword)
        CONF_FAIL(r->l, word->span, "begin a section before it, such as global or defaults",
                  "'%s' stands outside of any section", word->text);
    else
        CONF_FAIL(r->l, word->span,
                  suggestion.best != NULL
                      ? arena_printf(r->l->scratch, "did you mean '%s'?", suggestion.best)
                      : "one of: global, defaults, frontend, backend, listen",
                  "unknown section '%s'", word->text);
    r->in_section = r->is_skipping = true; /* its lines would only be reported again */
    r->foreign = NULL;
}

/* A misspelt section stands where no line of the section above it would: at the margin. */
static bool is_misspelt_head(struct haproxy_reader *r, const struct haproxy_words *words)
{
    const struct conf_word *word = &words->items[0];
    struct suggestion suggestion;
    if (word->span.place.column != 1 || words->count > 2 ||
        keyword_is_prefix(&r->l->index, r->l->scratch, LEVEL_PROXY, word->text) ||
        keyword_find(&r->l->index, r->l->scratch, LEVEL_PROXY, word->text) != NULL ||
        keyword_find(&r->l->index, r->l->scratch, LEVEL_GLOBAL, word->text) != NULL)
        return false;
    suggestion_start(&suggestion, word->text);
    for (const struct haproxy_section *s = haproxy_sections; s->name != NULL; s++)
        suggestion_try(&suggestion, s->name);
    return suggestion.best != NULL;
}

static void read_words(struct haproxy_reader *r, const struct haproxy_words *words)
{
    const struct conf_word *first = &words->items[0];
    for (const struct haproxy_section *s = haproxy_sections; s->name != NULL; s++) {
        if (*s->name != *first->text || strcmp(s->name, first->text) != 0)
            continue;
        r->is_skipping = false;
        haproxy_foreign_end(r);
        if (s->keywords == NULL)
            read_head(r, words, s->kind);
        else
            haproxy_foreign_head(r, s, words);
        return;
    }
    if (!r->in_section || (!r->is_skipping && is_misspelt_head(r, words)))
        report_outside(r, first);
    else if (!r->is_skipping)
        haproxy_line_read(r, words);
    else if (r->foreign != NULL)
        haproxy_foreign_line(r, words);
}

/* What a conversion does with a line that makes no directive. */
static void warn_kept(struct haproxy_reader *r, const struct conf_word *first)
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
            CONF_WARN(r->l, first->span, known[i].help, "kept as a comment: %s", known[i].message);
    }
    if (r->foreign != NULL && strcmp(r->foreign->name, first->text) == 0)
        CONF_WARN(r->l, first->span, r->foreign->note, "the section '%s' is kept as a comment",
                  first->text);
}

/* A line that leaves no trace is kept as a comment: blocks, setenv, sections without effect. */
static void keep_comment(struct haproxy_reader *r, const char *line, size_t len,
                         const struct haproxy_words *words, struct conf_place place, size_t before)
{
    struct conf_comments *comments = r->l->comments;
    if (words->count > 0 && r->made == before) {
        bool is_inside = r->in_section && !r->is_skipping;
        size_t blanks = is_inside ? strspn(line, " \t") : 0;
        place.column = is_inside ? 2 : 1;
        const char *text = arena_printf(r->l->scratch, " %.*s", (int)(len - blanks), line + blanks);
        comments_add(comments, place, false, text, strlen(text));
    } else if (words->comment_at < len) {
        place.column += (unsigned)words->comment_at;
        comments_add(comments, place, words->count > 0, line + words->comment_at + 1,
                     len - words->comment_at - 1);
    }
}

static void read_line(struct haproxy_reader *r, const struct conf_text *text, size_t line)
{
    size_t from = text->line_starts[line];
    size_t to = line + 1 < text->line_count ? text->line_starts[line + 1] : text->len;
    if (to > from && text->bytes[to - 1] == '\n')
        to--;
    if (to > from && text->bytes[to - 1] == '\r')
        to--;
    struct conf_place start = {text->file, (unsigned)line + 1, 1};
    struct haproxy_words words;
    size_t before = r->made;
    bool was_active = haproxy_blocks_active(&r->blocks);
    r->env.line = start.line;
    if (!haproxy_words_split(r->l, &r->env, text->bytes + from, to - from, start, &words))
        return;
    if (words.count > 0 && *words.items[0].text == '.')
        haproxy_blocks_line(r->l, &r->env, &r->blocks, &words);
    else if (words.count > 0 && haproxy_blocks_active(&r->blocks))
        read_words(r, &words);
    if (r->l->comments == NULL)
        return;
    if (was_active && words.count > 0)
        warn_kept(r, &words.items[0]);
    keep_comment(r, text->bytes + from, to - from, &words, start, before);
}

/* HAProxy 2.3 and later take a missing line feed for a truncated file; an editor forgot it. */
static void check_line_ends(struct loader *l, const struct conf_text *text)
{
    const char *cr = memchr(text->bytes, '\r', text->len);
    const char *feed = memchr(text->bytes, '\n', text->len);
    if (cr != NULL && feed == cr + 1) {
        struct conf_place place = {text->file, 1, (unsigned)(cr - text->bytes) + 1};
        CONF_WARN(l, ((struct conf_span){place, 1}), "sed -i 's/\\r$//' FILE removes them",
                  "the lines end in CR LF");
    }
    if (text->len > 0 && text->bytes[text->len - 1] != '\n') {
        size_t last = text->line_count - 1;
        struct conf_place place = {text->file, (unsigned)text->line_count,
                                   (unsigned)(text->len - text->line_starts[last])};
        CONF_WARN(l, ((struct conf_span){place, 1}), "check that the file is whole",
                  "the last line does not end in a line feed");
    }
}

void haproxy_read(struct loader *l, const struct conf_text *text)
{
    struct haproxy_reader r = {.l = l, .env = {.arena = l->scratch}};
    haproxy_env_set(&r.env, ".FILE", text->file);
    haproxy_env_set(&r.env, "HAPROXY_CFGFILES", text->file);
    check_line_ends(l, text);
    for (size_t line = 0; line < text->line_count; line++)
        read_line(&r, text, line);
    haproxy_foreign_end(&r);
    haproxy_errors_end(l);
    haproxy_blocks_end(l, &r.blocks);
}

/*
 * In libconfig the first word is assigned to, or includes a file. A text of nothing but comments is
 * what its name says.
 */
bool haproxy_recognise(const struct conf_text *text)
{
    const char *at = text->bytes;
    for (;;) {
        at += strspn(at, " \t\r\n");
        if (*at != '#')
            break;
        at += strcspn(at, "\n");
    }
    size_t word = 0, name_len = strlen(text->file);
    bool is_cfg = name_len > 4 && strcmp(text->file + name_len - 4, ".cfg") == 0;
    while (isalnum((unsigned char)at[word]) || at[word] == '_' || at[word] == '-')
        word++;
    const char *next = at + word + strspn(at + word, " \t\r\n");
    if (word == 0 || *next == '\0')
        return is_cfg || *at == '.';
    return at[word] != '\0' && isspace((unsigned char)at[word]) &&
           strchr("=:{([;,/@*]})", *next) == NULL;
}
