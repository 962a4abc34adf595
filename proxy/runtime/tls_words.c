/* SPDX-License-Identifier: Apache-2.0 */
/* What TLS words of binds and servers mean to the tls folder; see tls_words.h. */
#include "proxy/runtime/tls_words.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Both enumerations are spelled out, so that neither side can move without the compiler's notice. */
static enum tls_version version_of(enum conf_tls_version version)
{
    static const enum tls_version versions[] = {
        [CONF_TLS_DEFAULT] = TLS_VERSION_DEFAULT, [CONF_TLS_10] = TLS_VERSION_1_0,
        [CONF_TLS_11] = TLS_VERSION_1_1,          [CONF_TLS_12] = TLS_VERSION_1_2,
        [CONF_TLS_13] = TLS_VERSION_1_3,
    };
    return versions[version];
}

enum tls_verify tls_words_verify(enum conf_verify verify)
{
    static const enum tls_verify verifies[] = {
        [CONF_VERIFY_NONE] = TLS_VERIFY_NONE,
        [CONF_VERIFY_OPTIONAL] = TLS_VERIFY_OPTIONAL,
        [CONF_VERIFY_REQUIRED] = TLS_VERIFY_REQUIRED,
    };
    return verifies[verify];
}

const char *tls_words_alpn(const struct conf_tls *tls, char text[TLS_ALPN_BYTES])
{
    static const char *const spoken[] = {"http/1.1", "http/1.0"};
    size_t len = 0;
    for (size_t i = 0; i < tls->alpn.count; i++)
        for (size_t k = 0; k < sizeof(spoken) / sizeof(spoken[0]); k++)
            if (strcmp(tls->alpn.items[i], spoken[k]) == 0 && len + 10 < TLS_ALPN_BYTES)
                len += (size_t)snprintf(text + len, TLS_ALPN_BYTES - len, "%s%s",
                                        len > 0 ? "," : "", spoken[k]);
    return len > 0 ? text : NULL;
}

struct tls_protocol_settings tls_words_protocol(const struct conf_tls *tls, const char *alpn)
{
    return (struct tls_protocol_settings){
        .version_min = version_of(tls->min_version),
        .version_max = version_of(tls->max_version),
        .ciphers = tls->ciphers,
        .ciphersuites = tls->ciphersuites,
        .curves = tls->curves,
        .alpn = alpn,
        .ca_file = tls->ca_file,
        .crl_file = tls->crl_file,
    };
}

bool tls_words_miss_file(const struct tls_files *files, const char *path,
                         struct tls_error_text *text)
{
    struct tls_bytes bytes = {0};
    if (path == NULL || *path == '@' || text->text[0] != '\0')
        return text->text[0] != '\0';
    int error = files->read(files->user, path, &bytes);
    tls_bytes_free(&bytes);
    if (error == 0 || error == EISDIR)
        return false;
    snprintf(text->text, sizeof(text->text), "%s: %s", path, strerror(error));
    return true;
}
