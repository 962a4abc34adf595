/* SPDX-License-Identifier: Apache-2.0 */
/* A data thread, its clients and its servers in one test; see harness.h. */
#include "test/proxy/http/harness.h"

#include "proxy/state/events.h"
#include "test/proxy/net/turns.h"
#include "tls/context.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static struct harness *running; /* hooks are given no owner */

static void on_access(const struct access_record *record)
{
    struct harness_log *log = &running->logs[running->log_count++ % HARNESS_LOGS];
    *log = (struct harness_log){
        .status = record->status, .retries = record->retries, .bytes_read = record->bytes_read};
    memcpy(log->termination, record->termination, 2);
    snprintf(log->server, sizeof(log->server), "%s", record->server != NULL ? record->server : "");
}

static void on_drained(struct http_thread *thread)
{
    (void)thread;
    running->drained++;
}

static const struct http_hooks http_hooks = {
    .access_log = on_access, .begin_tcp = NULL, .drained = on_drained};
static const struct state_hooks state_hooks = {.server_notice = http_server_notice};

/* A page of the test's, where it has one. */
static enum service_verdict answer_page(const struct service_request *request,
                                        struct service_answer *answer)
{
    (void)request;
    if (running->page == NULL)
        return SERVICE_PASS;
    *answer = (struct service_answer){
        .status = 200, .fixed = running->page, .content_length = running->page_len};
    return SERVICE_ANSWERS;
}

static const struct stream_service service = {answer_page};

/* ---- life
 * ----------------------------------------------------------------------------------------- */

static int listen_on_loopback(struct sockaddr_in *in_out)
{
    socklen_t len = sizeof(*in_out);
    int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    *in_out =
        (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_true(fd >= 0);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    assert_int_equal(bind(fd, (struct sockaddr *)in_out, sizeof(*in_out)), 0);
    assert_int_equal(listen(fd, 64), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)in_out, &len), 0);
    return fd;
}

static void init_server(struct harness *h, unsigned index)
{
    static const char *const names[HARNESS_SERVERS] = {"s1", "s2", "s3"};
    struct conf_server *server = &h->servers[index];
    struct sockaddr_in in;
    h->origins[index] = listen_on_loopback(&in);
    *server = (struct conf_server){.name = names[index], .id = index + 1, .weight = 1};
    server->check.rise = server->check.fall = 1;
    server->pool_max_conn = UINT32_MAX;
    server->pool_purge_ms = HARNESS_AMPLE_MS;
    memcpy(&server->addr.sa, &in, sizeof(in));
    server->addr.sa_len = sizeof(in);
    server->addr.port = ntohs(in.sin_port);
    server->addr.text = "127.0.0.1";
}

void harness_init(struct harness *h, unsigned servers)
{
    signal(SIGPIPE, SIG_IGN);
    memset(h, 0, sizeof(*h));
    h->buffer_bytes = 16384;
    h->threads = 1;
    for (unsigned i = 0; i < servers; i++)
        init_server(h, i);
    h->proxy = (struct conf_proxy){
        .name = "www",
        .caps = CONF_LISTEN,
        .mode = CONF_MODE_HTTP,
        .place.file = "test",
        .id = 2,
        .timeout = {.connect_ms = HARNESS_AMPLE_MS,
                    .client_ms = HARNESS_AMPLE_MS,
                    .server_ms = HARNESS_AMPLE_MS},
        .logs = &h->log_target,
        .log_count = 1,
        .balance.name = "roundrobin",
        .reuse = CONF_REUSE_ALWAYS,
        .default_backend_name = "www",
        .maxconn = 1000,
        .bind_count = 1,
        .server_count = servers,
    };
}

/* A configuration of its own for each load, as the snapshots of several may be in use. */
struct load {
    struct config config; /* first: it is what free_config gets */
    struct conf_proxy proxy;
    struct conf_server servers[HARNESS_SERVERS];
    struct conf_bind bind;
};

static void free_load(struct config *config)
{
    free(config);
}

static struct config *make_config(const struct harness *h)
{
    struct load *load = calloc(1, sizeof(*load));
    assert_non_null(load);
    load->proxy = h->proxy;
    load->proxy.default_backend = &load->proxy;
    load->proxy.servers = load->servers;
    load->proxy.binds = &load->bind;
    memcpy(load->servers, h->servers, sizeof(load->servers));
    for (unsigned i = 0; i < HARNESS_SERVERS; i++)
        load->servers[i].tls.enabled = h->server_tls != NULL;
    load->config.proxies = &load->proxy;
    load->config.proxy_count = 1;
    load->config.global.bufsize = (unsigned)h->buffer_bytes;
    return &load->config;
}

static struct tls_client_context *make_tls(void *owner, const struct conf_server *server,
                                           struct state_error *error_out)
{
    (void)server;
    (void)error_out;
    return tls_client_context_ref(((struct harness *)owner)->server_tls);
}

