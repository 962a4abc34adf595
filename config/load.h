/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From files to a checked configuration, or to a report that says why not.
 *
 *   files --reader--> directives --keyword rows--> drafts --checks, references--> struct config
 *
 * Thread:    loading keeps no state outside its arguments, so it may run anywhere; it blocks while
 *            it reads files and resolves names.
 * Ownership: the caller frees the configuration and clears the report.
 */
#ifndef WEIR_CONFIG_LOAD_H
#define WEIR_CONFIG_LOAD_H

#include "config/model.h"
#include "config/report.h"
#include "config/source.h"

struct keyword_table;
struct loader;

enum { CONF_REGEX_ERROR_BYTES = 192 };

struct conf_input {
    const char *const *paths; /* files, or folders: their *.conf and *.cfg in lexical order */
    size_t path_count;
    const struct conf_source *source;          /* NULL = conf_source_disk */
    const struct keyword_table *const *tables; /* ends in NULL; NULL = config_tables */
    unsigned cpus;                             /* default of nbthread; 0 counts as 1 */
    unsigned maxconn;                          /* overrides global maxconn (-n); 0 = do not */
    const char *log_tag;                       /* default of global log-tag; NULL = "weir" */
    /* Compiles the lines of rules once all else is resolved, and reports into the loader. NULL: they stay
     * words, for who only looks at the configuration. */
    void (*compile)(struct loader *l, struct config *config);
    /* Whether a regular expression compiles, or why not; NULL: they are not looked at. */
    bool (*regex_is_good)(const char *pattern, char error_out[CONF_REGEX_ERROR_BYTES]);
};

/*
 * Reads, checks and resolves everything. NULL when the report holds an error; warnings and notes do
 * not stop a load. The report must have been initialised.
 */
MUST_CHECK struct config *config_load(const struct conf_input *input, struct conf_report *report);

/* -cc: the value of a condition as .if takes it; false after reporting that it has none. */
MUST_CHECK bool config_condition(const char *text, struct conf_report *report, bool *value_out);

/* NULL is fine. */
void config_free(struct config *config);

#endif
