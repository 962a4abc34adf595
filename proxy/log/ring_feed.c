/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A feed frames whole lines into a buffer, sends it, and frames the next ones when it has gone. So
 * after a loss it can tell, by framing the same lines again, which of them had not gone entirely.
 */
#include "proxy/log/ring_feed.h"

#include "config/model.h"
#include "proxy/log/log.h"
#include "proxy/log/memory_ring.h"
#include "proxy/net/conn.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REST_MS 1000
/* One line of the longest and its length before it, at least. */
#define FEED_BYTES (2 * LOG_RING_LINE_MAX)

enum feed_state { RESTING, CONNECTING, FEEDING };

struct feed {
    struct list node;
    struct loop_garbage garbage;
    struct loop *loop; /* borrowed */
    char *ring;        /* owned: its name */
    struct sockaddr_storage addr;
    socklen_t addr_len;
    enum conf_log_framing framing;
    unsigned connect_ms, server_ms;
    bool is_current; /* named by the config that is being adopted */

    enum feed_state state;
    struct conn conn;
    struct wheel_timer timer; /* RESTING: to connect; else: the longest wait */
    uint64_t next;            /* position of the line behind those in the buffer */
    uint64_t begin;           /* of the first line in the buffer */
    size_t len, sent;         /* bytes in it, and gone */
    char bytes[FEED_BYTES];
};

static struct list feeds = {&feeds, &feeds};

/* ---- framing ---- */

/* The frame of the line at *at, behind `used` bytes; its length, 0 if there is no line or no room. */
static size_t frame(struct feed *feed, struct memory_ring *ring, uint64_t *at, size_t used)
{
    static char line[LOG_RING_LINE_MAX];
    char head[24] = "";
    uint64_t next = *at;
    size_t len = 0;
    if (!memory_ring_take(ring, &next, line, sizeof(line), &len))
        return 0;
    len = len < sizeof(line) ? len : sizeof(line);
    bool counted = feed->framing == CONF_FRAMING_OCTET_COUNT;
    size_t head_len = counted ? (size_t)snprintf(head, sizeof(head), "%zu ", len) : 0;
    size_t total = head_len + len + (counted ? 0 : 1);
    if (FEED_BYTES - used < total)
        return 0;
    memcpy(feed->bytes + used, head, head_len);
    memcpy(feed->bytes + used + head_len, line, len);
    if (!counted)
        feed->bytes[used + total - 1] = '\n';
    *at = next;
    return total;
}

/* Fills the empty buffer. */
static void frame_lines(struct feed *feed)
{
    struct memory_ring *ring = memory_ring_find(feed->ring);
    feed->len = feed->sent = 0;
    feed->begin = feed->next;
    for (size_t bytes = 1; ring != NULL && bytes > 0; feed->len += bytes)
        bytes = frame(feed, ring, &feed->next, feed->len);
}

/* Goes back to the first line that has not gone entirely. */
static void unframe_lines(struct feed *feed)
{
    struct memory_ring *ring = memory_ring_find(feed->ring);
    size_t sent = feed->sent;
    uint64_t at = feed->begin;
    feed->next = feed->begin;
    for (size_t bytes = 1; ring != NULL && bytes > 0 && feed->len > 0; sent -= bytes) {
        bytes = frame(feed, ring, &at, 0);
        if (bytes > sent)
            break;
        feed->next = at;
    }
    feed->len = feed->sent = 0;
}

/* ---- the connection ---- */

static void rest(struct feed *feed)
{
    if (feed->state == FEEDING)
        unframe_lines(feed);
    feed->state = RESTING;
    conn_close(&feed->conn);
    loop_arm(feed->loop, &feed->timer, REST_MS);
}

/* False if the connection is of no use any more. */
static bool send_lines(struct feed *feed)
{
    while (feed->len > feed->sent || (frame_lines(feed), feed->len > 0)) {
        struct iovec piece = {feed->bytes + feed->sent, feed->len - feed->sent};
        ssize_t n = feed->conn.writable ? conn_sendv(&feed->conn, &piece, 1) : UV_EAGAIN;
        if (n == UV_EAGAIN)
            return true;
        if (n < 0)
            return false;
        feed->sent += (size_t)n;
        loop_arm(feed->loop, &feed->timer, feed->server_ms);
    }
    wheel_forget(&feed->loop->wheel, &feed->timer); /* nothing waits */
    return true;
}

static void push(struct feed *feed)
{
    bool was_idle = feed->len == feed->sent;
    if (!send_lines(feed))
        rest(feed);
    else if (was_idle && feed->len > feed->sent)
        loop_arm(feed->loop, &feed->timer, feed->server_ms);
}

