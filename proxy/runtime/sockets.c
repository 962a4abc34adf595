/* SPDX-License-Identifier: Apache-2.0 */
/* The registry of listening sockets; see sockets.h. */
#include "proxy/runtime/sockets.h"

#include "config/report.h"
#include "proxy/base/addr.h"
#include "proxy/runtime/socket_open.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REASON_BYTES 512

void sockets_init(struct socket_set *set)
{
    *set = (struct socket_set){0};
    list_init(&set->entries);
    list_init(&set->retired);
}

static void entry_close(struct socket_entry *entry)
{
    for (unsigned i = 0; i < entry->unique_count; i++)
        close(entry->unique[i]);
    entry->unique_count = 0;
}

static void entry_release(struct socket_entry *entry)
{
    if (--entry->references > 0)
        return;
    free(entry->key);
    free(entry->unique);
    free(entry->socket.fds);
    free(entry);
}

static void list_close(struct list *entries)
{
    for (struct list *node; (node = list_pop_front(entries)) != NULL;) {
        struct socket_entry *entry = LIST_ITEM(node, struct socket_entry, node);
        entry_close(entry);
        entry_release(entry);
    }
}

void sockets_destroy(struct socket_set *set)
{
    list_close(&set->entries);
    list_close(&set->retired);
}

void sockets_begin(struct socket_set *set)
{
    for (struct list *node = set->entries.next; node != &set->entries; node = node->next) {
        struct socket_entry *entry = LIST_ITEM(node, struct socket_entry, node);
        entry->is_new = entry->is_claimed = false;
    }
}

static struct socket_entry *find_key(const struct socket_set *set, const char *key)
{
    for (struct list *node = set->entries.next; node != &set->entries; node = node->next) {
        struct socket_entry *entry = LIST_ITEM(node, struct socket_entry, node);
        if (strcmp(entry->key, key) == 0)
            return entry;
    }
    return NULL;
}

static bool owns_port(const struct socket_set *set, uint16_t port)
{
    for (struct list *node = set->entries.next; node != &set->entries; node = node->next)
        if (LIST_ITEM(node, struct socket_entry, node)->port == port)
            return true;
    return false;
}

static uint16_t bound_port(int fd)
{
    struct sockaddr_storage sa = {.ss_family = AF_UNSPEC};
    socklen_t len = sizeof(sa);
    struct addr addr;
    if (getsockname(fd, (struct sockaddr *)&sa, &len) != 0 || sa.ss_family == AF_UNIX)
        return 0;
    addr_set(&addr, (const struct sockaddr *)&sa);
    return addr_port(&addr);
}

static struct socket_entry *entry_new(const char *key, const int *fds, unsigned count)
{
    struct socket_entry *entry = calloc(1, sizeof(*entry));
    if (entry == NULL)
        return NULL;
    entry->references = 1;
    entry->key = strdup(key);
    entry->unique = calloc(count, sizeof(int));
    if (entry->key == NULL || entry->unique == NULL) {
        entry_release(entry);
        return NULL;
    }
    memcpy(entry->unique, fds, count * sizeof(int));
    entry->unique_count = count;
    entry->port = bound_port(fds[0]);
    entry->is_new = true;
    return entry;
}

static struct socket_entry *entry_add(struct socket_set *set, const char *key, const int *fds,
                                      unsigned count)
{
    struct socket_entry *entry = count > 0 ? entry_new(key, fds, count) : NULL;
    if (entry == NULL) {
        for (unsigned i = 0; i < count; i++)
            close(fds[i]);
        return NULL;
    }
    list_push_back(&set->entries, &entry->node);
    return entry;
}

int sockets_adopt(struct socket_set *set, const char *key, const int *fds, unsigned count)
{
    return entry_add(set, key, fds, count) != NULL ? 0 : -1;
}

bool sockets_claim_key(struct socket_set *set, const char *key)
{
    struct socket_entry *entry = find_key(set, key);
    if (entry != NULL)
        entry->is_claimed = true;
    return entry != NULL;
}

static struct socket_entry *open_new(struct socket_set *set, const struct conf_proxy *proxy,
                                     const struct conf_bind *bind, const char *key, char *reason)
{
    unsigned count = socket_count(bind, set->threads);
    int *fds = calloc(count, sizeof(int));
    struct socket_entry *entry = NULL;
    if (!set->may_share && !owns_port(set, bind->addr.port) && socket_is_taken(bind))
        snprintf(reason, REASON_BYTES, "cannot bind socket [%s]: another process listens there",
                 bind->addr.text);
    else if (fds == NULL)
        snprintf(reason, REASON_BYTES, "out of memory");
    else if (socket_open(bind, conf_bind_backlog(proxy, bind), fds, count, reason, REASON_BYTES) == 0)
        entry = entry_add(set, key, fds, count);
    free(fds);
    return entry;
}

