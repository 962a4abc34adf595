/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One name server: questions out, bytes in, over UDP or TCP. Each has a channel of c-ares of its own,
 * because all of a section are asked at once, and an answer is told with the name of who gave it.
 *
 * Errors:  a question always ends in one call of its callback, at the latest when its time is over.
 * Thread:  the control thread.
 */
#ifndef WEIR_DISCOVERY_NAMESERVER_H
#define WEIR_DISCOVERY_NAMESERVER_H

#include "config/model/discovery.h"
#include "proxy/discovery/answer.h"
#include "proxy/discovery/counts.h"
#include "proxy/net/loop.h"

struct nameserver;

/* How a question ended. */
enum dns_outcome {
    DNS_GOOD,
    DNS_NX,      /* there is no such name */
    DNS_NO_DATA, /* the name has nothing of that type */
    DNS_REFUSED,
    DNS_TIMEOUT, /* or nobody is there */
    DNS_FAILED,  /* any other answer that is none */
    DNS_GONE,    /* the name server is being freed */
};

/* bytes: of the answer, with DNS_GOOD only; its records are not looked at yet. */
typedef void nameserver_answered(void *owner, enum dns_outcome outcome, const uint8_t *bytes,
                                 size_t len);

/* Copies what it needs, but for the counts. NULL when memory or descriptors run out. */
struct nameserver *nameserver_new(struct loop *control, const struct conf_resolvers *resolvers,
                                  const struct conf_nameserver *conf, struct dns_counts *counts);
void nameserver_count(struct nameserver *nameserver, enum dns_count count);
const char *nameserver_name(const struct nameserver *nameserver);
/* May call back before it returns. */
void nameserver_ask(struct nameserver *nameserver, const char *name, enum dns_type type,
                    nameserver_answered *answered, void *owner);
/* Ends all questions with DNS_GONE. NULL is fine. */
void nameserver_free(struct nameserver *nameserver);

#endif
