/* SPDX-License-Identifier: Apache-2.0 */
/* Sections in libconfig's syntax: kind by kind where that keeps their order, else in one list. */
#include "config/libconfig/writer.h"
#include "config/section_kinds.h"

/* The group of a section; behind it stands `end`. */
static void put_section(struct libconfig_writer *w, const struct outline_section *section,
                        bool says_kind, const char *end)
{
    fputc('{', w->out);
    libconfig_end_line(w, &section->remarks);
    w->depth++;
    const struct {
        const char *name, *value;
    } words[] = {
        {"section", says_kind ? section_kinds[section->kind].name : NULL},
        {"name", section->name},
        {"from", section->from},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (words[i].value == NULL)
            continue;
        libconfig_indent(w);
        fprintf(w->out, "%s = %s;\n", words[i].name,
                libconfig_quote(w->l->scratch, words[i].value));
    }
    libconfig_put_entries(w, &section->entries);
    libconfig_put_above(w, &section->tail);
    w->depth--;
    libconfig_indent(w);
    fprintf(w->out, "}%s\n", end);
}

/* name = ( { ... }, { ... } ); of `count` sections */
static void put_sections(struct libconfig_writer *w, const char *name,
                         const struct outline_section *sections, size_t count, bool says_kind)
{
    fprintf(w->out, "%s = (\n", name);
    w->depth++;
    for (size_t i = 0; i < count; i++) {
        libconfig_put_above(w, &sections[i].remarks);
        libconfig_indent(w);
        put_section(w, &sections[i], says_kind, i + 1 < count ? "," : "");
    }
    w->depth--;
    fputs(");\n", w->out);
}

static void put_alone(struct libconfig_writer *w, const struct outline_section *section)
{
    libconfig_put_above(w, &section->remarks);
    fprintf(w->out, "%s = ", section_kinds[section->kind].list);
    put_section(w, section, false, ";");
}

static size_t run_length(const struct outline *outline, size_t from)
{
    size_t end = from;
    while (end < outline->count && outline->sections[end].kind == outline->sections[from].kind)
        end++;
    return end - from;
}

/*
 * How many sections can be written kind by kind. Where sections of one kind stand apart the order
 * would be lost (defaults hold for what follows, numbers go by it), so from the first proxy on the
 * rest goes into a list of all kinds.
 */
static size_t count_grouped(const struct outline *outline)
{
    bool seen[CONF_SECTION_ANY] = {false};
    size_t proxies = 0;
    while (proxies < outline->count && outline->sections[proxies].kind <= CONF_SECTION_DEFAULTS)
        proxies++;
    for (size_t i = 0; i < outline->count; i += run_length(outline, i)) {
        enum conf_section_kind kind = outline->sections[i].kind;
        if (seen[kind])
            return i < proxies ? 0 : proxies;
        seen[kind] = true;
    }
    return outline->count;
}

static void put_kinds(struct libconfig_writer *w, const struct outline *outline, size_t end)
{
    for (size_t i = 0, count; i < end; i += count) {
        const struct section_kind *kind = &section_kinds[outline->sections[i].kind];
        count = run_length(outline, i);
        if (i > 0)
            fputc('\n', w->out);
        if (count == 1 && kind->may_be_single)
            put_alone(w, &outline->sections[i]);
        else
            put_sections(w, kind->list, &outline->sections[i], count, false);
    }
}

char *libconfig_write(const struct outline *outline)
{
    char *text = NULL;
    size_t len = 0;
    struct libconfig_writer w = {.out = open_memstream(&text, &len), .l = outline->l};
    size_t grouped = count_grouped(outline);
    put_kinds(&w, outline, grouped);
    if (grouped > 0 && grouped < outline->count)
        fputc('\n', w.out);
    if (grouped < outline->count)
        put_sections(&w, "sections", outline->sections + grouped, outline->count - grouped, true);
    if (outline->tail.above_count > 0 && outline->count > 0)
        fputc('\n', w.out);
    libconfig_put_above(&w, &outline->tail);
    fclose(w.out);
    return text;
}
