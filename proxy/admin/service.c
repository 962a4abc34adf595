/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Brings statistics and metrics to streams: those at `stats uri`, and whatever the action use-service asks
 * for.
 *
 * A form that changes servers is answered when orders.c says that they have changed.
 */
#include "proxy/admin/service.h"

#include "proxy/admin/orders.h"
#include "proxy/admin/process.h"
#include "proxy/admin/stats.h"
#include "proxy/http1/edit.h"
#include "proxy/net/loop.h"
#include "proxy/rules/ruleset.h"

#include <stdio.h>
#include <string.h>

static struct loop *control;

void admin_service_start(struct loop *control_loop)
{
    control = control_loop;
    process_started(loop_wall_us(control_loop));
}

/* --- answers --- */

static size_t produce(void *state, char *buf, size_t cap)
{
    return stats_cursor_next(state, buf, cap);
}

static void free_cursor(void *state)
{
    stats_cursor_free(state);
}

/* A document that a cursor writes. */
static enum service_verdict answer_document(const struct service_request *request,
                                            const struct stats_query *query, unsigned refresh_s,
                                            struct service_answer *answer)
{
    struct stats_cursor *cursor =
        stats_cursor_new(request->snapshot, &request->proxy->conf->stats, query, request->loop);
    if (cursor == NULL) {
        answer->status = 500;
        return SERVICE_DENIES;
    }
    int len = snprintf(answer->headers, sizeof(answer->headers),
                       "Cache-Control: no-cache\r\nContent-Type: %s\r\n",
                       stats_content_type(query->format));
    if (query->format == STATS_HTML) /* nothing but what is in the page itself */
        len += snprintf(answer->headers + len, sizeof(answer->headers) - (size_t)len,
                        "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; "
                        "script-src 'unsafe-inline'; img-src data:; form-action 'self'\r\n");
    if (refresh_s > 0)
        snprintf(answer->headers + len, sizeof(answer->headers) - (size_t)len, "Refresh: %u\r\n",
                 refresh_s);
    answer->status = 200;
    answer->content_length = SERVICE_CHUNKED;
    answer->name = query->format == STATS_PROMETHEUS ? "<PROMEX>" : "<STATS>";
    answer->produce = produce;
    answer->state = cursor;
    answer->free_state = free_cursor;
    return SERVICE_ANSWERS;
}

static enum service_verdict ask_for_password(const struct conf_stats *conf,
                                             struct service_answer *answer)
{
    static const char page[] =
        "<html><body><h1>401 Unauthorized</h1>\n"
        "You need a valid user and password to access this content.\n</body></html>\n";
    char realm[256]; /* a quoted string, RFC 9110 5.6.4 */
    size_t len = 0;
    for (const char *c = conf->realm; c != NULL && *c != '\0' && len < sizeof(realm) - 3; c++) {
        if (*c == '"' || *c == '\\')
            realm[len++] = '\\';
        if ((unsigned char)*c >= 32)
            realm[len++] = *c;
    }
    realm[len] = '\0';
    snprintf(answer->headers, sizeof(answer->headers),
             "Cache-Control: no-cache\r\nContent-Type: text/html\r\n"
             "WWW-Authenticate: Basic realm=\"%s\"\r\n",
             realm);
    answer->status = 401;
    answer->content_length = sizeof(page) - 1;
    answer->fixed = page;
    answer->name = "<STATS>";
    return SERVICE_ANSWERS;
}

/* Back to the page, which then tells what the form did; the words of the page stay as they were. */
static enum service_verdict redirect(const char *uri, const struct stats_query *query,
                                     enum stats_result result, struct service_answer *answer)
{
    snprintf(answer->headers, sizeof(answer->headers),
             "Cache-Control: no-cache\r\nContent-Type: text/plain\r\n"
             "Location: %.500s;st=%s%s%s%s%s%s\r\n",
             uri, stats_result_word(result), query->hide_down ? ";up" : "",
             query->hide_maint ? ";no-maint" : "", query->no_refresh ? ";norefresh" : "",
             query->scope[0] != '\0' ? "?scope=" : "", query->scope);
    answer->status = 303;
    answer->content_length = 0;
    answer->fixed = "";
    answer->name = "<STATS>";
    return SERVICE_ANSWERS;
}

