/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A data thread in a test: its loop, its HTTP room and a configuration made by hand, with the test
 * as the client on one side and as the servers on the other.
 *
 *      test (client) ---loopback---> sessions and streams ---loopback---> test (server 0, 1, ...)
 *
 * With one thread the loop runs only within the functions below, on the test's own thread, so each
 * test says what happens in which order and how much time passes.
 *
 * Errors: every function fails the test by itself.
 */
#ifndef WEIR_TEST_HTTP_HARNESS_H
#define WEIR_TEST_HTTP_HARNESS_H

#include "proxy/http/service.h"
#include "proxy/http/thread.h"
#include "proxy/state/build.h"
#include "proxy/state/proxy_state.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

enum { HARNESS_SERVERS = 3, HARNESS_LOGS = 64, HARNESS_THREADS = 4 };

/* A timeout that no test sees unless it lets the time pass by harness_age(). */
#define HARNESS_AMPLE_MS 3600000

/* What a test asks of the access log. */
struct harness_log {
    int status;
    char termination[3]; /* the first two letters */
    unsigned retries;
    uint64_t bytes_read;
    char server[16];
};

struct harness {
    struct conf_proxy proxy; /* "www", a listen section: change it before a load */
    struct conf_server servers[HARNESS_SERVERS];
    struct conf_log_target log_target;
    size_t buffer_bytes;     /* as the next two: change before the start */
    int client_buffer_bytes; /* the kernel's, of a client's receiving side; 0 = as usual */
    int server_send_bytes;   /* SO_SNDBUF of accepted clients' sockets; 0 = as usual */
    struct tls_context *tls; /* of the bind, or NULL */
    struct tls_client_context *server_tls; /* towards all servers, or NULL */
    const char *page; /* what a service answers all requests with, or NULL: there is none */
    size_t page_len;
    unsigned threads; /* 1; with more they run by themselves, see harness_run() */

    struct loop loops[HARNESS_THREADS], control;
    pthread_t ids[HARNESS_THREADS];
    struct http_thread *http[HARNESS_THREADS];
    struct snapshot_chain chain;
    struct bind_socket socket;
    int listener, listeners[HARNESS_THREADS]; /* the same for all */
    int origins[HARNESS_SERVERS];             /* listening sockets */
    int jam;                                  /* the connection that fills a backlog, or 0 */
    struct harness_log logs[HARNESS_LOGS];
    unsigned log_count, drained;
    bool is_running;
};

/* Everything at its default: one server, timeouts of HARNESS_AMPLE_MS, no retry. */
void harness_init(struct harness *h, unsigned servers);
void harness_start(struct harness *h);
/* The configuration as it is now takes the place of the one before. */
void harness_reload(struct harness *h);
/* How many loads somebody still uses. */
unsigned harness_loads(const struct harness *h);
/* Ends it and checks that nothing is left over: sessions, slots, snapshots. */
void harness_stop(struct harness *h);

/*
 * Lets the threads run by themselves from now on until harness_stop(). Then only harness_reload(),
 * the control thread's business in turns_one(&h->control), and clients and servers of the test's
 * own may be used.
 */
void harness_run(struct harness *h);

/* Runs the loop until nothing happens any more. */
void harness_settle(struct harness *h);
/* So much time passes for it, at once; then it runs until nothing happens any more. */
void harness_age(struct harness *h, unsigned ms);

/* Server `index` lets connections wait from now on: its backlog is full. */
void harness_jam(struct harness *h, unsigned index);
/* A new client connection. Not blocking, as all descriptors here. */
int harness_connect(struct harness *h);
/* The next connection to server `index`. */
int harness_accept(struct harness *h, unsigned index);
bool harness_has_connection(struct harness *h, unsigned index);

void harness_say_bytes(struct harness *h, int fd, const void *bytes, size_t len);
void harness_say(struct harness *h, int fd, const char *text);
/* Exactly these bytes come next. */
void harness_hear(struct harness *h, int fd, const char *text);
/* The head that comes next, up to its empty line; the text is static. */
const char *harness_hear_head(struct harness *h, int fd);
/* So many bytes come, whatever they are. */
void harness_skip(struct harness *h, int fd, size_t len);
/* Nothing comes, and the connection stays open. */
void harness_hear_nothing(struct harness *h, int fd);
/* Nothing but the end comes, by FIN or reset; closes the descriptor. */
void harness_hear_end(struct harness *h, int fd);
/* Closes with a reset. */
void harness_reset(struct harness *h, int fd);

/* A counter of server `index`, or of the backend with -1. */
uint64_t harness_count(const struct harness *h, int index, enum counter which);

/* The access line of the request that ended last. */
const struct harness_log *harness_last_log(const struct harness *h);

#endif
