/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is counted about a frontend, a backend or a server: totals, rates, averages, latencies.
 *
 *   counter_set --- threads[i] -- totals[], rates[], times[]      one writer each: thread i
 *                        `------- latency                         made at first use
 *
 * A counter is bumped by a load and a store of the thread's own cell, without locked instruction
 * and without a cache line shared with another writer. Who reads adds up the cells of all threads.
 *
 * Thread:    cells are written by the thread whose index they have (the control thread has the
 *            last one) and read by any. counter_set_new(), _ref(), _free(), _tick(): the control
 *            thread.
 * Ownership: a set is counted, so that a server whose address changes hands its counts to its heir
 *            while streams still run on the old one.
 */
#ifndef WEIR_STATE_COUNTERS_H
#define WEIR_STATE_COUNTERS_H

#include "proxy/base/histogram.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define CACHE_LINE_BYTES 64

/* The comment names the column of HAProxy's CSV. */
enum counter {
    COUNTER_SESSIONS,        /* stot */
    COUNTER_CONNECTIONS,     /* conn_tot */
    COUNTER_REQUESTS,        /* req_tot */
    COUNTER_BYTES_IN,        /* bin */
    COUNTER_BYTES_OUT,       /* bout */
    COUNTER_DENIED_REQ,      /* dreq */
    COUNTER_DENIED_RESP,     /* dresp */
    COUNTER_DENIED_CONN,     /* dcon */
    COUNTER_DENIED_SESS,     /* dses */
    COUNTER_FAILED_REQ,      /* ereq */
    COUNTER_FAILED_CONN,     /* econ */
    COUNTER_FAILED_RESP,     /* eresp */
    COUNTER_RETRIES,         /* wretr */
    COUNTER_REDISPATCHES,    /* wredis */
    COUNTER_FAILED_REWRITES, /* wrew */
    COUNTER_INTERNAL_ERRORS, /* eint */
    COUNTER_CLIENT_ABORTS,   /* cli_abrt */
    COUNTER_SERVER_ABORTS,   /* srv_abrt */
    COUNTER_INTERCEPTED,     /* intercepted */
    COUNTER_CONNECTS,        /* connect */
    COUNTER_REUSES,          /* reuse */
    COUNTER_RESP_1XX,        /* hrsp_1xx; the next five follow in order, see counter_of_status() */
    COUNTER_RESP_2XX,
    COUNTER_RESP_3XX,
    COUNTER_RESP_4XX,
    COUNTER_RESP_5XX,
    COUNTER_RESP_OTHER,
    COUNTER_TLS_HANDSHAKES, /* ssl_sess */
    COUNTER_TLS_RESUMED,    /* ssl_reused_sess */
    COUNTER_TLS_FAILED,     /* ssl_failed_handshake */
    COUNTER_LOG_LINES,      /* %lc of log formats */
    COUNTER_COMPRESSED_IN,  /* comp_in */
    COUNTER_COMPRESSED_OUT, /* comp_out */
    COUNTER_COMP_BYPASSED,  /* comp_byp */
    COUNTER_COMP_RESPONSES, /* comp_rsp */
    COUNTERS,
};

enum rate_kind { RATE_SESSIONS, RATE_CONNECTIONS, RATE_REQUESTS, RATES };

/* Phases of a stream; the averages are over the last TIME_SAMPLES ones. */
enum time_kind {
    TIME_QUEUE,    /* qtime */
    TIME_CONNECT,  /* ctime */
    TIME_RESPONSE, /* rtime: until the first byte of the response */
    TIME_TOTAL,    /* ttime */
    TIMES,
};

#define TIME_SAMPLES 1024

/* Events per second: of the second at hand and of the one before. One writer at a time. */
struct rate {
    _Atomic uint32_t second;
    _Atomic uint32_t current;
    _Atomic uint32_t previous;
    _Atomic uint32_t max; /* the most in one second, of this cell alone */
};

/* A moving average. One writer. */
struct time_average {
    _Atomic uint64_t sum_us;
    _Atomic uint64_t max_us;
    _Atomic uint32_t count; /* stops at TIME_SAMPLES */
};

struct latency {
    struct histogram phases[TIMES];
};

struct counters {
    alignas(CACHE_LINE_BYTES) _Atomic uint64_t totals[COUNTERS];
    struct rate rates[RATES];
    struct time_average times[TIMES];
    _Atomic(struct latency *) latency; /* owned */
};

struct counter_set {
    struct counters *threads; /* owned: thread_count of them */
    unsigned thread_count;
    unsigned references; /* the control thread's */
    /* Most events of all threads together in one second; kept by counter_set_tick(). */
    _Atomic uint32_t rate_max[RATES];
    /* Of backends and servers: written under the backend's lock, so exact, the maxima too. */
    _Atomic uint64_t picks;          /* lbtot */
    struct rate pick_rate;           /* rate, rate_max */
    _Atomic unsigned sessions_max;   /* smax; of frontends as well */
    _Atomic unsigned queued_max;     /* qmax */
    _Atomic uint64_t last_session_s; /* of the loop's clock; 0 = never */
};

/* Cells for thread_count threads, the control thread among them. NULL when memory runs out. */
struct counter_set *counter_set_new(unsigned thread_count);
struct counter_set *counter_set_ref(struct counter_set *set);
/* Drops one reference; NULL is fine. */
void counter_set_free(struct counter_set *set);
/* There are so many sessions now: sessions_max, from any thread. */
void counter_set_raise_sessions(struct counter_set *set, unsigned now);

static inline void counters_add(struct counters *cells, enum counter which, uint64_t n)
{
    histogram_bump(&cells->totals[which], n);
}

static inline enum counter counter_of_status(int status)
{
    return status >= 100 && status < 600 ? (enum counter)(COUNTER_RESP_1XX + status / 100 - 1)
                                         : COUNTER_RESP_OTHER;
}

/* now_s: seconds of the loop's monotonic clock (loop->now_us / 1000000). */
void rate_count(struct rate *rate, uint32_t now_s);
/* Events of the last elapsed second, as HAProxy: the running second with a share of the one before.
 */
uint32_t rate_read(const struct rate *rate, uint64_t now_us);

/* How long the phases of a stream took, of those that it came to. */
struct phase_times {
    unsigned known; /* a bit for each enum time_kind */
    unsigned buckets[TIMES];
    uint64_t us[TIMES];
};

static inline void phase_times_set(struct phase_times *times, enum time_kind which, uint64_t us)
{
    times->known |= 1u << which;
    times->buckets[which] = histogram_bucket(us);
    times->us[which] = us;
}

/* Adds to averages, maxima and histograms. Allocates at the first call of a thread; without memory nothing is added. */
void counters_times(struct counters *cells, const struct phase_times *times);

static inline void counters_time(struct counters *cells, enum time_kind which, uint64_t us)
{
    struct phase_times times = {.known = 0};
    phase_times_set(&times, which, us);
    counters_times(cells, &times);
}

/* --- readers, any thread --- */
uint64_t counter_set_total(const struct counter_set *set, enum counter which);
uint32_t counter_set_rate(const struct counter_set *set, enum rate_kind which, uint64_t now_us);
uint32_t counter_set_average_ms(const struct counter_set *set, enum time_kind which);
uint32_t counter_set_time_max_ms(const struct counter_set *set, enum time_kind which);
/* into is cleared first; it must be private to the caller. */
void counter_set_latency(const struct counter_set *set, enum time_kind which,
                         struct histogram *into);

/* Keeps rate_max; to be called once in each second. */
void counter_set_tick(struct counter_set *set, uint32_t now_s);
/* Sets all cells and maxima to zero, as far as writers do not count at the same instant. */
void counter_set_clear(struct counter_set *set);
/* The maxima alone. */
void counter_set_clear_max(struct counter_set *set);

#endif
