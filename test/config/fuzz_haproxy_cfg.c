/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a haproxy.cfg. */
#include "test/config/fuzz_load.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_load("haproxy.cfg", data, size);
    return 0;
}
