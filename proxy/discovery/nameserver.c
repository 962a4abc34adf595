/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A channel of c-ares on our loop. Its sockets are polled by libuv, level-triggered as c-ares wants
 * it; its deadlines are those of a timer of the wheel. Repeating a question is decided above, so each
 * is sent once here, and once more over TCP if the answer was cut off.
 */
#include "proxy/discovery/nameserver.h"

#include <ares.h>
#include <stdlib.h>
#include <string.h>

#define US_PER_MS 1000
enum { PLAIN_PAYLOAD_BYTES = 512 };

struct nameserver {
    struct loop *control;      /* borrowed */
    char *name;                /* owned */
    struct dns_counts *counts; /* borrowed */
    ares_channel channel;
    struct wheel_timer deadline;
    struct list sockets; /* of struct polled */
};

/* A socket of the channel; freed when libuv has closed the handle. */
struct polled {
    uv_poll_t handle;
    struct list node;
    ares_socket_t fd;
    struct nameserver *nameserver;
};

struct asked {
    nameserver_answered *answered;
    void *owner;
};

static void arm(struct nameserver *nameserver)
{
    struct timeval longest = {.tv_sec = 3600}, room, *next;
    next = ares_timeout(nameserver->channel, &longest, &room);
    loop_arm(nameserver->control, &nameserver->deadline,
             (uint64_t)next->tv_sec * 1000 + (uint64_t)next->tv_usec / US_PER_MS + 1);
}

