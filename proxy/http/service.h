/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers that weir gives without a server: statistics and metrics. The stream asks its frontend's
 * service first, and its backend's next; a service that takes the request says what the answer
 * is and then produces the body part by part, so that a long one is never in memory as a whole.
 *
 * Thread:  the data thread of the stream.
 */
#ifndef WEIR_HTTP_SERVICE_H
#define WEIR_HTTP_SERVICE_H

#include "proxy/http1/msg.h"
#include "proxy/state/snapshot.h"

#define SERVICE_HEADERS_BYTES 1024

struct stream;

/*
 * The way back to a stream whose answer another thread completes. The service embeds it in what it sends
 * there, which outlives a stream that ends meanwhile.
 */
struct service_wait {
    struct stream *stream; /* borrowed; NULL: nobody waits any more */
};

enum service_kind {
    SERVICE_STATS,   /* if the target is that of the statistics */
    SERVICE_METRICS, /* whatever the target is: use-service prometheus-exporter */
};

struct service_request {
    enum service_kind kind;
    const struct proxy *proxy;       /* whose service is asked */
    const struct snapshot *snapshot; /* of the stream */
    struct loop *loop;               /* for its clock and index */
    struct http_msg *msg;
    const char *base; /* of the slices in msg */
    const char *body; /* as far as it has come with the head */
    size_t body_len;
    bool may_admin; /* stats admin holds for it */
};

struct service_answer {
    int status;
    uint64_t content_length; /* known beforehand, or SERVICE_CHUNKED */
    bool unlogged;           /* monitor-uri: a probe each second would fill the log */
    const char *name;        /* in the log, in place of a server: "<STATS>"; or NULL */
    const char *fixed; /* a body of content_length bytes that the snapshot owns; or NULL and */
    /* Writes the next part of the body into buf; 0: that was all. */
    size_t (*produce)(void *state, char *buf, size_t cap);
    void *state;                     /* owned by the answer from now on */
    void (*free_state)(void *state); /* or NULL */
    struct service_wait *wait;       /* borrowed, of SERVICE_WAITS: set until service_resume() */
    char headers
        [SERVICE_HEADERS_BYTES]; /* further field lines, each with its CRLF; no framing fields */
};

#define SERVICE_CHUNKED UINT64_MAX

enum service_verdict {
    SERVICE_PASS,      /* not mine */
    SERVICE_ANSWERS,   /* answer_out is filled in */
    SERVICE_DENIES,    /* the error page of answer_out->status */
    SERVICE_WAITS,     /* as SERVICE_ANSWERS, but to be given only after service_resume() */
    SERVICE_WANTS_BODY /* ask again when the whole body is there; 413 if it cannot be held */
};

struct stream_service {
    enum service_verdict (*handle)(const struct service_request *request,
                                   struct service_answer *answer_out);
};

/* Does the target begin with `stats uri`? */
static inline bool service_is_stats(const struct conf_proxy *conf, const struct http_msg *m,
                                    const char *base)
{
    size_t len = m->target_off + m->target_len - m->path_off, uri_len;
    if (!conf->stats.enabled)
        return false;
    uri_len = strlen(conf->stats.uri);
    return len >= uri_len && memcmp(base + m->path_off, conf->stats.uri, uri_len) == 0;
}

/* On the stream's thread, once: what was waited for has been done. The answer goes out if the stream is still there. */
void service_resume(struct service_wait *wait);

#endif
