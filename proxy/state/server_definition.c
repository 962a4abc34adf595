/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What must stay the same over a reload for a server, or for its health, to be carried over: all
 * that defines them, printed, so that two loads compare by one strcmp(). Without stdio, which took
 * two thirds of the time in which 10,000 servers come into being.
 */
#include "proxy/state/server.h"

#include "config/directive.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

/* A text that grows; text is NULL once memory has run out. */
struct print {
    char *text; /* owned */
    size_t len, room;
};

static void print_bytes(struct print *out, const char *bytes, size_t len)
{
    if (out->text != NULL && out->room - out->len <= len) {
        char *larger = realloc(out->text, out->room = 2 * out->room + len);
        if (larger == NULL)
            free(out->text);
        out->text = larger;
    }
    if (out->text == NULL)
        return;
    memcpy(out->text + out->len, bytes, len);
    out->len += len;
}

static void print_begin(struct print *out)
{
    *out = (struct print){.text = malloc(512), .room = 512};
}

/* The caller's to free; NULL without memory. */
static char *print_end(struct print *out)
{
    print_bytes(out, "", 1);
    char *fitting = out->text != NULL ? realloc(out->text, out->len) : NULL;
    return fitting != NULL ? fitting : out->text;
}

/* All are read back by nobody, so the one form serves for whatever is a number. */
static void print_number(struct print *out, uint64_t number)
{
    char digits[2 * sizeof(number) + 1], *at = digits + sizeof(digits);
    *--at = ' ';
    do
        *--at = "0123456789abcdef"[number % 16];
    while ((number /= 16) != 0);
    print_bytes(out, at, (size_t)(digits + sizeof(digits) - at));
}

static void print_text(struct print *out, const char *text)
{
    if (text == NULL)
        text = "-";
    print_bytes(out, text, strlen(text));
    print_bytes(out, " ", 1);
}

/* Bytes of any kind. */
static void print_hex(struct print *out, const void *bytes, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; bytes != NULL && i < len; i++) {
        unsigned char byte = ((const unsigned char *)bytes)[i];
        print_bytes(out, (char[]){digits[byte / 16], digits[byte % 16]}, 2);
    }
    print_bytes(out, " ", 1);
}

static void print_texts(struct print *out, const char *const *texts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        print_text(out, texts[i]);
}

static void print_numbers(struct print *out, const unsigned *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        print_number(out, numbers[i]);
}

static void print_words(struct print *out, const struct conf_words *words)
{
    for (size_t i = 0; i < words->count; i++)
        print_text(out, words->items[i]);
    print_bytes(out, "; ", 2);
}

static void print_addr(struct print *out, const struct conf_addr *addr)
{
    print_text(out, addr->text);
    print_number(out, addr->port);
    print_hex(out, &addr->sa, addr->sa_len);
}

static void print_link(struct print *out, const struct conf_server *conf)
{
    const struct conf_outgoing *source = &conf->source;
    const unsigned numbers[] = {conf->send_proxy,
                                conf->tcp_ut_ms,
                                conf->tfo,
                                source->usesrc,
                                conf->addr_of_client,
                                conf->port_of_client,
                                (unsigned)conf->port_offset};
    print_numbers(out, numbers, LEN(numbers));
    print_addr(out, &source->addr);
    print_addr(out, &source->usesrc_addr);
    print_addr(out, &conf->socks4);
    print_text(out, source->header_word != NULL ? source->header_word->text : NULL);
    print_text(out, source->interface);
    print_text(out, conf->netns);
}

/* Where a name leads to is no part of it, if name servers say so. */
static void print_place(struct print *out, const struct conf_server *conf)
{
    if (conf->naming.resolvers == NULL) {
        print_addr(out, &conf->addr);
        return;
    }
    print_text(out, conf->addr.text);
    print_text(out, conf->naming.resolvers);
}

static void print_definition(struct print *out, const struct conf_server *conf)
{
    const struct conf_tls *tls = &conf->tls;
    print_place(out, conf);
    print_link(out, conf);
    print_number(out, tls->enabled);
    if (!tls->enabled)
        return;
    print_words(out, &tls->crt);
    print_words(out, &tls->alpn);
    const char *texts[] = {tls->key,          tls->ca_file, tls->crl_file, tls->ciphers,
                           tls->ciphersuites, tls->curves,  tls->sni,      tls->verify_host};
    const unsigned numbers[] = {tls->min_version, tls->max_version, tls->verify, tls->tickets};
    print_texts(out, texts, LEN(texts));
    print_text(out, tls->sni_word != NULL ? tls->sni_word->text : NULL);
    print_numbers(out, numbers, LEN(numbers));
}

