/* SPDX-License-Identifier: Apache-2.0 */
/* The cmocka side of h1_summary.h: fuzz targets use that file too and have no cmocka. */
#ifndef WEIR_TEST_HTTP1_H1_CHECK_H
#define WEIR_TEST_HTTP1_H1_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h> /* needs the four above */

#include <string.h>

#include "test/proxy/http1/h1_summary.h"

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

struct h1_case {
    const char *name;
    const char *in;
    size_t len;
    const char *want;
};

/* One row. The input may contain NUL. */
#define CASE(name, in, want)                                                                       \
    {                                                                                              \
        name, in, sizeof(in) - 1, want                                                             \
    }

static inline void h1_case_expect(const struct h1_case *c, const char *got, const char *how,
                                  size_t at)
{
    if (strcmp(got, c->want) != 0)
        fail_msg("%s (%s %zu): got \"%s\", want \"%s\"", c->name, how, at, got, c->want);
}

/* Each case whole, split in two at every place, and byte by byte. */
static inline void h1_cases_check(h1_begin *begin, const struct h1_case *cases, size_t count)
{
    char got[H1_SUMMARY_MAX];
    for (const struct h1_case *c = cases; c < cases + count; c++) {
        for (size_t first = c->len + 1; first-- > 0;) {
            h1_summary_split(begin, c->in, c->len, first, got);
            h1_case_expect(c, got, "split at", first);
        }
        h1_summary_bytes(begin, c->in, c->len, got);
        h1_case_expect(c, got, "byte by byte of", c->len);
    }
}

#endif
