/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From text to lines, from lines to sections. What a line within a section means is decided in
 * haproxy/line.c; here are section heads, variables, and sections that are not built yet.
 */
#include "config/haproxy/reader.h"

#include <ctype.h>
#include <string.h>

#include "config/haproxy/reader_priv.h"
#include "config/section_kinds.h"
#include "config/suggest.h"

struct conf_section *haproxy_section_begin(struct haproxy_reader *r, enum conf_section_kind kind,
                                           struct conf_span span)
{
    struct conf_sections *sections = &r->l->sections;
    sections->items =
        arena_list_grow(r->l->scratch, sections->items, sections->count, sizeof *sections->items);
    struct conf_section *section = &sections->items[sections->count++];
    *section = (struct conf_section){.kind = kind, .span = span};
    r->in_section = true;
    r->servers = (struct name_map){0};
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

static bool has_defaults(const struct conf_sections *sections)
{
    for (size_t i = 0; i < sections->count; i++) {
        if (sections->items[i].kind == CONF_SECTION_DEFAULTS)
            return true;
    }
    return false;
}

/* A proxy is of mode tcp where neither it nor its defaults say anything else. */
static void begin_mode(struct haproxy_reader *r, const struct conf_section *section, bool inherits)
{
    struct conf_word mode = {.text = "mode", .span = section->span};
    if (!section_is_of_proxies(section->kind) || section->from.text != NULL || inherits)
        return;
    struct conf_directive *d = haproxy_emit(r, mode);
    d->args = arena_alloc(r->l->scratch, sizeof *d->args);
    d->args[0] = haproxy_reword(mode, "tcp");
    d->arg_count = 1;
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
              "an address on the '%s' line is the form of before 1.6", words->items[0].text);
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
    bool inherits = kind != CONF_SECTION_DEFAULTS && has_defaults(&r->l->sections);
    struct conf_section *section = haproxy_section_begin(r, kind, words->items[0].span);
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
    begin_mode(r, section, inherits);
    if (has_address)
        take_head_address(r, words);
}

static void report_outside(struct haproxy_reader *r, const struct conf_word *word)
{
    struct suggestion suggestion;
    suggestion_start(&suggestion, word->text);
    for (const struct section_kind *s = section_kinds; s->name != NULL; s++)
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
    for (const struct section_kind *s = section_kinds; s->name != NULL; s++)
        suggestion_try(&suggestion, s->name);
    return suggestion.best != NULL;
}

static void read_words(struct haproxy_reader *r, const struct haproxy_words *words)
{
    const struct conf_word *first = &words->items[0];
    for (int kind = 0; section_kinds[kind].name != NULL; kind++) {
        if (*section_kinds[kind].name != *first->text ||
            strcmp(section_kinds[kind].name, first->text) != 0)
            continue;
        r->is_skipping = false;
        haproxy_foreign_end(r);
        if (section_kinds[kind].keywords == NULL)
            read_head(r, words, (enum conf_section_kind)kind);
        else
            haproxy_foreign_head(r, (enum conf_section_kind)kind, words);
        return;
    }
    if (!r->in_section || (!r->is_skipping && r->foreign == NULL && is_misspelt_head(r, words)))
        report_outside(r, first);
    else if (r->foreign != NULL)
        haproxy_foreign_line(r, words);
    else if (!r->is_skipping)
        haproxy_line_read(r, words);
}

/* A line of the text, without its end. */
static struct haproxy_text_line line_at(const struct haproxy_reader *r,
                                        const struct conf_text *text, size_t line)
{
    size_t from = text->line_starts[line];
    size_t to = line + 1 < text->line_count ? text->line_starts[line + 1] : text->len;
    if (to > from && text->bytes[to - 1] == '\n')
        to--;
    if (to > from && text->bytes[to - 1] == '\r')
        to--;
    return (struct haproxy_text_line){.bytes = text->bytes + from,
                                      .len = to - from,
                                      .place = {r->file, (unsigned)line + 1, 1},
                                      .made_before = r->made};
}

static void read_line(struct haproxy_reader *r, const struct haproxy_text_line *line)
{
    struct haproxy_words words;
    bool is_active = haproxy_blocks_active(&r->blocks);
    r->env.line = line->place.line;
    if (!haproxy_words_split(r->l, &r->env, line->bytes, line->len, line->place, &words))
        return;
    if (words.count > 0 && *words.items[0].text == '.')
        haproxy_blocks_line(r->l, &r->env, &r->blocks, &words);
    else if (words.count > 0 && is_active)
        read_words(r, &words);
    if (r->l->comments != NULL)
        haproxy_keep_comment(r, line, &words, is_active);
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

/* A file goes on with the variables that those before it have set. */
static void keep_env(struct loader *l, const struct haproxy_env *env)
{
    struct haproxy_env *kept = arena_alloc(l->scratch, sizeof *kept);
    *kept = *env;
    l->env = kept;
}

void haproxy_read(struct loader *l, const struct conf_text *text)
{
    struct haproxy_reader r = {
        .l = l, .file = arena_copy(l->arena, text->file), .env = {.arena = l->scratch}};
    if (l->env != NULL)
        r.env = *l->env;
    haproxy_env_set(&r.env, ".FILE", text->file);
    haproxy_env_set(&r.env, "HAPROXY_CFGFILES", text->file);
    check_line_ends(l, text);
    for (size_t i = 0; i < text->line_count; i++) {
        struct haproxy_text_line line = line_at(&r, text, i);
        read_line(&r, &line);
    }
    haproxy_foreign_end(&r);
    haproxy_errors_end(l);
    haproxy_blocks_end(l, &r.blocks);
    keep_env(l, &r.env);
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
