/* SPDX-License-Identifier: Apache-2.0 */
/* ClientHellos from anybody: never beyond the end, and bytes behind a whole one change nothing. */
#include "tls/client_hello.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct client_hello hello, shorter;
    int status = client_hello_parse(data, len, &hello);
    assert(hello.sni_len == strlen(hello.sni));
    size_t name_len = 0;
    for (size_t i = 0; client_hello_alpn(&hello, i, &name_len) != NULL; i++)
        assert(name_len > 0 && name_len < sizeof(hello.alpn));
    int before = len > 0 ? client_hello_parse(data, len - 1, &shorter) : CLIENT_HELLO_MORE;
    if (before == CLIENT_HELLO_WHOLE)
        assert(status == CLIENT_HELLO_WHOLE && strcmp(hello.sni, shorter.sni) == 0);
    if (before == CLIENT_HELLO_NOT)
        assert(status == CLIENT_HELLO_NOT);
    for (int which = CLIENT_HELLO_CIPHERS; which <= CLIENT_HELLO_KEY_SHARES; which++) {
        uint8_t list[CLIENT_HELLO_LIST_BYTES];
        size_t list_len;
        int listed = client_hello_list(data, len, (enum client_hello_list)which, list, &list_len);
        assert(list_len <= sizeof(list) && (listed == status || listed == CLIENT_HELLO_NOT));
    }
    return 0;
}
