/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The header field names that weir, its rules or its logs ask for, as small integers. A name is
 * looked up once, when its line is parsed; from then on everybody compares numbers.
 *
 * To add a name add its row, among the names of the same length: the table is searched by length,
 * and a test says so if the row stands in the wrong place. Of one length those come first that
 * browsers and servers send most.
 */
#ifndef WEIR_HTTP1_HEADER_NAMES_H
#define WEIR_HTTP1_HEADER_NAMES_H

#include <stddef.h>

/* clang-format off */
#define HTTP_HEADER_NAMES(X) \
    X(TE, "te") \
    X(AGE, "age") \
    X(VIA, "via") \
    X(DNT, "dnt") \
    X(HOST, "host") \
    X(DATE, "date") \
    X(ETAG, "etag") \
    X(VARY, "vary") \
    X(FROM, "from") \
    X(LINK, "link") \
    X(RANGE, "range") \
    X(ALLOW, "allow") \
    X(PROXY, "proxy") \
    X(ACCEPT, "accept") \
    X(COOKIE, "cookie") \
    X(SERVER, "server") \
    X(ORIGIN, "origin") \
    X(EXPECT, "expect") \
    X(PRAGMA, "pragma") \
    X(REFERER, "referer") \
    X(UPGRADE, "upgrade") \
    X(EXPIRES, "expires") \
    X(ALT_SVC, "alt-svc") \
    X(TRAILER, "trailer") \
    X(WARNING, "warning") \
    X(X_CACHE, "x-cache") \
    X(LOCATION, "location") \
    X(IF_MATCH, "if-match") \
    X(IF_RANGE, "if-range") \
    X(PRIORITY, "priority") \
    X(SEC_CH_UA, "sec-ch-ua") \
    X(FORWARDED, "forwarded") \
    X(X_API_KEY, "x-api-key") \
    X(X_REAL_IP, "x-real-ip") \
    X(USER_AGENT, "user-agent") \
    X(CONNECTION, "connection") \
    X(SET_COOKIE, "set-cookie") \
    X(EARLY_DATA, "early-data") \
    X(KEEP_ALIVE, "keep-alive") \
    X(TRACESTATE, "tracestate") \
    X(RETRY_AFTER, "retry-after") \
    X(CONTENT_MD5, "content-md5") \
    X(TRACEPARENT, "traceparent") \
    X(CONTENT_TYPE, "content-type") \
    X(X_REQUEST_ID, "x-request-id") \
    X(MAX_FORWARDS, "max-forwards") \
    X(X_CSRF_TOKEN, "x-csrf-token") \
    X(X_POWERED_BY, "x-powered-by") \
    X(CACHE_CONTROL, "cache-control") \
    X(IF_NONE_MATCH, "if-none-match") \
    X(LAST_MODIFIED, "last-modified") \
    X(ACCEPT_RANGES, "accept-ranges") \
    X(AUTHORIZATION, "authorization") \
    X(CONTENT_RANGE, "content-range") \
    X(SERVER_TIMING, "server-timing") \
    X(X_ORIGINAL_TO, "x-original-to") \
    X(CONTENT_LENGTH, "content-length") \
    X(SEC_FETCH_SITE, "sec-fetch-site") \
    X(SEC_FETCH_MODE, "sec-fetch-mode") \
    X(SEC_FETCH_DEST, "sec-fetch-dest") \
    X(SEC_FETCH_USER, "sec-fetch-user") \
    X(ACCEPT_CHARSET, "accept-charset") \
    X(HTTP2_SETTINGS, "http2-settings") \
    X(TRUE_CLIENT_IP, "true-client-ip") \
    X(X_FORWARDED_BY, "x-forwarded-by") \
    X(ACCEPT_ENCODING, "accept-encoding") \
    X(ACCEPT_LANGUAGE, "accept-language") \
    X(X_FORWARDED_FOR, "x-forwarded-for") \
    X(REFERRER_POLICY, "referrer-policy") \
    X(X_AMZN_TRACE_ID, "x-amzn-trace-id") \
    X(X_FRAME_OPTIONS, "x-frame-options") \
    X(CONTENT_ENCODING, "content-encoding") \
    X(SEC_CH_UA_MOBILE, "sec-ch-ua-mobile") \
    X(X_REQUESTED_WITH, "x-requested-with") \
    X(CF_CONNECTING_IP, "cf-connecting-ip") \
    X(CONTENT_LANGUAGE, "content-language") \
    X(CONTENT_LOCATION, "content-location") \
    X(PROXY_CONNECTION, "proxy-connection") \
    X(WWW_AUTHENTICATE, "www-authenticate") \
    X(X_CORRELATION_ID, "x-correlation-id") \
    X(X_FORWARDED_HOST, "x-forwarded-host") \
    X(X_FORWARDED_PORT, "x-forwarded-port") \
    X(X_XSS_PROTECTION, "x-xss-protection") \
    X(TRANSFER_ENCODING, "transfer-encoding") \
    X(IF_MODIFIED_SINCE, "if-modified-since") \
    X(X_FORWARDED_PROTO, "x-forwarded-proto") \
    X(SEC_WEBSOCKET_KEY, "sec-websocket-key") \
    X(X_SSL_CLIENT_CERT, "x-ssl-client-cert") \
    X(SEC_CH_UA_PLATFORM, "sec-ch-ua-platform") \
    X(PERMISSIONS_POLICY, "permissions-policy") \
    X(PROXY_AUTHENTICATE, "proxy-authenticate") \
    X(CONTENT_DISPOSITION, "content-disposition") \
    X(IF_UNMODIFIED_SINCE, "if-unmodified-since") \
    X(PROXY_AUTHORIZATION, "proxy-authorization") \
    X(SEC_WEBSOCKET_ACCEPT, "sec-websocket-accept") \
    X(SEC_WEBSOCKET_VERSION, "sec-websocket-version") \
    X(ACCESS_CONTROL_MAX_AGE, "access-control-max-age") \
    X(SEC_WEBSOCKET_PROTOCOL, "sec-websocket-protocol") \
    X(X_CONTENT_TYPE_OPTIONS, "x-content-type-options") \
    X(CONTENT_SECURITY_POLICY, "content-security-policy") \
    X(SEC_WEBSOCKET_EXTENSIONS, "sec-websocket-extensions") \
    X(UPGRADE_INSECURE_REQUESTS, "upgrade-insecure-requests") \
    X(STRICT_TRANSPORT_SECURITY, "strict-transport-security") \
    X(ACCESS_CONTROL_ALLOW_ORIGIN, "access-control-allow-origin") \
    X(ACCESS_CONTROL_ALLOW_HEADERS, "access-control-allow-headers") \
    X(ACCESS_CONTROL_ALLOW_METHODS, "access-control-allow-methods") \
    X(ACCESS_CONTROL_EXPOSE_HEADERS, "access-control-expose-headers") \
    X(ACCESS_CONTROL_REQUEST_METHOD, "access-control-request-method") \
    X(ACCESS_CONTROL_REQUEST_HEADERS, "access-control-request-headers") \
    X(ACCESS_CONTROL_ALLOW_CREDENTIALS, "access-control-allow-credentials")
/* clang-format on */

enum http_header_id {
    HTTP_HDR_OTHER = 0, /* any name without a row */
#define X(symbol, text) HTTP_HDR_##symbol,
    HTTP_HEADER_NAMES(X)
#undef X
        HTTP_HDR_COUNT
};

/*
 * The id of a name in any case; HTTP_HDR_OTHER if it has none. The name must be free of control
 * characters: upper and lower case are told together by one bit, which would fold some of those
 * into digits.
 */
enum http_header_id http_header_find(const char *name, size_t len);

/* The name in lower case; "" for HTTP_HDR_OTHER. */
const char *http_header_name(enum http_header_id id);
size_t http_header_name_len(enum http_header_id id);

#endif
