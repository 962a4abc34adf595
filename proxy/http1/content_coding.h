/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a client takes a response in: reading Accept-Encoding and User-Agent as HAProxy does. Values in, a choice
 * out.
 *
 * Thread:  any; nothing is kept.
 */
#ifndef WEIR_HTTP1_CONTENT_CODING_H
#define WEIR_HTTP1_CONTENT_CODING_H

#include <stdbool.h>
#include <stddef.h>

#include "config/model.h"

/* Starts empty, and sees each Accept-Encoding field. */
struct coding_choice {
    unsigned quality; /* of the best so far, in thousandths */
    unsigned coding;  /* enum conf_coding */
};

/* One field's value: of what is offered, what the client likes best so far. */
void coding_choose(struct coding_choice *choice, const struct conf_compression *offered,
                   const char *value, size_t len);
/* Old browsers that ask for what they cannot read. */
bool coding_is_claimed_falsely(const char *user_agent, size_t len);

const char *coding_name(unsigned coding);         /* the configuration's: "raw-deflate" */
const char *coding_content_name(unsigned coding); /* that of HTTP: "deflate" */

/* Strong, or weak, as RFC 9110 8.8.3 writes it. */
bool coding_etag_is_valid(const char *etag, size_t len);

#endif
