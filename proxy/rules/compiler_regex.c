/* SPDX-License-Identifier: Apache-2.0 */
/* Regular expressions of a configuration: compiled once, freed with it. */
#include "proxy/base/regex.h"
#include "proxy/rules/compiler.h"

static void release(void *regex)
{
    regex_free(regex);
}

const struct regex *compiler_regex(struct compiler *c, const char *pattern, bool ignore_case,
                                   struct conf_span span)
{
    char error[REGEX_ERROR_BYTES];
    size_t offset;
    struct regex *regex = regex_new(pattern, ignore_case, error, &offset);
    if (regex == NULL)
        CONF_FAIL(c->l, span, arena_printf(c->l->scratch, "behind '%.*s'", (int)offset, pattern),
                  "'%s' is no regular expression: %s", pattern, error);
    else
        arena_defer(c->l->arena, release, regex);
    return regex;
}
