/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every noun of a configuration is made of: places, words, addresses, sets of status codes.
 *
 * Ownership: the config's arena, as all of config/model.h.
 */
#ifndef WEIR_CONFIG_MODEL_BASICS_H
#define WEIR_CONFIG_MODEL_BASICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* Where a word stands: for messages, at load time and later ("www.conf:12:7"). */
struct conf_place {
    const char *file;
    unsigned line;   /* from 1 */
    unsigned column; /* from 1, in bytes */
};

/* A list of words; items[count] is NULL. */
struct conf_words {
    const char **items;
    size_t count;
};

/* An address as it is needed to bind or connect; family AF_UNSPEC where it has yet to be resolved.
 */
struct conf_addr {
    const char *text; /* as written */
    const char *host; /* the name to resolve, or NULL when sa is complete */
    struct sockaddr_storage sa;
    socklen_t sa_len;
    uint16_t port; /* 0 for unix sockets */
    int fd;        /* of "fd@N", else -1 */
};

/* A set of HTTP status codes, 100..599; bit 0 of bits[0] is 100. */
struct conf_status_set {
    uint64_t bits[10]; /* from 100 on */
};

static inline bool conf_status_has(const struct conf_status_set *set, unsigned status)
{
    unsigned bit = status - 100;
    return status >= 100 && status < 600 && (set->bits[bit / 64] >> bit % 64 & 1) != 0;
}

#endif
