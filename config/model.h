/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The nouns of a configuration: what a file says, checked and typed, defaults applied, names
 * resolved.
 *
 *   config --- global
 *          --- proxies[]  (frontend, backend or listen: a listen is both)
 *          |      |--- binds[] ---- model/bind.h, with its TLS (model/tls.h)
 *          |      |--- servers[] -- model/server.h, with its probes (model/check.h) and TLS
 *          |      `--- balance, lines of rules, log targets, stick table, what HTTP needs, timeouts
 *          --- peers' tables, userlists, resolvers, rings
 *
 * Each noun has a part of its own, model/<noun>.h; here they come together.
 *
 * Errors:    none here; config/load.h makes a config or says why not.
 * Ownership: everything hangs on one arena of the config and goes with it.
 * Thread:    never changes after load, so any thread may read it while it holds a reference.
 * Units:     times in milliseconds (names end in _ms), 0 = not set unless a comment says otherwise;
 *            sizes in bytes.
 */
#ifndef WEIR_CONFIG_MODEL_H
#define WEIR_CONFIG_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "config/model/balance.h"
#include "config/model/bind.h"
#include "config/model/check.h"
#include "config/model/discovery.h"
#include "config/model/http.h"
#include "config/model/lines.h"
#include "config/model/log.h"
#include "config/model/mail.h"
#include "config/model/net.h"
#include "config/model/server.h"
#include "config/model/stick.h"
#include "config/model/users.h"

enum conf_mode { CONF_MODE_TCP, CONF_MODE_HTTP };

struct conf_timeouts { /* UINT_MAX never stands here: load fills what HAProxy would leave endless */
    unsigned connect_ms, client_ms, server_ms;
    unsigned http_request_ms, http_keep_alive_ms; /* 0 = as HAProxy falls back */
    unsigned queue_ms;                            /* 0 = connect_ms */
    unsigned tunnel_ms;                           /* 0 = client_ms and server_ms go on */
    unsigned client_fin_ms, server_fin_ms;        /* 0 = client_ms, server_ms */
    unsigned check_ms;                            /* 0 = inter bounds the whole probe */
    unsigned tarpit_ms;
};

enum conf_caps { CONF_FRONTEND = 1, CONF_BACKEND = 2, CONF_LISTEN = 3 };

/* load-server-state-from-file */
enum conf_saved_state { CONF_SAVED_NONE, CONF_SAVED_GLOBAL, CONF_SAVED_LOCAL };

struct conf_proxy {
    const char *name;
    struct conf_place place;
    unsigned caps;   /* enum conf_caps */
    bool has_own_id; /* `id` says it */
    unsigned id;     /* iid of the CSV: `id`, else counted from 2 as HAProxy does */
    enum conf_mode mode;
    const char *description;
    bool disabled;

    struct conf_timeouts timeout;
    struct conf_log_target *logs; /* `log global` already replaced by what it stands for */
    size_t log_count;
    enum conf_log_format log_format;
    bool log_format_is_own; /* a log-format came after the last option of that kind */
    bool dontlognull, ignore_probes, logasap, dontlog_normal, log_separate_errors;
    const char *log_tag;
    struct conf_error_file *error_files;
    size_t error_file_count;
    struct conf_stats stats;
    struct conf_lines lines;
    const struct proxy_rules *rules; /* what the lines were compiled to, or NULL: proxy/rules */

    /* frontend side */
    struct conf_bind *binds;
    size_t bind_count;
    unsigned maxconn;            /* frontend: default = global; backend: fullconn is apart */
    unsigned session_rate_limit; /* rate-limit sessions; 0 = no bound */
    const char *default_backend_name;
    struct conf_proxy *default_backend; /* resolved; itself for a listen with servers; or NULL */
    const char *monitor_uri;
    bool accept_invalid_request;

    /* both sides */
    struct conf_forwardfor forwardfor;
    enum conf_http_mode http_mode;      /* as the last option says */
    bool http_server_close, http_close; /* what comes of it */
    bool tcpka, clitcpka, srvtcpka;
    struct conf_keepalive client_keepalive, server_keepalive;
    bool nolinger; /* a connection that ends is reset, so that nothing of it lingers */
    bool smart_accept, smart_connect;
    bool splice_auto, splice_request, splice_response;
    unsigned backlog;  /* 0 = maxconn */
    bool socket_stats; /* binds are counted one by one */
    bool abortonclose;
    bool http_buffer_request;
    unsigned inspect_delay_ms; /* tcp-request inspect-delay */
    unsigned response_inspect_delay_ms;
    struct conf_forwardfor originalto;
    struct conf_forwarded forwarded;
    enum conf_odd_names odd_names;
    bool adjusts_for_client, adjusts_for_server; /* option h1-case-adjust-bogus-client, -server */
    const char *unique_id_header;                /* or NULL */
    const char *name_header;                     /* http-send-name-header, or NULL */
    unsigned retry_on;                           /* enum conf_retry; 0 = as by default */
    struct conf_compression compression;

    /* backend side */
    struct conf_balance balance;
    struct conf_hash hash;
    struct conf_cookie cookie;
    const char *dynamic_cookie_key;       /* or NULL */
    struct conf_stick_table *stick_table; /* of either side; or NULL */
    bool persist; /* option persist: the cookie's server is used even if down */
    const struct conf_line
        *rdp_cookie; /* persist rdp-cookie: the expression that reads it; or NULL */
    struct conf_server *servers;
    size_t server_count;
    struct conf_check check;
    unsigned retries;            /* default 3 */
    struct conf_outgoing source; /* of servers without their own */
    int redispatch; /* 0 off, N: every Nth retry goes to another server, -1: the last (as HAProxy)
                       */
    enum conf_reuse reuse;
    bool transparent; /* option transparent: without a server, where the client wanted to */
    bool all_backups; /* option allbackups */
    bool accept_invalid_response;
    bool checkcache; /* a cookie that caches may keep is refused */
    bool log_health_checks;
    struct conf_outliers outliers;
    struct conf_email email;
    enum conf_saved_state saved_state_from;
    const char *saved_state_name; /* of the file for this proxy alone */
    const char *saved_state;      /* its text, or NULL */
    unsigned panic_percent;       /* option panic-threshold; 0 = never */
    unsigned fullconn;            /* 0 = a tenth of the maxconn of its frontends */
};

/* Whether its streams or its probes speak TLS; script/complete.c. */
const struct conf_check *conf_server_plan(const struct conf_proxy *proxy,
                                          const struct conf_server *server);
bool conf_server_needs_tls(const struct conf_proxy *proxy, const struct conf_server *server);

struct conf_global {
    unsigned maxconn;                              /* 0 = from ulimit -n */
    unsigned maxconnrate, maxsessrate, maxsslrate; /* 0 = no bound */
    unsigned nbthread;                             /* default: CPUs of the affinity mask */
    bool daemon;
    bool master_worker;
    struct conf_proxy
        admin; /* "GLOBAL": the admin sockets are its binds, and it has nothing else */
    unsigned admin_timeout_ms;
    const char *pidfile;
    const char *user, *group; /* as written; uid/gid resolved */
    uid_t uid;                /* (uid_t)-1 = unchanged */
    gid_t gid;
    const char *chroot;
    struct conf_log_target *logs;
    size_t log_count;
    const char *log_tag;           /* default "haproxy" when started under that name, else "weir" */
    const char *log_send_hostname; /* or NULL */
    unsigned hard_stop_after_ms;   /* 0 = wait for ever */
    unsigned grace_ms;
    unsigned ulimit_n;
    unsigned spread_checks; /* percent, 0..50 */
    unsigned bufsize;       /* tune.bufsize, default 16384 */
    unsigned maxrewrite;    /* tune.maxrewrite, default 1024 */
    unsigned http_maxhdr;   /* tune.http.maxhdr, default 101 */
    unsigned ssl_cachesize; /* tune.ssl.cachesize */
    const char *issuers;    /* folder with chains of certificates that have none, or NULL */
    unsigned ssl_lifetime_s;
    struct conf_status_set http_err_codes, http_fail_codes; /* whose mistake a response tells of */
    struct conf_name_cases name_cases;
    const char *node, *description;
    struct conf_lines lines;    /* set-var, set-var-fmt */
    const char *explain_secret; /* or NULL: no request is explained */
    const char *explain_header; /* the field that carries it */
    struct conf_compressor compressor;
    const char *state_base, *state_file; /* server-state-base, server-state-file; or NULL */
};

struct config {
    struct conf_global global;
    struct conf_proxy *proxies; /* in the order of the file */
    size_t proxy_count;
    struct conf_peers_table *peers_tables;
    size_t peers_table_count;
    struct conf_userlist *userlists;
    size_t userlist_count;
    struct conf_resolvers *resolvers;
    size_t resolvers_count;
    struct conf_ring **rings; /* those of sections, then those of `log tcp@...` */
    size_t ring_count;
    unsigned log_turns; /* log targets that take samples are numbered below this */
    struct pattern_list
        *pattern_lists;      /* of all rules: proxy/rules/pattern_list.h; the latest first */
    struct conf_words files; /* all that was read: configurations, includes, error files, bodies */
    const char *digest; /* hex SHA-256 of all texts read: tells two loads apart in the statistics */
    struct conf_arena *arena; /* owned */
};

/* How many connections the kernel keeps waiting for a bind. */
static inline unsigned conf_bind_backlog(const struct conf_proxy *proxy,
                                         const struct conf_bind *bind)
{
    enum { BACKLOG_DEFAULT = 1024 };
    if (bind->backlog != 0)
        return bind->backlog;
    if (proxy->backlog != 0)
        return proxy->backlog;
    return proxy->maxconn != 0 ? proxy->maxconn : BACKLOG_DEFAULT;
}

/* All who have binds: the proxies in their order, then the admin sockets' owner. */
static inline size_t config_binder_count(const struct config *config)
{
    return config->proxy_count + 1;
}

static inline const struct conf_proxy *config_binder(const struct config *config, size_t i)
{
    return i < config->proxy_count ? &config->proxies[i] : &config->global.admin;
}

#endif