static void on_deadline(struct wheel_timer *timer)
{
    struct nameserver *nameserver = LIST_ITEM(timer, struct nameserver, deadline);
    ares_process_fd(nameserver->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    arm(nameserver);
}

/* ---- sockets --------------------------------------------------------------------------------- */

static void on_polled(uv_poll_t *handle, int status, int events)
{
    struct polled *polled = LIST_ITEM(handle, struct polled, handle);
    struct nameserver *nameserver = polled->nameserver;
    bool is_readable = status < 0 || (events & UV_READABLE) != 0;
    bool is_writable = status < 0 || (events & UV_WRITABLE) != 0;
    ares_process_fd(nameserver->channel, is_readable ? polled->fd : ARES_SOCKET_BAD,
                    is_writable ? polled->fd : ARES_SOCKET_BAD);
    arm(nameserver);
}

static void on_closed(uv_handle_t *handle)
{
    free(LIST_ITEM((uv_poll_t *)handle, struct polled, handle));
}

static struct polled *find_polled(struct nameserver *nameserver, ares_socket_t fd)
{
    for (struct list *n = nameserver->sockets.next; n != &nameserver->sockets; n = n->next) {
        struct polled *polled = LIST_ITEM(n, struct polled, node);
        if (polled->fd == fd)
            return polled;
    }
    return NULL;
}

/* Without memory its questions end by their deadline. */
static struct polled *add_polled(struct nameserver *nameserver, ares_socket_t fd)
{
    struct polled *polled = calloc(1, sizeof(*polled));
    if (polled == NULL)
        return NULL;
    if (uv_poll_init(&nameserver->control->uv, &polled->handle, fd) != 0) {
        free(polled);
        return NULL;
    }
    polled->fd = fd;
    polled->nameserver = nameserver;
    list_push_back(&nameserver->sockets, &polled->node);
    return polled;
}

/* Neither readable nor writable: it is about to be closed. */
static void on_socket_state(void *owner, ares_socket_t fd, int readable, int writable)
{
    struct nameserver *nameserver = owner;
    struct polled *polled = find_polled(nameserver, fd);
    bool is_wanted = readable || writable;
    if (polled == NULL && is_wanted)
        polled = add_polled(nameserver, fd);
    if (polled == NULL)
        return;
    if (is_wanted) {
        (void)uv_poll_start(&polled->handle,
                            (readable ? UV_READABLE : 0) | (writable ? UV_WRITABLE : 0), on_polled);
        return;
    }
    list_remove(&polled->node);
    uv_poll_stop(&polled->handle);
    uv_close((uv_handle_t *)&polled->handle, on_closed);
}

/* ---- life ------------------------------------------------------------------------------------ */

static int open_channel(struct nameserver *nameserver, const struct conf_resolvers *resolvers,
                        const struct conf_nameserver *conf)
{
    static char lookups[] = "b"; /* only what name servers say */
    bool has_edns = resolvers->payload_bytes > PLAIN_PAYLOAD_BYTES;
    struct in_addr placeholder = {0}; /* else c-ares reads resolv.conf */
    struct ares_options options = {
        .flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES | ARES_FLAG_NOCHECKRESP |
                 (has_edns ? ARES_FLAG_EDNS : 0) | (conf->over_tcp ? ARES_FLAG_USEVC : 0),
        .timeout = resolvers->retry_ms > 0 ? (int)resolvers->retry_ms : 1000,
        .tries = 1,
        .ndots = 1,
        .servers = &placeholder,
        .nservers = 1,
        .lookups = lookups,
        .ednspsz = (int)resolvers->payload_bytes,
        .sock_state_cb = on_socket_state,
        .sock_state_cb_data = nameserver,
    };
    return ares_init_options(&nameserver->channel, &options,
                             ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_NDOTS |
                                 ARES_OPT_SERVERS | ARES_OPT_DOMAINS | ARES_OPT_LOOKUPS |
                                 ARES_OPT_SORTLIST | ARES_OPT_EDNSPSZ | ARES_OPT_SOCK_STATE_CB);
}

static int set_server(struct nameserver *nameserver, const struct conf_addr *conf)
{
    struct ares_addr_port_node node = {
        .family = conf->sa.ss_family, .udp_port = conf->port, .tcp_port = conf->port};
    if (node.family == AF_INET)
        node.addr.addr4 = ((const struct sockaddr_in *)&conf->sa)->sin_addr;
    else
        memcpy(&node.addr.addr6, &((const struct sockaddr_in6 *)&conf->sa)->sin6_addr,
               sizeof(node.addr.addr6));
    return ares_set_servers_ports(nameserver->channel, &node);
}

struct nameserver *nameserver_new(struct loop *control, const struct conf_resolvers *resolvers,
                                  const struct conf_nameserver *conf, struct dns_counts *counts)
{
    struct nameserver *nameserver = calloc(1, sizeof(*nameserver));
    if (nameserver == NULL)
        return NULL;
    nameserver->control = control;
    nameserver->counts = counts;
    list_init(&nameserver->sockets);
    wheel_timer_init(&nameserver->deadline, on_deadline);
    nameserver->name = strdup(conf->name);
    if (nameserver->name == NULL || open_channel(nameserver, resolvers, conf) != ARES_SUCCESS ||
        set_server(nameserver, &conf->addr) != ARES_SUCCESS) {
        nameserver_free(nameserver);
        return NULL;
    }
    return nameserver;
}

const char *nameserver_name(const struct nameserver *nameserver)
{
    return nameserver->name;
}

void nameserver_count(struct nameserver *nameserver, enum dns_count count)
{
    nameserver->counts->of[count]++;
}

static enum dns_outcome outcome_of(int status)
{
    static const struct {
        int status;
        enum dns_outcome outcome;
    } rows[] = {
        {ARES_SUCCESS, DNS_GOOD},      {ARES_ENOTFOUND, DNS_NX},
        {ARES_ENODATA, DNS_NO_DATA},   {ARES_EREFUSED, DNS_REFUSED},
        {ARES_ETIMEOUT, DNS_TIMEOUT},  {ARES_ECONNREFUSED, DNS_TIMEOUT},
        {ARES_EDESTRUCTION, DNS_GONE}, {ARES_ECANCELLED, DNS_GONE},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].status == status)
            return rows[i].outcome;
    }
    return DNS_FAILED;
}

static void on_answer(void *owner, int status, int timeouts, unsigned char *bytes, int len)
{
    struct asked asked = *(struct asked *)owner;
    (void)timeouts;
    free(owner);
    asked.answered(asked.owner, outcome_of(status), bytes, len > 0 ? (size_t)len : 0);
}

void nameserver_ask(struct nameserver *nameserver, const char *name, enum dns_type type,
                    nameserver_answered *answered, void *owner)
{
    enum { CLASS_IN = 1 };
    struct asked *asked = malloc(sizeof(*asked));
    if (asked == NULL) {
        nameserver_count(nameserver, COUNT_SEND_ERROR);
        answered(owner, DNS_FAILED, NULL, 0);
        return;
    }
    *asked = (struct asked){answered, owner};
    nameserver_count(nameserver, COUNT_SENT);
    ares_query(nameserver->channel, name, CLASS_IN, type, on_answer, asked);
    arm(nameserver);
}

void nameserver_free(struct nameserver *nameserver)
{
    if (nameserver == NULL)
        return;
    if (nameserver->channel != NULL)
        ares_destroy(nameserver->channel);
    wheel_forget(&nameserver->control->wheel, &nameserver->deadline);
    free(nameserver->name);
    free(nameserver);
}
