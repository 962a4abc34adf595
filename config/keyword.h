/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keyword rows: everything weir knows about a keyword, said once. A row drives the reader of either
 * syntax, the checks, the suggestions and the manual. A new keyword is one row and one field.
 *
 *   {.name = "timeout connect", .kind = KW_DURATION, AT(timeout.connect_ms), .unit = UNIT_MS, ...}
 *
 * The name is HAProxy's; in libconfig its spaces, dashes and dots are '_' ("timeout_connect"), and
 * a group may hold what follows a common first word (timeout = { connect = "5s"; }).
 *
 * Tables are grouped by level: what kind of struct the offsets count from. A row whose values are
 * themselves keywords (bind, server, option httpchk) names the level that holds them. Several
 * tables may serve one level, so a room above adds a table to the array it passes to config_load().
 */
#ifndef WEIR_CONFIG_KEYWORD_H
#define WEIR_CONFIG_KEYWORD_H

#include <stdbool.h>
#include <stddef.h>

#include "config/arena.h"
#include "config/directive.h"
#include "config/names.h"

struct loader;
struct keyword;

/* What the offsets of a table's rows count from. */
enum keyword_level {
    LEVEL_GLOBAL,         /* struct draft_global */
    LEVEL_PROXY,          /* struct draft_proxy */
    LEVEL_BIND,           /* struct conf_bind */
    LEVEL_SERVER,         /* struct conf_server */
    LEVEL_LOG,            /* struct conf_log_target */
    LEVEL_TLS_OPTIONS,    /* struct conf_tls: ssl-default-bind-options */
    LEVEL_SOURCE,         /* struct conf_outgoing */
    LEVEL_FORWARDFOR,     /* struct conf_forwardfor */
    LEVEL_HTTPCHK,        /* struct conf_check */
    LEVEL_DATABASE_CHECK, /* struct conf_check: mysql-check, pgsql-check */
    LEVEL_SMTP_CHECK,     /* struct conf_check */
    LEVEL_OUTLIERS,       /* struct conf_outliers */
    LEVEL_HEALTHCHECK,    /* struct conf_healthcheck */
    LEVEL_MAILERS,        /* struct conf_mailers */
    LEVEL_MAILER,         /* struct conf_mailer */
    LEVEL_CRT_STORE,      /* struct conf_crt_store */
    LEVEL_STORED_CRT,     /* struct conf_stored_crt */
    LEVEL_RING,           /* struct conf_ring */
    LEVEL_RING_SERVER,    /* struct conf_ring_server */
    LEVEL_BALANCE,        /* struct conf_balance */
    LEVEL_HASH_TYPE,      /* struct conf_hash */
    LEVEL_COOKIE,         /* struct conf_cookie */
    LEVEL_ERROR_FILE,     /* struct conf_error_file */
    LEVEL_NAME_CASE,      /* struct conf_name_case */
    LEVEL_ORIGINALTO,     /* struct conf_forwardfor */
    LEVEL_USERLIST,       /* struct conf_userlist */
    LEVEL_USER,           /* struct conf_user */
    LEVEL_USER_GROUP,     /* struct conf_user_group */
    LEVEL_RESOLVERS,      /* struct conf_resolvers */
    LEVEL_NAMESERVER,     /* struct conf_nameserver */
    LEVEL_SECTION_LINES,  /* nothing: lines of sections that are not built */
    LEVEL_COUNT,
};

/* Where a row may be used; a listen takes what either side takes. */
enum keyword_scope {
    IN_GLOBAL = 1,
    IN_DEFAULTS = 2,
    IN_FRONTEND = 4,
    IN_BACKEND = 8,
    IN_SERVER = 16,
    IN_DEFAULT_SERVER = 32,
    IN_BIND = 64,
    IN_PARAMS = 128, /* parameters of some other keyword */
    IN_OTHERS = 256, /* sections that are no proxies: their level tells which */
    IN_SERVER_TEMPLATE = 512,
};

