/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sections become drafts: global first, wherever it stands, because binds and servers begin with
 * its TLS settings; then defaults and proxies in their order, each proxy from a copy of the
 * defaults before it. Sections that are no proxies are in resolve/sections_other.c.
 */
#include <string.h>

#include "config/apply.h"
#include "config/line.h"
#include "config/resolve/resolve.h"
#include "config/resolve/sections_priv.h"
#include "config/section_kinds.h"

struct sections {
    struct loader *l;
    struct draft_proxy *defaults;  /* the latest; what follows begins with it */
    struct name_map by_name;       /* named defaults */
    struct name_map fronts, backs; /* a frontend and a backend may share a name */
};

static void apply_globals(struct loader *l)
{
    l->global.g.uid = (uid_t)-1;
    l->global.g.gid = (gid_t)-1;
    apply_initial(l, LEVEL_GLOBAL, &l->global);
    for (size_t i = 0; i < l->sections.count; i++) {
        struct conf_section *section = &l->sections.items[i];
        if (section->kind == CONF_SECTION_GLOBAL)
            apply_directives(l, LEVEL_GLOBAL, IN_GLOBAL, &l->global, section->directives,
                             section->directive_count);
    }
}

static struct draft_proxy *draft_new(struct loader *l)
{
    struct draft_proxy *draft = arena_alloc(l->scratch, sizeof *draft);
    apply_initial(l, LEVEL_PROXY, draft);
    bool reuses = draft->default_server.tls.reuses; /* for which global has no word */
    draft->default_server.tls = l->global.server_tls;
    draft->default_server.tls.reuses = reuses;
    return draft;
}

/* Lines of named defaults come before those of the section, and know where they are from. */
static void inherit_lines(struct loader *l, struct conf_lines *lines)
{
    lines->items = arena_list_copy(l->arena, lines->items, lines->count, sizeof *lines->items);
    for (size_t i = 0; i < lines->count; i++)
        lines->items[i].from_defaults = true;
}

/* A copy whose lists may grow without touching those of the original. */
static struct draft_proxy *draft_inherit(struct loader *l, const struct draft_proxy *from)
{
    struct draft_proxy *draft = arena_alloc(l->scratch, sizeof *draft);
    *draft = *from;
    inherit_lines(l, &draft->p.lines);
    KEYWORDS_OF(&l->index, LEVEL_PROXY, row)
    {
        if (row->kind != KW_LIST)
            continue;
        size_t count = *(size_t *)((char *)draft + row->list->count_offset);
        const void *items = apply_list_items(row, draft);
        apply_list_set(row, draft, arena_list_copy(l->arena, items, count, row->list->item_bytes));
    }
    return draft;
}

/* The defaults a section begins with: those it names, else the latest. */
static struct draft_proxy *defaults_of(struct sections *s, const struct conf_section *section)
{
    if (section->from.text == NULL)
        return s->defaults;
    struct draft_proxy *named = names_get(&s->by_name, section->from.text);
    if (named != NULL)
        return named;
    CONF_FAIL(s->l, section->from.span, "give a defaults section before this one that name",
              "there are no defaults named '%s'", section->from.text);
    return s->defaults;
}

bool conf_line_is_rule(enum conf_line_kind kind)
{
    switch (kind) {
    case CONF_LINE_LOG_FORMAT:
    case CONF_LINE_LOG_FORMAT_SD:
    case CONF_LINE_ERROR_LOG_FORMAT:
    case CONF_LINE_UNIQUE_ID_FORMAT:
    case CONF_LINE_HTTP_ERROR:
        return false;
    default:
        return true;
    }
}

/* Rules that apply to whatever follows would surprise; as HAProxy has it, their defaults need a name. */
static void check_lines(struct sections *s, const struct conf_section *section,
                        const struct draft_proxy *draft)
{
    for (size_t i = 0; i < draft->p.lines.count && section->name.text == NULL; i++) {
        const struct conf_line *line = &draft->p.lines.items[i];
        if (!line->from_defaults && !line->is_own && conf_line_is_rule(line->kind))
            CONF_FAIL(s->l, line->span,
                      loader_hint(s->l, line->span, "give these defaults a name",
                                  "give the section a name: defaults NAME"),
                      "'%s' in defaults without a name", line->keyword);
    }
}

