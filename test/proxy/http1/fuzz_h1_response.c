/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Response heads: the verdict may not depend on how the bytes arrive, and what passes is sound. The
 * first byte of an input says to what the response is, how strict to be, and where to split.
 */
#include <assert.h>
#include <string.h>

#include "test/proxy/http1/h1_summary.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void begin_strict(struct h1_parser *p, struct http_msg *msg)
{
    h1_response_init(p, msg, HTTP_METHOD_GET, 0);
}

static void begin_head(struct h1_parser *p, struct http_msg *msg)
{
    h1_response_init(p, msg, HTTP_METHOD_HEAD, 0);
}

static void begin_connect(struct h1_parser *p, struct http_msg *msg)
{
    h1_response_init(p, msg, HTTP_METHOD_CONNECT, 0);
}

static void begin_lenient(struct h1_parser *p, struct http_msg *msg)
{
    h1_response_init(p, msg, HTTP_METHOD_GET, H1_LENIENT);
}

static h1_begin *const begins[] = {begin_strict, begin_head, begin_connect, begin_lenient};

/* A refusal may come with another reason when it comes earlier; what passes has its version in it.
 */
static void assert_same_verdict(const char *a, const char *b)
{
    if (strstr(a, " 1.") != NULL || strcmp(a, "more") == 0)
        assert(strcmp(a, b) == 0);
    else
        assert(strstr(b, " 1.") == NULL && strcmp(b, "more") != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || size > 4096)
        return 0;
    const char *in = (const char *)data + 1;
    const size_t len = size - 1;
    h1_begin *begin = begins[data[0] & 3];
    char whole[H1_SUMMARY_MAX];
    char other[H1_SUMMARY_MAX];
    h1_summary_split(begin, in, len, len, whole);
    h1_summary_split(begin, in, len, len * (data[0] >> 2) / 64, other);
    assert_same_verdict(whole, other);
    h1_summary_bytes(begin, in, len, other);
    assert_same_verdict(whole, other);
    return 0;
}
