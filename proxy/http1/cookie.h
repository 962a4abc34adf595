/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The texts of Cookie and Set-Cookie fields, and what the persistence cookie holds. Text in, text out:
 * nothing here knows streams or servers.
 *
 *   Cookie: $Version=1; NAME=SRV|Zl2Qx|Zl1Xx; other="a;b"
 *           `---------'`-------------------'`-----------'   segments: each begins with its delimiter
 *
 * Which bytes stay when a cookie is taken out is as HAProxy has it, blank for blank.
 *
 * Ownership: what comes out points into the text, or is where the caller says.
 * Thread:    any; nothing is kept.
 */
#ifndef WEIR_HTTP1_COOKIE_H
#define WEIR_HTTP1_COOKIE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cookie {
    const char *start;     /* of its segment: the delimiter before it, or the text's start */
    const char *name;      /* behind blanks */
    const char *name_end;  /* before blanks */
    const char *equal;     /* the '=', or where the segment ends */
    const char *value;     /* behind blanks */
    const char *value_end; /* before blanks */
    const char *end;       /* the next delimiter, or the text's end */
};

/* Goes on to the next cookie of a Cookie field's value, from one of all zero to the first; false at the end. */
bool cookie_next(struct cookie *c, const char *text, const char *end);
/* The only one of a Set-Cookie field's value; attributes are not looked at. */
void cookie_of_set(const char *text, const char *end, struct cookie *out);
bool cookie_has_value(const struct cookie *c);
bool cookie_is_named(const struct cookie *c, const char *name);

/* Where what the server's cookie value is compared with ends, and the dates behind it. */
struct cookie_mark {
    const char *end;
    int64_t last_s, first_s; /* since 1970, in steps of 4; 0 = none */
};

/* SRV|last|first */
void cookie_read_dates(const char *value, const char *value_end, struct cookie_mark *out);
/* SRV~value */
void cookie_read_prefix(const char *value, const char *value_end, struct cookie_mark *out);
/* Five letters for a date; `date` is rounded up to a step of 4 seconds. */
void cookie_write_date(int64_t date_s, char letters_out[5]);

/* Writes a Cookie field's value anew, some of its cookies left out. */
struct cookie_writer {
    char *out; /* with room for the whole text; NULL: nothing is written */
    size_t len;
    bool is_removing; /* the last one went, and what to put in its place is still open */
    bool has_kept;
};

/* Takes the segment over, without `skip` bytes of its value, and without blanks around its '='. */
void cookie_keep(struct cookie_writer *w, const struct cookie *c, size_t skip);
/* An attribute of the one before ($Path): goes where that goes. */
void cookie_follow(struct cookie_writer *w, const struct cookie *c);
void cookie_remove(struct cookie_writer *w);
/* False: nothing is left that is anybody's, the field goes. */
bool cookie_finish(const struct cookie_writer *w);

#endif
