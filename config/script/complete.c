/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scripts as they are run. Where the file does not begin by connecting, that is implied; over HTTP
 * the request of `option httpchk` too, and that statuses from 200 to 399 are good.
 */
#include "config/resolve/resolve.h"
#include "config/suggest.h"

#include <string.h>

struct building {
    struct loader *l;
    struct conf_check_script *script;
};

static struct conf_check_step *add(struct building *b, const struct conf_check_step *step)
{
    struct conf_check_script *script = b->script;
    script->steps =
        arena_list_grow(b->l->arena, script->steps, script->count, sizeof *script->steps);
    script->steps[script->count] = *step;
    return &script->steps[script->count++];
}

static void add_connect(struct building *b)
{
    add(b, &(struct conf_check_step){.kind = CONF_STEP_CONNECT,
                                     .connect = {.like_server = true, .is_implied = true}});
}

/* What the line does not say is as `option httpchk` has it, for the first request. */
static void fill_request(struct building *b, struct conf_request *request,
                         const struct conf_check *check)
{
    request->method = request->method != NULL ? request->method : check->method;
    request->uri = request->uri != NULL ? request->uri : check->uri;
    request->version = request->version != NULL ? request->version : check->version;
    request->body = request->body != NULL ? request->body : check->body;
    if (request->header_count > 0)
        return;
    request->header_count = check->headers.count;
    request->headers = arena_list_copy(b->l->arena, check->headers.items, check->headers.count,
                                       sizeof *request->headers);
}

static void add_header(struct building *b, struct conf_request *request,
                       struct conf_check_header header)
{
    for (size_t i = 0; i < request->header_count; i++) {
        if (strcasecmp(request->headers[i].name, header.name) == 0)
            return;
    }
    request->headers = arena_list_grow(b->l->arena, request->headers, request->header_count,
                                       sizeof *request->headers);
    request->headers[request->header_count++] = header;
}

static void complete_request(struct building *b, struct conf_request *request,
                             const struct conf_check *check)
{
    fill_request(b, request, check);
    if (check->host != NULL)
        add_header(b, request, (struct conf_check_header){.name = "Host", .value = check->host});
}

static void add_request(struct building *b, const struct conf_check *check)
{
    struct conf_check_step *step = add(b, &(struct conf_check_step){.kind = CONF_STEP_REQUEST});
    complete_request(b, &step->request, check);
}

static void add_expect(struct building *b)
{
    struct conf_check_step step = {.kind = CONF_STEP_EXPECT,
                                   .expect = {.kind = CONF_EXPECT_STATUS, .min_bytes = -1}};
    for (unsigned bit = 200 - 100; bit < 400 - 100; bit++)
        step.expect.statuses.bits[bit / 64] |= UINT64_C(1) << bit % 64;
    add(b, &step);
}

static bool has_kind(const struct conf_check_script *script, enum conf_step_kind kind)
{
    for (size_t i = 0; i < script->count; i++) {
        if (script->steps[i].kind == kind)
            return true;
    }
    return false;
}

/* Connecting comes first, whatever comments and variables precede it. */
static bool begins_by_connecting(const struct conf_check_script *script)
{
    size_t i = 0;
    while (i < script->count && (script->steps[i].kind == CONF_STEP_COMMENT ||
                                 script->steps[i].kind == CONF_STEP_ACTION))
        i++;
    return i < script->count && script->steps[i].kind == CONF_STEP_CONNECT;
}

static void complete_http(struct building *b, const struct conf_check *check,
                          const struct conf_check_script *from)
{
    static const struct conf_check plain = {.method = "OPTIONS", .uri = "/", .version = "HTTP/1.0"};
    /* as HAProxy has it: a proxy's own requests know nothing of the option that defaults gave it */
    bool is_own = from->owner == check->owner || !has_kind(from, CONF_STEP_REQUEST);
    const struct conf_check *request_from = is_own ? check : &plain;
    bool is_request_due = !has_kind(from, CONF_STEP_REQUEST), is_expect_due = true;
    if (is_request_due && !begins_by_connecting(from))
        add_request(b, check);
    for (size_t i = 0; i < from->count; i++) {
        struct conf_check_step *step = add(b, &from->steps[i]);
        if (step->kind == CONF_STEP_REQUEST) {
            complete_request(b, &step->request, request_from);
            request_from = &plain;
            is_expect_due = true;
        } else if (step->kind == CONF_STEP_EXPECT) {
            is_expect_due = false;
        } else if (step->kind == CONF_STEP_CONNECT && is_request_due && request_from == check) {
            add_request(b, check);
            request_from = &plain;
        }
    }
    if (is_expect_due)
        add_expect(b);
}

/* Settings that a kind of probe cannot do without. */
static void check_needs(struct loader *l, const struct conf_check *check, const char *name,
                        struct conf_span span)
{
    bool logs_in = check->kind == CONF_CHECK_PGSQL ||
                   (check->kind == CONF_CHECK_MYSQL && check->role != CONF_ROLE_ANY);
    if (check->kind == CONF_CHECK_EXTERNAL && check->command == NULL)
        CONF_FAIL(l, span, "add external-check command",
                  "'%s' has option external-check, and no command", name);
    if (logs_in && check->user == NULL)
        CONF_FAIL(l, span,
                  loader_hint(l, span, "option_pgsql_check = { user = \"...\"; }",
                              "as in: option pgsql-check user NAME"),
                  "the probes of '%s' need a user", name);
}

void resolve_check_script(struct loader *l, struct conf_check *check, const char *name,
                          struct conf_span span)
{
    struct conf_check_script script = {0};
    struct building b = {l, &script};
    bool is_http = check->kind == CONF_CHECK_HTTP;
    const struct conf_check_script *from = is_http ? &check->http_script : &check->tcp_script;
    check_needs(l, check, name, span);
    if (!is_http && check->kind != CONF_CHECK_SCRIPT)
        return;
    if (!begins_by_connecting(from))
        add_connect(&b);
    if (is_http)
        complete_http(&b, check, from);
    for (size_t i = 0; !is_http && i < from->count; i++)
        add(&b, &from->steps[i]);
    check->script = script;
}

void resolve_plan(struct loader *l, struct conf_server *server)
{
    const char *name = server->check.plan_name;
    struct suggestion suggestion;
    suggestion_start(&suggestion, name);
    for (size_t i = 0; i < l->healthcheck_count; i++) {
        suggestion_try(&suggestion, l->healthchecks[i]->name);
        if (strcmp(l->healthchecks[i]->name, name) == 0)
            server->check.plan = &l->healthchecks[i]->check;
    }
    if (server->check.plan == NULL)
        CONF_FAIL(l, server_span(l, server),
                  suggestion.best != NULL
                      ? arena_printf(l->scratch, "did you mean '%s'?", suggestion.best)
                      : "add a section of that name",
                  "there is no healthcheck section '%s'", name);
}

const struct conf_check *conf_server_plan(const struct conf_proxy *proxy,
                                          const struct conf_server *server)
{
    return server->check.plan != NULL ? server->check.plan : &proxy->check;
}

static bool script_speaks_tls(const struct conf_check_script *script)
{
    for (size_t i = 0; i < script->count; i++) {
        if (script->steps[i].kind == CONF_STEP_CONNECT && script->steps[i].connect.tls)
            return true;
    }
    return false;
}

bool conf_server_needs_tls(const struct conf_proxy *proxy, const struct conf_server *server)
{
    return server->tls.enabled || server->check.tls ||
           (server->check.enabled && script_speaks_tls(&conf_server_plan(proxy, server)->script));
}