char *server_definition_text(const struct conf_server *conf)
{
    struct print out;
    print_begin(&out);
    print_definition(&out, conf);
    return print_end(&out);
}

static void print_connect(struct print *out, const struct conf_connect *connect)
{
    const unsigned numbers[] = {connect->like_server, connect->is_implied, connect->tls,
                                connect->send_proxy,  connect->via_socks4, connect->linger,
                                connect->port};
    print_numbers(out, numbers, LEN(numbers));
    print_addr(out, &connect->addr);
    print_text(out, connect->sni);
    print_text(out, connect->port_text);
    print_words(out, &connect->alpn);
}

static void print_headers(struct print *out, const struct conf_check_header *headers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        print_text(out, headers[i].name);
        print_text(out, headers[i].value);
    }
}

static void print_request(struct print *out, const struct conf_request *request)
{
    const char *texts[] = {request->method, request->uri, request->version, request->body};
    print_texts(out, texts, LEN(texts));
    print_headers(out, request->headers, request->header_count);
}

static void print_expect(struct print *out, const struct conf_expect *expect)
{
    const char *texts[] = {expect->name.text,    expect->value.text,     expect->ok_status,
                           expect->error_status, expect->timeout_status, expect->on_success,
                           expect->on_error,     expect->status_code};
    const unsigned numbers[] = {expect->kind,
                                expect->is_unwanted,
                                (unsigned)expect->min_bytes,
                                expect->name.how,
                                expect->value.how,
                                expect->made_pattern != NULL,
                                expect->name.made != NULL,
                                expect->value.made != NULL};
    print_numbers(out, numbers, LEN(numbers));
    print_hex(out, expect->pattern, expect->pattern_len);
    print_hex(out, expect->statuses.bits, sizeof(expect->statuses.bits));
    print_texts(out, texts, LEN(texts));
}

static void print_step(struct print *out, const struct conf_check_step *step)
{
    print_number(out, step->number);
    print_number(out, step->kind);
    print_text(out, step->comment);
    switch (step->kind) {
    case CONF_STEP_CONNECT:
        print_connect(out, &step->connect);
        break;
    case CONF_STEP_SEND:
        print_number(out, step->send.made != NULL ? 1 + (unsigned)step->send.made->kind : 0);
        print_hex(out, step->send.bytes, step->send.len);
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

static void print_check(struct print *out, const struct conf_check *check)
{
    const char *texts[] = {check->password, check->database, check->user, check->hello,
                           check->domain,   check->command,  check->path};
    const unsigned numbers[] = {check->kind,      check->disable_on_404, check->send_state,
                                check->is_pre_41, check->role,           check->max_lag_ms};
    print_numbers(out, numbers, LEN(numbers));
    print_texts(out, texts, LEN(texts));
    for (size_t i = 0; i < check->script.count; i++)
        print_step(out, &check->script.steps[i]);
}

static void print_agent(struct print *out, const struct conf_server *conf)
{
    print_addr(out, &conf->agent.addr);
    print_text(out, conf->agent.send);
    print_number(out, conf->agent.port);
}

/* How the server itself is asked. */
static void print_question(struct print *out, const struct conf_server_check *check)
{
    const unsigned numbers[] = {check->port, check->tls, check->send_proxy};
    print_addr(out, &check->addr);
    print_text(out, check->sni);
    print_words(out, &check->alpn);
    print_numbers(out, numbers, LEN(numbers));
}

char *server_check_definition_text(const struct conf_proxy *proxy, const struct conf_server *conf)
{
    struct print out;
    print_begin(&out);
    print_number(&out, conf->check.enabled);
    if (conf->check.enabled) {
        print_definition(&out, conf);
        print_question(&out, &conf->check);
        print_check(&out, conf_server_plan(proxy, conf));
    }
    if (conf->agent.enabled)
        print_agent(&out, conf);
    return print_end(&out);
}
