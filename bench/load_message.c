/* SPDX-License-Identifier: Apache-2.0 */
/* The request the load sends and the check of what comes back; see load.h. */
#include "bench/load.h"

#include "bench/net.h"
#include "bench/pattern.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* About 900 bytes, as a desktop browser sends them to a site where somebody is logged in. */
static const char browser_headers[] =
    "Connection: keep-alive\r\n"
    "sec-ch-ua: \"Chromium\";v=\"130\", \"Not?A_Brand\";v=\"99\"\r\n"
    "sec-ch-ua-mobile: ?0\r\n"
    "sec-ch-ua-platform: \"Linux\"\r\n"
    "Upgrade-Insecure-Requests: 1\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/130.0.0.0 Safari/537.36\r\n"
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,"
    "image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7\r\n"
    "Sec-Fetch-Site: same-origin\r\n"
    "Sec-Fetch-Mode: navigate\r\n"
    "Sec-Fetch-User: ?1\r\n"
    "Sec-Fetch-Dest: document\r\n"
    "Referer: http://bench.example/catalogue/garden/chairs?sort=price&page=3\r\n"
    "Accept-Encoding: gzip, deflate, br, zstd\r\n"
    "Accept-Language: en-GB,en;q=0.9,de;q=0.8\r\n"
    "Cookie: session=6f1ed002ab5595859014ebf0951522d9; theme=dark; "
    "consent=eyJhbmFseXRpY3MiOnRydWV9; visitor=1762350182.1a2b3c4d5e6f\r\n";

enum { HOST_DIGITS = 5 };

void request_set_host(struct request *request, long host)
{
    for (int i = HOST_DIGITS - 1; i >= 0; i--, host /= 10)
        request->host_digits[i] = (char)('0' + host % 10);
}

struct request request_render(const struct load_options *options)
{
    struct request request = {.bytes =
                                  malloc(sizeof browser_headers + 512 + options->upload_bytes)};
    if (request.bytes == NULL)
        die("no memory");
    size_t len = (size_t)sprintf(request.bytes, "%s %s HTTP/1.1\r\nHost: %sbench.example\r\n%s%s",
                                 options->upload_bytes > 0 ? "POST" : "GET", options->path,
                                 options->hosts > 0 ? "h00000." : "",
                                 options->browser_headers ? browser_headers : "",
                                 options->close ? "Connection: close\r\n" : "");
    if (options->hosts > 0)
        request.host_digits = strstr(request.bytes, "h00000.") + 1;
    if (options->upload_bytes > 0)
        len +=
            (size_t)sprintf(request.bytes + len, "Content-Length: %zu\r\n", options->upload_bytes);
    len += (size_t)sprintf(request.bytes + len, "\r\n");
    for (size_t i = 0; i < options->upload_bytes; i++)
        request.bytes[len++] = pattern_at(i);
    request.len = len;
    return request;
}

static const char *head_find_fault(const char *head, size_t len, size_t body_bytes)
{
    static const char status[] = "HTTP/1.1 200 ";
    static const char name[] = "\r\ncontent-length:";
    const size_t name_len = sizeof name - 1;

    if (len < sizeof status || memcmp(head, status, sizeof status - 1) != 0)
        return "the status is not 200";
    for (const char *at = head; at + name_len < head + len; at++)
        if (*at == '\r' && strncasecmp(at, name, name_len) == 0)
            return strtoul(at + name_len, NULL, 10) == body_bytes
                       ? NULL
                       : "the Content-Length is not that of the page";
    return "there is no Content-Length";
}

/* The bytes of data that belong to the head, whose end may be among them. */
static size_t response_feed_head(struct response *response, const char *data, size_t len)
{
    size_t before = response->head_len;
    size_t room = sizeof response->head - before;
    size_t copied = len < room ? len : room;
    memcpy(response->head + before, data, copied);
    response->head_len += copied;
    const char *end = memmem(response->head, response->head_len, "\r\n\r\n", 4);
    if (end == NULL)
        return copied;
    response->head_complete = true;
    response->head_len = (size_t)(end - response->head) + 4;
    return response->head_len - before;
}

enum response_verdict response_feed(struct response *response, size_t body_bytes, const char *data,
                                    size_t len, const char **why_out)
{
    *why_out = NULL;
    if (!response->head_complete) {
        size_t used = response_feed_head(response, data, len);
        data += used;
        len -= used;
        if (response->head_complete)
            *why_out = head_find_fault(response->head, response->head_len, body_bytes);
        else if (response->head_len == sizeof response->head)
            *why_out = "the head is too long";
    }
    if (*why_out == NULL && len > body_bytes - response->body_len)
        *why_out = "the body is too long";
    if (*why_out == NULL && len > 0 &&
        (data[0] != pattern_at(response->body_len) ||
         data[len - 1] != pattern_at(response->body_len + len - 1)))
        *why_out = "the body is not what the origin sent";
    if (*why_out != NULL)
        return RESPONSE_WRONG;
    response->body_len += len;
    return response->head_complete && response->body_len == body_bytes ? RESPONSE_COMPLETE
                                                                       : RESPONSE_PARTIAL;
}
