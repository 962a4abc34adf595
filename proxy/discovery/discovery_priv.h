/* SPDX-License-Identifier: Apache-2.0 */
/* What is under way, for the files of this room: discovery.c makes it of a snapshot, asks.c asks for streams. */
#ifndef WEIR_DISCOVERY_DISCOVERY_PRIV_H
#define WEIR_DISCOVERY_DISCOVERY_PRIV_H

#include "proxy/discovery/discovery.h"
#include "proxy/discovery/lookup.h"

struct discovery {
    struct loop *control;        /* borrowed */
    struct resolver **resolvers; /* owned: by index of the configuration; NULL: no memory */
    size_t resolver_count;
    struct list members; /* owned */
    struct list counts;  /* owned: of the name servers of this load and of those before */
    struct list asks;    /* of struct ask: streams that wait */
};

/* The one of this process: set before the data threads begin, and until they have ended. NULL: nobody resolves. */
struct discovery *discovery_present(void);

#endif
