/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Defaults of the settings and the spelling of versions. The lists of ciphers stand where they are
 * applied, in protocol.c.
 */
#include "tls/settings.h"

#include <stddef.h>
#include <strings.h>

const struct tls_settings tls_settings_default = {
    .tickets = true,
    .session_lifetime_s = 300,
    .verify = TLS_VERIFY_NONE,
};

const struct tls_client_settings tls_client_settings_default = {
    .verify = TLS_VERIFY_REQUIRED,
    .session_reuse = true,
};

static const struct {
    const char *text;
    enum tls_version version;
} version_names[] = {
    {"SSLv3", TLS_VERSION_1_0}, /* not in OpenSSL any more; its limit still means "everything" */
    {"TLSv1.0", TLS_VERSION_1_0}, {"TLSv1.1", TLS_VERSION_1_1},
    {"TLSv1.2", TLS_VERSION_1_2}, {"TLSv1.3", TLS_VERSION_1_3},
};

bool tls_version_parse(const char *text, enum tls_version *version_out)
{
    for (size_t i = 0; i < sizeof(version_names) / sizeof(version_names[0]); i++) {
        if (strcasecmp(version_names[i].text, text) == 0) {
            *version_out = version_names[i].version;
            return true;
        }
    }
    return false;
}
