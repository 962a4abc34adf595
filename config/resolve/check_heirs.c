/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a rule of defaults is about depends on who inherits it. As HAProxy has it, defaults with rules are for
 * proxies of one kind: all frontends or all backends, no listens, no further defaults.
 */
#include "config/line.h"
#include "config/resolve/resolve.h"
#include "config/section_kinds.h"

static bool is_rule(const struct conf_line *line)
{
    return line->kind >= CONF_LINE_TCP_CONNECTION && line->kind <= CONF_LINE_HTTP_AFTER_RESPONSE &&
           !line->is_own;
}

/* Rules that only one side of a proxy has. */
static bool is_for_others(enum conf_line_kind kind, unsigned caps)
{
    return kind == CONF_LINE_TCP_CONNECTION || kind == CONF_LINE_TCP_SESSION ? caps == CONF_BACKEND
           : kind == CONF_LINE_TCP_RESPONSE                                  ? caps == CONF_FRONTEND
                                                                             : false;
}

void check_heir(struct loader *l, const struct conf_section *section, struct draft_proxy *from,
                unsigned caps)
{
    from->heirs |= caps;
    bool is_mixed = caps == 0 || from->heirs == CONF_LISTEN;
    for (size_t i = 0; from->p.name != NULL && i < from->p.lines.count; i++) {
        const struct conf_line *line = &from->p.lines.items[i];
        if (!is_rule(line) || !(is_mixed || is_for_others(line->kind, caps)))
            continue;
        CONF_FAIL(l, section->span,
                  arena_printf(l->scratch,
                               "of the rule at %s:%u: write it there, or use these defaults for "
                               "frontends alone or backends alone",
                               line->span.place.file, line->span.place.line),
                  "this %s cannot inherit the '%s' rules of its defaults",
                  section_kinds[section->kind].name, line->keyword);
        return;
    }
}
