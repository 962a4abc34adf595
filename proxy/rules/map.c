/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Converters that look a value up in a file of two columns: map_<method>[_<what comes out>]. Which entry
 * counts where several match: see pattern_find.c.
 */
#include <stdlib.h>
#include <string.h>

#include "proxy/rules/compiler.h"
#include "proxy/rules/pattern_list.h"
#include "proxy/rules/tables.h"

/* A row's value: how to compare, and what comes out. */
enum { OUT_SHIFT = 8, OUT_KEY = 1 << 16 };
#define LOOKS_UP(method, out) ((int)(method) | (int)(out) << OUT_SHIFT)

/* As integers of other arguments are: 0 where nothing is written, and never too large. */
static bool read_integer(const char *text, struct sample *out)
{
    char *end;
    sample_set_int(out, strtoll(text, &end, 10));
    return *end == '\0';
}

static bool read_default(struct compiler *c, struct arg *arg, enum sample_type type)
{
    struct sample *value = arena_alloc(c->l->arena, sizeof *value);
    const char *text = arena_copy_bytes(c->l->arena, arg->text.data, arg->text.len);
    bool reads =
        type == SAMPLE_INT ? read_integer(text, value) : pattern_value_read(type, text, value);
    if (!reads) {
        CONF_FAIL(c->l, arg->span, NULL, "the default '%s' does not read as %s", text,
                  sample_type_name(type));
        return false;
    }
    arg->own = value;
    return true;
}

/* The file becomes a set, and the default a sample. */
static bool check_map(struct compiler *c, struct arg *args, unsigned count, int value)
{
    const struct pattern_use use = {
        .method = (enum pattern_method)(value & ((1 << OUT_SHIFT) - 1)),
        .no_dns = true,
        .value_type = (enum sample_type)((value & ~OUT_KEY) >> OUT_SHIFT),
    };
    const char *path = arena_copy_bytes(c->l->arena, args[0].text.data, args[0].text.len);
    struct pattern_list *list = pattern_list_load(c, path, true, args[0].span);
    const struct pattern_set *set = list != NULL ? pattern_list_compile(c, list, &use) : NULL;
    args[0].own = set;
    return set != NULL && (count < 2 || read_default(c, &args[1], use.value_type));
}

static bool map(struct sample_env *env, const struct converter *row, const struct arg *args,
                struct sample *s)
{
    struct sample found = {0};
    bool has = (row->value & OUT_KEY) != 0 ? pattern_set_key(args[0].own, s, env, &found)
                                           : pattern_set_value(args[0].own, s, env, &found);
    if (!has && args[1].type == ARG_NONE)
        return false;
    if (!has)
        found = *(const struct sample *)args[1].own;
    found.flags = s->flags; /* whether the fetch has further values is none of our business */
    memcpy(found.cursor, s->cursor, sizeof found.cursor);
    *s = found;
    return true;
}

#define MAP(name_, method, from, to, flags, version, text)                                         \
    {                                                                                              \
        .name = name_, .in = from, .out = to,                                                      \
        .args = {.types = {ARG_OWN, ARG_OWN}, .required = 1}, .run = map,                          \
        .value = LOOKS_UP(method, to) | (flags), .check = check_map, .since = version, .doc = text \
    }
/* clang-format off */
#define MAPS(word, method, from, how)                                                              \
    MAP("map_" word, method, from, SAMPLE_STRING, 0, "1.5", "The text beside the key that " how ": map_" word "(<file>[,<default>])."), \
    MAP("map_" word "_int", method, from, SAMPLE_INT, 0, "1.5", "The number beside the key that " how "."), \
    MAP("map_" word "_ip", method, from, SAMPLE_ADDR, 0, "1.5", "The address beside the key that " how "."), \
    MAP("map_" word "_key", method, from, SAMPLE_STRING, OUT_KEY, "3.0", "The key itself that " how ".")

const struct converter map_converters[] = {
    MAP("map", PATTERN_STR, SAMPLE_STRING, SAMPLE_STRING, 0, "1.5", "The same as map_str."),
    MAPS("str", PATTERN_STR, SAMPLE_STRING, "is the value"),
    MAPS("beg", PATTERN_BEG, SAMPLE_STRING, "the value begins with, the longest"),
    MAPS("sub", PATTERN_SUB, SAMPLE_STRING, "is within the value, the first"),
    MAPS("dir", PATTERN_DIR, SAMPLE_STRING, "stands between slashes of the value, the first"),
    MAPS("dom", PATTERN_DOM, SAMPLE_STRING, "stands between dots of the value, the first"),
    MAPS("end", PATTERN_END, SAMPLE_STRING, "the value ends with, the first"),
    MAPS("reg", PATTERN_REG, SAMPLE_STRING, "is a regular expression and matches, the first"),
    MAP("map_regm", PATTERN_REGM, SAMPLE_STRING, SAMPLE_STRING, 0, "1.6",
        "The text beside the first regular expression that matches, with \\1 and so on replaced by its groups."),
    MAPS("int", PATTERN_INT, SAMPLE_INT, "is the number, or a range with it"),
    MAPS("ip", PATTERN_IP, SAMPLE_ADDR, "is the narrowest network with the address"),
    {.name = NULL},
};
/* clang-format on */