enum keyword_kind {
    KW_FLAG,     /* bool */
    KW_FLAG_OFF, /* bool that the keyword clears: no-tls-tickets */
    KW_UINT,     /* unsigned, between min and max */
    KW_DURATION, /* unsigned, in the row's unit */
    KW_SIZE,     /* unsigned, bytes */
    KW_STRING,   /* const char * */
    KW_WORDS,    /* struct conf_words; one text may hold several, separated by commas */
    KW_CHOICE,   /* an enum or int: value of a choice */
    KW_NAME,     /* const char *: name of a choice */
    KW_STATUSES, /* struct conf_status_set: "200-399,404" */
    KW_OCTAL,    /* mode_t */
    KW_SET,      /* int: takes the row's value when the flag is on; off undoes that alone */
    KW_GROUP,    /* a struct inside this one: params of another level */
    KW_LIST,     /* an array of structs: each use adds one */
    KW_LINES,    /* struct conf_lines: each use adds a line of words, see config/line.h */
    KW_OWN,      /* the row's own function reads it */
    KW_NOTHING,  /* known, and without effect here: the row's note says why */
    KW_REFUSED,  /* known, and not to be had yet: the row's note says what */
    KW_LATER,    /* the same, but the rest does its work without it: a warning */
    KW_KIND_COUNT,
};

/* Of keyword.words: nothing follows. */
enum { KEYWORD_ALONE = -1 };

enum keyword_unit { UNIT_NONE, UNIT_MS, UNIT_S };

struct keyword_choice {
    const char *name; /* NULL ends the list */
    int value;
    const char *refused; /* why it cannot be chosen, or NULL */
};

/* How the elements of a KW_LIST are made. */
struct keyword_list {
    size_t item_bytes;
    size_t count_offset; /* of the size_t that counts them, in the owner */
    size_t place_offset; /* of the element's struct conf_place; 0 = it has none */
    /* Fills a new element where the level's defaults do not suffice, or NULL. */
    void (*begin)(struct loader *l, const void *owner, void *item);
    /* Is given the element when all its parameters are read, or NULL. May append more. */
    void (*finish)(struct loader *l, const struct keyword *row, void *owner, void *item,
                   struct conf_span span);
};

struct keyword {
    const char *name;
    enum keyword_kind kind;
    unsigned scopes; /* enum keyword_scope, or-ed */
    size_t offset;
    enum keyword_unit unit;
    long long min, max; /* max 0 = what the field can hold; KW_STRING: min 1 = not empty;
                           KW_GROUP, KW_LATER: min 1 = haproxy.cfg has words behind it */
    int value;          /* KW_SET, KW_OWN, KW_LINES; KW_LIST: further scopes of its parameters */
    size_t turns_on;    /* offset of a bool that using the keyword sets; 0 = none */
    size_t turns_off;   /* offset of a bool that using the keyword clears; 0 = none */
    unsigned position;  /* haproxy.cfg: place among the words that need no name, from 1 */
    int words;     /* haproxy.cfg: how many follow it among parameters; 0 = as its kind has it */
    bool required; /* of a KW_LIST's parameters: an element without it is an error */
    bool strict; /* in a section it is not for, where HAProxy ignores other words, it is an error */
    bool named;  /* of defaults, only of those with a name */
    bool once;   /* KW_STRING: a second use is an error, as nobody could tell which one counts */
    bool surplus; /* haproxy.cfg: words behind its value do not count, and HAProxy says nothing */
    bool loose; /* haproxy.cfg, KW_UINT: what it begins with counts: "10%" is 10, with a warning */
    bool adds;  /* KW_OWN: each use adds to those before it */
    /* haproxy.cfg: the first word of its value stands in parentheses behind its name, and the others may be missing */
    bool in_parens;
    bool anew; /* KW_GROUP: each use forgets what those before it said */
    bool bare; /* the parameter a single value stands for where a group is expected;
                      KW_LINES: a text of libconfig is one word */
    const struct keyword_choice *choices; /* KW_CHOICE, KW_NAME */
    const char *(*names)(size_t i);  /* more choices, from another room's table; NULL ends them */
    enum keyword_level params;       /* KW_GROUP, KW_LIST */
    const struct keyword_list *list; /* KW_LIST */
    const char *plural;              /* KW_LIST: its name in libconfig */
    /* KW_OWN: reads the directive. KW_LINES: is given each line, its words as args. KW_GROUP: is told that the group begins, or is switched off. */
    void (*set)(struct loader *l, const struct keyword *row, void *base,
                const struct conf_directive *d);
    const char *initial;   /* the default, as it would be written */
    const char *otherwise; /* what happens without it, where no value says it */
    const char *takes;     /* KW_OWN: what the value is, for the manual */
    const char *note;      /* KW_NOTHING, KW_REFUSED, KW_LATER */
    const char *grammar;   /* KW_NOTHING, KW_LATER: what follows it, see config/grammar.h */
    const char *doc;
    const char *example;           /* a line of haproxy.cfg, or of a bind or server line, or NULL */
    const char *example_libconfig; /* the same in the other syntax; both or neither */
    const char *since; /* first HAProxy version; NULL = 1.5 or older, "weir" = a word of our own */
    const char *until; /* last HAProxy version that knew it, or NULL */
};

