/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: the input is what somebody hands over for a certificate, its first byte says as which part. Whatever it
 * holds, it is refused with a text, or the draft can be told, copied, and made a certificate of or refused again.
 */
#include "tls/change.h"
#include "tls/ocsp.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use(const struct tls_draft *draft)
{
    char text[512];
    struct tls_error_text error = {""};
    struct tls_draft *copy = tls_draft_copy(draft);
    struct tls_store *none = tls_store_new();
    static const struct tls_wanted_names its_own = {.count = 0};
    tls_draft_print(copy, text, sizeof(text));
    assert(strstr(text, ": ") != NULL);
    bool is_good = tls_draft_check(copy, &error) == 0;
    assert(is_good || error.text[0] != '\0');
    struct tls_store *store = tls_store_and(none, copy, &its_own, &error);
    assert(store == NULL || (is_good && tls_store_count(store) == 1));
    tls_store_free(store);
    tls_store_free(none);
    tls_draft_free(copy);
}

static void read_response(const char *text)
{
    char serial[64];
    struct tls_bytes der;
    if (tls_ocsp_decode(text, &der) != 0)
        return;
    if (tls_ocsp_serial(&der, serial, sizeof(serial)) == 0)
        assert(serial[0] != '\0');
    tls_bytes_free(&der);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tls_error_text error = {""};
    if (size == 0)
        return 0;
    char *text = strndup((const char *)data + 1, size - 1);
    struct tls_draft *draft = tls_draft_new("fuzz.pem");
    /* a certificate first, if it is one, for other parts to be about it */
    (void)!tls_draft_set(draft, TLS_PART_PEM, text, &error);
    if (tls_draft_set(draft, data[0] % (TLS_PART_SCTL + 1), text, &error) != 0)
        assert(error.text[0] != '\0');
    read_response(text);
    use(draft);
    tls_draft_free(draft);
    free(text);
    return 0;
}
