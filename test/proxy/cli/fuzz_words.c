/* SPDX-License-Identifier: Apache-2.0 */
/* Commands of the admin socket: what is found lies within the bytes, which shrink with each command. */
#include "proxy/cli/words.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const char *start, const char *end, const struct cli_text *text)
{
    char *words[CLI_WORDS_MAX];
    assert(text->command == start && text->taken > 0 && text->taken <= (size_t)(end - start));
    if (text->payload != NULL)
        assert(text->payload + strlen(text->payload) < start + text->taken);
    unsigned count = cli_words_cut(text->command, words);
    assert(count <= CLI_WORDS_MAX);
    for (unsigned i = 0; i < count; i++)
        assert(words[i] >= start && words[i] + strlen(words[i]) < start + text->taken);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *bytes = malloc(size + 1), *at = bytes;
    struct cli_text text;
    if (bytes == NULL)
        abort();
    memcpy(bytes, data, size);
    while (cli_text_find(at, size - (size_t)(at - bytes), &text) == CLI_COMMAND) {
        check(at, bytes + size, &text);
        at += text.taken;
    }
    free(bytes);
    return 0;
}
