/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of the haproxy.cfg reader share.
 *
 *   text --reader.c--> lines --words.c--> words --line.c--> directives
 *                        |                          |-- forms.c: lines whose grammar is their own
 *                        `-- blocks.c: .if          `-- old.c: former spellings
 */
#ifndef WEIR_CONFIG_HAPROXY_READER_PRIV_H
#define WEIR_CONFIG_HAPROXY_READER_PRIV_H

#include "config/haproxy/blocks.h"
#include "config/haproxy/words.h"

struct haproxy_reader {
    struct loader *l;
    const char *file; /* of the places: outlives the report, as the configuration does */
    struct haproxy_env env;
    struct haproxy_blocks blocks;
    bool in_section;  /* l->sections has one to add to: its last */
    bool is_skipping; /* within a section that is not built or unknown */
    size_t made;      /* sections and directives, of which some lines leave none */
    const struct section_kind *foreign; /* within a section that is not built: its kind */
    struct conf_span foreign_span;      /* of its first word */
    bool foreign_complete;              /* it has the line without which there is none */
    struct error_group *error_group;    /* of the http-errors section at hand */
    struct name_map servers;            /* of the section at hand: name -> struct conf_word */
};

/* A line of the text, without its end. */
struct haproxy_text_line {
    const char *bytes;
    size_t len;
    struct conf_place place; /* of its first byte */
    size_t made_before;      /* how many sections and directives there were */
};

/* What stands before a keyword. */
enum haproxy_prefix { PREFIX_NONE, PREFIX_NO, PREFIX_DEFAULT };

/* A line of a section, as it is turned into directives. */
struct haproxy_line {
    struct haproxy_reader *r;
    enum keyword_level level;
    enum haproxy_prefix prefix;
    struct conf_word *words; /* the keyword first */
    size_t count;
    const struct keyword *row;
    size_t name_words; /* how many words the row's name takes */
};

/* Reads one line of the current section; words[0] is not a section's name. */
void haproxy_line_read(struct haproxy_reader *r, const struct haproxy_words *words);

/* A section, which is the current one from here on. */
struct conf_section *haproxy_section_begin(struct haproxy_reader *r, enum conf_section_kind kind,
                                           struct conf_span span);

/* A directive for the current section; returns it for params to be added. */
struct conf_directive *haproxy_emit(struct haproxy_reader *r, struct conf_word name);

/* The span from the first of some words to the last. */
struct conf_span haproxy_span(const struct conf_word *words, size_t count);

/* A word with another text, at the same place. */
struct conf_word haproxy_reword(struct conf_word word, const char *text);

struct conf_directive *haproxy_param(struct loader *l, struct conf_directive *d,
                                     struct conf_word name, const struct conf_word *args,
                                     size_t arg_count);

/*
 * Reads words as parameters of a level: first those with a place of their own, then by name. The
 * directive has none yet. False after reporting what is missing or unknown.
 */
MUST_CHECK bool haproxy_params(const struct haproxy_line *line, const struct keyword *row,
                               const struct conf_word *words, size_t count,
                               struct conf_directive *d);

/* haproxy/comments.c: notes the comment of a line, or the line as one where it left no trace. Its
 * words have been read; was_active: they counted. */
void haproxy_keep_comment(struct haproxy_reader *r, const struct haproxy_text_line *line,
                          const struct haproxy_words *words, bool was_active);

/* haproxy/forms.c: true when the line has a grammar of its own and was read. */
bool haproxy_form_read(const struct haproxy_line *line);

/* haproxy/foreign.c: sections whose lines are checked and kept as they are. */
void haproxy_foreign_head(struct haproxy_reader *r, enum conf_section_kind kind,
                          const struct haproxy_words *words);
void haproxy_foreign_line(struct haproxy_reader *r, const struct haproxy_words *words);
void haproxy_foreign_end(struct haproxy_reader *r);

/* haproxy/errors.c: http-errors sections, and the lines that use them. */
void haproxy_errors_begin(struct haproxy_reader *r, const char *name);
void haproxy_errors_line(struct haproxy_reader *r, const struct haproxy_words *words);
void haproxy_errors_use(const struct haproxy_line *line);
void haproxy_errors_end(struct loader *l);

/* haproxy/old.c: a former spelling becomes today's, with a warning; false when there is none. The
 * words may be replaced. */
bool haproxy_old_rewrite(struct haproxy_line *line);
/* A text as a format string. In the arena of the configuration. */
const char *haproxy_escape_percent(struct loader *l, const char *text);
/* Those that changed headers by regular expressions; see haproxy/old_headers.c. */
MUST_CHECK bool haproxy_old_headers(struct haproxy_line *line);
/* Those that judged messages by them; see haproxy/old_denials.c. */
MUST_CHECK bool haproxy_old_denials(struct haproxy_line *line);

#endif
