/* SPDX-License-Identifier: Apache-2.0 */
/* Converters of HAProxy that weir knows and does not have: each is refused with the reason. */
#include "proxy/rules/compiler.h"
#include "proxy/rules/tables.h"

static bool never(struct sample_env *env, const struct converter *row, const struct arg *args,
                  struct sample *s)
{
    (void)env, (void)row, (void)args, (void)s;
    return false;
}

static bool refuse(struct compiler *c, struct arg *args, unsigned count, int value)
{
    (void)count, (void)value;
    CONF_FAIL(c->l, args[0].span, NULL, "messages of Protocol Buffers are not read here");
    return false;
}

#define REFUSED(word)                                                                              \
    {                                                                                              \
        .name = word, .in = SAMPLE_BINARY, .out = SAMPLE_BINARY,                                   \
        .args = {{ARG_STRING, ARG_STRING}, 1}, .run = never, .check = refuse,                      \
        .doc = "Refused: messages of Protocol Buffers are not read here."                          \
    }

const struct converter refused_converters[] = {
    REFUSED("protobuf"),
    REFUSED("ungrpc"),
    {.name = NULL},
};
