/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One server at run time: who it is, whether it may be used, what it has done.
 *
 *   server --- definition     constant; copies, since the config it came from may be gone
 *        |---- limits, state  may change in place: weight, maxconn, admin mode, health
 *        |---- threads[i]     data thread i's idle connections to it
 *        `---- counters       shared with its forerunner if a reload changed the definition
 *
 * A reload that changes the definition makes a new server of the same name; the old one is
 * `retired`: it gets no new stream and lives until the last snapshot that named it is gone.
 *
 * Thread:  made, changed and freed by the control thread; state and limits change under the lock of
 * the backend. Data threads read the definition and touch their own threads[i].
 */
#ifndef WEIR_STATE_SERVER_H
#define WEIR_STATE_SERVER_H

#include "config/model.h"
#include "proxy/base/list.h"
#include "proxy/net/loop.h"
#include "proxy/net/socket_options.h"
#include "proxy/state/backend.h"
#include "proxy/state/counters.h"
#include "proxy/state/health_status.h"

struct snapshot;
struct tls_client_context;

/* What the operator asked for. */
enum server_admin { SERVER_READY, SERVER_DRAIN, SERVER_MAINT };

/* One data thread's idle connections to a server; touched by that thread alone, except the gauges.
 */
struct server_idle {
    alignas(CACHE_LINE_BYTES) struct list idle; /* the http room's connections, newest first */
    unsigned count;
    unsigned used_most;          /* how many were in use at once, lately */
    _Atomic unsigned idle_gauge; /* idle_conn_cur of this thread, for readers */
    _Atomic unsigned safe_gauge; /* safe_conn_cur */
    _Atomic unsigned used_gauge; /* used_conn_cur */
    /* a notice for this thread, see state_hooks in events.h */
    struct loop_message notice;
    struct server *server;   /* borrowed: the server this is part of */
    atomic_uint notice_bits; /* what the notice says; 0 = not on its way */
};

#define SERVER_TRANSITIONS 20
#define SERVER_REASON_BYTES 128

/* The states that a history tells apart; NOLB: it wants to leave. */
enum server_state {
    STATE_OF_UP,
    STATE_OF_DOWN,
    STATE_OF_MAINT,
    STATE_OF_DRAIN,
    STATE_OF_NOLB,
    SERVER_STATES
};
extern const char *const server_state_names[SERVER_STATES];

/* A change of state as the statistics show it. */
struct server_transition {
    int64_t wall_us;
    const char *state; /* of server_state_names */
    char reason[SERVER_REASON_BYTES];
};

/* The result of the last probe, for logs and statistics. */
struct check_result {
    enum health_status status;
    int code;                       /* of HTTP; 0 = none */
    int64_t duration_ms;            /* -1 = none yet */
    bool is_decisive;               /* the server itself has said so: once is enough */
    char info[SERVER_REASON_BYTES]; /* last_chk: of the answer, or the error's text */
};

/* How connections to it are made. Copies, as the server outlives the config it came from. */
struct server_link {
    unsigned send_proxy; /* enum conf_send_proxy, or-ed */
    unsigned tcp_ut_ms;
    bool fast_open;
    bool addr_of_client, port_of_client; /* they go where the client's came to */
    bool name_of_request;                /* TLS asks for a name that the request decides */
    bool has_proxy_tlvs;                 /* its line has formats of TLVs */
    int port_offset;
    enum conf_usesrc usesrc;
    struct sockaddr_storage source; /* or, with usesrc, the foreign address; AF_UNSPEC = none */
    socklen_t source_len;
    unsigned source_ports;          /* how many from its own on; 0 = that one */
    struct sockaddr_storage socks4; /* AF_UNSPEC = none */
    socklen_t socks4_len;
    char *interface, *netns; /* owned; or NULL */
};

struct server_traffic {
    uint64_t streams, errors, answers, time_us; /* until answers began, of all together */
};

/* What its traffic was like; see health/outliers.h. The control thread's. */
struct server_outlier {
    struct server_traffic seen;  /* by the last look */
    struct server_traffic fresh; /* what it judged by; nothing when that was too little */
    uint64_t average_us;         /* of an answer, at the last look that knew; 0 = never */
    uint64_t back_ms;            /* when it may come back */
};

/* Of a database server in a pool of writers; see health/role.c. The control thread's. */
struct server_role {
    bool was_replica;   /* when it told its role last */
    unsigned promotion; /* which of the backend's was its own; 0 = none that we saw */
};

struct server {
    /* --- definition, constant --- */
    struct backend *backend; /* borrowed: of the proxy_state, which lives at least as long */
    char *name;              /* owned */
    char *fqdn;              /* owned: the name it has instead of an address, or NULL */
    bool is_resolved;        /* name servers are asked for that again and again */
    uint16_t conf_port;      /* of the line; 0: none */
    char *sni;               /* owned; name to send, or NULL */
    atomic_bool tls_enabled; /* `set server ssl` switches it, where there is a context */
    struct server_link link;
    char *definition;       /* owned: what must stay the same for the object to be carried over */
    char *check_definition; /* owned: what must stay the same for the health to be carried over */

    /* --- where it is: see server_address.h --- */
    struct sockaddr_storage addr; /* the lock's, as the length */
    socklen_t addr_len;
    char *target;           /* owned: of a service, the host it is assigned to; or NULL */
    _Atomic unsigned moves; /* how often it has moved: older connections are not kept */
    atomic_bool is_lost;    /* no address: in maintenance until its name resolves */

    /* --- may change in place --- */
    _Atomic(struct tls_client_context *)
        tls;               /* counted; a replaced one goes with the old snapshot */
    _Atomic unsigned id;   /* sid; counted from 1 in the file, so it moves */
    _Atomic unsigned line; /* which of its backend's it is in the newest snapshot */
    atomic_bool backup;
    enum conf_hash_key hash_key;
    int slot;                /* index in backend->pool, LB_NONE once retired; the lock's */
    unsigned weight_conf;    /* of the configuration (iweight) */
    _Atomic unsigned weight; /* in use (uweight); 0 = no new streams */
    _Atomic unsigned maxconn, minconn; /* 0 = no bound */
    _Atomic unsigned maxqueue;
    _Atomic unsigned pool_max_conn; /* idle connections kept; UINT_MAX = no bound */
    _Atomic unsigned max_uses;      /* of a connection; 0 = no bound */
    atomic_bool strict_maxconn;     /* none are kept */
    _Atomic unsigned pool_low_conn; /* kept even if they suit few; see has_idle_room() */
    _Atomic unsigned pool_purge_ms;
    _Atomic unsigned slowstart_ms;
    bool shutdown_sessions_on_down; /* the control thread's, as the next four */
    bool shutdown_backups_on_up;
    enum conf_on_error on_error;
    bool conf_disabled;
    bool log_health_checks;
    atomic_bool retired; /* no snapshot to come names it: keep no idle connections */

    /* --- load; written under the backend's lock --- */
    _Atomic unsigned in_flight; /* scur; what else is counted there stands in counters */
    _Atomic unsigned queued;    /* qcur: those who want this server and no other */
    struct list queue;          /* of struct queue_entry; the lock's */

    /* --- state; written by the control thread under the backend's lock --- */
    _Atomic enum server_admin admin;
    _Atomic enum server_admin inherited; /* of the server it tracks; READY where it tracks none */
    atomic_bool up;                      /* the verdict of the probes; true without probes */
    atomic_bool ejected;                 /* its traffic stands out: see server_set_ejected() */
    atomic_bool leaving; /* up, but wants no new streams: http-check disable-on-404 */
    _Atomic bool check_enabled;
    _Atomic bool check_running;
    _Atomic unsigned rise, fall;
    enum conf_init_state init_state; /* the control thread's */
    _Atomic unsigned check_health;   /* 0..rise+fall-1; >= rise is up */
    struct check_result check;       /* read it through server_read_check() */
    _Atomic bool agent_enabled;
    _Atomic unsigned agent_health;  /* 0: it said down; 1: it did not */
    struct check_result agent;      /* read it through server_read_agent() */
    _Atomic uint64_t last_change_s; /* monotonic */
    _Atomic uint64_t down_s;        /* seconds down, before the present time */
    _Atomic uint64_t failed_checks; /* chkfail */
    _Atomic uint64_t down_count;    /* chkdown */
    struct server_transition
        *transitions;          /* owned: a ring; NULL until the first, most stay as they are */
    unsigned transition_count; /* of all times */
    _Atomic uint64_t transition_totals[SERVER_STATES];

    /* --- slow start; the control thread's, but for the percentage --- */
    struct loop *control; /* borrowed; NULL until the first state_commit() */
    struct wheel_timer warmth;
    uint64_t warm_since_ms;
    _Atomic unsigned throttle_percent; /* of its weight and maxconn; 100 = warm */

    /* --- what its traffic tells: see observe.h --- */
    _Atomic enum conf_observe observe;
    _Atomic unsigned error_limit, errors_in_row;
    _Atomic int last_observation;
    _Atomic uint64_t failed_analyses; /* hanafail */
    atomic_bool limit_told;
    struct loop_message limit_message;

    /* --- whose state it takes over, and who takes over its own; the control thread's --- */
    _Atomic(struct server *) tracked;            /* borrowed: of the newest snapshot; or NULL */
    struct server *first_tracker, *next_tracker; /* borrowed, likewise */

    /* --- what was seen of it at the last look; the control thread's --- */
    struct server_outlier outlier;
    struct server_role role;

    _Atomic unsigned idle_total;  /* idle connections of all threads */
    struct server_idle *threads;  /* owned: one for each data thread */
    unsigned thread_count;        /* data threads */
    struct counter_set *counters; /* counted; has a cell more, the control thread's */
    unsigned references; /* snapshots that name it; the control thread's, as the next three */
    const struct snapshot *named_by; /* the newest of them */
    const struct server
        *forerunner;      /* borrowed until state_commit(): whose history it takes over */
    bool health_restarts; /* the load at hand asks it in another way */
    void *probe;          /* owned by the health room; the control thread's, as the next two */
    void *agent_probe;
    void (*hurry)(struct server *server); /* the next probe comes after fastinter; or NULL */
};

/* Whence connections to it come, as far as that does not depend on the client. */
void server_link_options(const struct server_link *link, struct conn_options *options);

static inline struct counters *server_counters(struct server *server, unsigned thread)
{
    return &server->counters->threads[thread];
}

/*
 * From the line of the configuration; one reference, in no pool yet. data_threads as for the whole
 * process. forerunner: the server of that name before, whose counters it shares, or NULL. NULL when
 * memory runs out.
 */
struct server *server_new(struct backend *backend, const struct conf_proxy *proxy,
                          const struct conf_server *conf, unsigned data_threads,
                          const struct server *forerunner);
/* Drops one reference; NULL is fine. */
void server_free(struct server *server);
/* What must be the same for a server, or for its health, to be carried over. malloc'ed; NULL: no
 * memory. */
char *server_definition_text(const struct conf_server *conf);
char *server_check_definition_text(const struct conf_proxy *proxy, const struct conf_server *conf);

/* As far as the pool is concerned: up, ready and not leaving. Lock held. */
bool server_takes_streams(const struct server *server);
/* "be/s1" whose state it takes over; "" for none. Any thread. */
void server_tracked_text(const struct server *server, char *text, size_t size);
/* How much of its weight and maxconn it has got back by now. */
unsigned server_throttle_percent(const struct server *server);
/* What that leaves of its weight, rounded up. */
unsigned server_effective_weight(const struct server *server);
/* Whether it may get new streams as far as state goes: those, and weight above 0. */
bool server_is_usable(const struct server *server);
/* By the operator's word, the server it tracks, or for want of an address. */
bool server_is_in_maintenance(const struct server *server);
/* By the operator's word or the server it tracks; and whether neither has taken it out of service. */
bool server_is_draining(const struct server *server);
bool server_is_wanted(const struct server *server);
/* Neither down nor in maintenance. */
bool server_is_running(const struct server *server);
/* "UP", "UP 1/3", "DOWN", "DOWN 1/2", "MAINT", "DRAIN", "no check" ... as the CSV's status. */
void server_status_text(const struct server *server, char *text, size_t size);
/* The CSV's downtime, the present time included. */
uint64_t server_down_s(const struct server *server, uint64_t now_us);
/* Copies under the lock; any thread. */
void server_read_check(const struct server *server, struct check_result *check_out);
void server_read_agent(const struct server *server, struct check_result *check_out);
/* The newest first; returns how many were copied into out (at most SERVER_TRANSITIONS). Any thread.
 */
unsigned server_read_transitions(const struct server *server, struct server_transition *out);
/* Streams allowed at present: maxconn, or less by minconn and fullconn. 0 = no bound. Lock held. */
unsigned server_limit(const struct server *server);

#endif
