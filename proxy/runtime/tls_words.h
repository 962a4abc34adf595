/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What binds and servers have in common when their words become settings of TLS.
 *
 * Thread:  that of the load.
 */
#ifndef WEIR_RUNTIME_TLS_WORDS_H
#define WEIR_RUNTIME_TLS_WORDS_H

#include "config/model.h"
#include "tls/context.h"

#define TLS_ALPN_BYTES 128

enum tls_verify tls_words_verify(enum conf_verify verify);

/*
 * Only protocols that we speak are offered: a client that was promised more would be cut off. The others may stand in
 * the list, as they do in many a haproxy.cfg. NULL when none is left, else `text`.
 */
const char *tls_words_alpn(const struct conf_tls *tls, char text[TLS_ALPN_BYTES]);

/* Borrows the words and alpn. */
struct tls_protocol_settings tls_words_protocol(const struct conf_tls *tls, const char *alpn);

/* Whether a file that words without effect name, NULL if they name none, is missing, which is a mistake all the same;
 * true at once when there is a text already. */
bool tls_words_miss_file(const struct tls_files *files, const char *path,
                         struct tls_error_text *text);

#endif
