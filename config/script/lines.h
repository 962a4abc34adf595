/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scripts of probes: `tcp-check` and `http-check`, one line of words at a time. A line becomes
 * a step of the script (config/model/script.h), or is reported and leaves none.
 *
 *   connect [default] [port N] [addr A] [ssl] [sni S] [alpn P] [send-proxy] [via-socks4] [linger]
 *   send TEXT | send-lf FORMAT | send-binary HEX | send-binary-lf FORMAT      tcp-check
 *   send [meth M] [uri[-lf] U] [ver V] [hdr NAME FORMAT]... [body[-lf] T]     http-check
 *   set-var(NAME) EXPRESSION | set-var-fmt(NAME) FORMAT | unset-var(NAME)
 *   expect [min-recv N] [ok-status S] ... [!] HOW PATTERN
 *   comment TEXT
 */
#ifndef WEIR_CONFIG_SCRIPT_LINES_H
#define WEIR_CONFIG_SCRIPT_LINES_H

#include "config/own/own.h"

/* base is the struct conf_check's owner; d->args are the words behind the keyword. */
keyword_set check_line_tcp, check_line_http;

/* Content-Length and Transfer-Encoding are ours to say. */
bool check_header_is_framing(const char *name);

#endif