void harness_reload(struct harness *h)
{
    struct state_error error = {""};
    struct state_build_options options = {
        .threads = h->threads, .make_tls = make_tls, .owner = h, .free_config = free_load};
    struct snapshot *old = h->chain.current;
    struct snapshot *snapshot = state_build(make_config(h), old, &options, &error);
    assert_string_equal(error.text, "");
    assert_non_null(snapshot);
    for (size_t i = 0; i < h->proxy.bind_count; i++) {
        snapshot->proxies[0].binds[i].socket = &h->socket;
        snapshot->proxies[0].binds[i].tls = h->tls;
    }
    snapshot->proxies[0].service = &service;
    state_commit(snapshot, old, &h->control);
    assert_ptr_equal(snapshot_publish(&h->chain, snapshot), old);
    for (unsigned i = 0; i < h->threads; i++)
        http_thread_post_snapshot(h->http[i], snapshot);
    harness_settle(h);
}

unsigned harness_loads(const struct harness *h)
{
    unsigned count = 0;
    for (const struct snapshot *s = h->chain.oldest; s != NULL; s = s->next)
        count++;
    return count;
}

void harness_start(struct harness *h)
{
    struct sockaddr_in in;
    running = h;
    atomic_store(&http_sessions_total, 0); /* a test that failed may have left some */
    h->listener = listen_on_loopback(&in);
    if (h->server_send_bytes != 0)
        setsockopt(h->listener, SOL_SOCKET, SO_SNDBUF, &h->server_send_bytes,
                   sizeof(h->server_send_bytes));
    h->socket = (struct bind_socket){h->listeners, h->threads};
    assert_int_equal(loop_init(&h->control, h->threads), 0);
    static struct loop *loops[HARNESS_THREADS];
    for (unsigned i = 0; i < h->threads; i++) {
        h->listeners[i] = h->listener;
        loops[i] = &h->loops[i];
        assert_int_equal(loop_init(loops[i], i), 0);
        h->http[i] = http_thread_create(loops[i], &http_hooks, h->buffer_bytes, 1024);
        assert_non_null(h->http[i]);
    }
    state_set_hooks(&state_hooks, loops, h->threads);
    snapshot_chain_init(&h->chain, &h->control, NULL, NULL);
    harness_reload(h);
}

void harness_stop(struct harness *h)
{
    harness_settle(h);
    struct backend *backend = &h->chain.current->proxies[0].state->backend;
    for (unsigned i = 0; i < h->threads && h->is_running; i++)
        loop_stop(&h->loops[i]);
    for (unsigned i = 0; i < h->threads && h->is_running; i++)
        pthread_join(h->ids[i], NULL);
    for (unsigned i = 0; i < h->threads; i++)
        http_thread_free(h->http[i]);
    assert_int_equal(atomic_load(&http_sessions_total), 0);
    assert_int_equal(atomic_load(&backend->sessions), 0);
    assert_int_equal(atomic_load(&backend->queued), 0);
    /* what is left is the thread's own hold on the snapshot */
    for (unsigned i = 0; i < h->threads; i++)
        assert_int_equal(h->chain.current->uses[i].users, 1);
    snapshot_chain_destroy(&h->chain);
    state_set_hooks(NULL, NULL, 0);
    for (unsigned i = 0; i < h->threads; i++)
        loop_destroy(&h->loops[i]);
    loop_destroy(&h->control);
    close(h->listener);
    if (h->jam != 0)
        close(h->jam);
    for (unsigned i = 0; i < HARNESS_SERVERS && h->origins[i] != 0; i++)
        close(h->origins[i]);
}

/* ---- time
 * ----------------------------------------------------------------------------------------- */

void harness_settle(struct harness *h)
{
    if (!h->is_running)
        turns_settle(&h->loops[0]);
    turns_one(&h->control);
}

static void *run_thread(void *arg)
{
    loop_run(arg);
    return NULL;
}

void harness_run(struct harness *h)
{
    h->is_running = true;
    for (unsigned i = 0; i < h->threads; i++) {
        atomic_store(&h->loops[i].stopping, false);
        assert_int_equal(pthread_create(&h->ids[i], NULL, run_thread, &h->loops[i]), 0);
    }
}

void harness_age(struct harness *h, unsigned ms)
{
    turns_skip(ms);
    harness_settle(h);
}

/* ---- peers
 * ---------------------------------------------------------------------------------------- */

int harness_connect(struct harness *h)
{
    struct sockaddr_in in;
    socklen_t len = sizeof(in);
    int on = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    if (h->client_buffer_bytes != 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &h->client_buffer_bytes,
                   sizeof(h->client_buffer_bytes));
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    assert_int_equal(getsockname(h->listener, (struct sockaddr *)&in, &len), 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&in, len), 0);
    harness_settle(h);
    return fd;
}

