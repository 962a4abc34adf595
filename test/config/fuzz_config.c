/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a libconfig text; "@include" may name the text itself. */
#include "test/config/fuzz_load.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_load("weir.conf", data, size);
    return 0;
}
