/* SPDX-License-Identifier: Apache-2.0 */
/* Asking, and asking again; lookup.h draws it. What follows from an answer is lookup_end.c's. */
#include "proxy/discovery/lookup_priv.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- a round --------------------------------------------------------------------------------- */

static enum dns_type present_type(const struct lookup *lookup)
{
    if (lookup->prefer == AF_UNSPEC)
        return DNS_SRV;
    return (lookup->prefer == AF_INET) != lookup->is_second ? DNS_A : DNS_AAAA;
}

/* The last one counts, but for silence, which tells less than any answer. */
static void note_failure(struct lookup *lookup, enum dns_outcome outcome, int fault)
{
    if (fault != 0)
        outcome = fault == DNS_NO_RECORD ? DNS_NO_DATA : DNS_FAILED;
    if (outcome != DNS_TIMEOUT)
        lookup->outcome = outcome;
    if (fault == 0 || fault == DNS_NO_RECORD || fault == lookup->told)
        return;
    lookup->told = fault;
    lookup_tell_fault(lookup, dns_strerror(fault));
}

/* fault: of an answer that came. */
static enum dns_count count_of(enum dns_outcome outcome, int fault)
{
    static const enum dns_count of_outcomes[] = {
        [DNS_GOOD] = COUNT_VALID,        [DNS_NX] = COUNT_NX,
        [DNS_NO_DATA] = COUNT_ANY_ERROR, [DNS_REFUSED] = COUNT_REFUSED,
        [DNS_TIMEOUT] = COUNT_TIMEOUT,   [DNS_FAILED] = COUNT_OTHER,
    };
    if (fault == DNS_MALFORMED)
        return COUNT_INVALID;
    if (fault == DNS_ALIAS_LOOP)
        return COUNT_CNAME_ERROR;
    return fault != 0 ? COUNT_OTHER : of_outcomes[outcome];
}

static void on_answered(void *owner, enum dns_outcome outcome, const uint8_t *bytes, size_t len)
{
    static struct dns_answer answer; /* the control thread's; too large for the stack */
    struct question *question = owner;
    struct lookup *lookup = question->lookup;
    struct nameserver *nameserver = question->nameserver;
    enum dns_type type = question->type;
    list_remove(&question->node);
    free(question);
    if (outcome == DNS_GONE)
        return;
    if (lookup == NULL) {
        nameserver_count(nameserver, outcome == DNS_TIMEOUT ? COUNT_TIMEOUT : COUNT_OUTDATED);
        return;
    }
    int fault = 0;
    lookup->waiting--;
    if (outcome == DNS_GOOD)
        fault = dns_answer_parse(bytes, len, lookup->name, type, &answer);
    nameserver_count(nameserver, count_of(outcome, fault));
    if (outcome == DNS_GOOD && fault == 0) {
        if (lookup_is_news(lookup, &answer))
            nameserver_count(nameserver, COUNT_UPDATE);
        lookup_succeed(lookup, &answer, nameserver_name(nameserver));
        return;
    }
    note_failure(lookup, outcome, fault);
    if (lookup->waiting == 0)
        lookup_end_round(lookup);
}

static void ask_one(struct lookup *lookup, struct nameserver *nameserver)
{
    struct question *question = calloc(1, sizeof(*question));
    if (question == NULL) {
        lookup->waiting--;
        return;
    }
    question->lookup = lookup;
    question->nameserver = nameserver;
    question->type = present_type(lookup);
    list_push_back(&lookup->questions, &question->node);
    nameserver_ask(nameserver, lookup->name, question->type, on_answered, question);
}

/* An answer may come at once; `waiting` is one too high until all are asked, so no round ends here. */
static void ask(struct lookup *lookup)
{
    struct resolver *resolver = lookup->resolver;
    lookup->waiting = (unsigned)resolver->nameserver_count + 1;
    lookup->outcome = DNS_TIMEOUT;
    lookup->users++; /* it may settle in here, and those that asked leave */
    for (size_t i = 0; i < resolver->nameserver_count && lookup->waiting > 0; i++)
        ask_one(lookup, resolver->nameservers[i]);
    /* 0: a good answer has ended it */
    if (lookup->waiting > 0 && --lookup->waiting == 0)
        lookup_fail(lookup); /* nobody can be asked: trying again at once would not help */
    lookup_leave(lookup);
}