/* Each thread gets its own descriptor, or all the only one. */
static int entry_spread(struct socket_entry *entry, unsigned threads)
{
    if (entry->socket.fds != NULL)
        return 0;
    entry->socket.fds = calloc(threads, sizeof(int));
    if (entry->socket.fds == NULL)
        return -1;
    entry->socket.count = threads;
    for (unsigned i = 0; i < threads; i++)
        entry->socket.fds[i] = entry->unique[i % entry->unique_count];
    return 0;
}

/* The n-th bind with equal words gets the n-th socket, as HAProxy opens each anew. */
static struct socket_entry *claim_one(struct socket_set *set, const struct conf_proxy *proxy,
                                      const struct conf_bind *bind, enum socket_origin origin,
                                      char *reason)
{
    char key[SOCKET_KEY_BYTES];
    struct socket_entry *entry = NULL;
    for (unsigned ordinal = 0; entry == NULL || entry->is_claimed; ordinal++) {
        socket_key(bind, set->threads, ordinal, key);
        entry = find_key(set, key);
        if (entry == NULL)
            break;
    }
    if (entry == NULL && origin == SOCKETS_OPEN)
        entry = open_new(set, proxy, bind, key, reason);
    else if (entry == NULL)
        snprintf(reason, REASON_BYTES, "the socket [%s] was not handed over", bind->addr.text);
    if (entry == NULL || entry_spread(entry, set->threads) != 0)
        return NULL;
    entry->is_claimed = true;
    return entry;
}

static void report_bind(struct conf_report *report, const struct conf_proxy *proxy,
                        const struct conf_bind *bind, const char *reason)
{
    struct conf_span span = {.place = bind->place, .width = 1};
    bool is_foreign = strstr(reason, strerror(EADDRNOTAVAIL)) != NULL;
    const char *help =
        is_foreign ? "not an address of this host; `transparent` behind it binds it all the same"
                   : "`ss -ltnp` shows who listens where";
    conf_report_add(report, CONF_ERROR, span, help, "Starting frontend %s: %s", proxy->name,
                    reason);
}

/* Unix sockets appear under their names only when nothing can go wrong any more. */
static int publish_all(const struct config *config, struct socket_entry *const *claims,
                       bool abandon, struct conf_report *report)
{
    int rc = 0;
    size_t n = 0;
    for (size_t i = 0; i < config_binder_count(config); i++) {
        const struct conf_proxy *proxy = config_binder(config, i);
        for (size_t j = 0; j < proxy->bind_count; j++, n++) {
            char reason[REASON_BYTES];
            if (claims[n] == NULL || !claims[n]->is_new)
                continue;
            if (abandon) {
                socket_abandon(&proxy->binds[j]);
            } else if (socket_publish(&proxy->binds[j], reason, sizeof(reason)) != 0) {
                report_bind(report, proxy, &proxy->binds[j], reason);
                rc = -1;
            }
        }
    }
    return rc;
}

int sockets_claim(struct socket_set *set, const struct config *config, enum socket_origin origin,
                  struct socket_entry **claims_out, struct conf_report *report)
{
    size_t n = 0;
    bool failed = false;
    for (size_t i = 0; i < config_binder_count(config); i++) {
        const struct conf_proxy *proxy = config_binder(config, i);
        for (size_t j = 0; j < proxy->bind_count; j++, n++) {
            char reason[REASON_BYTES] = "out of memory";
            claims_out[n] = NULL;
            if (proxy->disabled)
                continue;
            claims_out[n] = claim_one(set, proxy, &proxy->binds[j], origin, reason);
            if (claims_out[n] == NULL) {
                report_bind(report, proxy, &proxy->binds[j], reason);
                failed = true;
            }
        }
    }
    if (origin == SOCKETS_OPEN && publish_all(config, claims_out, failed, report) != 0)
        failed = true;
    return failed ? -1 : 0;
}

void sockets_rollback(struct socket_set *set)
{
    for (struct list *node = set->entries.next, *next; node != &set->entries; node = next) {
        struct socket_entry *entry = LIST_ITEM(node, struct socket_entry, node);
        next = node->next;
        if (!entry->is_new)
            continue;
        list_remove(node);
        entry_close(entry);
        entry_release(entry);
    }
}

void sockets_commit(struct socket_set *set)
{
    for (struct list *node = set->entries.next, *next; node != &set->entries; node = next) {
        struct socket_entry *entry = LIST_ITEM(node, struct socket_entry, node);
        next = node->next;
        entry->is_new = false;
        if (entry->is_claimed)
            continue;
        list_remove(node);
        list_push_back(&set->retired, node);
    }
}

void sockets_close_retired(struct socket_set *set)
{
    list_close(&set->retired);
}

struct bind_socket *socket_entry_hold(struct socket_entry *entry)
{
    entry->references++;
    return &entry->socket;
}

void socket_entry_release(struct bind_socket *socket)
{
    entry_release(LIST_ITEM(socket, struct socket_entry, socket));
}
