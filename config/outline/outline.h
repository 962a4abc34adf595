/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a configuration says, free of any syntax: sections of entries, each with its keyword row.
 * Writers write it; the values of a load are not in it, so a file may be converted on a machine
 * that lacks its certificates.
 *
 *   text --reader--> directives --outline_make--> outline --outline_tidy--> libconfig_write
 *                                                    `--outline_effective--'  haproxy_write
 *
 * Ownership: all of it lives in the scratch arena of the load.
 */
#ifndef WEIR_CONFIG_OUTLINE_OUTLINE_H
#define WEIR_CONFIG_OUTLINE_OUTLINE_H

#include "config/loader.h"

/* Lines without their sign. */
struct outline_remarks {
    const char **above;
    size_t above_count;
    const char *behind; /* or NULL */
};

enum outline_form {
    OUTLINE_VALUES, /* values behind the name; none of them: it is switched on */
    OUTLINE_OFF,    /* switched off */
    OUTLINE_MOOT,   /* the same, a mere remark: see outline_mark_moot() */
    OUTLINE_GROUP,  /* entries of another level */
    OUTLINE_LINE,   /* the words of a line of rules */
};

struct outline_entries {
    struct outline_entry *items;
    size_t count;
};

struct outline_entry {
    const struct keyword *row;
    enum outline_form form;
    const char **values; /* as conf_template.written */
    size_t value_count;
    struct outline_entries params;
    struct outline_remarks remarks;
    struct conf_span span;
};

struct outline_section {
    enum conf_section_kind kind;
    const char *name, *from; /* as conf_template.written; or NULL */
    struct outline_entries entries;
    struct outline_remarks remarks;
    struct outline_remarks tail; /* behind its last entry */
};

struct outline {
    struct loader *l;
    struct outline_section *sections;
    size_t count;
    struct outline_remarks tail; /* what stands behind all sections */
};

/* Of l->sections, and of l->comments if there are any. Unknown names are reported. */
void outline_make(struct loader *l, struct outline *outline_out);

/*
 * Brings it into a form that either syntax can say: no setting twice, default-server before the
 * servers, acl before what uses it, the mode where the file left it to its syntax.
 */
void outline_tidy(struct outline *outline, bool is_haproxy);

/* Of settings that count once, the last remains; of groups, one with all that they say. */
void outline_drop_repeated(struct loader *l, struct outline_entries *entries);

/* Takes rules out of defaults and puts them into the proxies: HAProxy takes them in few defaults. */
void outline_spread_rules(struct outline *outline);

/* Is an entry switched off that nothing has switched on, neither what is inherited (or NULL) nor
 * another word? */
bool outline_is_moot(struct loader *l, enum keyword_level level,
                     const struct outline_entries *inherited, const struct outline_entry *entry);

/* Marks what is off anyway and cannot be switched off in haproxy.cfg: there it can only be left
 * out. */
void outline_mark_moot(struct outline *outline);

/* What the latest defaults, and those with a name, give. */
struct outline_heritage {
    struct name_map by_name; /* -> struct outline_entries */
    const struct outline_entries *latest;
};

/* What a section begins with: the defaults it names, else the latest; NULL for none. */
const struct outline_entries *outline_inherited(const struct outline_heritage *heritage,
                                                const struct outline_section *section);

/* Adds those of some entries that may stand in such a section; from may be NULL. */
void outline_inherit(struct loader *l, struct outline_entries *to,
                     const struct outline_entries *from, enum conf_section_kind kind);

/* Makes known what a section of defaults gives. */
void outline_bequeath(struct loader *l, struct outline_heritage *heritage,
                      const struct outline_section *section, const struct outline_entries *entries);

/* Puts into each proxy what its defaults say, adds the initial values, and drops the defaults. */
void outline_effective(struct outline *outline);

/* Entries that stand for one row: the last counts, except for these, where each use adds. */
bool outline_repeats(const struct keyword *row);

struct outline_entry *outline_append(struct loader *l, struct outline_entries *entries,
                                     struct outline_entry entry);

/* The entry of a parameter by its row's name; NULL if there is none. */
const struct outline_entry *outline_find(const struct outline_entries *entries, const char *name);

/* Adds a remark's lines to those above another. */
void outline_hoist(struct loader *l, struct outline_remarks *to,
                   const struct outline_remarks *from);

/* The texts; the caller frees them. What cannot be said is reported. */
char *libconfig_write(const struct outline *outline);
char *haproxy_write(const struct outline *outline);

#endif
