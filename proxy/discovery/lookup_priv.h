/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of lookups share: lookup.c asks, lookup_end.c decides what follows from what came. */
#ifndef WEIR_DISCOVERY_LOOKUP_PRIV_H
#define WEIR_DISCOVERY_LOOKUP_PRIV_H

#include "proxy/discovery/lookup.h"

/* One question to one name server, which may outlive the interest in it. */
struct question {
    struct list node;
    struct lookup *lookup; /* NULL: nobody waits for it any more */
    struct nameserver *nameserver;
    enum dns_type type;
};

/* Until the timer fires. */
void lookup_rest(struct lookup *lookup, uint64_t pause_ms);
/* Nobody waits any more for what is on its way. */
void lookup_drop_questions(struct lookup *lookup);

/* Whether the answer has other records than those known. */
bool lookup_is_news(const struct lookup *lookup, const struct dns_answer *answer);
/* A good answer, and whose it is. */
void lookup_succeed(struct lookup *lookup, struct dns_answer *answer, const char *nameserver);
/* Nobody could be asked, or no try is left. */
void lookup_fail(struct lookup *lookup);
/* All have answered, none of them well: see lookup->outcome. */
void lookup_end_round(struct lookup *lookup);

#endif
