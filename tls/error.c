/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts for a person, and OpenSSL's reasons put into one word of such a text.
 */
#include "tls/error_priv.h"

#include <openssl/err.h>
#include <stdarg.h>
#include <stdio.h>

void tls_error_set(struct tls_error_text *error_out, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(error_out->text, sizeof(error_out->text), format, args);
    va_end(args);
}

const char *tls_error_reason(void)
{
    /* the first error is the cause; those after it only tell who passed it on */
    const char *reason = ERR_reason_error_string(ERR_peek_error());
    ERR_clear_error();
    return reason != NULL ? reason : "unknown reason";
}
