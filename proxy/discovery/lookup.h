/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A name that is asked for again and again, and what is known about it.
 *
 *            all are asked           a good answer: the first counts
 *   RESTING ---------------> ASKING ---------------------------------> RESTING
 *      ^                       | ^       all have failed
 *      |      no further try   | |  other family, or once more
 *      `-----------------------' `------------------------.
 *
 * When to ask again: after a good answer when its time to live ends, but no later than `hold valid` and no
 * sooner than LOOKUP_PAUSE_MIN_MS; after a failed question after `timeout resolve`. A failure counts
 * only when the last good answer is older than the hold time of that kind of failure.
 *
 * Thread:  the control thread.
 */
#ifndef WEIR_DISCOVERY_LOOKUP_H
#define WEIR_DISCOVERY_LOOKUP_H

#include "proxy/discovery/nameserver.h"

#define LOOKUP_PAUSE_MIN_MS 500

/* The name servers of a section, and how they are to be used. */
struct resolver {
    struct list node;
    struct loop *control;            /* borrowed */
    struct conf_resolvers conf;      /* numbers only: the texts may be gone */
    char *name;                      /* owned */
    struct nameserver **nameservers; /* owned */
    size_t nameserver_count;
    struct list lookups; /* owned */
};

struct lookup {
    struct list node; /* in resolver->lookups */
    struct resolver *resolver;
    char *name; /* owned */
    int prefer; /* AF_INET, AF_INET6: asked for first; AF_UNSPEC: a service */
    unsigned users;
    struct list members; /* the servers that live by it: see members.h */

    struct dns_record *records; /* owned: what counts at present */
    unsigned record_count;
    uint64_t good_ms;   /* when a good answer came last; at first: when it was made */
    bool is_good;       /* the last round ended with an answer */
    struct list askers; /* of struct ask, which wait for the end of a round: see asks.h */
    char by[128];       /* whose answer it is: "section/name server" */

    struct wheel_timer timer; /* resting: until the next question */
    struct list questions;    /* of struct question: on their way */
    unsigned waiting;         /* name servers that have not answered yet */
    unsigned tries_left;
    bool is_second; /* the other family is asked for */
    bool goes_on;   /* the timer goes on with the round that has begun */
    enum dns_outcome outcome;
    int told; /* the enum dns_error that was told last, since the last good answer; 0 = none */
};

/* What follows from a question: told by the lookup, done by members.c. */
void lookup_changed(struct lookup *lookup);
void lookup_lost(struct lookup *lookup, const char *why);
/* By asks.c: a round has ended. */
void lookup_settled(struct lookup *lookup);
void lookup_tell_fault(struct lookup *lookup, const char *text);

/* Finds it, or makes it and begins to ask after delay_ms; counts one user more. NULL: no memory. */
struct lookup *lookup_use(struct resolver *resolver, const char *name, int prefer,
                          unsigned delay_ms);
/* Asks now, unless it is asking already. */
void lookup_hurry(struct lookup *lookup);
/* One user less. */
void lookup_leave(struct lookup *lookup);

/* counts: the list of all struct dns_counts. NULL when memory runs out. Name servers that cannot be had are left out. */
struct resolver *resolver_new(struct loop *control, const struct conf_resolvers *conf,
                              struct list *counts);
/* Nothing may use its lookups any more. */
void resolver_free(struct resolver *resolver);

#endif
