/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What log lines look like: the formats that have a name, and those that a file spells out. All are format
 * strings; the names stand for the strings of HAProxy's manual, 8.2, and for two of our own.
 */
#include "proxy/rules/log_formats.h"

#include <string.h>

#include "proxy/rules/compiler.h"
#include "proxy/rules/ruleset.h"
#include "proxy/rules/tables.h"

#define HTTP_LOG                                                                                   \
    "%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc %ac/%fc/%bc/%sc/%rc %sq/%bq " \
    "%hr %hs %{+Q}r"
#define TLS_LOG                                                                                    \
    " %[fc_err]/%[ssl_fc_err,hex]/%[ssl_c_err]/%[ssl_c_ca_err]/%[ssl_fc_is_resumed] "              \
    "%[ssl_fc_sni]/%sslv/%sslc"

/* A connection that failed before there was a request. */
#define ERROR_LOG "%ci:%cp [%t] %f/%bn: %em"

static const char *const named[] = {
    [CONF_LOG_TCP] = "%ci:%cp [%t] %ft %b/%s %Tw/%Tc/%Tt %B %ts %ac/%fc/%bc/%sc/%rc %sq/%bq",
    [CONF_LOG_HTTP] = HTTP_LOG,
    [CONF_LOG_HTTPS] = HTTP_LOG TLS_LOG,
    [CONF_LOG_CUSTOM] = NULL,
    [CONF_LOG_CLF] =
        "%{+Q}o %{-Q}ci - - [%trg] %r %ST %B \"\" \"\" %cp %ms %ft %b %s %TR %Tw %Tc %Tr %Ta %tsc "
        "%ac %fc %bc %sc %rc %sq %bq %CC %CS %hrl %hsl",
};

/* Texts of the client go through json(), so a line is always one object. */
#define URI "%[capture.req.uri,json(utf8s)]"
#define METHOD "%[capture.req.method,json(utf8s)]"

/* `log-format json`, `log-format ecs`: the second is the Elastic Common Schema 8. */
static const struct {
    const char *name, *format;
} presets[] = {
    {"json",
     "{\"time\":\"%trz\",\"client\":\"%ci\",\"client_port\":%cp,\"frontend\":\"%f\",\"backend\":\"%"
     "b\","
     "\"server\":\"%s\",\"method\":\"" METHOD "\",\"uri\":\"" URI "\",\"status\":%ST,"
     "\"bytes_read\":%B,\"bytes_uploaded\":%U,\"termination_state\":\"%tsc\",\"timers_ms\":{"
     "\"handshake\":%Th,\"idle\":%Ti,\"request\":%TR,\"queue\":%Tw,\"connect\":%Tc,\"response\":%"
     "Tr,"
     "\"active\":%Ta,\"total\":%Tt},\"connections\":{\"process\":%ac,\"frontend\":%fc,"
     "\"backend\":%bc,\"server\":%sc},\"retries\":\"%rc\",\"queue\":{\"server\":%sq,\"backend\":%"
     "bq},"
     "\"tls\":{\"version\":\"%sslv\",\"cipher\":\"%sslc\"}}"},
    {"ecs",
     "{\"@timestamp\":\"%trz\",\"ecs.version\":\"8.11\",\"event.kind\":\"event\","
     "\"event.category\":[\"web\"],"
     "\"source.ip\":\"%ci\",\"source.port\":%cp,\"http.request.method\":\"" METHOD "\","
     "\"url.original\":\"" URI "\",\"http.response.status_code\":%ST,"
     "\"http.response.bytes\":%B,\"http.request.bytes\":%U,\"destination.address\":\"%s\","
     "\"service.name\":\"%b\",\"observer.name\":\"%f\",\"observer.product\":\"weir\","
     "\"tls.version\":\"%sslv\",\"tls.cipher\":\"%sslc\",\"labels.termination_state\":\"%tsc\","
     "\"labels.active_ms\":%Ta,\"labels.total_ms\":%Tt}"},
};

