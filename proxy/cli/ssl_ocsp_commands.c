/* SPDX-License-Identifier: Apache-2.0 */
/*
 * set ssl ocsp-response: what a responder says of a certificate in use is stapled to it, wherever that serves. The
 * response says itself which one it is about.
 */
#include "proxy/cli/cli_priv.h"
#include "proxy/cli/ssl_places.h"
#include "tls/ocsp.h"

#include <string.h>

#define SERIAL_BYTES 128

/* The files in use, one visit after the other. */
struct stapling {
    const struct tls_bytes *der; /* borrowed */
    char serial[SERIAL_BYTES];   /* of the certificate that it is about */
    const struct snapshot *snapshot;
    size_t count; /* of certificates it was stapled to */
    struct tls_error_text error;
};

/* The first certificate of a file stands for all of them. */
static void staple(void *owner, const struct ssl_use *use)
{
    struct stapling *stapling = owner;
    if (strcmp(use->info->serial, stapling->serial) != 0)
        return; /* cheaper than asking it all */
    struct tls_draft *draft = ssl_places_find(stapling->snapshot, use->info->file);
    if (draft != NULL && tls_draft_staple(draft, stapling->der) == 0 &&
        ssl_places_replace(stapling->snapshot, draft, &stapling->error) == 0)
        stapling->count++;
    tls_draft_free(draft);
}

static void run_ocsp(struct cli_call *call)
{
    struct tls_bytes der;
    const char *text = call->payload != NULL ? call->payload : call->words[3];
    if (*text == '\0') {
        cli_fail(call, "'set ssl ocsp-response' expects response in base64 encoding.\n");
        return;
    }
    if (tls_ocsp_decode(text, &der) != 0) {
        cli_fail(call, "'set ssl ocsp-response' received invalid base64 encoded response.\n");
        return;
    }
    struct stapling stapling = {.der = &der, .snapshot = call->snapshot};
    bool is_response = tls_ocsp_serial(&der, stapling.serial, sizeof(stapling.serial)) == 0;
    if (is_response)
        ssl_places_visit_all(call->snapshot, staple, &stapling);
    if (!is_response)
        cli_fail(call, "Unable to parse OCSP response.\n");
    else if (stapling.count == 0)
        cli_fail(call, "OCSP single response: Certificate ID does not match any certificate or "
                       "issuer.\n");
    else
        cli_say(call, LOG_INFO, "OCSP Response updated!\n");
    tls_bytes_free(&der);
}

/* clang-format off */
const struct cli_command cli_ssl_ocsp_commands[] = {
    {"set ssl ocsp-response", CONF_ADMIN_ADMIN, "set ssl ocsp-response <resp|payload>", "update a certificate's OCSP Response from a base64-encode DER", run_ocsp, NULL},
    {0},
};
/* clang-format on */
