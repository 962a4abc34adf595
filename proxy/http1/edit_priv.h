/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of editing share. Thread: that of the message. */
#ifndef WEIR_HTTP1_EDIT_PRIV_H
#define WEIR_HTTP1_EDIT_PRIV_H

#include "proxy/http1/edit.h"

/* A line break within a value would be another field, or the end of the head: it becomes a blank. */
void edit_copy_value(char *restrict to, const char *restrict value, size_t len);

static inline uint32_t edit_offset_of(const struct http_edit *e, const char *at)
{
    return (uint32_t)(at - e->base);
}

#endif
