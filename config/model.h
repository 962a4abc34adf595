/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The nouns of a configuration: what a file says, checked and typed, defaults applied, names
 * resolved.
 *
 *   config --- global
 *          --- proxies[]  (frontend, backend or listen: a listen is both)
 *                 |--- binds[] ---- tls settings
 *                 |--- servers[] -- check, tls settings
 *                 `--- rules, log targets, error files, timeouts
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
#include <sys/socket.h>
#include <sys/types.h>

#include "tls/verify_errors.h"

#include "config/model_check.h"
#include "config/model_discovery.h"
#include "config/model_log.h"

enum conf_mode { CONF_MODE_TCP, CONF_MODE_HTTP };

enum conf_verify { CONF_VERIFY_NONE, CONF_VERIFY_OPTIONAL, CONF_VERIFY_REQUIRED };

enum conf_tls_version { CONF_TLS_DEFAULT, CONF_TLS_10, CONF_TLS_11, CONF_TLS_12, CONF_TLS_13 };

struct conf_tls;

/* What is said of a certificate besides its file. */
struct conf_crt {
    struct conf_place place;
    struct conf_words names;              /* crt-list: whom it is for; empty: the names in it */
    struct conf_words excluded;           /* those it is not for, though they match */
    const struct conf_directive *options; /* crt-list: words for this certificate alone */
    size_t option_count;
    const struct conf_tls *own; /* of the bind with those words; NULL: none */
};

/* TLS words of a bind or a server line; the defaults of `global` are already merged in. */
struct conf_tls {
    bool enabled;
    struct conf_words crt; /* bind: files or folders of chain and key; server: client certificate */
    struct conf_crt *crts; /* of each of these */
    const char *key;       /* separate key file, or NULL */
    const char *ca_file;   /* or NULL: nobody is verified */
    const char *ca_verify_file; /* bind: more to trust, of which clients are not told; or NULL */
    bool hides_ca_names;        /* bind: clients are told of no authority */
    struct tls_verify_errors ca_overlooked, crt_overlooked; /* bind */
    const char *ticket_keys;                                /* bind: their file, or NULL */
    const char *crl_file;                                   /* or NULL */
    const char *ciphers;      /* TLS 1.2, NULL = Mozilla intermediate */
    const char *ciphersuites; /* TLS 1.3 */
    const char *curves;
    const char *ecdhe; /* bind: the only one of them, if curves says nothing */
    bool reuses;       /* server: TLS sessions are resumed */
    struct conf_words alpn;
    enum conf_tls_version min_version, max_version;
    enum conf_verify verify;
    bool tickets; /* default true */
    bool strict_sni;
    bool prefer_client_ciphers;
    const char *sni;                  /* server: name to send, NULL = none */
    const struct conf_word *sni_word; /* server: what it is found by, or NULL */
    const struct expr *sni_expr;      /* the same compiled, by proxy/rules */
    const char *verify_host;          /* server: name the certificate must carry */
    bool self_signed; /* bind: make crt[0] at start if the file is missing (demonstration) */
};

/* When the kernel asks whether the other side is still there; 0 = as its own settings have it. */
struct conf_keepalive {
    unsigned idle_s, interval_s, count;
};

/* The address that servers see. */
enum conf_usesrc {
    CONF_USESRC_NONE,     /* that of `addr` */
    CONF_USESRC_ADDRESS,  /* usesrc_addr, which need not be this machine's */
    CONF_USESRC_CLIENT,   /* the client's, with its port */
    CONF_USESRC_CLIENTIP, /* the client's, with any port */
    CONF_USESRC_HEADER,   /* what a field of the request says */
};

struct conf_outgoing {
    struct conf_addr addr; /* text NULL = as the kernel chooses */
    enum conf_usesrc usesrc;
    struct conf_addr usesrc_addr;
    const struct conf_word *header_word; /* CONF_USESRC_HEADER: the fetch of that field, and */
    const struct expr *header;           /* the same compiled, by proxy/rules; else NULL */
    const char *interface;               /* or NULL */
};

/* What a PROXY header to a server tells; or-ed. */
enum conf_send_proxy {
    CONF_PROXY_V1 = 1,
    CONF_PROXY_V2 = 2,
    CONF_PROXY_SSL = 4,
    CONF_PROXY_CN = 8,
    CONF_PROXY_CIPHER = 16,
    CONF_PROXY_SIG_ALG = 32,
    CONF_PROXY_KEY_ALG = 64,
    CONF_PROXY_AUTHORITY = 128,
    CONF_PROXY_CRC32C = 256,
    CONF_PROXY_UNIQUE_ID = 512,
};

/* What clients of an admin socket may do: read, clear what was counted, change. */
enum conf_admin_level { CONF_ADMIN_USER, CONF_ADMIN_OPERATOR, CONF_ADMIN_ADMIN };

/* How its messages begin: not with a severity, with "[3]:", or with "[error]:". */
enum conf_severity_output { CONF_SEVERITY_NONE, CONF_SEVERITY_NUMBER, CONF_SEVERITY_STRING };

/* Of a bind that is an admin socket. */
struct conf_admin_bind {
    bool is_admin;
    enum conf_admin_level level;
    enum conf_severity_output severity;
};

struct conf_bind {
    const char *name; /* or NULL */
    struct conf_place place;
    struct conf_addr addr;
    struct conf_tls tls;
    unsigned maxconn; /* 0 = no bound of its own */
    unsigned backlog; /* 0 = from the proxy's maxconn */
    bool accept_proxy, accept_netscaler;
    unsigned netscaler_magic; /* what NetScaler's header begins with */
    bool v4v6, v6only, transparent, tfo, defer_accept;
    const char *interface; /* or NULL */
    const char *netns;     /* name of a network namespace, or NULL */
    int mss;               /* 0 = the kernel's; negative: so much less than it would be */
    unsigned tcp_ut_ms;    /* longest wait for an acknowledgement */
    /* unix sockets */
    mode_t mode; /* 0 = umask decides */
    uid_t uid;   /* (uid_t)-1 = leave */
    gid_t gid;
    struct conf_admin_bind admin;
};

struct conf_server_check {
    bool enabled;
    bool tls;        /* check-ssl, or the server's own ssl when port and addr are not changed */
    const char *sni; /* check-sni */
    struct conf_addr addr; /* addr + port if not the server's; text NULL = the server's */
    uint16_t port;         /* 0 = the server's */
    unsigned inter_ms;     /* default 2000 */
    unsigned fastinter_ms, downinter_ms; /* 0 = inter_ms */
    unsigned rise;                       /* default 2 */
    unsigned fall;                       /* default 3 */
    bool send_proxy;                     /* in the server's version, or in version 1 */
    bool no_send_proxy;                  /* although the server is sent one */
    bool via_socks4;
    int proto;              /* check-proto: what is spoken is HTTP/1 in any case */
    struct conf_words alpn; /* check-alpn; empty = the server's */
};

/* What a server's places on a ring follow from. */
enum conf_hash_key { CONF_HASH_ID, CONF_HASH_ADDR, CONF_HASH_ADDR_PORT };

struct conf_server {
    const char *name;
    struct conf_place place;
    unsigned id;           /* puid of the CSV: `id`, else counted from 1 */
    bool has_own_id;       /* `id` says it */
    struct conf_addr addr; /* family AF_UNSPEC: not known yet, see naming */
    struct conf_naming naming;
    enum conf_hash_key hash_key;
    const char *cookie; /* what the persistence cookie calls it, or NULL */
    const char *redir;  /* GET and HEAD are redirected to this and their target; or NULL */
    unsigned weight;    /* 0..256, default 1 */
    unsigned maxconn;   /* 0 = no bound */
    unsigned minconn;
    unsigned maxqueue; /* 0 = no bound */
    bool backup, disabled;
    bool non_stick;                 /* stick tables do not learn it */
    bool shutdown_sessions_on_down; /* on-marked-down shutdown-sessions */
    unsigned slowstart_ms;
    unsigned pool_max_conn; /* idle connections kept, UINT_MAX = no bound */
    unsigned max_uses;      /* of a connection: max-reuse and the first; 0 = no bound */
    unsigned pool_low_conn; /* kept whoever may want them again */
    unsigned pool_purge_ms; /* pool-purge-delay, default 5000 */
    struct conf_server_check check;
    struct conf_agent agent;
    struct conf_watch watch;
    struct conf_tls tls;
    unsigned send_proxy; /* enum conf_send_proxy, or-ed; 0 = no header */
    /* "*", "10.0.0.1", "10.0.0.1:+100": connections go where the client's came to */
    bool addr_of_client, port_of_client;
    int port_offset; /* with port_of_client: added to it */
    struct conf_outgoing source;
    struct conf_addr socks4; /* text NULL = the server is reached directly */
    const char *netns;       /* name of a network namespace, or NULL */
    unsigned tcp_ut_ms;
    bool tfo;
};

enum conf_reuse { CONF_REUSE_NEVER, CONF_REUSE_SAFE, CONF_REUSE_AGGRESSIVE, CONF_REUSE_ALWAYS };

struct conf_timeouts { /* UINT_MAX never stands here: load fills what HAProxy would leave endless */
    unsigned connect_ms, client_ms, server_ms;
    unsigned http_request_ms, http_keep_alive_ms; /* 0 = as HAProxy falls back */
    unsigned queue_ms;                            /* 0 = connect_ms */
    unsigned tunnel_ms;                           /* 0 = client_ms and server_ms go on */
    unsigned client_fin_ms, server_fin_ms;        /* 0 = client_ms, server_ms */
    unsigned check_ms;                            /* 0 = inter bounds the whole probe */
    unsigned tarpit_ms;
};

/* option forwardfor */
struct conf_forwardfor {
    bool enabled, if_none;
    const char *header;             /* default "X-Forwarded-For" */
    struct sockaddr_storage except; /* family AF_UNSPEC = none */
    unsigned except_bits;
};

enum conf_log_format {
    CONF_LOG_DEFAULT, /* no format was chosen: one short line, "Connect from ..." */
    CONF_LOG_TCP,
    CONF_LOG_HTTP,
    CONF_LOG_HTTPS,
    CONF_LOG_CLF,    /* option httplog clf */
    CONF_LOG_CUSTOM, /* log-format */
};

struct conf_error_file {
    unsigned status;
    const char *path;
    const char *bytes; /* read at load: the response, checked */
    size_t len;
};

/* Statistics served by a proxy: stats enable, uri, auth, ... */
struct conf_stats {
    bool enabled;
    const char *uri;        /* default "/haproxy?stats" */
    const char *realm;      /* default "HAProxy Statistics" */
    struct conf_words auth; /* "user:password" each; empty = open to all */
    unsigned refresh_s;     /* 0 = no automatic refresh */
    bool hide_version, show_node, show_legends, show_desc;
    const char *node, *desc;
    bool admin; /* there are `stats admin` lines: one of them must hold */
};

/* What the rules engine reads: acl, http-request, use_backend, stick, ... in the order of the file. */
struct conf_lines {
    struct conf_line *items; /* config/line.h */
    size_t count;
};

/* Of which keyword a line is: the value of its row. */
enum conf_line_kind {
    CONF_LINE_OTHER, /* none of the rules: a script of probes */
    CONF_LINE_ACL,
    CONF_LINE_TCP_CONNECTION, /* tcp-request connection */
    CONF_LINE_TCP_SESSION,
    CONF_LINE_TCP_CONTENT,
    CONF_LINE_TCP_RESPONSE,
    CONF_LINE_HTTP_REQUEST,
    CONF_LINE_HTTP_RESPONSE,
    CONF_LINE_HTTP_AFTER_RESPONSE,
    CONF_LINE_REDIRECT,
    CONF_LINE_USE_BACKEND,
    CONF_LINE_USE_SERVER,
    CONF_LINE_STATS_HTTP_REQUEST,
    CONF_LINE_STATS_ADMIN,
    CONF_LINE_MONITOR_FAIL,
    CONF_LINE_FORCE_PERSIST,
    CONF_LINE_IGNORE_PERSIST,
    CONF_LINE_STICK, /* stick on, match, store-request, store-response */
    CONF_LINE_STICK_TABLE,
    CONF_LINE_CAPTURE, /* capture request header, ... and declare capture */
    CONF_LINE_LOG_FORMAT,
    CONF_LINE_LOG_FORMAT_SD,
    CONF_LINE_ERROR_LOG_FORMAT,
    CONF_LINE_UNIQUE_ID_FORMAT,
    CONF_LINE_HTTP_ERROR,
    CONF_LINE_BALANCE,   /* what follows the algorithm */
    CONF_LINE_FORWARDED, /* a part of option forwarded */
    CONF_LINE_KINDS,
};

/* What a hash that chooses the server is made of. */
enum conf_balance_key {
    CONF_KEY_NONE, /* the algorithm needs none */
    CONF_KEY_SOURCE,
    CONF_KEY_URI,
    CONF_KEY_URL_PARAM,
    CONF_KEY_HEADER,
    CONF_KEY_RDP_COOKIE,
    CONF_KEY_EXPRESSION,
};

/* `balance`: how a server is picked. */
struct conf_balance {
    const char *name; /* without what stands in parentheses: "roundrobin", "hdr" */
    enum conf_balance_key key;
    const char *parameter;              /* name of the URL parameter, header or RDP cookie */
    unsigned len;                       /* of a URI: bytes that count; 0 = all */
    unsigned depth;                     /* of a URI: directories that count; 0 = all */
    bool whole;                         /* of a URI: with its query */
    bool path_only;                     /* of a URI: without scheme and authority */
    bool check_post;                    /* of a URL parameter: also in the body */
    bool domain_only;                   /* of a header: only the name before the last dot */
    unsigned draws;                     /* of random */
    const struct conf_line *expression; /* of hash: its one word; or NULL */
};

/* `hash-type` and what goes with it. */
struct conf_hash {
    const char *method;             /* "map-based", "consistent": a name of lb_hash_types */
    const struct lb_hash *function; /* lb-algos/hash.h */
    bool avalanche;
    unsigned balance_factor_percent; /* hash-balance-factor; 0 = no bound */
};

/* `cookie`: how a client is kept on its server. */
struct conf_cookie {
    const char *name;             /* NULL = not at all */
    bool rewrite, insert, prefix; /* at most one; none = the server sends it by itself */
    bool indirect, nocache, postonly, preserve, httponly, secure;
    bool dynamic;                  /* servers without a cookie get one made of their address */
    const char *domain;            /* several: "a.test; domain=b.test"; or NULL */
    const char *attributes;        /* "SameSite=Lax; x"; or NULL */
    unsigned maxidle_s, maxlife_s; /* 0 = for ever */
};

/* Parts of the header field Forwarded. */
enum conf_forwarded_part {
    CONF_FORWARDED_PROTO = 1,
    CONF_FORWARDED_HOST = 2,
    CONF_FORWARDED_FOR = 4,
    CONF_FORWARDED_FOR_PORT = 8,
    CONF_FORWARDED_BY = 16,
    CONF_FORWARDED_BY_PORT = 32,
};

/* Of these parts an expression may say what they are. */
enum conf_forwarded_expr {
    CONF_FORWARDED_EXPR_HOST,
    CONF_FORWARDED_EXPR_FOR,
    CONF_FORWARDED_EXPR_FOR_PORT,
    CONF_FORWARDED_EXPR_BY,
    CONF_FORWARDED_EXPR_BY_PORT,
    CONF_FORWARDED_EXPRS,
};

/* option http-restrict-req-hdr-names: of header fields whose names are more than letters, digits and '-'. */
enum conf_odd_names { CONF_ODD_NAMES_PRESERVE, CONF_ODD_NAMES_DELETE, CONF_ODD_NAMES_REJECT };

struct conf_forwarded {
    unsigned parts; /* or-ed; 0 = no such field */
    const struct conf_line
        *expressions[CONF_FORWARDED_EXPRS]; /* or NULL: the part's name and the expression */
};

/* After what a request is sent again. */
enum conf_retry {
    CONF_RETRY_SET = 1u << 0, /* something was said */
    CONF_RETRY_CONNECT = 1u << 1,
    CONF_RETRY_EMPTY = 1u << 2,
    CONF_RETRY_JUNK = 1u << 3,
    CONF_RETRY_TIMEOUT = 1u << 4,
    CONF_RETRY_401 = 1u << 5,
    CONF_RETRY_403 = 1u << 6,
    CONF_RETRY_404 = 1u << 7,
    CONF_RETRY_408 = 1u << 8,
    CONF_RETRY_425 = 1u << 9,
    CONF_RETRY_429 = 1u << 10,
    CONF_RETRY_500 = 1u << 11,
    CONF_RETRY_501 = 1u << 12,
    CONF_RETRY_502 = 1u << 13,
    CONF_RETRY_503 = 1u << 14,
    CONF_RETRY_504 = 1u << 15,
};

struct conf_user {
    const char *name;
    const char *password; /* hashed by crypt(3), unless is_plain; NULL: nobody knows it */
    bool is_plain;
    struct conf_words groups;
};

struct conf_user_group {
    const char *name;
    struct conf_words users;
};

/* A userlist section: who may ask for what. */
struct conf_userlist {
    const char *name;
    struct conf_place place;
    struct conf_user *users;
    size_t user_count;
    struct conf_user_group *groups;
    size_t group_count;
};

enum conf_stick_type {
    CONF_STICK_IP,
    CONF_STICK_IPV6,
    CONF_STICK_INTEGER,
    CONF_STICK_STRING,
    CONF_STICK_BINARY,
    CONF_STICK_TYPES,
};

/* What a stick table can keep with each key. */
enum conf_stick_data {
    CONF_STICK_SERVER_ID,
    CONF_STICK_SERVER_KEY,
    CONF_STICK_GPT0,
    CONF_STICK_GPC0,
    CONF_STICK_GPC0_RATE,
    CONF_STICK_GPC1,
    CONF_STICK_GPC1_RATE,
    CONF_STICK_GPT, /* this and the next two are arrays */
    CONF_STICK_GPC,
    CONF_STICK_GPC_RATE,
    CONF_STICK_CONN_CNT,
    CONF_STICK_CONN_RATE,
    CONF_STICK_CONN_CUR,
    CONF_STICK_SESS_CNT,
    CONF_STICK_SESS_RATE,
    CONF_STICK_HTTP_REQ_CNT,
    CONF_STICK_HTTP_REQ_RATE,
    CONF_STICK_HTTP_ERR_CNT,
    CONF_STICK_HTTP_ERR_RATE,
    CONF_STICK_HTTP_FAIL_CNT,
    CONF_STICK_HTTP_FAIL_RATE,
    CONF_STICK_BYTES_IN_CNT,
    CONF_STICK_BYTES_IN_RATE,
    CONF_STICK_BYTES_OUT_CNT,
    CONF_STICK_BYTES_OUT_RATE,
    CONF_STICK_GLITCH_CNT,
    CONF_STICK_GLITCH_RATE,
    CONF_STICK_DATA,
};

/* `stick-table`; two are the same table if their bytes are, so what is not used is 0. */
struct conf_stick_table {
    enum conf_stick_type type;
    unsigned key_bytes; /* strings: of the longest key */
    unsigned size;      /* entries */
    unsigned expire_ms; /* 0 = never */
    unsigned nopurge;   /* a full table takes no further key */
    struct {
        unsigned count; /* elements; 0 = not kept */
        unsigned period_ms;
    } data[CONF_STICK_DATA];
};

/* A table of a peers section: "section/table". */
struct conf_peers_table {
    const char *name;
    struct conf_stick_table definition;
};

enum conf_caps { CONF_FRONTEND = 1, CONF_BACKEND = 2, CONF_LISTEN = 3 };

/* load-server-state-from-file */
enum conf_saved_state { CONF_SAVED_NONE, CONF_SAVED_GLOBAL, CONF_SAVED_LOCAL };

/* What the body of a response may be sent as. */
enum conf_coding {
    CONF_CODING_NONE,     /* by no algorithm */
    CONF_CODING_IDENTITY, /* as it is, though in chunks */
    CONF_CODING_GZIP,
    CONF_CODING_DEFLATE,
    CONF_CODING_RAW_DEFLATE,
    CONF_CODINGS,
};

struct conf_compression {
    unsigned char codings[CONF_CODINGS]; /* enum conf_coding; the one named last comes first */
    unsigned coding_count;               /* 0 = nothing is compressed */
    struct conf_words types;             /* beginnings of Content-Type; empty = any */
    bool offload;                        /* servers are not asked to compress */
};

/* How compressors are made. */
struct conf_compressor {
    unsigned level;        /* tune.comp.maxlevel, 1 to 9 */
    unsigned window_bits;  /* tune.zlib.windowsize, 9 to 15 */
    unsigned memory_level; /* tune.zlib.memlevel, 1 to 9 */
    unsigned memory_mb;    /* maxzlibmem, of all of them together; 0 = no bound */
    unsigned rate_kb;      /* maxcomprate, what they take in a second; 0 = no bound */
};

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
    bool dontlognull, logasap, dontlog_normal, log_separate_errors;
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
    bool http_server_close, http_close; /* option http-server-close, httpclose */
    bool http_keep_alive;
    bool tcpka, clitcpka, srvtcpka;
    struct conf_keepalive client_keepalive, server_keepalive;
    bool nolinger; /* a connection that ends is reset, so that nothing of it lingers */
    bool smart_accept, smart_connect;
    bool splice_auto, splice_request, splice_response;
    unsigned backlog; /* 0 = maxconn */
    bool abortonclose;
    bool http_buffer_request;
    unsigned inspect_delay_ms; /* tcp-request inspect-delay */
    unsigned response_inspect_delay_ms;
    struct conf_forwardfor originalto;
    struct conf_forwarded forwarded;
    enum conf_odd_names odd_names;
    const char *unique_id_header; /* or NULL */
    const char *name_header;      /* http-send-name-header, or NULL */
    unsigned retry_on;            /* enum conf_retry; 0 = as by default */
    struct conf_compression compression;

    /* backend side */
    struct conf_balance balance;
    struct conf_hash hash;
    struct conf_cookie cookie;
    const char *dynamic_cookie_key;       /* or NULL */
    struct conf_stick_table *stick_table; /* of either side; or NULL */
    bool persist; /* option persist: the cookie's server is used even if down */
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
    bool log_health_checks;
    struct conf_outliers outliers;
    struct conf_email email;
    enum conf_saved_state saved_state_from;
    const char *saved_state_name; /* of the file for this proxy alone */
    const char *saved_state;      /* its text, or NULL */
    unsigned panic_percent;       /* option panic-threshold; 0 = never */
    unsigned fullconn;            /* 0 = a tenth of the maxconn of its frontends */
};

/* Whether its streams or its probes speak TLS; check_complete.c. */
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
    const char *node, *description;
    struct conf_lines lines;       /* set-var, set-var-fmt */
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
