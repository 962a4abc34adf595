/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a probe shows to fetches, where streams show session and messages: made by proxy/health/ for one evaluation.
 */
#ifndef WEIR_HTTP_PROBE_VIEW_H
#define WEIR_HTTP_PROBE_VIEW_H

#include "proxy/http1/msg.h"
#include "proxy/net/conn.h"
#include "proxy/rules/sample.h"

struct probe_view {
    const struct server *server;
    const struct conn *conn;   /* to it, or to where its script has connected */
    struct sample_text answer; /* since the last question, as it came */
    struct http_msg *response; /* NULL: it is no HTTP, or its head is not here */
    struct sample_text body;   /* of that response, decoded, as far as it has come */
};

#endif