static const char *expand_preset(const char *text)
{
    for (size_t i = 0; i < sizeof presets / sizeof *presets; i++)
        if (strcmp(presets[i].name, text) == 0)
            return presets[i].format;
    return text;
}

/* Where the line's format belongs. */
static const struct format **slot_of(struct proxy_rules *rules, int kind)
{
    switch (kind) {
    case CONF_LINE_LOG_FORMAT:
        return &rules->log_format;
    case CONF_LINE_LOG_FORMAT_SD:
        return &rules->log_format_sd;
    case CONF_LINE_ERROR_LOG_FORMAT:
        return &rules->error_log_format;
    default:
        return &rules->unique_id_format;
    }
}

/* Rules may ask for it, before there is a backend unless the proxy is one. */
static unsigned uses_of_id(const struct compiler *c)
{
    bool is_backend = (c->proxy->caps & CONF_BACKEND) != 0;
    return (is_backend ? USE_IN_LOGS : USE_IN_LOGS & ~USE_BACKEND) | USE_CONTENT | USE_REQUEST |
           USE_MESSAGE;
}

static void compile_line(struct compiler *c, const struct conf_line *line)
{
    int kind = line->kind;
    c->ruleset = RULES_COUNT; /* it is in no list */
    if (line->word_count != 1) {
        CONF_FAIL(c->l, line->word_count == 0 ? line->span : line->words[1].span,
                  "put all of it in quotes: \"...\"", "'%s' takes one text", line->keyword);
        return;
    }
    if (kind != CONF_LINE_UNIQUE_ID_FORMAT && (c->proxy->caps & CONF_FRONTEND) == 0)
        return; /* of defaults: it may ask for what only frontends have */
    struct conf_word word = line->words[0];
    if (kind == CONF_LINE_LOG_FORMAT)
        word.text = expand_preset(word.text);
    const struct format *format = kind == CONF_LINE_UNIQUE_ID_FORMAT
                                      ? format_compile_as(c, &word, uses_of_id(c), FORMAT_ID)
                                      : format_compile_as(c, &word, USE_IN_LOGS, FORMAT_LOG);
    if (kind != CONF_LINE_LOG_FORMAT || c->proxy->log_format_is_own)
        *slot_of(c->rules, kind) = format;
}

void log_format_for_probes(struct compiler *c, unsigned uses)
{
    const struct conf_line *line = NULL;
    struct proxy_rules *rules = c->rules;
    enum ruleset_id ruleset = c->ruleset;
    for (size_t i = 0; i < c->proxy->lines.count; i++) {
        if (c->proxy->lines.items[i].kind == CONF_LINE_UNIQUE_ID_FORMAT)
            line = &c->proxy->lines.items[i];
    }
    if (line == NULL || line->word_count != 1 || rules->probe_id_format != NULL)
        return;
    c->ruleset = RULES_COUNT;
    rules->probe_id_format = format_compile_as(c, &line->words[0], uses, FORMAT_ID);
    c->ruleset = ruleset;
}

const struct line_row log_format_lines[] = {
    {CONF_LINE_LOG_FORMAT, compile_line},
    {CONF_LINE_LOG_FORMAT_SD, compile_line},
    {CONF_LINE_ERROR_LOG_FORMAT, compile_line},
    {CONF_LINE_UNIQUE_ID_FORMAT, compile_line},
    {0, NULL},
};

static const struct format *compile_named(struct compiler *c, const char *text)
{
    struct conf_word word = {.text = text, .span = {.place = c->proxy->place, .width = 1}};
    return format_compile_as(c, &word, USE_IN_LOGS, FORMAT_LOG);
}

void log_format_default(struct compiler *c)
{
    const struct conf_proxy *proxy = c->proxy;
    struct proxy_rules *rules = c->rules;
    if ((proxy->caps & CONF_FRONTEND) == 0 || proxy->log_count == 0)
        return;
    if (rules->log_format == NULL && named[proxy->log_format] != NULL)
        rules->log_format = compile_named(c, named[proxy->log_format]);
    rules->failure_log_format =
        rules->error_log_format != NULL ? rules->error_log_format : compile_named(c, ERROR_LOG);
}
