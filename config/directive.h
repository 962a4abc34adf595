/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a reader makes of a text, in any syntax: sections of directives, every word with its place.
 * Readers know grammar; what the words mean is the business of the keyword rows.
 *
 *   backends = ( { name = "app"; servers = ( { name = "a"; address = "10.0.0.1:80"; } ); } );
 *
 *   section backend "app"
 *     `-- directive servers
 *           |-- param name    args: "a"
 *           `-- param address args: "10.0.0.1:80"
 *
 * Ownership: all of it lives in the arena of the load.
 */
#ifndef WEIR_CONFIG_DIRECTIVE_H
#define WEIR_CONFIG_DIRECTIVE_H

#include "config/report.h"

/* TEXT may stand for anything (haproxy.cfg has nothing else); the others were written without
 * quotes. */
enum conf_word_kind { CONF_WORD_TEXT, CONF_WORD_NUMBER, CONF_WORD_BOOL };

struct conf_word {
    const char *text; /* NULL: not there */
    enum conf_word_kind kind;
    struct conf_span span;
};

struct conf_directive {
    struct conf_word name; /* as written; where it stands is where messages point */
    struct conf_word *args;
    size_t arg_count;
    struct conf_directive *params;
    size_t param_count;
    bool is_line;  /* args are the words of one line of haproxy.cfg: KW_LINES */
    bool is_group; /* params were written, be it none: distinguishes {} from an empty list */
};

enum conf_section_kind {
    CONF_SECTION_GLOBAL,
    CONF_SECTION_DEFAULTS,
    CONF_SECTION_FRONTEND,
    CONF_SECTION_BACKEND,
    CONF_SECTION_LISTEN, /* the last kind of proxy */
    CONF_SECTION_RESOLVERS,
    CONF_SECTION_PEERS,
    CONF_SECTION_USERLIST,
    CONF_SECTION_HTTP_ERRORS,
    CONF_SECTION_CACHE,
    CONF_SECTION_MAILERS,
    CONF_SECTION_CRT_STORE,
    CONF_SECTION_RING,
    CONF_SECTION_FCGI_APP,
    CONF_SECTION_LOG_FORWARD,
    CONF_SECTION_PROGRAM,
    CONF_SECTION_HEALTHCHECK,
    CONF_SECTION_ANY, /* libconfig, while it is read: its members say which. The last one. */
};

struct conf_section {
    enum conf_section_kind kind;
    struct conf_span span; /* of the section's first word */
    struct conf_word name; /* text NULL where none is given */
    struct conf_word from; /* the defaults it names */
    struct conf_place end; /* libconfig: of its closing brace */
    struct conf_directive *directives;
    size_t directive_count;
};

/* In the order of the texts. */
struct conf_sections {
    struct conf_section *items;
    size_t count;
};

#endif
