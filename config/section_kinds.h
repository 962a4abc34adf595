/* SPDX-License-Identifier: Apache-2.0 */
/* The kinds of sections there are, said once for the readers and writers of both syntaxes. */
#ifndef WEIR_CONFIG_SECTION_KINDS_H
#define WEIR_CONFIG_SECTION_KINDS_H

#include "config/loader.h"

struct section_kind {
    const char *name;   /* in haproxy.cfg, and of one in libconfig; NULL ends the table */
    const char *list;   /* of several in libconfig */
    bool may_be_single; /* libconfig: one of them is written without a list around it */
    enum keyword_level level;
    unsigned scope; /* enum keyword_scope, or-ed: what may stand there */
    /* of a section that is not built: what its lines may begin with; NULL ends them */
    const char *const *keywords;
    bool is_refused; /* it would matter by itself, unused as it is */
    bool is_missed;  /* proxies do their work without it, but somebody waits for it: a warning */
    const char *note;
    const char *remark; /* instead of "sections have no effect yet", if some of it has */
};

/* Defaults and what they are for. */
static inline bool section_is_of_proxies(enum conf_section_kind kind)
{
    return kind >= CONF_SECTION_DEFAULTS && kind <= CONF_SECTION_LISTEN;
}

/* By enum conf_section_kind. */
extern const struct section_kind section_kinds[];

/* Reports a section that is not built; nothing of any other. */
void section_tell(struct loader *l, enum conf_section_kind kind, struct conf_span span);

#endif
