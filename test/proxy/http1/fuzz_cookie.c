/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cookie fields: the segments cover the text without gaps, and what is left when some are taken out is
 * no longer than what was there. Input that keeps everything and has no blanks comes out as it went in.
 */
#include "proxy/http1/cookie.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t filter(const char *text, size_t size, char *out, const char *name)
{
    struct cookie_writer w = {.out = out};
    struct cookie c = {0};
    const char *last = text;
    while (cookie_next(&c, text, text + size)) {
        struct cookie_mark mark;
        assert(c.start == last && c.name >= c.start && c.name_end >= c.name);
        assert(c.equal >= c.name_end && c.value >= c.equal && c.value_end >= c.value);
        assert(c.end >= c.value_end && c.end <= text + size);
        cookie_read_dates(c.value, c.value_end, &mark);
        assert(mark.end >= c.value && mark.end <= c.value_end);
        if (cookie_is_named(&c, name))
            cookie_remove(&w);
        else
            cookie_keep(&w, &c, 0);
        last = c.end;
    }
    assert(last == text + size);
    assert(w.len <= size);
    return w.len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1), *out = malloc(size + 1);
    struct cookie c = {0};
    if (text == NULL || out == NULL)
        abort();
    memcpy(text, data, size);
    filter(text, size, out, "S");
    size_t len = filter(text, size, out, "not in any corpus");
    if (memchr(text, ' ', size) == NULL && memchr(text, '\t', size) == NULL &&
        memmem(text, size, "not", 3) == NULL)
        assert(len == size && memcmp(text, out, size) == 0);
    cookie_of_set(text, text + size, &c);
    assert(c.value_end >= c.value && c.end == text + size);
    free(text);
    free(out);
    return 0;
}
