/* SPDX-License-Identifier: Apache-2.0 */
/* The answer of a probe, read as an HTTP response; see script_http.c. */
#ifndef WEIR_HEALTH_RESPONSE_H
#define WEIR_HEALTH_RESPONSE_H

#include "proxy/health/probe.h"
#include "proxy/http1/h1.h"

/* Its slices point into the answer, a body of chunks into the scratch of the loop. */
struct response {
    struct http_msg msg;
    const char *base;
    const char *body; /* decoded */
    size_t body_len;
    bool is_whole; /* no more of the body will come */
    size_t end;    /* of a whole one: where it ends in the answer; 0 = with the connection */
};

/* What an answer leaves of the connection on which it comes. */
enum response_end {
    RESPONSE_GOES_ON, /* more of it is to come */
    RESPONSE_KEEPS, /* it is whole, nothing is behind it, and the server waits for another request */
    RESPONSE_CLOSES,
};

/* H1_DONE: its head is there. */
enum h1_status response_parse_head(const struct probe *probe, struct response *response);
/* After that. */
void response_find_body(const struct probe *probe, struct response *response);
/* Of what has come so far. */
enum response_end response_end(const struct probe *probe);

#endif
