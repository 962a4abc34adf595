/* SPDX-License-Identifier: Apache-2.0 */
/* The making of scripts: steps of the configuration, or of a kind, compiled once for a backend. */
#include "proxy/health/script.h"

#include "config/arena.h"
#include "proxy/base/addr.h"
#include "proxy/health/probe.h"
#include "proxy/state/snapshot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *script_keep(struct script *script, const char *bytes, size_t len)
{
    return bytes != NULL ? arena_copy_bytes(script->arena, bytes, len) : NULL;
}

static const char *keep_text(struct script *script, const char *text)
{
    return text != NULL ? script_keep(script, text, strlen(text)) : NULL;
}

static void keep_header(struct script *script, struct conf_check_header *header)
{
    header->name = keep_text(script, header->name);
    header->value = keep_text(script, header->value);
}

static void keep_request(struct script *script, struct conf_request *request)
{
    request->method = keep_text(script, request->method);
    request->uri = keep_text(script, request->uri);
    request->version = keep_text(script, request->version);
    request->body = keep_text(script, request->body);
    request->headers = arena_list_copy(script->arena, request->headers, request->header_count,
                                       sizeof(*request->headers));
    for (size_t i = 0; i < request->header_count; i++)
        keep_header(script, &request->headers[i]);
}

/* False when memory runs out; the pattern itself was checked when the file was read. */
static bool compile(const char *pattern, bool ignore_case, struct regex **regex_out)
{
    char error[REGEX_ERROR_BYTES];
    size_t offset;
    *regex_out = regex_new(pattern, ignore_case, error, &offset);
    return *regex_out != NULL;
}

bool script_regex_is_good(const char *pattern, char error_out[CONF_REGEX_ERROR_BYTES])
{
    char error[REGEX_ERROR_BYTES];
    size_t offset;
    struct regex *regex = regex_new(pattern, false, error, &offset);
    if (regex == NULL)
        snprintf(error_out, CONF_REGEX_ERROR_BYTES, "%s, at character %zu", error, offset + 1);
    regex_free(regex);
    return regex != NULL;
}

static bool compile_text_pattern(struct script *script, struct conf_text_pattern *pattern,
                                 bool ignore_case, struct regex **regex_out)
{
    pattern->text = keep_text(script, pattern->text);
    return pattern->how != CONF_MATCH_REGEX || pattern->text == NULL ||
           compile(pattern->text, ignore_case, regex_out);
}

static bool is_regex(enum conf_expect_kind kind)
{
    return kind == CONF_EXPECT_REGEX || kind == CONF_EXPECT_BINARY_REGEX ||
           kind == CONF_EXPECT_STATUS_REGEX;
}

static enum health_status default_error(enum conf_expect_kind kind)
{
    bool is_of_head = kind == CONF_EXPECT_STATUS || kind == CONF_EXPECT_STATUS_REGEX ||
                      kind == CONF_EXPECT_HEADER || kind == CONF_EXPECT_FULL_HEADER;
    return is_of_head ? HEALTH_L7_STATUS : HEALTH_L7_RESPONSE;
}

static bool keep_expect(struct script *script, struct script_step *step)
{
    struct conf_expect *expect = &step->conf.expect;
    step->ok = health_status_find(expect->ok_status, HEALTH_L7_OK);
    step->error = health_status_find(expect->error_status, default_error(expect->kind));
    step->timeout = health_status_find(expect->timeout_status, HEALTH_L7_TIMEOUT);
    expect->pattern = script_keep(script, expect->pattern, expect->pattern_len);
    expect->on_success = keep_text(script, expect->on_success);
    expect->on_error = keep_text(script, expect->on_error);
    return (expect->pattern == NULL || !is_regex(expect->kind) ||
            compile(expect->pattern, false, &step->pattern)) &&
           compile_text_pattern(script, &expect->name, true, &step->name) &&
           compile_text_pattern(script, &expect->value, false, &step->value);
}

static void keep_connect(struct script *script, struct script_step *step)
{
    struct conf_connect *connect = &step->conf.connect;
    connect->sni = keep_text(script, connect->sni);
    connect->addr.text = keep_text(script, connect->addr.text);
    for (size_t i = 0; i < connect->alpn.count; i++)
        step->alpn = arena_printf(script->arena, "%s%s%s", i > 0 ? step->alpn : "",
                                  i > 0 ? "," : "", connect->alpn.items[i]);
    connect->alpn = (struct conf_words){0};
}

bool script_add(struct script *script, const struct script_step *from)
{
    struct script_step *steps =
        realloc(script->steps, (script->count + 1) * sizeof(*script->steps));
    if (steps == NULL)
        return false;
    script->steps = steps;
    struct script_step *step = &steps[script->count++];
    *step = *from;
    step->conf.comment = keep_text(script, from->conf.comment);
    switch (step->conf.kind) {
    case CONF_STEP_CONNECT:
        keep_connect(script, step);
        return true;
    case CONF_STEP_SEND:
        step->conf.send.bytes = script_keep(script, from->conf.send.bytes, from->conf.send.len);
        return true;
    case CONF_STEP_REQUEST:
        keep_request(script, &step->conf.request);
        return true;
    case CONF_STEP_EXPECT:
        return keep_expect(script, step);
    case CONF_STEP_COMMENT:
    case CONF_STEP_ACTION:
        break;
    }
    return true;
}

