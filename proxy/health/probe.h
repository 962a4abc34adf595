/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One server's probe: sleeps, connects, shakes hands if over TLS, follows its script, reports,
 * sleeps.
 *
 *            timer                  connected                done
 *   ASLEEP --------> CONNECTING --------------> HANDSHAKING ------> EXCHANGING ----.
 *     ^                  |  ^                        |               |  |          |
 *     |                  |  `--- the script connects once more ------'  |          |
 *     `------------------+--- L4CON, L4TOUT ---------+- L6RSP, L6TOUT --+- L7... --'
 *
 * With check-reuse-pool it may sleep with its connection open, and go from ASLEEP to EXCHANGING: probe_keep.c.
 *
 * A new kind is a file that fills struct probe_kind with a script, and a row in kinds.c.
 *
 * Ownership: the probe belongs to the health room; server->probe points to it while it is in use.
 * Thread:    the control thread.
 */
#ifndef WEIR_HEALTH_PROBE_H
#define WEIR_HEALTH_PROBE_H

#include "config/model.h"
#include "proxy/base/list.h"
#include "proxy/health/script.h"
#include "proxy/net/conn.h"
#include "proxy/rules/vars.h"
#include "proxy/state/server.h"

enum probe_state {
    PROBE_ASLEEP,
    PROBE_CONNECTING,
    PROBE_ASKING_PROXY, /* check-via-socks4 */
    PROBE_HANDSHAKING,
    PROBE_EXCHANGING,
    PROBE_STATES
};

/* Why a member of a Galera cluster is of no use; of several the first is told. */
enum cluster_fault {
    FAULT_CUT_OFF,
    FAULT_NOT_SYNCED,
    FAULT_NOT_READY,
    FAULT_REJECTS,
    FAULT_MAINTENANCE,
    CLUSTER_FAULTS
};

/* What a database server says of itself; see pgsql_role.c, mysql_role.c. */
struct role_report {
    bool is_following;  /* it is a replica */
    bool is_unwritable; /* for another reason: read_only */
    bool is_known;      /* it has said which */
    bool is_cluster;    /* it is a member of one */
    bool is_cluster_off;
    unsigned faults;       /* bits of enum cluster_fault */
    bool is_broken;        /* replication has stopped */
    long long lag_seconds; /* behind; -1 = nobody knows */
    long long timeline;    /* PostgreSQL's; 0 = none */
    char version[40];
};

/* The program of an external check; see external.c. */
struct external {
    struct loop_source source; /* its process */
    pid_t pid;                 /* 0 = none runs */
    bool is_killed;            /* its time was up; it has yet to go */
};

/* Which columns of SHOW SLAVE STATUS tell how it goes. */
struct replica_columns {
    unsigned seen, io_running, sql_running, seconds_behind;
};

/* What an agent wants besides saying up or down. */
struct agent_orders {
    bool has_admin, has_weight, has_maxconn;
    enum server_admin admin;
    unsigned weight_percent; /* of the configured one */
    unsigned maxconn;
};

/* Where the script comes from: steps, then write(); with neither, from the configuration. */
struct probe_kind {
    enum conf_check_kind kind;
    enum script_words words;
    const struct script_step *steps;
    size_t step_count;
    /* Adds steps that depend on settings; false when memory runs out. Or NULL. */
    bool (*write)(struct script *script, const struct conf_check *check);
};

/* For the scripts of kinds. The steps are numbered as HAProxy numbers its own. */
#define STEP_CONNECT(ends_gently)                                                                  \
    {                                                                                              \
        .conf = {.kind = CONF_STEP_CONNECT,                                                        \
                 .connect = {.like_server = true, .is_implied = true, .linger = (ends_gently)}},   \
    }
#define STEP_SEND(n, text)                                                                         \
    {                                                                                              \
        .conf = {.kind = CONF_STEP_SEND, .number = (n), .send = {(text), sizeof(text) - 1}},       \
    }

/* Ended by a NULL. */
extern const struct probe_kind *const probe_kinds[];
extern const struct probe_kind probe_kind_redis, probe_kind_mysql, probe_kind_pgsql,
    probe_kind_ldap, probe_kind_smtp, probe_kind_tls_hello, probe_kind_spop;
/* With role: another script for these two. */
extern const struct probe_kind probe_kind_pgsql_role, probe_kind_mysql_role;
/* role.c: the verdict, when the server has told all. */
enum probe_step role_judge(struct probe *probe);
/* external.c: starts the program, ends it before its time, and for good. */
enum probe_step external_start(struct probe *probe);
void external_kill(struct probe *probe);
void external_free(struct probe *probe);
/* agent.c; in no table, as no option chooses it. */
extern const struct probe_kind probe_kind_agent;
/* Carries out what the agent of this probe ordered, before its result is reported. */
void agent_obey(struct probe *probe);

