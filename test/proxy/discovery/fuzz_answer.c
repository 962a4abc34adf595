/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of name servers to questions of each type. */
#include "proxy/discovery/answer.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum dns_type types[] = {DNS_A, DNS_AAAA, DNS_SRV};
    static struct dns_answer answer;
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        int error = dns_answer_parse(data, size, "app.test", types[i], &answer);
        if (error == 0 && (answer.count == 0 || answer.count > DNS_RECORDS_MAX))
            abort();
    }
    return 0;
}
