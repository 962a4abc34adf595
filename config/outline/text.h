/* SPDX-License-Identifier: Apache-2.0 */
/* What the writers of both syntaxes share: words in their quotes, and how keywords look. */
#ifndef WEIR_CONFIG_OUTLINE_TEXT_H
#define WEIR_CONFIG_OUTLINE_TEXT_H

#include "config/outline/outline.h"

/* A text as haproxy.cfg needs it: bare, or in the quotes that leave it as it is. */
const char *haproxy_quote(struct conf_arena *arena, const char *written);

/* A text in the double quotes of libconfig. */
const char *libconfig_quote(struct conf_arena *arena, const char *text);

/* The words of a line of haproxy.cfg, with blanks between. */
const char *haproxy_join(struct conf_arena *arena, const char *const *written, size_t count);

/* How haproxy.cfg switches a word off: "no option x", "no-check"; NULL if it cannot. */
const char *haproxy_off(const struct loader *l, const struct keyword *row);

#endif
