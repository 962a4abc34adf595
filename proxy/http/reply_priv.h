/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of replies share: reply_read.c makes them of words, reply.c gives them. */
#ifndef WEIR_HTTP_REPLY_PRIV_H
#define WEIR_HTTP_REPLY_PRIV_H

#include "proxy/http/reply.h"
#include "proxy/http1/error_pages.h"
#include "proxy/rules/expr.h"

enum reply_body {
    BODY_TEXT,
    BODY_OF_STATUS, /* the error page of that status */
    BODY_FORMAT,
    BODY_PAGE, /* a whole response: errorfile */
};

struct reply_field {
    const char *name;
    const struct format *value;
    struct reply_field *next;
};

struct reply {
    unsigned status;
    enum reply_body body;
    const char *content_type;
    struct sample_text text; /* BODY_TEXT */
    const struct format *format;
    const struct error_page *page;
    struct reply_field *fields;
};

#endif
