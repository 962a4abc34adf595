/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who a client says it is (RFC 7617), and whether a userlist believes it. Passwords are compared as crypt(3)
 * hashes them, which takes its time: on the data thread, as with HAProxy.
 */
#ifndef WEIR_FETCHES_CREDENTIALS_H
#define WEIR_FETCHES_CREDENTIALS_H

#include "config/model.h"
#include "proxy/fetches/view.h"

enum { CREDENTIALS_BYTES_MAX = 1024 };

struct credentials {
    struct sample_text scheme;        /* "Basic", in the message */
    struct sample_text rest;          /* behind it */
    char text[CREDENTIALS_BYTES_MAX]; /* user, NUL, password, NUL: of Basic */
    const char *user, *password;      /* NULL: of another scheme, or not to be read */
};

/* Of the header field; false if there is none. */
bool credentials_read(const struct message_view *v, const char *header, size_t header_len,
                      struct credentials *out);
/* The user of the list with that name and password; NULL if there is none. */
const struct conf_user *credentials_check(const struct conf_userlist *list,
                                          const struct credentials *c);
bool credentials_in_group(const struct conf_userlist *list, const struct conf_user *user,
                          const char *group, size_t len);

#endif
