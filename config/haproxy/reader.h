/* SPDX-License-Identifier: Apache-2.0 */
/* haproxy.cfg to sections of directives, the second syntax beside libconfig's. */
#ifndef WEIR_CONFIG_HAPROXY_READER_H
#define WEIR_CONFIG_HAPROXY_READER_H

#include "config/loader.h"

/* Appends to l->sections; what cannot be read is reported. */
void haproxy_read(struct loader *l, const struct conf_text *text);

/* Does a text look like haproxy.cfg rather than libconfig? */
bool haproxy_recognise(const struct conf_text *text);

#endif
