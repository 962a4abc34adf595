/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What must stay the same over a reload for a server, or for its health, to be carried over: all
 * that defines them, printed, so that two loads compare by one strcmp().
 */
#include "proxy/state/server.h"

#include "config/directive.h"

#include <stdio.h>
#include <stdlib.h>

static void print_words(FILE *out, const struct conf_words *words)
{
    for (size_t i = 0; i < words->count; i++)
        fprintf(out, "%s,", words->items[i]);
    fputc(' ', out);
}

static void print_text(FILE *out, const char *text)
{
    fprintf(out, "%s ", text != NULL ? text : "-");
}

static void print_addr(FILE *out, const struct conf_addr *addr)
{
    print_text(out, addr->text);
    fprintf(out, "%u ", addr->port);
    for (socklen_t i = 0; i < addr->sa_len; i++)
        fprintf(out, "%02x", ((const unsigned char *)&addr->sa)[i]);
    fputc(' ', out);
}

static void print_link(FILE *out, const struct conf_server *conf)
{
    const struct conf_outgoing *source = &conf->source;
    fprintf(out, "%u %u %d %d ", conf->send_proxy, conf->tcp_ut_ms, conf->tfo, (int)source->usesrc);
    fprintf(out, "%d %d %d ", conf->addr_of_client, conf->port_of_client, conf->port_offset);
    print_addr(out, &source->addr);
    print_addr(out, &source->usesrc_addr);
    print_addr(out, &conf->socks4);
    print_text(out, source->header_word != NULL ? source->header_word->text : NULL);
    print_text(out, source->interface);
    print_text(out, conf->netns);
}

/* Where a name leads to is no part of it, if name servers say so. */
static void print_place(FILE *out, const struct conf_server *conf)
{
    if (conf->naming.resolvers == NULL) {
        print_addr(out, &conf->addr);
        return;
    }
    print_text(out, conf->addr.text);
    print_text(out, conf->naming.resolvers);
}

static void print_definition(FILE *out, const struct conf_server *conf)
{
    const struct conf_tls *tls = &conf->tls;
    print_place(out, conf);
    print_link(out, conf);
    fprintf(out, "tls %d ", tls->enabled);
    if (!tls->enabled)
        return;
    print_words(out, &tls->crt);
    print_words(out, &tls->alpn);
    const char *texts[] = {tls->key,          tls->ca_file, tls->crl_file, tls->ciphers,
                           tls->ciphersuites, tls->curves,  tls->sni,      tls->verify_host};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        print_text(out, texts[i]);
    print_text(out, tls->sni_word != NULL ? tls->sni_word->text : NULL);
    fprintf(out, "%d %d %d %d", (int)tls->min_version, (int)tls->max_version, (int)tls->verify,
            tls->tickets);
}

char *server_definition_text(const struct conf_server *conf)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL)
        return NULL;
    print_definition(out, conf);
    return fclose(out) == 0 ? text : NULL;
}

static void print_bytes(FILE *out, const char *bytes, size_t len)
{
    for (size_t i = 0; bytes != NULL && i < len; i++)
        fprintf(out, "%02x", (unsigned char)bytes[i]);
    fputc(' ', out);
}

static void print_connect(FILE *out, const struct conf_connect *connect)
{
    fprintf(out, "connect %d %d %d %d %d %d %u ", connect->like_server, connect->is_implied,
            connect->tls, connect->send_proxy, connect->via_socks4, connect->linger, connect->port);
    print_addr(out, &connect->addr);
    print_text(out, connect->sni);
    print_text(out, connect->port_text);
    print_words(out, &connect->alpn);
}

static void print_headers(FILE *out, const struct conf_check_header *headers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        fprintf(out, "%s:%s ", headers[i].name, headers[i].value);
}

static void print_request(FILE *out, const struct conf_request *request)
{
    const char *texts[] = {request->method, request->uri, request->version, request->body};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        print_text(out, texts[i]);
    print_headers(out, request->headers, request->header_count);
}

static void print_expect(FILE *out, const struct conf_expect *expect)
{
    const char *texts[] = {expect->name.text,    expect->value.text,     expect->ok_status,
                           expect->error_status, expect->timeout_status, expect->on_success,
                           expect->on_error,     expect->status_code};
    fprintf(out, "expect %d %d %d %d %d %d %d %d ", (int)expect->kind, expect->is_unwanted,
            expect->min_bytes, (int)expect->name.how, (int)expect->value.how,
            expect->made_pattern != NULL, expect->name.made != NULL, expect->value.made != NULL);
    print_bytes(out, expect->pattern, expect->pattern_len);
    for (size_t i = 0; i < sizeof(expect->statuses.bits) / sizeof(uint64_t); i++)
        fprintf(out, "%llx ", (unsigned long long)expect->statuses.bits[i]);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        print_text(out, texts[i]);
}

static void print_step(FILE *out, const struct conf_check_step *step)
{
    fprintf(out, "\n%u %d ", step->number, (int)step->kind);
    print_text(out, step->comment);
    switch (step->kind) {
    case CONF_STEP_CONNECT:
        print_connect(out, &step->connect);
        break;
    case CONF_STEP_SEND:
        fprintf(out, "%d ", step->send.made != NULL ? (int)step->send.made->kind : -1);
        print_bytes(out, step->send.bytes, step->send.len);
        break;
    case CONF_STEP_REQUEST:
        print_request(out, &step->request);
        break;
    case CONF_STEP_EXPECT:
        print_expect(out, &step->expect);
        break;
    case CONF_STEP_ACTION:
        print_text(out, step->action.text);
        break;
    case CONF_STEP_COMMENT:
        break;
    }
}

static void print_check(FILE *out, const struct conf_check *check)
{
    const char *texts[] = {check->user, check->hello, check->domain, check->command, check->path};
    fprintf(out, "%d %d %d %d %d %u ", (int)check->kind, check->disable_on_404, check->send_state,
            check->is_pre_41, (int)check->role, check->max_lag_ms);
    print_text(out, check->password);
    print_text(out, check->database);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        print_text(out, texts[i]);
    for (size_t i = 0; i < check->script.count; i++)
        print_step(out, &check->script.steps[i]);
}

char *server_check_definition_text(const struct conf_proxy *proxy, const struct conf_server *conf)
{
    const struct conf_server_check *check = &conf->check;
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL)
        return NULL;
    fprintf(out, "%d ", check->enabled);
    if (check->enabled) {
        print_definition(out, conf);
        print_addr(out, &check->addr);
        print_text(out, check->sni);
        print_words(out, &check->alpn);
        fprintf(out, "%u %d %d ", check->port, check->tls, check->send_proxy);
        print_check(out, &proxy->check);
    }
    if (conf->agent.enabled) {
        print_addr(out, &conf->agent.addr);
        print_text(out, conf->agent.send);
        fprintf(out, "%u ", conf->agent.port);
    }
    return fclose(out) == 0 ? text : NULL;
}
