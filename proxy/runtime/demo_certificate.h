/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The certificate of a bind with `self_signed`: made when its file is missing, so that a
 * demonstration starts on a fresh machine. The file stays and can be replaced by a real one.
 */
#ifndef WEIR_RUNTIME_DEMO_CERTIFICATE_H
#define WEIR_RUNTIME_DEMO_CERTIFICATE_H

#include "config/model.h"
#include "tls/error.h"
#include "tls/files.h"

bool demo_certificate_is_missing(const struct conf_tls *tls, const struct tls_files *files);
/* 0, or -1 with a text. */
MUST_CHECK int demo_certificate_make(const struct conf_tls *tls, struct tls_error_text *error_out);

#endif
