/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The probe that sends a request and judges the status of the response. It reads no further than
 * the head, which mostly comes at once and then is parsed where it was received; else its pieces
 * are kept, up to HEAD_BYTES_MAX.
 */
#include "proxy/health/probe.h"
#include "proxy/http/h1.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define HEAD_BYTES_MAX 16384

static bool http_configure(struct probe *probe, const struct conf_proxy *proxy,
                           const struct conf_server *server)
{
    const struct conf_check *check = &proxy->check;
    bool is_11 = strcmp(check->version, "HTTP/1.0") != 0;
    /* HTTP/1.1 wants a Host, whatever the file says */
    const char *host = check->host != NULL ? check->host : is_11 ? probe->server->addr_text : NULL;
    (void)server;
    int len = asprintf(&probe->request, "%s %s %s\r\n%s%s%s%s\r\n", check->method, check->uri,
                       check->version, host != NULL ? "host: " : "", host != NULL ? host : "",
                       host != NULL ? "\r\n" : "", is_11 ? "connection: close\r\n" : "");
    if (len < 0) {
        probe->request = NULL;
        return false;
    }
    probe->request_len = (size_t)len;
    probe->expect = check->expect_status;
    probe->lenient = proxy->accept_invalid_response;
    return true;
}

static bool is_expected(const struct probe *probe, unsigned status)
{
    unsigned bit = status - 100;
    return status >= 100 && status < 600 && (probe->expect.bits[bit / 64] >> bit % 64 & 1) != 0;
}

static enum probe_step judge(struct probe *probe, const struct http_msg *msg, const char *base)
{
    char reason[SERVER_REASON_BYTES] = "";
    if (is_expected(probe, msg->status))
        return probe_end(probe, HEALTH_L7_OK, msg->status, NULL);
    snprintf(reason, sizeof(reason), "%.*s", (int)msg->reason_len, base + msg->reason_off);
    for (char *c = reason; *c != '\0'; c++) {
        if ((unsigned char)*c < ' ' || (unsigned char)*c > '~')
            *c = '?'; /* it goes into logs */
    }
    return probe_end(probe, HEALTH_L7_STATUS, msg->status, reason);
}

/* The head so far; parsed from its start each time, as pieces are few. */
static enum probe_step parse(struct probe *probe, const char *base, size_t len)
{
    struct http_msg msg;
    struct h1_parser parser;
    enum http_method method =
        strncmp(probe->request, "HEAD ", 5) == 0 ? HTTP_METHOD_HEAD : HTTP_METHOD_OTHER;
    h1_response_init(&parser, &msg, method, probe->lenient ? H1_LENIENT : 0);
    switch (h1_head_parse(&parser, base, len)) {
    case H1_DONE:
        return judge(probe, &msg, base);
    case H1_MORE:
        if (len < HEAD_BYTES_MAX)
            return PROBE_WAIT;
        /* fall through */
    default:
        return probe_end(probe, HEALTH_L7_RESPONSE, 0, NULL);
    }
}

static bool keep(struct probe *probe, const char *bytes, size_t len)
{
    char *head = realloc(probe->head, probe->head_len + len);
    if (head == NULL)
        return false;
    memcpy(head + probe->head_len, bytes, len);
    probe->head = head;
    probe->head_len += len;
    return true;
}

static enum probe_step take(struct probe *probe, const char *bytes, size_t len)
{
    if (probe->head == NULL) {
        enum probe_step step = parse(probe, bytes, len);
        if (step != PROBE_WAIT)
            return step;
    }
    if (!keep(probe, bytes, len))
        return probe_end(probe, HEALTH_SOCKET_ERROR, 0, "out of memory");
    return parse(probe, probe->head, probe->head_len);
}

static enum probe_step send_request(struct probe *probe)
{
    while (probe->request_sent < probe->request_len) {
        struct iovec rest = {probe->request + probe->request_sent,
                             probe->request_len - probe->request_sent};
        ssize_t n = conn_sendv(&probe->conn, &rest, 1);
        if (n == UV_EAGAIN)
            return PROBE_WAIT;
        if (n < 0)
            return probe_end(probe, HEALTH_SOCKET_ERROR, 0, strerror((int)-n));
        probe->request_sent += (size_t)n;
    }
    return PROBE_NEXT;
}

static enum probe_step http_exchange(struct probe *probe)
{
    enum probe_step step = send_request(probe);
    if (step == PROBE_DONE)
        return step;
    /* a server may answer before it has read all, so look in any case */
    while (conn_can_read(&probe->conn)) {
        ssize_t n = conn_recv(&probe->conn, probe->loop->scratch, HEAD_BYTES_MAX);
        if (n == UV_EAGAIN)
            break;
        if (n == 0 || n == UV_EOF)
            return probe_end(probe, HEALTH_L7_RESPONSE, 0, NULL);
        if (n < 0)
            return probe_end(probe, HEALTH_SOCKET_ERROR, 0, strerror((int)-n));
        step = take(probe, probe->loop->scratch, (size_t)n);
        if (step != PROBE_WAIT)
            return step;
    }
    return PROBE_WAIT;
}

static void http_forget(struct probe *probe)
{
    free(probe->head);
    probe->head = NULL;
    probe->head_len = 0;
    probe->request_sent = 0;
}

const struct probe_kind probe_kind_http = {
    .kind = CONF_CHECK_HTTP,
    .name = "http",
    .configure = http_configure,
    .exchange = http_exchange,
    .forget = http_forget,
};