static bool body_is_complete(const struct service_request *request)
{
    return request->msg->body == HTTP_BODY_NONE ||
           (request->msg->body == HTTP_BODY_LENGTH &&
            request->body_len >= request->msg->content_length);
}

static enum service_verdict take_form(const struct service_request *request,
                                      const struct stats_query *query,
                                      struct service_answer *answer)
{
    const struct conf_stats *conf = &request->proxy->conf->stats;
    if (!request->may_admin)
        return redirect(conf->uri, query, STATS_DENIED, answer);
    if (request->msg->body == HTTP_BODY_CHUNKED)
        return redirect(conf->uri, query, STATS_TOO_BIG, answer); /* of no known size */
    if (!body_is_complete(request))
        return SERVICE_WANTS_BODY;
    struct orders *orders = orders_new(control, request->loop, request->body_len / ORDER_BYTES_MIN);
    if (orders == NULL) {
        answer->status = 500;
        return SERVICE_DENIES;
    }
    enum stats_result result =
        stats_form_apply(request->snapshot, request->body, request->body_len, orders_add, orders);
    (void)redirect(conf->uri, query, result, answer);
    answer->wait = orders_send(orders);
    return answer->wait != NULL ? SERVICE_WAITS : SERVICE_ANSWERS;
}

static bool is_authorised(const struct service_request *request)
{
    const struct conf_stats *conf = &request->proxy->conf->stats;
    const struct http_header *h = http_msg_first(request->msg, HTTP_HDR_AUTHORIZATION);
    if (h == NULL)
        return conf->auth.count == 0;
    return stats_is_authorised(conf, request->base + h->value_off, h->value_len);
}

/* What follows the configured URI in the target, or NULL if the target is another. */
static const char *after_uri(const struct service_request *request, size_t *len_out)
{
    const struct conf_proxy *conf = request->proxy->conf;
    const struct http_msg *m = request->msg;
    if (!service_is_stats(conf, m, request->base))
        return NULL;
    size_t uri_len = strlen(conf->stats.uri);
    *len_out = m->target_off + m->target_len - m->path_off - uri_len;
    return request->base + m->path_off + uri_len;
}

static enum service_verdict try_stats(const struct service_request *request,
                                      struct service_answer *answer)
{
    const struct conf_stats *conf = &request->proxy->conf->stats;
    enum http_method method = (enum http_method)request->msg->method;
    size_t len = 0;
    const char *rest = after_uri(request, &len);
    if (rest == NULL ||
        (method != HTTP_METHOD_GET && method != HTTP_METHOD_HEAD && method != HTTP_METHOD_POST))
        return SERVICE_PASS;
    if (!is_authorised(request))
        return ask_for_password(conf, answer);
    struct stats_query query;
    stats_query_parse(&query, rest, len);
    query.may_admin = request->may_admin;
    if (method == HTTP_METHOD_POST)
        return take_form(request, &query, answer);
    return answer_document(request, &query, query.no_refresh ? 0 : conf->refresh_s, answer);
}

static enum service_verdict answer_metrics(const struct service_request *request,
                                           struct service_answer *answer)
{
    const struct http_msg *m = request->msg;
    const char *end = request->base + m->target_off + m->target_len;
    const char *text = request->base + http_path_end(m, request->base);
    struct stats_query query;
    if (text < end)
        text++; /* behind the "?" */
    if (!stats_query_parse_metrics(&query, text, (size_t)(end - text))) {
        answer->status = 400;
        return SERVICE_DENIES;
    }
    return answer_document(request, &query, 0, answer);
}

static enum service_verdict handle(const struct service_request *request,
                                   struct service_answer *answer_out)
{
    return request->kind == SERVICE_METRICS ? answer_metrics(request, answer_out)
                                            : try_stats(request, answer_out);
}

const struct stream_service *admin_service_of(const struct conf_proxy *conf)
{
    static const struct stream_service service = {.handle = handle};
    bool is_needed = conf->stats.enabled || rules_act_on_streams(conf->rules);
    return is_needed && conf->mode == CONF_MODE_HTTP ? &service : NULL;
}