/* Servers have nothing to say; false if one has gone. */
static bool discard_answers(struct feed *feed)
{
    while (conn_can_read(&feed->conn)) {
        ssize_t n = conn_recv(&feed->conn, feed->loop->scratch, LOOP_SCRATCH_BYTES);
        if (n == UV_EAGAIN)
            return true;
        if (n <= 0)
            return false;
    }
    return true;
}

static void on_ready(struct conn *conn)
{
    struct feed *feed = LIST_ITEM(conn, struct feed, conn);
    int rc = conn->connecting ? conn_connected(conn) : 0;
    if (rc == UV_EAGAIN)
        return;
    if (rc == 0 && feed->state == CONNECTING) {
        feed->state = FEEDING;
        wheel_forget(&feed->loop->wheel, &feed->timer);
    }
    if (rc != 0 || !discard_answers(feed))
        rest(feed);
    else
        push(feed);
}

static void connect_feed(struct feed *feed)
{
    static const struct conn_options options = {.slow_ack = false};
    feed->state = CONNECTING;
    loop_arm(feed->loop, &feed->timer, feed->connect_ms);
    if (conn_connect(&feed->conn, feed->loop, (const struct sockaddr *)&feed->addr, feed->addr_len,
                     &options, on_ready) != 0)
        rest(feed);
}

static void on_timer(struct wheel_timer *timer)
{
    struct feed *feed = LIST_ITEM(timer, struct feed, timer);
    if (feed->state == RESTING)
        connect_feed(feed);
    else
        rest(feed);
}

/* ---- all feeds ---- */

static void free_memory(struct loop_garbage *garbage)
{
    struct feed *feed = LIST_ITEM(garbage, struct feed, garbage);
    free(feed->ring);
    free(feed);
}

static void end(struct feed *feed)
{
    list_remove(&feed->node);
    wheel_forget(&feed->loop->wheel, &feed->timer);
    conn_close(&feed->conn);
    loop_free_later(feed->loop, &feed->garbage, free_memory);
}

static struct feed *feed_find(const struct conf_ring *ring, const struct conf_ring_server *server)
{
    for (struct list *at = feeds.next; at != &feeds; at = at->next) {
        struct feed *feed = LIST_ITEM(at, struct feed, node);
        if (!feed->is_current && strcmp(feed->ring, ring->name) == 0 &&
            feed->addr_len == server->addr.sa_len && feed->framing == server->framing &&
            memcmp(&feed->addr, &server->addr.sa, feed->addr_len) == 0)
            return feed;
    }
    return NULL;
}

/* Without memory there is no feed until the next load. */
static void feed_adopt(struct loop *control, const struct conf_ring *ring,
                       const struct conf_ring_server *server)
{
    struct feed *feed = feed_find(ring, server);
    bool is_new = feed == NULL;
    if (is_new) {
        feed = calloc(1, sizeof(*feed));
        char *name = strdup(ring->name);
        if (feed == NULL || name == NULL) {
            free(feed);
            free(name);
            return;
        }
        feed->loop = control;
        feed->ring = name;
        feed->addr = server->addr.sa;
        feed->addr_len = server->addr.sa_len;
        feed->framing = server->framing;
        feed->conn.source.fd = -1;
        wheel_timer_init(&feed->timer, on_timer);
        list_push_back(&feeds, &feed->node);
    }
    feed->is_current = true;
    feed->connect_ms = ring->connect_ms;
    feed->server_ms = ring->server_ms;
    if (is_new)
        connect_feed(feed);
}

void ring_feeds_adopt(struct loop *control, const struct config *config)
{
    for (struct list *at = feeds.next; at != &feeds; at = at->next)
        LIST_ITEM(at, struct feed, node)->is_current = false;
    for (size_t i = 0; i < config->ring_count; i++) {
        for (size_t k = 0; k < config->rings[i]->server_count; k++)
            feed_adopt(control, config->rings[i], &config->rings[i]->servers[k]);
    }
    for (struct list *at = feeds.next, *next; at != &feeds; at = next) {
        next = at->next;
        if (!LIST_ITEM(at, struct feed, node)->is_current)
            end(LIST_ITEM(at, struct feed, node));
    }
}

void ring_feeds_push(void)
{
    for (struct list *at = feeds.next; at != &feeds; at = at->next) {
        struct feed *feed = LIST_ITEM(at, struct feed, node);
        if (feed->state == FEEDING)
            push(feed);
    }
}

void ring_feeds_close(void)
{
    ring_feeds_push();
    while (feeds.next != &feeds)
        end(LIST_ITEM(feeds.next, struct feed, node));
}