/* As with the rules that it is for; HAProxy refuses this wait alone. */
static void check_wait(struct sections *s, const struct conf_section *section)
{
    for (size_t i = 0; i < section->directive_count && section->name.text == NULL; i++) {
        const struct conf_word *name = &section->directives[i].name;
        const struct keyword *row =
            keyword_find(&s->l->index, s->l->scratch, LEVEL_PROXY, name->text);
        if (row != NULL && row->named)
            CONF_FAIL(s->l, name->span,
                      loader_hint(s->l, name->span, "give these defaults a name",
                                  "give the section a name: defaults NAME"),
                      "'%s' in defaults without a name", row->name);
    }
}

static void apply_defaults(struct sections *s, const struct conf_section *section)
{
    struct draft_proxy *from = section->from.text != NULL ? defaults_of(s, section) : NULL;
    struct draft_proxy *draft = from != NULL ? draft_inherit(s->l, from) : draft_new(s->l);
    if (from != NULL)
        check_heir(s->l, section, from, 0);
    draft->kind = CONF_SECTION_DEFAULTS;
    draft->p.name = section->name.text;
    draft->heirs = 0;
    apply_directives(s->l, LEVEL_PROXY, IN_DEFAULTS, draft, section->directives,
                     section->directive_count);
    s->defaults = draft;
    check_lines(s, section, draft);
    check_wait(s, section);
    if (section->name.text != NULL &&
        names_add(s->l->scratch, &s->by_name, section->name.text, draft) != NULL)
        CONF_FAIL(s->l, section->name.span, "give it another name",
                  "there are other defaults named '%s'", section->name.text);
}

static const struct {
    const char *name;
    unsigned caps, scope;
} kinds[] = {
    [CONF_SECTION_FRONTEND] = {"frontend", CONF_FRONTEND, IN_FRONTEND},
    [CONF_SECTION_BACKEND] = {"backend", CONF_BACKEND, IN_BACKEND},
    [CONF_SECTION_LISTEN] = {"listen", CONF_LISTEN, IN_FRONTEND | IN_BACKEND},
};

static bool is_good_name(const char *name)
{
    return *name != '\0' && name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                              "0123456789-_.:")] == '\0';
}

static void check_name(struct sections *s, const struct conf_section *section,
                       const struct draft_proxy *draft)
{
    const char *kind = kinds[section->kind].name;
    if (section->name.text == NULL) {
        CONF_FAIL(
            s->l, section->span,
            loader_hint(s->l, section->span, "add name = \"...\"", "write its name behind it"),
            "a %s without a name", kind);
        return;
    }
    if (!is_good_name(section->name.text))
        CONF_FAIL(s->l, section->name.span, "letters, digits, '-', '_', '.' and ':'",
                  "'%s' is no name for a %s", section->name.text, kind);
    const struct draft_proxy *other = NULL;
    if (draft->p.caps & CONF_FRONTEND)
        other = names_add(s->l->scratch, &s->fronts, section->name.text, draft);
    if (draft->p.caps & CONF_BACKEND) {
        const struct draft_proxy *back =
            names_add(s->l->scratch, &s->backs, section->name.text, draft);
        other = other != NULL ? other : back;
    }
    if (other != NULL)
        CONF_FAIL(s->l, section->name.span,
                  arena_printf(s->l->scratch, "the other one is at %s:%u", other->p.place.file,
                               other->p.place.line),
                  "there is another %s named '%s'", kinds[other->kind].name, section->name.text);
}

static void apply_proxy(struct sections *s, const struct conf_section *section)
{
    struct loader *l = s->l;
    struct draft_proxy *from = defaults_of(s, section);
    struct draft_proxy *draft = draft_inherit(l, from);
    check_heir(l, section, from, kinds[section->kind].caps);
    draft->kind = section->kind;
    draft->span = section->name.text != NULL ? section->name.span : section->span;
    draft->p.name = section->name.text != NULL ? section->name.text : "";
    draft->p.place = draft->span.place;
    draft->p.caps = kinds[section->kind].caps;
    check_name(s, section, draft);
    apply_directives(l, LEVEL_PROXY, kinds[section->kind].scope, draft, section->directives,
                     section->directive_count);
    l->proxies =
        arena_list_grow(l->scratch, l->proxies, l->proxy_count, sizeof(struct draft_proxy *));
    l->proxies[l->proxy_count++] = draft;
}

void resolve_sections(struct loader *l)
{
    struct sections s = {.l = l};
    sections_apply_rings(l);
    apply_globals(l);
    sections_apply_others(l);
    s.defaults = draft_new(l);
    for (size_t i = 0; i < l->sections.count; i++) {
        const struct conf_section *section = &l->sections.items[i];
        if (section->kind == CONF_SECTION_DEFAULTS)
            apply_defaults(&s, section);
        else if (section_is_of_proxies(section->kind))
            apply_proxy(&s, section);
    }
}
