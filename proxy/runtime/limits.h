/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many connections the process can have, and the descriptors for them: maxconn from `ulimit -n`
 * where none is given, `ulimit -n` from maxconn where there are too few. HAProxy's rule: a session
 * takes two descriptors, one on each side.
 */
#ifndef WEIR_RUNTIME_LIMITS_H
#define WEIR_RUNTIME_LIMITS_H

#include "config/model.h"

/*
 * Fills in what the file left open: global maxconn, that of frontends without one, and what follows
 * from these: fullconn of backends. The config has just been loaded and is not shared yet. 0, or -1
 * when memory runs out.
 */
MUST_CHECK int limits_complete(struct config *config);
/* At the very start: the soft limit becomes the hard one, since listening sockets alone may exceed
 * it. */
void limits_raise(void);
/* Raises the soft limit of descriptors, and as root the hard one. -1 with a text when it stays too
 * low. */
MUST_CHECK int limits_apply(const struct config *config, unsigned threads, char *text_out,
                            size_t text_bytes);

#endif
