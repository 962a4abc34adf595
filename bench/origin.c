/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The server behind the proxies: every response is rendered once at start and then only sent.
 *
 * It shares its processor with the load, so it must cost next to nothing: otherwise the proxy under
 * test would wait for it and be measured half idle. It reads just enough of a request to know the
 * path and where the request ends, and dies on anything a correct proxy would not send it.
 */
#include "bench/net.h"
#include "bench/pattern.h"

#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEAD_MAX_BYTES = 8192, READ_BYTES = 256 * 1024 };

static int epoll_fd;

struct page {
    const char *path;
    size_t body_bytes;
    bool close; /* the connection ends with this response: probes want it so */
    char *bytes;
    size_t len;
};

static struct page pages[] = {
    {.path = "/128", .body_bytes = 128, .close = true},
    {.path = "/1k", .body_bytes = 1024},
    {.path = "/10k", .body_bytes = 10 * 1024},
    {.path = "/16m", .body_bytes = 16 * 1024 * 1024},
    {.path = "/100k", .body_bytes = 100 * 1024},
    {.path = "/1m", .body_bytes = 1024 * 1024},
    {.path = "/upload", .body_bytes = 2},
    {.path = "/check", .body_bytes = 2, .close = true},
    {.path = "/alive", .body_bytes = 2},
};

struct conn {
    int fd;
    size_t request_body_left;
    const struct page *page; /* asked for, not yet wholly sent */
    size_t sent;
    size_t head_len; /* of a request head that came in pieces */
    char head[HEAD_MAX_BYTES];
};

static void page_render(struct page *page)
{
    char head[256];
    int head_len = snprintf(head, sizeof head,
                            "HTTP/1.1 200 OK\r\n"
                            "Server: origin\r\n"
                            "Date: Thu, 01 Jan 2026 00:00:00 GMT\r\n"
                            "Content-Type: text/plain\r\n"
                            "%s"
                            "Content-Length: %zu\r\n\r\n",
                            page->close ? "Connection: close\r\n" : "", page->body_bytes);
    page->len = (size_t)head_len + page->body_bytes;
    page->bytes = malloc(page->len);
    if (page->bytes == NULL)
        die("no memory");
    memcpy(page->bytes, head, (size_t)head_len);
    for (size_t i = 0; i < page->body_bytes; i++)
        page->bytes[(size_t)head_len + i] = pattern_at(i);
}

static void conn_close(struct conn *conn)
{
    close(conn->fd);
    free(conn);
}

/* False when the connection is gone. */
static bool conn_flush(struct conn *conn)
{
    const struct page *page = conn->page;
    while (conn->sent < page->len) {
        ssize_t n = send(conn->fd, page->bytes + conn->sent, page->len - conn->sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN)
            return true;
        if (n < 0) {
            conn_close(conn);
            return false;
        }
        conn->sent += (size_t)n;
    }
    conn->page = NULL;
    if (!page->close)
        return true;
    conn_close(conn);
    return false;
}

static const struct page *page_find(const char *path, size_t len)
{
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
        if (strlen(pages[i].path) == len && memcmp(pages[i].path, path, len) == 0)
            return &pages[i];
    errno = 0;
    die("unknown path: %.*s", (int)len, path);
}

/* Proxies spell the name as they like, so the case is folded. */
static size_t content_length_of(const char *head, size_t len)
{
    static const char name[] = "\r\ncontent-length:";
    const size_t name_len = sizeof name - 1;
    for (const char *at = head; at + name_len < head + len; at++)
        if (*at == '\r' && strncasecmp(at, name, name_len) == 0)
            return strtoul(at + name_len, NULL, 10);
    return 0;
}

/* head is one whole request head, blank line included. */
static void conn_take_head(struct conn *conn, const char *head, size_t len)
{
    const char *path = memchr(head, ' ', len);
    const char *end = path != NULL ? memchr(path + 1, ' ', (size_t)(head + len - path - 1)) : NULL;
    errno = 0;
    if (end == NULL)
        die("not a request: %.*s", (int)len, head);
    if (conn->page != NULL)
        die("a second request before the first was answered");
    conn->page = page_find(path + 1, (size_t)(end - path - 1));
    conn->sent = 0;
    conn->request_body_left = head[0] == 'P' ? content_length_of(head, len) : 0;
}

/* The bytes of data that belong to the head; the head is taken when it is complete. */
static size_t conn_feed_head(struct conn *conn, const char *data, size_t len)
{
    const char *end = conn->head_len == 0 ? memmem(data, len, "\r\n\r\n", 4) : NULL;
    if (end != NULL) {
        conn_take_head(conn, data, (size_t)(end - data) + 4);
        return (size_t)(end - data) + 4;
    }
    size_t before = conn->head_len;
    size_t room = HEAD_MAX_BYTES - before;
    size_t copied = len < room ? len : room;
    memcpy(conn->head + before, data, copied);
    conn->head_len += copied;
    end = memmem(conn->head, conn->head_len, "\r\n\r\n", 4);
    if (end == NULL && conn->head_len == HEAD_MAX_BYTES)
        die("a request head of more than %d bytes", HEAD_MAX_BYTES);
    if (end == NULL)
        return copied;
    size_t head_len = (size_t)(end - conn->head) + 4;
    conn->head_len = 0;
    conn_take_head(conn, conn->head, head_len);
    return head_len - before;
}

/* False when the connection is gone. */
static bool conn_feed(struct conn *conn, const char *data, size_t len)
{
    while (len > 0) {
        size_t used;
        if (conn->request_body_left > 0) {
            used = len < conn->request_body_left ? len : conn->request_body_left;
            conn->request_body_left -= used;
        } else {
            used = conn_feed_head(conn, data, len);
        }
        data += used;
        len -= used;
        if (conn->page != NULL && conn->request_body_left == 0 && !conn_flush(conn))
            return false;
    }
    return true;
}

static void conn_read(struct conn *conn)
{
    static char buffer[READ_BYTES];
    ssize_t n;
    do {
        n = recv(conn->fd, buffer, sizeof buffer, 0);
        if (n < 0 && errno == EAGAIN)
            return;
        if (n <= 0) {
            conn_close(conn);
            return;
        }
        if (!conn_feed(conn, buffer, (size_t)n))
            return;
    } while (n == sizeof buffer);
}

static void on_ready(void *object, uint32_t events)
{
    struct conn *conn = object;
    bool has_output = conn->page != NULL && conn->request_body_left == 0;
    if (has_output && !conn_flush(conn))
        return;
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
        conn_read(conn);
}

static void on_accepted(int fd)
{
    struct conn *conn = malloc(sizeof *conn);
    if (conn == NULL)
        die("no memory");
    *conn = (struct conn){.fd = fd};
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = conn};
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0)
        die("epoll_ctl");
}

static const struct server_program origin_program = {on_accepted, on_ready, NULL};

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"listen", required_argument, NULL, 'l'}, {"cpu", required_argument, NULL, 'c'}, {0}};
    long port = 0;
    int cpu = -1;
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'l')
            port = number_parse("--listen", optarg);
        else if (option == 'c')
            cpu = (int)number_parse("--cpu", optarg);
        else
            return 2;
    }
    if (port <= 0 || port > UINT16_MAX) {
        fprintf(stderr, "usage: origin --listen PORT [--cpu N]\n");
        return 2;
    }
    process_pin(cpu);
    process_raise_fd_limit();
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
        page_render(&pages[i]);
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    serve_clients(epoll_fd, loopback_listen((uint16_t)port), &origin_program);
}
