/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patterns: fixed values that samples are compared with, and what each way of comparing makes of them.
 *
 *   pattern_list   a file, or the words of an acl line: items as written, with the values of a map
 *     `-- pattern_set   the items read for one method (str, beg, ip, ...), indexed; shared by
 *                       every acl and converter that uses the list in the same way
 *
 *   bin, str, int, len, method   hash table      one lookup
 *   beg, end, ip, sub, dir, dom  prefix tree     one descent, for sub, dir and dom one from each place
 *   reg, ranges, odd masks       in a row        one after the other
 *
 * Thread:  sets of lists that may change while running lock for reading (pattern_list.h); others are
 *          immutable.
 */
#ifndef WEIR_RULES_PATTERN_H
#define WEIR_RULES_PATTERN_H

#include "proxy/rules/sample.h"

struct pattern_list;
struct pattern_set;

/* Those up to REGM have a name that -m takes; the others are the default of certain fetches. */
enum pattern_method {
    PATTERN_FOUND, /* these two compare with nothing and have no sets */
    PATTERN_BOOL,
    PATTERN_INT,
    PATTERN_IP,
    PATTERN_BIN,
    PATTERN_LEN,
    PATTERN_STR,
    PATTERN_BEG,
    PATTERN_SUB,
    PATTERN_DIR,
    PATTERN_DOM,
    PATTERN_END,
    PATTERN_REG,
    PATTERN_REGM, /* of maps: the value may refer to groups */
    PATTERN_METHOD_NAME,
    PATTERN_VERSION, /* "3.1" */
    PATTERN_METHODS,
    PATTERN_NONE = PATTERN_METHODS,
};

/* PATTERN_NONE if there is none of that name. */
enum pattern_method pattern_method_find(const char *name);
const char *pattern_method_name(enum pattern_method method);
/* What a sample is cast to before it is compared; SAMPLE_ANY: as it is. */
enum sample_type pattern_method_takes(enum pattern_method method);
/* The method that suits a type; PATTERN_NONE where the configuration has to say. */
enum pattern_method pattern_method_of_type(enum sample_type type);

/* How a set reads its items. */
struct pattern_use {
    enum pattern_method method;
    bool ignore_case;
    bool no_dns;                 /* IP: host names are an error */
    enum sample_type value_type; /* of a map: STRING, INT, ADDR; NONE: values do not matter */
};

/* The sample has been cast to what the method takes. Is it there? */
bool pattern_set_has(const struct pattern_set *set, const struct sample *s);
/* The value of the item that is found, copied into the scratch; false if there is none. */
bool pattern_set_value(const struct pattern_set *set, const struct sample *s,
                       const struct sample_env *env, struct sample *out);
/* The key of that item, likewise. */
bool pattern_set_key(const struct pattern_set *set, const struct sample *s,
                     const struct sample_env *env, struct sample *out);

/* A text as the value of a map; the sample keeps it where it is. False: it is none of that type. */
bool pattern_value_read(enum sample_type type, const char *text, struct sample *value_out);

const struct pattern_use *pattern_set_use(const struct pattern_set *set);
const struct pattern_list *pattern_set_list(const struct pattern_set *set);

#endif
