/* SPDX-License-Identifier: Apache-2.0 */
/* PROXY headers from anybody: never beyond the end, and a whole header stays the same with more behind it. */
#include "proxy/net/proxy_protocol.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct proxy_header header, again;
    int whole = proxy_header_parse(data, len, &header);
    if (whole <= 0)
        return 0;
    assert((size_t)whole <= len && whole <= PROXY_HEADER_BYTES_MAX);
    assert(proxy_header_parse(data, (size_t)whole, &again) == whole);
    assert(proxy_header_parse(data, (size_t)whole - 1, &again) == PROXY_MORE);
    for (unsigned type = 0; type < 256; type++) {
        size_t value_len = 0;
        const uint8_t *value =
            proxy_header_tlv(header.tlvs, header.tlvs_len, (uint8_t)type, &value_len);
        assert(value == NULL || value + value_len <= data + whole);
    }
    return 0;
}
