/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A data thread as it serves, turned by hand, with us for its servers:
 *
 *   client (explain_client.c) ==socketpair== session > stream > rules > pool ==socketpair== peer (here)
 *
 * Sockets of a pair lead nowhere else, so what runs in between is the code that serves, and nothing of it
 * knows the difference but for two places: where a client has connected to, and how a server is reached.
 */
#include "proxy/runtime/explain_priv.h"

#include "proxy/admin/service.h"
#include "proxy/http/stream.h"
#include "proxy/runtime/worker.h"
#include "proxy/state/build.h"
#include "proxy/state/events.h"
#include "proxy/tcp/tcp_stream.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define QUIET_MS 2
#define WAITS_MAX 1000 /* of rules, one after the other */
#define HEARD_BYTES_MAX (256 * 1024)
#define TRACE_MAX 100000

void explain_bytes_add(struct explain_bytes *bytes, const void *data, size_t len)
{
    char *grown =
        bytes->len + len <= HEARD_BYTES_MAX ? realloc(bytes->data, bytes->len + len + 1) : NULL;
    bytes->is_cut |= grown == NULL;
    if (grown == NULL)
        return;
    memcpy(grown + bytes->len, data, len);
    bytes->data = grown;
    bytes->len += len;
    bytes->data[bytes->len] = '\0';
}

/* ---- the server's side --------------------------------------------------------------------------------- */

static struct explain_run *run_of_peer(struct conn *conn)
{
    return LIST_ITEM(conn, struct explain_run, peer);
}

/* Once there is a request, as far as one can tell. */
static void respond(struct explain_run *run)
{
    struct iovec piece = {run->response.data, run->response.len};
    if (run->words->response == NULL || run->has_responded || run->forwarded.len == 0)
        return;
    run->has_responded = true;
    if (conn_sendv(&run->peer, &piece, 1) != (ssize_t)piece.iov_len)
        run->response.is_cut = true;
    conn_end_writing(&run->peer);
}

static void on_peer_ready(struct conn *conn)
{
    struct explain_run *run = run_of_peer(conn);
    char buffer[4096];
    ssize_t n;
    while (conn_can_read(conn) && (n = conn_recv(conn, buffer, sizeof(buffer))) > 0)
        explain_bytes_add(&run->forwarded, buffer, (size_t)n);
    respond(run);
}

/* Of a server that the stream has left already nobody listens any more. */
static int reach(struct http_stage *stage, struct server *server)
{
    struct explain_run *run = LIST_ITEM(stage, struct explain_run, stage);
    int fds[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) != 0)
        return uv_translate_sys_error(errno);
    conn_close(&run->peer);
    run->server = server;
    run->forwarded.len = 0;
    run->has_responded = false;
    int rc = conn_open(&run->peer, &run->loop, fds[1], on_peer_ready);
    return rc == 0 ? fds[0] : rc;
}

/* ---- turning ------------------------------------------------------------------------------------------- */

struct turn {
    struct loop_task task;
    struct loop *loop;
};

static void end_turn(struct loop_task *task)
{
    atomic_store(&LIST_ITEM(task, struct turn, task)->loop->stopping, true);
}

static void turn_once(struct loop *loop)
{
    struct turn turn = {{.run = end_turn}, loop};
    list_init(&turn.task.node);
    atomic_store(&loop->stopping, false);
    loop_soon(loop, &turn.task); /* so it does not sleep, and ends after one turn */
    loop_run(loop);
}

static bool has_events(const struct explain_run *run)
{
    struct pollfd fds[] = {{.fd = run->loop.epoll_fd, .events = POLLIN},
                           {.fd = run->control.epoll_fd, .events = POLLIN}};
    return poll(fds, 2, QUIET_MS) > 0;
}

static void settle(struct explain_run *run)
{
    do {
        turn_once(&run->loop);
        turn_once(&run->control);
    } while (!list_is_empty(&run->loop.soon) || has_events(run));
}

static struct stream *present_stream(const struct explain_run *run)
{
    const struct list *sessions = &run->http->sessions;
    return list_is_empty(sessions) ? NULL : LIST_ITEM(sessions->next, struct session, node)->stream;
}

void explain_stage_settle(struct explain_run *run)
{
    settle(run);
    for (unsigned i = 0; i < WAITS_MAX; i++) {
        struct stream *s = present_stream(run);
        if (s == NULL || s->state != STREAM_RULES)
            return;
        trace_tell(s->trace, TRACE_STEP, "no more comes: as if that time had passed");
        stream_handle(s, STREAM_TIMED_OUT);
        settle(run);
    }
}

/* ---- building it --------------------------------------------------------------------------------------- */

static void ignore_record(const struct access_record *record)
{
    (void)record;
}

static void ignore_drained(struct http_thread *thread)
{
    (void)thread;
}

static void ignore_line(int level, const struct conf_proxy *proxy, const char *line)
{
    (void)level, (void)proxy, (void)line;
}

static const struct http_hooks http_hooks = {.access_log = ignore_record,
                                             .begin_tcp = tcp_begin,
                                             .drained = ignore_drained,
                                             .told = ignore_line};
static const struct state_hooks state_hooks = {.server_notice = http_server_notice};

static void on_freeing(struct snapshot *snapshot, void *owner)
{
    (void)owner;
    publish_take_down(snapshot);
}

static int complain(const char *text)
{
    fprintf(stderr, "weir explain: %s\n", text);
    return -1;
}

static int open_loops(struct explain_run *run)
{
    if (loop_init(&run->control, 1) != 0)
        return -1;
    if (loop_init(&run->loop, 0) == 0)
        return 0;
    loop_destroy(&run->control);
    return -1;
}

static int open_snapshot(struct explain_run *run, struct load *load)
{
    char reason[LOAD_REASON_BYTES];
    struct snapshot *snapshot = publish_build(load, NULL, 1, reason);
    if (snapshot == NULL)
        return complain(reason);
    state_commit(snapshot, NULL, &run->control);
    snapshot_publish(&run->chain, snapshot);
    http_thread_set_stage(run->http, &run->stage, snapshot);
    return 0;
}

int explain_stage_open(struct explain_run *run, struct load *load)
{
    static struct loop *loops[1];
    const struct conf_global *global = &load->config->global;
    if (open_loops(run) != 0)
        return complain("no event loop");
    run->client.source.fd = run->peer.source.fd = -1;
    trace_log_init(&run->log, TRACE_MAX);
    run->stage.trace = &run->log.trace;
    run->stage.reach = reach;
    run->http = http_thread_create(&run->loop, &http_hooks, global->bufsize, global->maxrewrite);
    if (run->http == NULL) {
        loop_destroy(&run->loop);
        loop_destroy(&run->control);
        return complain("out of memory");
    }
    loops[0] = &run->loop;
    state_set_hooks(&state_hooks, loops, 1);
    snapshot_chain_init(&run->chain, &run->control, on_freeing, run);
    admin_service_start(&run->control);
    return open_snapshot(run, load);
}

void explain_stage_close(struct explain_run *run)
{
    if (run->http == NULL)
        return;
    http_thread_free(run->http);
    conn_close(&run->client);
    conn_close(&run->peer);
    turn_once(&run->control); /* messages of what was just closed */
    snapshot_chain_destroy(&run->chain);
    state_set_hooks(NULL, NULL, 0);
    loop_destroy(&run->loop);
    loop_destroy(&run->control);
    tls_client_context_free(run->tls);
    trace_log_clear(&run->log);
    free(run->request.data);
    free(run->answer.data);
    free(run->forwarded.data);
    free(run->response.data);
}
