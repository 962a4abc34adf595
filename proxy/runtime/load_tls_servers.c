/* SPDX-License-Identifier: Apache-2.0 */
/* TLS words of servers to TLS contexts; see load_tls.h. */
#include "proxy/runtime/load_tls.h"

#include "proxy/runtime/tls_manner.h"
#include "proxy/runtime/tls_words.h"

int load_look_for_server_files(const struct conf_server *server, const struct tls_files *files,
                               struct tls_error_text *error_out)
{
    bool missing = tls_words_miss_file(files, server->tls.ca_file, error_out) ||
                   tls_words_miss_file(files, server->tls.crl_file, error_out);
    return missing ? -1 : 0;
}

/* The nearest first: lines that are alike mostly stand together. */
static struct tls_client_context *find_like_server(const struct server_tls *before, size_t count,
                                                   const struct conf_tls *tls)
{
    while (count-- > 0)
        if (tls_servers_are_alike(&before[count].server->tls, tls))
            return before[count].tls;
    return NULL;
}

struct tls_client_context *load_server_tls(const struct conf_server *server,
                                           const struct server_tls *before, size_t count,
                                           const struct tls_files *files,
                                           struct tls_error_text *error_out)
{
    char alpn[TLS_ALPN_BYTES];
    struct tls_client_settings settings = tls_client_settings_default;
    settings.protocol = tls_words_protocol(&server->tls, tls_words_alpn(&server->tls, alpn));
    settings.verify = tls_words_verify(server->tls.verify);
    settings.verify_host = server->tls.verify_host;
    settings.session_reuse =
        server->tls.reuses && server->tls.sni_word == NULL; /* of one name alone */
    if (server->tls.crt.count > 0) {
        settings.certificate = server->tls.crt.items[0];
        settings.certificate_key = server->tls.key;
    }
    struct tls_client_context *like = find_like_server(before, count, &server->tls);
    if (like != NULL)
        return tls_client_context_like(like, &settings, error_out);
    return tls_client_context_new(&settings, files, error_out);
}
