/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where clients arrive: an address, and how its sockets are opened; or an admin socket.
 *
 * Ownership: the config's arena, as all of config/model.h.
 */
#ifndef WEIR_CONFIG_MODEL_BIND_H
#define WEIR_CONFIG_MODEL_BIND_H

#include <sys/types.h>

#include "config/model/tls.h"

/* What clients of an admin socket may do: read, clear what was counted, change. */
enum conf_admin_level { CONF_ADMIN_USER, CONF_ADMIN_OPERATOR, CONF_ADMIN_ADMIN };

/* How its messages begin: not with a severity, with "[3]:", or with "[error]:". */
enum conf_severity_output { CONF_SEVERITY_NONE, CONF_SEVERITY_NUMBER, CONF_SEVERITY_STRING };

/* Of a bind that is an admin socket. */
struct conf_admin_bind {
    bool is_admin;
    enum conf_admin_level level;
    enum conf_severity_output severity;
};

struct conf_bind {
    const char *name; /* or NULL */
    struct conf_place place;
    struct conf_addr addr;
    struct conf_tls tls;
    unsigned maxconn; /* 0 = no bound of its own */
    unsigned backlog; /* 0 = from the proxy's maxconn */
    bool accept_proxy, accept_netscaler;
    unsigned netscaler_magic; /* what NetScaler's header begins with */
    bool v4v6, v6only, transparent, tfo, defer_accept;
    const char *interface; /* or NULL */
    const char *netns;     /* name of a network namespace, or NULL */
    int mss;               /* 0 = the kernel's; negative: so much less than it would be */
    unsigned tcp_ut_ms;    /* longest wait for an acknowledgement */
    /* unix sockets */
    mode_t mode; /* 0 = umask decides */
    uid_t uid;   /* (uid_t)-1 = leave */
    gid_t gid;
    struct conf_admin_bind admin;
};

#endif
