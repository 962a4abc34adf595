/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One server's probe: sleeps, connects, shakes hands if over TLS, exchanges what its kind wants,
 * reports, sleeps.
 *
 *            timer                  connected                done
 *   ASLEEP --------> CONNECTING --------------> HANDSHAKING ------> EXCHANGING ----.
 *     ^                  |                           |                  |          |
 *     `------------------+--- L4CON, L4TOUT ---------+- L6RSP, L6TOUT --+- L7... --'
 *
 * A new kind is a file that fills struct probe_kind, and a row in kinds.c.
 *
 * Ownership: the probe belongs to the health room; server->probe points to it while it is in use.
 * Thread:    the control thread.
 */
#ifndef WEIR_HEALTH_PROBE_H
#define WEIR_HEALTH_PROBE_H

#include "config/model.h"
#include "proxy/base/list.h"
#include "proxy/net/conn.h"
#include "proxy/state/server.h"

enum probe_state {
    PROBE_ASLEEP,
    PROBE_CONNECTING,
    PROBE_HANDSHAKING,
    PROBE_EXCHANGING,
    PROBE_STATES
};

struct probe;

/* What a step says of the probe. */
enum probe_step {
    PROBE_WAIT, /* for the next event of the connection */
    PROBE_NEXT, /* goes on with the next state */
    PROBE_DONE, /* probe->result says how it ended */
};

struct probe_kind {
    enum conf_check_kind kind;
    const char *name;
    /* Copies the settings; false when memory runs out. NULL: none. */
    bool (*configure)(struct probe *probe, const struct conf_proxy *proxy,
                      const struct conf_server *server);
    /* The exchange: called when it begins and at each event. NULL: connected is enough. */
    enum probe_step (*exchange)(struct probe *probe);
    /* After each exchange, and before configure() and the end. NULL: nothing is kept. */
    void (*forget)(struct probe *probe);
};

/* Ended by a NULL. */
extern const struct probe_kind *const probe_kinds[];
extern const struct probe_kind probe_kind_tcp;
extern const struct probe_kind probe_kind_http;

struct probe {
    struct list node; /* in the list of all */
    struct loop_garbage garbage;
    struct loop *loop;             /* borrowed: the control loop */
    struct server *server;         /* borrowed: outlives the probe */
    const struct probe_kind *kind; /* borrowed: a row */
    enum probe_state state;
    struct wheel_timer timer; /* asleep: the next start; else the deadline */
    struct conn conn;
    int socket;      /* owned: while asleep, the one of the last try, for the next; or -1 */
    uint64_t due_ms; /* when the present or next one should start */
    uint64_t started_us;
    struct check_result result;
    bool paused;     /* the server was in maintenance at the last start */
    uint32_t random; /* for spread-checks */

    /* settings, copied: the config may go */
    struct sockaddr_storage to;
    socklen_t to_len;
    char *sni; /* owned, or NULL */
    bool tls, send_proxy;
    unsigned inter_ms, fastinter_ms, downinter_ms;
    unsigned connect_ms; /* 0 = inter bounds it all */
    unsigned check_ms;   /* after connect; 0 = inter bounds it all */
    unsigned spread_percent;

    /* the HTTP kind's */
    char *request; /* owned */
    size_t request_len;
    size_t request_sent;
    struct conf_status_set expect;
    bool lenient;
    char *head; /* owned: what has come of the response, if it did not come at once */
    size_t head_len;
};

/* Asleep until probe_start_in(). NULL when memory runs out. */
struct probe *probe_new(struct loop *control, struct server *server,
                        const struct conf_global *global, const struct conf_proxy *proxy,
                        const struct conf_server *conf);
/* New times, while the probe goes on as it is. */
void probe_set_times(struct probe *probe, const struct conf_global *global,
                     const struct conf_proxy *proxy, const struct conf_server *conf);
/* Only while asleep. */
void probe_start_in(struct probe *probe, unsigned delay_ms);
/* Ends it from any state, without a report. */
void probe_free(struct probe *probe);

/* For kinds: notes the outcome; info may be NULL. Returns PROBE_DONE. */
enum probe_step probe_end(struct probe *probe, enum health_status status, int code,
                          const char *info);

#endif