int harness_accept(struct harness *h, unsigned index)
{
    uint64_t end = turns_clock_ms() + TURNS_PATIENCE_MS;
    int fd;
    do {
        harness_settle(h);
        fd = accept4(h->origins[index], NULL, NULL, SOCK_NONBLOCK);
    } while (fd < 0 && turns_clock_ms() < end);
    if (fd < 0)
        fail_msg("no connection to server %u", index);
    return fd;
}

bool harness_has_connection(struct harness *h, unsigned index)
{
    struct pollfd fd = {.fd = h->origins[index], .events = POLLIN};
    harness_settle(h);
    return poll(&fd, 1, 0) > 0;
}

void harness_say_bytes(struct harness *h, int fd, const void *bytes, size_t len)
{
    uint64_t end = turns_clock_ms() + TURNS_PATIENCE_MS;
    for (size_t said = 0; said < len && turns_clock_ms() < end;) {
        ssize_t n = send(fd, (const char *)bytes + said, len - said, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN)
            return; /* closed: what is heard next tells */
        said += n > 0 ? (size_t)n : 0;
        harness_settle(h);
    }
}

void harness_say(struct harness *h, int fd, const char *text)
{
    harness_say_bytes(h, fd, text, strlen(text));
}

/* Up to len bytes, at least one; 0 at the end; -1 when none came in time. */
static ssize_t hear_some(struct harness *h, int fd, char *buf, size_t len, int patience_ms)
{
    uint64_t end = turns_clock_ms() + (uint64_t)patience_ms;
    for (;;) {
        ssize_t n = recv(fd, buf, len, MSG_DONTWAIT);
        if (n >= 0)
            return n;
        if (errno != EAGAIN)
            return 0;
        harness_settle(h);
        if (turns_clock_ms() >= end)
            return -1;
    }
}

void harness_hear(struct harness *h, int fd, const char *text)
{
    size_t len = strlen(text), have = 0;
    char *heard = calloc(1, len + 1);
    while (have < len) {
        ssize_t n = hear_some(h, fd, heard + have, len - have, TURNS_PATIENCE_MS);
        if (n <= 0)
            break;
        have += (size_t)n;
    }
    assert_string_equal(heard, text);
    free(heard);
}

const char *harness_hear_head(struct harness *h, int fd)
{
    static char head[16384];
    size_t have = 0;
    while (have < sizeof(head) - 1) {
        head[have] = '\0';
        if (have >= 4 && strcmp(head + have - 4, "\r\n\r\n") == 0)
            return head;
        if (hear_some(h, fd, head + have, 1, TURNS_PATIENCE_MS) <= 0)
            break;
        have++;
    }
    fail_msg("no head, but \"%s\"", head);
    return NULL;
}

void harness_skip(struct harness *h, int fd, size_t len)
{
    static char buf[256 * 1024];
    while (len > 0) {
        ssize_t n = hear_some(h, fd, buf, len < sizeof(buf) ? len : sizeof(buf), TURNS_PATIENCE_MS);
        if (n <= 0)
            fail_msg("%zu bytes more should have come; %s", len,
                     n == 0 ? "but the end did" : "but nothing did");
        len -= (size_t)n;
    }
}

void harness_hear_nothing(struct harness *h, int fd)
{
    char buf[256] = "";
    harness_settle(h);
    ssize_t n = hear_some(h, fd, buf, sizeof(buf) - 1, 0);
    if (n >= 0)
        fail_msg("heard %zd bytes: \"%s\"", n, buf);
}

void harness_hear_end(struct harness *h, int fd)
{
    char buf[256] = "";
    ssize_t n = hear_some(h, fd, buf, sizeof(buf) - 1, TURNS_PATIENCE_MS);
    if (n != 0)
        fail_msg("%s \"%s\"", n < 0 ? "no end" : "bytes instead of the end:", buf);
    close(fd);
}

void harness_reset(struct harness *h, int fd)
{
    struct linger now = {.l_onoff = 1};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    close(fd);
    harness_settle(h);
}

void harness_jam(struct harness *h, unsigned index)
{
    struct sockaddr_in in;
    socklen_t len = sizeof(in);
    assert_int_equal(listen(h->origins[index], 0), 0);
    assert_int_equal(getsockname(h->origins[index], (struct sockaddr *)&in, &len), 0);
    h->jam = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(h->jam, (struct sockaddr *)&in, len), 0);
}

uint64_t harness_count(const struct harness *h, int index, enum counter which)
{
    const struct proxy *proxy = &h->chain.current->proxies[0];
    struct counters *cells = index < 0 ? backend_counters(&proxy->state->backend, 0)
                                       : server_counters(proxy->servers[index], 0);
    return atomic_load(&cells->totals[which]);
}

const struct harness_log *harness_last_log(const struct harness *h)
{
    assert_true(h->log_count > 0);
    return &h->logs[(h->log_count - 1) % HARNESS_LOGS];
}
