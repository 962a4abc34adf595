/* SPDX-License-Identifier: Apache-2.0 */
/*
 * option forwarded: the header field Forwarded, RFC 7239, of proto, host, by and for, each by itself or as
 * an expression says.
 *
 * Thread: the stream's.
 */
#ifndef WEIR_HTTP_FORWARDED_H
#define WEIR_HTTP_FORWARDED_H

#include <stddef.h>

struct stream;

#define FORWARDED_MAX 1024

/* The field's value; its length, 0 where there is to be none. Parts that find no room are left out. */
size_t forwarded_make(struct stream *s, char text[FORWARDED_MAX]);

#endif
