/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A server on a thread of its own that does one thing to each connection: for probes to judge.
 */
#ifndef WEIR_TEST_HEALTH_FAKE_SERVER_H
#define WEIR_TEST_HEALTH_FAKE_SERVER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum fake_end { FAKE_CLOSE, FAKE_RESET, FAKE_HANG };

struct fake_behaviour {
    bool mute;            /* does not read, and answers nothing */
    bool tls;             /* with a self-signed certificate */
    bool tickets;         /* and its sessions may be resumed */
    const char *answer;   /* to what comes first; NULL = none */
    const char *later;    /* some time after it */
    unsigned answers;     /* on each connection; 0 = one */
    bool swallows;        /* takes one more request, and ends without an answer to it */
    const char *farewell; /* but for this; NULL = none */
    enum fake_end end;
};

struct fake_server {
    struct fake_behaviour behaviour;
    uint16_t port;
    int hold;               /* keeps the port while nobody listens at it */
    atomic_bool is_hanging; /* it has done all it will do to the present connection */
    atomic_uint connections;
    atomic_uint resumed; /* of them: TLS sessions that had been there before */
    char request[512];   /* the last one's first bytes; read it after fake_server_stop() */
    int fd;              /* -1 = connections are refused */
    pthread_t thread;
    struct tls_context *tls;
};

/* At a port of 127.0.0.1 that nobody else has. */
void fake_server_start(struct fake_server *server, const struct fake_behaviour *behaviour);
/* Connections are refused until it resumes. */
void fake_server_pause(struct fake_server *server);
void fake_server_resume(struct fake_server *server);
void fake_server_stop(struct fake_server *server);

#endif
