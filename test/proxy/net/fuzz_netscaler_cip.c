/* SPDX-License-Identifier: Apache-2.0 */
/* NetScaler headers from anybody: never beyond the end, and a whole header stays the same with more behind it. */
#include "proxy/net/netscaler_cip.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct proxy_header header, again;
    int whole = netscaler_cip_parse(data, len, 0x12345678, &header);
    if (whole <= 0)
        return 0;
    assert((size_t)whole <= len && whole <= PROXY_HEADER_BYTES_MAX && header.has_addresses);
    assert(netscaler_cip_parse(data, (size_t)whole, 0x12345678, &again) == whole);
    assert(netscaler_cip_parse(data, (size_t)whole - 1, 0x12345678, &again) == PROXY_MORE);
    return 0;
}
