/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Accept-Encoding, User-Agent and ETag as they come: what is chosen was offered and is wanted, and another field
 * never makes the choice worse.
 */
#include "proxy/http1/content_coding.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct conf_compression offered = {
        .codings = {CONF_CODING_DEFLATE, CONF_CODING_GZIP}, .coding_count = 2};
    struct coding_choice choice = {0};
    char *text = malloc(size + 1);
    if (text == NULL)
        abort();
    memcpy(text, data, size);
    coding_choose(&choice, &offered, text, size);
    assert((choice.quality == 0) == (choice.coding == CONF_CODING_NONE));
    assert(choice.quality <= 1000);
    assert(choice.coding == CONF_CODING_NONE || choice.coding == CONF_CODING_GZIP ||
           choice.coding == CONF_CODING_DEFLATE);
    unsigned before = choice.quality;
    coding_choose(&choice, &offered, text, size / 2);
    assert(choice.quality >= before);
    (void)coding_is_claimed_falsely(text, size);
    (void)coding_etag_is_valid(text, size);
    free(text);
    return 0;
}