struct keyword_table {
    enum keyword_level level;
    const struct keyword *rows; /* the row without a name ends them */
    size_t shift;               /* where the struct of the rows' offsets lies within the level's */
};

/* The core's tables; ends in NULL. */
extern const struct keyword_table *const config_tables[];

/* Words that need no name, counted from 1; and such as must be there. */
enum { KEYWORD_POSITIONS = 8, KEYWORDS_REQUIRED = 4 };

/* Tables made ready for looking up: their rows by level, shifts already added. In the arena. */
struct keyword_index {
    struct keyword *rows[LEVEL_COUNT];        /* each ends with a row without a name */
    struct name_map by_name[LEVEL_COUNT];     /* folded, and plurals */
    struct name_map by_spelling[LEVEL_COUNT]; /* as the rows have them: HAProxy's */
    struct name_map by_first[LEVEL_COUNT];    /* first of several words -> one of its rows */
    const struct keyword *by_position[LEVEL_COUNT][KEYWORD_POSITIONS];  /* NULL: none */
    const struct keyword *required[LEVEL_COUNT][KEYWORDS_REQUIRED + 1]; /* NULL ends */
};

void keyword_index_build(struct conf_arena *arena, struct keyword_index *index,
                         const struct keyword_table *const *tables);

/* '-', '.' and ' ' are '_' in either syntax. In the arena. */
char *keyword_fold(struct conf_arena *arena, const char *name);

/* The row of a name in either spelling, whatever its scope; NULL if there is none. */
const struct keyword *keyword_find(const struct keyword_index *index, struct conf_arena *arena,
                                   enum keyword_level level, const char *name);

/* The row that HAProxy spells just so; NULL if there is none. */
const struct keyword *keyword_spelt(const struct keyword_index *index, enum keyword_level level,
                                    const char *name);

/* Is it the first word of several ("timeout", "option", "stats")? */
bool keyword_is_prefix(const struct keyword_index *index, struct conf_arena *arena,
                       enum keyword_level level, const char *name);

/* The libconfig spelling of the row nearest to a misspelt name, NULL if none is near. */
const char *keyword_nearest(const struct keyword_index *index, struct conf_arena *arena,
                            enum keyword_level level, unsigned scope, const char *name);

/* The i-th choice of a row: those of `names` first, which so override a refusal; false at the end.
 */
bool keyword_choice_at(const struct keyword *row, size_t i, struct keyword_choice *choice_out);

/* Is it known, but does nothing (yet)? Its note says why. */
bool keyword_is_idle(const struct keyword *row);

/* The parameter that a single value stands for; NULL if there is none. */
const struct keyword *keyword_bare(const struct keyword_index *index, enum keyword_level level);

/* How libconfig spells the row. */
const char *keyword_libconfig_name(struct conf_arena *arena, const struct keyword *row);

/* Loops over the rows of a level, in the order of the tables. */
#define KEYWORDS_OF(index, level, row)                                                             \
    for (const struct keyword *row = (index)->rows[level]; (row)->name != NULL; (row)++)

#endif
