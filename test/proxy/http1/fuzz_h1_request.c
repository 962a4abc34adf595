/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Request heads: the verdict may not depend on how the bytes arrive, and what passes is sound. The
 * first byte of an input says how strict to be and where to split.
 */
#include <assert.h>
#include <string.h>

#include "test/proxy/http1/h1_summary.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void begin_strict(struct h1_parser *p, struct http_msg *msg)
{
    h1_request_init(p, msg, 0);
}

static void begin_lenient(struct h1_parser *p, struct http_msg *msg)
{
    h1_request_init(p, msg, H1_LENIENT);
}

/* A refusal may come with another reason when it comes earlier; its coming may not change. */
static void assert_same_verdict(const char *a, const char *b)
{
    const bool refused = a[0] >= '0' && a[0] <= '9';
    if (refused)
        assert(b[0] >= '0' && b[0] <= '9');
    else
        assert(strcmp(a, b) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || size > 4096)
        return 0;
    const char *in = (const char *)data + 1;
    const size_t len = size - 1;
    h1_begin *begin = data[0] & 1 ? begin_lenient : begin_strict;
    char whole[H1_SUMMARY_MAX];
    char other[H1_SUMMARY_MAX];
    h1_summary_split(begin, in, len, len, whole);
    h1_summary_split(begin, in, len, len * (data[0] >> 1) / 128, other);
    assert_same_verdict(whole, other);
    h1_summary_bytes(begin, in, len, other);
    assert_same_verdict(whole, other);
    return 0;
}
