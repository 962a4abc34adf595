/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What becomes of a round of questions: the records of a good answer, or another try, or the loss of what was known; and
 * how long to rest. lookup.c asks.
 */
#include "proxy/discovery/lookup_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void lookup_rest(struct lookup *lookup, uint64_t pause_ms)
{
    loop_arm(lookup->resolver->control, &lookup->timer, pause_ms);
}

static uint64_t pause_after(const struct lookup *lookup, uint32_t ttl_s)
{
    uint64_t ttl_ms = (uint64_t)ttl_s * 1000, most_ms = lookup->resolver->conf.hold_valid_ms;
    if (ttl_ms < LOOKUP_PAUSE_MIN_MS)
        ttl_ms = LOOKUP_PAUSE_MIN_MS;
    if (most_ms < LOOKUP_PAUSE_MIN_MS / 5)
        most_ms = LOOKUP_PAUSE_MIN_MS / 5;
    return ttl_ms < most_ms ? ttl_ms : most_ms;
}

static bool is_among(const struct dns_record *record, const struct dns_record *records,
                     unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (dns_record_is_same(record, &records[i]))
            return true;
    }
    return false;
}

/* Those of before that may stay although the answer lacks them. */
static unsigned keep_obsolete(const struct lookup *lookup, struct dns_record *records,
                              unsigned count, uint64_t now_ms)
{
    unsigned hold_ms = lookup->resolver->conf.hold_obsolete_ms, total = count;
    for (unsigned i = 0; i < lookup->record_count && total < DNS_RECORDS_MAX; i++) {
        const struct dns_record *old = &lookup->records[i];
        if (now_ms - old->seen_ms < hold_ms && !is_among(old, records, count))
            records[total++] = *old;
    }
    return total;
}

bool lookup_is_news(const struct lookup *lookup, const struct dns_answer *answer)
{
    bool is_new = lookup->record_count != answer->count;
    for (unsigned i = 0; i < answer->count && !is_new; i++)
        is_new = !is_among(&answer->records[i], lookup->records, lookup->record_count);
    return is_new;
}

static void take_records(struct lookup *lookup, struct dns_answer *answer)
{
    uint64_t now_ms = lookup->resolver->control->now_ms;
    for (unsigned i = 0; i < answer->count; i++)
        answer->records[i].seen_ms = now_ms;
    unsigned count = keep_obsolete(lookup, answer->records, answer->count, now_ms);
    struct dns_record *records = malloc(count * sizeof(*records));
    if (records == NULL)
        return; /* what was known goes on */
    memcpy(records, answer->records, count * sizeof(*records));
    free(lookup->records);
    lookup->records = records;
    lookup->record_count = count;
}

void lookup_drop_questions(struct lookup *lookup)
{
    while (!list_is_empty(&lookup->questions))
        LIST_ITEM(list_pop_front(&lookup->questions), struct question, node)->lookup = NULL;
    lookup->waiting = 0;
}

void lookup_succeed(struct lookup *lookup, struct dns_answer *answer, const char *nameserver)
{
    lookup_drop_questions(lookup);
    take_records(lookup, answer);
    lookup->is_good = true;
    lookup->good_ms = lookup->resolver->control->now_ms;
    lookup->told = 0;
    snprintf(lookup->by, sizeof(lookup->by), "%s/%s", lookup->resolver->name, nameserver);
    lookup_rest(lookup, pause_after(lookup, answer->ttl_s));
    if (answer->is_cut)
        lookup_tell_fault(lookup,
                          "the answer has more records than anybody needs: the first count");
    lookup_changed(lookup);
    lookup_settled(lookup);
}

struct failure {
    const char *why; /* HAProxy's words */
    unsigned hold_ms;
};

static struct failure failure_of(const struct lookup *lookup)
{
    const struct conf_resolvers *conf = &lookup->resolver->conf;
    switch (lookup->outcome) {
    case DNS_NX:
        return (struct failure){"DNS NX status", conf->hold_nx_ms};
    case DNS_TIMEOUT:
        return (struct failure){"DNS timeout status", conf->hold_timeout_ms};
    case DNS_REFUSED:
        return (struct failure){"DNS refused status", conf->hold_refused_ms};
    default:
        return (struct failure){"unspecified DNS error", conf->hold_other_ms};
    }
}

void lookup_fail(struct lookup *lookup)
{
    const struct resolver *resolver = lookup->resolver;
    struct failure failure = failure_of(lookup);
    unsigned pause_ms = resolver->conf.resolve_ms;
    lookup_rest(lookup, pause_ms > LOOKUP_PAUSE_MIN_MS / 5 ? pause_ms : LOOKUP_PAUSE_MIN_MS / 5);
    lookup->is_good = false;
    if (resolver->control->now_ms - lookup->good_ms >= failure.hold_ms) {
        lookup->record_count = 0;
        lookup_lost(lookup, failure.why);
    }
    lookup_settled(lookup);
}

/* That the name is not there is an answer; what never came, or makes no sense, is asked for again. */
static bool is_final(enum dns_outcome outcome)
{
    return outcome == DNS_NX || outcome == DNS_NO_DATA;
}

/* Goes on from the timer, so that c-ares has dealt with the answer at hand, and nothing recurs. */
static void go_on(struct lookup *lookup, bool is_second, unsigned pause_ms)
{
    lookup->is_second = is_second;
    lookup->goes_on = true;
    lookup_rest(lookup, pause_ms > 0 ? pause_ms : 1);
}

void lookup_end_round(struct lookup *lookup)
{
    bool has_other = lookup->prefer != AF_UNSPEC && lookup->outcome != DNS_TIMEOUT;
    if (has_other && !lookup->is_second) {
        go_on(lookup, true, 0);
    } else if (!is_final(lookup->outcome) && lookup->tries_left > 0) {
        lookup->tries_left--; /* silence has taken its time already */
        go_on(lookup, false, lookup->outcome == DNS_TIMEOUT ? 0 : lookup->resolver->conf.retry_ms);
    } else {
        lookup_fail(lookup);
    }
}
