/* SPDX-License-Identifier: Apache-2.0 */
/* Former spellings of haproxy.cfg, as the reader translates them and the manual lists them. */
#ifndef WEIR_CONFIG_HAPROXY_OLD_H
#define WEIR_CONFIG_HAPROXY_OLD_H

#include "config/keyword.h"

struct haproxy_old {
    enum keyword_level level;
    const char *first, *second;         /* second NULL: the first word alone; first NULL: the end */
    const char *now_first, *now_second; /* now_first NULL: it goes away */
    const char *help;                   /* where it goes away */
};

extern const struct haproxy_old haproxy_olds[];

#endif
