/* SPDX-License-Identifier: Apache-2.0 */
/* Two ways through the same steps: readers, outline, writers. */
#include "config/convert.h"

#include <stdlib.h>

#include "config/outline/outline.h"

/* The syntax of the first file. */
static bool is_haproxy(const struct loader *l)
{
    return l->files.count > 0 && names_get(&l->haproxy_files, l->files.items[0]) != NULL;
}

static char *finish(struct loader *l, struct conf_report *report, char *text)
{
    conf_report_sort(report);
    arena_free(l->scratch);
    arena_free(l->arena);
    if (report->errors == 0)
        return text;
    free(text);
    return NULL;
}

char *config_convert(const struct conf_input *input, struct conf_report *report)
{
    struct loader l;
    struct outline outline;
    char *text = NULL;
    loader_open(&l, input, report);
    struct conf_comments comments = {.arena = l.scratch};
    char unused[DIGEST_HEX_BYTES];
    l.comments = &comments;
    loader_read_all(&l);
    digest_finish(&l.digest, unused);
    outline_make(&l, &outline);
    if (report->errors == 0) {
        outline_tidy(&outline, is_haproxy(&l));
        outline_mark_moot(&outline);
        if (!is_haproxy(&l))
            outline_spread_rules(&outline);
        text = is_haproxy(&l) ? libconfig_write(&outline) : haproxy_write(&outline);
    }
    return finish(&l, report, text);
}

char *config_show(const struct conf_input *input, enum conf_syntax syntax,
                  struct conf_report *report)
{
    struct loader l;
    struct outline outline;
    char *text = NULL;
    loader_open(&l, input, report);
    l.is_expanded = true;
    loader_read_all(&l);
    struct config *config = loader_finish(&l);
    if (report->errors == 0 && config != NULL) {
        outline_make(&l, &outline);
        outline_tidy(&outline, is_haproxy(&l));
        outline_effective(&outline);
        if (syntax == CONF_SYNTAX_OF_FILE)
            syntax = is_haproxy(&l) ? CONF_SYNTAX_HAPROXY : CONF_SYNTAX_LIBCONFIG;
        text = syntax == CONF_SYNTAX_HAPROXY ? haproxy_write(&outline) : libconfig_write(&outline);
    }
    return finish(&l, report, text);
}