static void on_timer(struct wheel_timer *timer)
{
    struct lookup *lookup = LIST_ITEM(timer, struct lookup, timer);
    if (!lookup->goes_on) {
        lookup->tries_left = lookup->resolver->conf.retries;
        lookup->is_second = false;
    }
    lookup->goes_on = false;
    ask(lookup);
}

/* ---- life ------------------------------------------------------------------------------------ */

static void lookup_free(struct lookup *lookup)
{
    lookup_drop_questions(lookup);
    list_remove(&lookup->node);
    wheel_forget(&lookup->resolver->control->wheel, &lookup->timer);
    free(lookup->records);
    free(lookup->name);
    free(lookup);
}

static struct lookup *lookup_find(struct resolver *resolver, const char *name, int prefer)
{
    for (struct list *n = resolver->lookups.next; n != &resolver->lookups; n = n->next) {
        struct lookup *lookup = LIST_ITEM(n, struct lookup, node);
        if (lookup->prefer == prefer && strcasecmp(lookup->name, name) == 0)
            return lookup;
    }
    return NULL;
}

static struct lookup *lookup_new(struct resolver *resolver, const char *name, int prefer)
{
    struct lookup *lookup = calloc(1, sizeof(*lookup));
    if (lookup == NULL || (lookup->name = strdup(name)) == NULL) {
        free(lookup);
        return NULL;
    }
    lookup->resolver = resolver;
    lookup->prefer = prefer;
    lookup->good_ms = resolver->control->now_ms;
    lookup->tries_left = resolver->conf.retries;
    list_init(&lookup->members);
    list_init(&lookup->questions);
    list_init(&lookup->askers);
    wheel_timer_init(&lookup->timer, on_timer);
    list_push_back(&resolver->lookups, &lookup->node);
    return lookup;
}

struct lookup *lookup_use(struct resolver *resolver, const char *name, int prefer,
                          unsigned delay_ms)
{
    struct lookup *lookup = lookup_find(resolver, name, prefer);
    if (lookup == NULL) {
        lookup = lookup_new(resolver, name, prefer);
        if (lookup == NULL)
            return NULL;
        lookup_rest(lookup, delay_ms);
    }
    lookup->users++;
    return lookup;
}

void lookup_hurry(struct lookup *lookup)
{
    if (lookup->waiting == 0 && !lookup->goes_on)
        lookup_rest(lookup, 0);
}

void lookup_leave(struct lookup *lookup)
{
    if (--lookup->users == 0)
        lookup_free(lookup);
}

struct resolver *resolver_new(struct loop *control, const struct conf_resolvers *conf,
                              struct list *counts)
{
    struct resolver *resolver = calloc(1, sizeof(*resolver));
    if (resolver == NULL)
        return NULL;
    resolver->control = control;
    resolver->conf = *conf;
    list_init(&resolver->lookups);
    resolver->name = strdup(conf->name);
    resolver->nameservers = calloc(conf->nameserver_count + 1, sizeof(struct nameserver *));
    if (resolver->name == NULL || resolver->nameservers == NULL) {
        resolver_free(resolver);
        return NULL;
    }
    for (size_t i = 0; i < conf->nameserver_count; i++) {
        const struct conf_nameserver *named = &conf->nameservers[i];
        struct dns_counts *its = dns_counts_take(counts, conf->name, named->name);
        struct nameserver *nameserver =
            its != NULL ? nameserver_new(control, conf, named, its) : NULL;
        if (nameserver != NULL)
            resolver->nameservers[resolver->nameserver_count++] = nameserver;
    }
    return resolver;
}

void resolver_free(struct resolver *resolver)
{
    for (size_t i = 0; i < resolver->nameserver_count; i++)
        nameserver_free(resolver->nameservers[i]);
    while (!list_is_empty(&resolver->lookups))
        lookup_free(LIST_ITEM(resolver->lookups.next, struct lookup, node));
    free(resolver->nameservers);
    free(resolver->name);
    free(resolver);
}