/* A comment on a line of its own is about the step below it, and about all of several expectations. */
static bool add_configured(struct script *script, const struct conf_check_script *from)
{
    const char *comment = NULL;
    for (size_t i = 0; i < from->count; i++) {
        struct script_step step = {.conf = from->steps[i]};
        if (step.conf.kind == CONF_STEP_COMMENT) {
            comment = step.conf.comment;
            continue;
        }
        if (step.conf.comment == NULL)
            step.conf.comment = comment;
        if (step.conf.kind != CONF_STEP_EXPECT)
            comment = NULL;
        if (!script_add(script, &step))
            return false;
    }
    return true;
}

static bool write_steps(struct script *script, const struct probe_kind *kind,
                        const struct conf_check *check)
{
    for (size_t i = 0; i < kind->step_count; i++) {
        if (!script_add(script, &kind->steps[i]))
            return false;
    }
    if (kind->write != NULL)
        return kind->write(script, check);
    return kind->step_count > 0 || kind->kind == CONF_CHECK_EXTERNAL ||
           add_configured(script, &check->script);
}

/* More than a question and an answer, or an answer before any question, or who answers may ask back. */
static bool has_dialogue(const struct script *script)
{
    unsigned answers = 0;
    bool is_led = false;
    for (size_t i = 0; i < script->count; i++) {
        enum conf_step_kind kind = script->steps[i].conf.kind;
        answers += kind == CONF_STEP_EXPECT;
        is_led = is_led || (kind == CONF_STEP_EXPECT && i > 0 &&
                            script->steps[i - 1].conf.kind == CONF_STEP_CONNECT);
        is_led = is_led || script->steps[i].judge != NULL;
    }
    return is_led || answers > 1;
}

/* One connection, always the same; one request that leaves it to us what becomes of that; its answer at the end. */
static bool is_exchange(const struct script *script)
{
    unsigned connects = 0, requests = 0;
    bool is_ours = script->words == WORDS_OF_HTTP && script->count > 0 &&
                   script->steps[script->count - 1].conf.kind == CONF_STEP_EXPECT;
    for (size_t i = 0; i < script->count && is_ours; i++) {
        const struct conf_check_step *step = &script->steps[i].conf;
        connects += step->kind == CONF_STEP_CONNECT;
        requests += step->kind == CONF_STEP_REQUEST;
        if (step->kind == CONF_STEP_CONNECT)
            is_ours = step->connect.made_port == NULL;
        else if (step->kind == CONF_STEP_REQUEST)
            is_ours = connects == 1 && script_find_header(&step->request, "connection") == NULL;
    }
    return is_ours && connects == 1 && requests == 1;
}

/* What external checks are told of the proxy. */
static void keep_facts(struct script *script, const struct conf_proxy *proxy,
                       const struct conf_check *check)
{
    script->command = keep_text(script, check->command);
    script->path = keep_text(script, check->path);
    script->proxy_id = proxy->id;
    script->is_http = proxy->mode == CONF_MODE_HTTP;
    if (proxy->bind_count == 0)
        return;
    const struct conf_addr *bind = &proxy->binds[0].addr;
    struct addr addr;
    char host[ADDR_TEXT_BYTES], port[8];
    addr_set(&addr, (const struct sockaddr *)&bind->sa);
    addr_format(&addr, host);
    snprintf(port, sizeof(port), "%u", bind->port);
    bool is_ip = bind->sa.ss_family == AF_INET || bind->sa.ss_family == AF_INET6;
    script->bind_address = keep_text(script, is_ip ? host : bind->text);
    script->bind_port = is_ip ? keep_text(script, port) : NULL;
}

struct script *script_new(const struct probe_kind *kind, const struct conf_proxy *proxy,
                          const struct conf_check *check, const char *node)
{
    struct script *script = calloc(1, sizeof(*script));
    if (script == NULL)
        return NULL;
    script->references = 1;
    script->arena = arena_new();
    script->words = kind->words;
    script->node = keep_text(script, node);
    keep_facts(script, proxy, check);
    script->role = check->role;
    script->user = keep_text(script, check->user);
    script->password = keep_text(script, check->password);
    script->database = keep_text(script, check->database);
    script->max_lag_ms = check->max_lag_ms;
    script->disable_on_404 = check->disable_on_404;
    script->send_state = check->send_state;
    script->lenient = proxy->accept_invalid_response;
    if (!write_steps(script, kind, check)) {
        script_free(script);
        return NULL;
    }
    script->is_dialogue = has_dialogue(script);
    script->is_exchange = is_exchange(script);
    return script;
}

void script_bind(struct script *script, struct snapshot *snapshot, const struct proxy *proxy,
                 struct sample_scratch *scratch)
{
    snapshot_keep(snapshot);
    script->snapshot = snapshot;
    script->proxy = proxy;
    script->scratch = scratch;
}

void script_free(struct script *script)
{
    if (script == NULL || --script->references > 0)
        return;
    if (script->snapshot != NULL)
        snapshot_forgo(script->snapshot);
    for (size_t i = 0; i < script->count; i++) {
        regex_free(script->steps[i].pattern);
        regex_free(script->steps[i].name);
        regex_free(script->steps[i].value);
    }
    free(script->steps);
    arena_free(script->arena);
    free(script);
}