struct probe {
    struct list node; /* in the list of all */
    struct loop_garbage garbage;
    struct loop *loop;          /* borrowed: the control loop */
    struct server *server;      /* borrowed: outlives the probe */
    bool is_agent;              /* asks the agent, not the server */
    struct script *script;      /* counted */
    struct script *next_script; /* counted: of a newer load, from the next sleep on; or NULL */
    struct var_store vars;      /* check.*, of one try */
    enum probe_state state;
    struct wheel_timer timer; /* asleep: the next start; else the deadline */
    struct conn conn;
    int socket;      /* owned: while asleep, the one of the last try, for the next; or -1 */
    uint64_t due_ms; /* when the present or next one should start */
    uint64_t started_us;
    struct check_result result;
    bool paused; /* the server was in maintenance at the last start, or the operator wants none */
    bool is_off; /* by the operator's word */
    uint32_t random; /* for spread-checks */

    /* settings, copied: the config may go */
    struct sockaddr_storage server_addr;
    socklen_t server_addr_len;
    bool follows;   /* it is the server's own, which may change */
    uint16_t port;  /* instead of that address's; 0 = none */
    char *sni;      /* owned, or NULL */
    char *alpn;     /* owned: check-alpn, "http/1.1,http/1.0", or NULL */
    char *greeting; /* owned: agent-send, or NULL */
    bool tls, send_proxy, via_socks4;
    bool reuse; /* check-reuse-pool */
    unsigned inter_ms, fastinter_ms, downinter_ms;
    unsigned connect_ms; /* 0 = inter bounds it all */
    unsigned check_ms;   /* after connect; 0 = inter bounds it all */
    unsigned spread_percent;

    /* the script's, during a try */
    size_t step;        /* where it stands */
    const char *to_sni; /* borrowed: of the present connection, as the next four */
    const char *to_alpn;
    bool is_tls, lingers, is_proxied;
    struct sockaddr_storage behind_proxy;
    sa_family_t family; /* of `socket` */
    uint64_t renew_ms;  /* the connection is of no use to tries after that */
    bool is_reused;     /* it is that of the try before */
    bool keeps;         /* the server was asked to let it be used once more */
    bool awaits_ticket; /* it is over, but for what makes the next handshake cheap */
    bool is_ticketless; /* that did not come the last time */
    bool is_asked;      /* the question of this step has begun to go out */
    bool asks_head;     /* the last request was a HEAD */
    bool has_ended;     /* no more of the answer will come, or be taken */
    bool is_404;        /* and that means that the server wants to leave */
    char *unsent;       /* owned: what the socket did not take yet, or NULL */
    size_t unsent_len;
    const char *answer; /* since the last question; in the scratch, or kept */
    size_t answer_len;
    char *kept;                     /* owned: the answer, once it had to be waited for; or NULL */
    int code;                       /* told by the answer */
    char info[SERVER_REASON_BYTES]; /* told by the answer */
    struct agent_orders orders;     /* told by an agent's answer */
    struct external external;
    unsigned stage;                   /* of a dialogue that one judge leads */
    size_t taken;                     /* bytes of the answer that it is done with */
    struct role_report role;          /* what it learned so far */
    bool is_told;                     /* and that is all */
    unsigned column_count, ends_seen; /* of the answer that MySQL is giving */
    struct replica_columns columns;
    struct scram *scram; /* owned; kept between tries; or NULL */
};

/* The row for the settings; an unknown kind only connects. */
const struct probe_kind *probe_kind_find(const struct conf_check *check);

/* Asleep until probe_start_in(). Counts itself on the script. NULL when memory runs out. */
struct probe *probe_new(struct loop *control, struct server *server, struct script *script,
                        const struct conf_global *global, const struct conf_proxy *proxy,
                        const struct conf_server *conf);
/* The same for the server's agent. */
struct probe *probe_new_agent(struct loop *control, struct server *server, struct script *script,
                              const struct conf_global *global, const struct conf_proxy *proxy,
                              const struct conf_server *conf);
/* New times, while the probe goes on as it is. */
void probe_set_times(struct probe *probe, const struct conf_global *global,
                     const struct conf_proxy *proxy, const struct conf_server *conf);
/* Another script from now on, or from the next sleep on if a try is under way. Counts itself on it. */
void probe_adopt(struct probe *probe, struct script *script);
/* Only while asleep. */
void probe_start_in(struct probe *probe, unsigned delay_ms);
/* Ends it from any state, without a report. */
void probe_free(struct probe *probe);

/* ---- for the script ---- */

/* Whether the server is to be asked to keep the connection: the next try will use it, if all goes well. */
bool probe_may_keep(const struct probe *probe);
/* Reports the outcome and goes to sleep; for those who end a probe on their own. */
void probe_finish(struct probe *probe);

/* Notes the outcome; info may be NULL. PROBE_DONE. */
enum probe_step probe_end(struct probe *probe, enum health_status status, int code,
                          const char *info);
/* The connection failed: as before, and the words tell at which step. */
enum probe_step probe_fail(struct probe *probe, enum health_status status, const char *error);
/* Sends all of it, now or as the socket takes it: then PROBE_WAIT, once. */
enum probe_step probe_send(struct probe *probe, const char *bytes, size_t len);
/* The last step is fulfilled: notes it in the step's words; info NULL: none but those. */
enum probe_step script_pass(struct probe *probe, const struct script_step *step, const char *info);

#endif
