/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The error files of a proxy, checked and brought into the form in which they are sent, once for
 * each load.
 *
 * Thread:  made and freed by the control thread, read by all in between.
 */
#ifndef WEIR_HTTP1_ERROR_SET_H
#define WEIR_HTTP1_ERROR_SET_H

#include "proxy/http1/error_pages.h"
#include "proxy/state/snapshot.h"

struct error_set;

/* Fills in proxy->errors. 0, or a negative libuv code with a line for a person in text. */
MUST_CHECK int error_set_load(struct proxy *proxy, char *text, size_t size);
void error_set_free(struct error_set *set);
/* NULL when no file replaces that page; set may be NULL. */
const struct error_page *error_set_find(const struct error_set *set, unsigned status);

#endif
