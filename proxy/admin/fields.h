/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The columns of the statistics: one table for CSV, JSON and metrics, in the order of HAProxy 2.6's
 * CSV. A new statistic is one row here and a function that reads it.
 *
 * Thread: any.
 */
#ifndef WEIR_ADMIN_FIELDS_H
#define WEIR_ADMIN_FIELDS_H

#include "proxy/admin/stats.h"

#include <stdbool.h>
#include <stdint.h>

/* The kinds of rows; the numbers are those of the CSV's column "type". */
enum stats_kind { STATS_FRONTEND, STATS_BACKEND, STATS_SERVER, STATS_LISTENER, STATS_KINDS };

/* Sets of kinds. */
enum {
    F = 1 << STATS_FRONTEND,
    B = 1 << STATS_BACKEND,
    S = 1 << STATS_SERVER,
    L = 1 << STATS_LISTENER,
    FB = F | B,
    FS = F | S,
    BS = B | S,
    FBS = F | B | S,
    FL = F | L,
    FBL = F | B | L,
    FBSL = FBS | L,
};

/* One row: who is asked. */
struct stats_subject {
    enum stats_kind kind;
    const struct stats_query *query;
    const struct proxy *proxy;
    const struct server *server; /* of STATS_SERVER, as the next */
    const struct conf_server *server_conf;
    const struct bind *bind;            /* of STATS_LISTENER */
    const struct counter_set *counters; /* its own */
    uint64_t now_us;                    /* monotonic */
};

enum stats_type { STATS_EMPTY, STATS_U32, STATS_U64, STATS_S32, STATS_STRING };

#define STATS_STRING_BYTES 192

struct stats_value {
    enum stats_type type;
    union {
        uint64_t number;
        int32_t negative;   /* STATS_S32 */
        const char *string; /* borrowed from the config or static, or `room` */
    };
    char room[STATS_STRING_BYTES];
};

struct stats_field;

/* Fills in the value; leaves it empty where there is nothing to tell. */
typedef void stats_get(const struct stats_field *field, const struct stats_subject *subject,
                       struct stats_value *value);

enum {
    HTTP_ONLY = 1,    /* only of proxies in mode http */
    HTTP_BEHIND = 2,  /* the same for backends and servers */
    MILLISECONDS = 4, /* metrics have seconds */
    CHECKED_ONLY = 8, /* only of servers that are probed */
};

/* Metrics of more than one series for each row, told apart by a label. */
enum stats_series {
    SERIES_ONE,
    SERIES_STATES,  /* state="UP": 1 for the present one */
    SERIES_CODES,   /* code="2xx" */
    SERIES_CHECK,   /* state="L7OK": 1 for the present one */
    SERIES_SERVERS, /* state="UP": how many servers of the backend */
    SERIES_CHECKS,  /* state="L7OK": the same */
};

/* How Prometheus names it: haproxy_<kind>_<name>. */
struct stats_metric {
    const char *name; /* NULL = none; a counter if it ends in "_total" */
    unsigned on;      /* set of kinds */
    const char *help;
    enum stats_series series;
};

struct stats_field {
    const char *name;
    unsigned on;      /* set of kinds; none: HAProxy has the column, and we leave it empty */
    const char *tags; /* origin, nature and scope in the letters of HAProxy's typed format, or "" */
    stats_get *get;
    int arg; /* for get */
    unsigned flags;
    struct stats_metric metric;
};

extern const struct stats_field stats_fields[];
extern const size_t stats_field_count;

/* Whether the field says something of the subject; if so the value, perhaps empty. */
bool stats_read(const struct stats_field *field, const struct stats_subject *subject,
                struct stats_value *value);

/* One server's place in the labels of metrics. */
enum stats_state { STATE_DOWN, STATE_UP, STATE_MAINT, STATE_DRAIN, STATE_NOLB, STATS_STATES };
enum stats_state stats_server_state(const struct server *server);
bool stats_backend_is_up(const struct proxy *proxy);
/* Of a listener: WAITING, OPEN, FULL. */
enum listener_state { LISTENER_WAITING, LISTENER_OPEN, LISTENER_FULL, LISTENER_STATES };
extern const char *const listener_state_names[LISTENER_STATES];
enum listener_state stats_listener_state(const struct bind *bind);
#define LISTENER_NAME_BYTES 32
/* Its name, or one made of its number, in the room given. */
const char *stats_listener_name(const struct stats_subject *subject,
                                char room[LISTENER_NAME_BYTES]);
void stats_listener_address(const struct bind *bind, char *room, size_t bytes);
/* Of a server or a listener within its proxy; else 0. */
unsigned stats_row_id(const struct stats_subject *subject);

#endif
