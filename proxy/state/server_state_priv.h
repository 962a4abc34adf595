/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files that turn servers share: the turn itself, and the words of the lines about it.
 *
 * Thread: the control thread.
 */
#ifndef WEIR_STATE_SERVER_STATE_PRIV_H
#define WEIR_STATE_SERVER_STATE_PRIV_H

#include "proxy/state/events_priv.h"
#include "proxy/state/server_state.h"

/* What a turn found and did. */
struct turn {
    bool was_running, was_leaving, backend_was_up;
    enum server_admin admin_before, inherited_before;
    unsigned requeued; /* waiting streams that got a slot by it */
};

enum address_turn { ADDRESS_STAYS, ADDRESS_FOUND, ADDRESS_LOST };

/* What a server is turned to. */
struct stance {
    enum server_admin admin, inherited;
    bool up, leaving;
    enum address_turn address;
};

/* As it is, to be changed. */
struct stance server_stance(const struct server *server);

/* Brings pool, queue, clocks and history up to date, and the data threads. */
struct turn server_turn(struct server *server, struct stance to, const char *reason,
                        struct loop *control);
/* Nobody has looked at it yet, or not for long: what init-state makes of it. Whether it is up. */
bool server_begin_health(struct server *server);

/*
 * server_tracking.c: it takes over what the server is that it tracks, if it does; and those that track it. At the
 * start that is no news, and not told.
 */
void server_follow(struct server *server, bool is_told, struct loop *control);
void server_turn_trackers(struct server *server, struct loop *control);

/* server_admin_lines.c: what the turn says of maintenance and draining, by the operator or inherited. */
void tell_admin(struct server *server, const struct turn *turn);

/* server_lines.c */
struct line {
    char text[1024];
    size_t len;
};

void line_add(struct line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* "Backup Server be/s1 " */
void line_begin(struct line *line, const struct server *server);
/* ", reason: Layer7 wrong status, code: 500, ..." */
void line_add_check(struct line *line, const struct check_result *check);
/* ". 1 active and 0 backup servers left. ..." */
void line_add_counts(struct line *line, const struct server *server, const struct turn *turn);
void line_tell(struct line *line, struct server *server, int level);
/* Tells that the turn left the backend without a server, if it did; and of panic. */
void tell_backend(struct backend *backend, const struct turn *turn);

/* server_weight.c; lock held: what the server weighs in the pool now. */
unsigned server_pool_weight(const struct server *server);
/* It came up: its weight grows from now on, if it starts slowly. */
void server_warm_up(struct server *server, struct loop *control);
/* Of all servers of the backend, after one of their weights has changed. Lock held. */
void backend_refresh_weights(struct backend *backend);

/* backend_panic.c; lock held: puts servers into the pool, or takes them out, by their state. */
void backend_refresh_up(struct backend *backend);

#endif
