/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http-errors sections: groups of error files under a name. A line "errorfiles NAME [STATUS...]" of a
 * proxy stands for the errorfile lines of the group, and becomes them once the text is read, since the
 * group may stand below its use.
 */
#include <stdlib.h>
#include <string.h>

#include "config/error_groups.h"
#include "config/haproxy/reader_priv.h"

struct error_group {
    struct conf_word *words; /* status and file of each line, in turn */
    size_t count;
};

/* By its address a directive that is yet to be replaced is known. */
static const char placeholder[] = "errorfiles";

void haproxy_errors_begin(struct haproxy_reader *r, const char *name)
{
    struct error_group *group = names_get(&r->l->error_groups, name);
    if (group == NULL) { /* a second section of a name is reported, and adds to the first */
        group = arena_alloc(r->l->scratch, sizeof *group);
        names_add(r->l->scratch, &r->l->error_groups, name, group);
    }
    r->error_group = group;
}

void haproxy_errors_line(struct haproxy_reader *r, const struct haproxy_words *words)
{
    struct error_group *group = r->error_group;
    for (size_t i = 1; i < 3 && words->count >= 3; i++) {
        group->words =
            arena_list_grow(r->l->scratch, group->words, group->count, sizeof *group->words);
        group->words[group->count++] = words->items[i];
    }
}

void haproxy_errors_use(const struct haproxy_line *line)
{
    if (line->count < 2) {
        CONF_FAIL(line->r->l, line->words[0].span, "errorfiles <name> [<status>...]",
                  "'errorfiles' needs the name of an http-errors section");
        return;
    }
    struct conf_directive *d = haproxy_emit(line->r, haproxy_reword(line->words[0], placeholder));
    d->args = line->words + 1;
    d->arg_count = line->count - 1;
}

static bool is_wanted(const struct conf_directive *use, const char *status)
{
    for (size_t i = 1; i < use->arg_count; i++) {
        if (strcmp(use->args[i].text, status) == 0)
            return true;
    }
    return use->arg_count == 1;
}

static void report_no_group(struct loader *l, const struct conf_word *name)
{
    CONF_FAIL(l, name->span, "add a section: http-errors, with errorfile lines",
              "there is no http-errors section '%s'", name->text);
}

/* The errorfile lines that `use` stands for, behind what the section has so far. */
static void add_lines(struct loader *l, struct conf_section *section,
                      const struct conf_directive *use)
{
    const struct error_group *group = names_get(&l->error_groups, use->args[0].text);
    if (group == NULL) {
        report_no_group(l, &use->args[0]);
        return;
    }
    for (size_t i = 0; i < group->count; i += 2) {
        struct conf_word *words = &group->words[i];
        struct conf_directive d = {.name = haproxy_reword(use->name, "errorfile"),
                                   .is_group = true};
        if (!is_wanted(use, words[0].text))
            continue;
        haproxy_param(l, &d, haproxy_reword(words[0], "status"), &words[0], 1);
        haproxy_param(l, &d, haproxy_reword(words[1], "file"), &words[1], 1);
        section->directives =
            arena_list_grow(l->scratch, section->directives, section->directive_count, sizeof d);
        section->directives[section->directive_count++] = d;
    }
}

const struct conf_word *haproxy_errors_file(struct loader *l, const struct conf_word *name,
                                            unsigned status)
{
    const struct error_group *group = names_get(&l->error_groups, name->text);
    const struct conf_word *found = NULL;
    if (group == NULL)
        report_no_group(l, name);
    for (size_t i = 0; group != NULL && i < group->count; i += 2)
        if (strtoul(group->words[i].text, NULL, 10) == status)
            found = &group->words[i + 1];
    return found;
}

static bool uses_groups(const struct conf_section *section)
{
    for (size_t i = 0; i < section->directive_count; i++) {
        if (section->directives[i].name.text == placeholder)
            return true;
    }
    return false;
}

void haproxy_errors_end(struct loader *l)
{
    for (size_t s = 0; s < l->sections.count; s++) {
        struct conf_section *section = &l->sections.items[s];
        if (!uses_groups(section))
            continue;
        struct conf_section old = *section;
        section->directives = NULL;
        section->directive_count = 0;
        for (size_t i = 0; i < old.directive_count; i++) {
            if (old.directives[i].name.text == placeholder) {
                add_lines(l, section, &old.directives[i]);
                continue;
            }
            section->directives = arena_list_grow(l->scratch, section->directives,
                                                  section->directive_count, sizeof *old.directives);
            section->directives[section->directive_count++] = old.directives[i];
        }
    }
}
