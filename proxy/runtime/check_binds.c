/* SPDX-License-Identifier: Apache-2.0 */
/* Asks the kernel by a socket that is bound to the address and no port, and never listens. */
#include "proxy/runtime/check_binds.h"

#include "config/model.h"
#include "config/report.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/capability.h>
#include <sys/socket.h>
#include <unistd.h>

static bool is_ip(const struct conf_addr *addr)
{
    return addr->fd < 0 && (addr->sa.ss_family == AF_INET || addr->sa.ss_family == AF_INET6);
}

static struct sockaddr_storage without_port(const struct conf_addr *addr)
{
    struct sockaddr_storage sa = addr->sa;
    if (sa.ss_family == AF_INET)
        ((struct sockaddr_in *)&sa)->sin_port = 0;
    else
        ((struct sockaddr_in6 *)&sa)->sin6_port = 0;
    return sa;
}

/* Only what is certain: net.ipv4.ip_nonlocal_bind and local routes are the kernel's to know. */
static bool is_foreign(const struct conf_bind *line)
{
    if (line->transparent || line->interface != NULL)
        return false;
    struct sockaddr_storage sa = without_port(&line->addr);
    int fd = socket(sa.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    bool foreign =
        bind(fd, (struct sockaddr *)&sa, line->addr.sa_len) != 0 && errno == EADDRNOTAVAIL;
    close(fd);
    return foreign;
}

static unsigned first_free_port(void)
{
    unsigned port = 1024;
    FILE *file = fopen("/proc/sys/net/ipv4/ip_unprivileged_port_start", "re");
    if (file == NULL)
        return port;
    if (fscanf(file, "%u", &port) != 1)
        port = 1024;
    fclose(file);
    return port;
}

static bool may_bind_any_port(void)
{
    cap_flag_value_t value = CAP_CLEAR;
    cap_t mine = cap_get_proc();
    if (mine != NULL)
        (void)cap_get_flag(mine, CAP_NET_BIND_SERVICE, CAP_EFFECTIVE, &value);
    cap_free(mine);
    return value == CAP_SET;
}

static void check_bind(const struct conf_bind *bind, unsigned free_port, struct conf_report *report)
{
    struct conf_span span = {.place = bind->place, .width = 1};
    if (!is_ip(&bind->addr))
        return;
    if (is_foreign(bind))
        conf_report_add(report, CONF_WARNING, span,
                        "where keepalived moves it: sysctl net.ipv4.ip_nonlocal_bind=1, or "
                        "transparent",
                        "%s is no address of this host now: the start would fail", bind->addr.text);
    if (bind->addr.port < free_port)
        conf_report_add(report, CONF_NOTE, span, "start as root, and give user and group",
                        "port %u may be bound by root only, which this check was not run as",
                        bind->addr.port);
}

void check_binds(const struct config *config, struct conf_report *report)
{
    unsigned free_port = may_bind_any_port() ? 0 : first_free_port();
    for (size_t i = 0; i < config->proxy_count; i++) {
        const struct conf_proxy *proxy = &config->proxies[i];
        for (size_t k = 0; k < proxy->bind_count && !proxy->disabled; k++)
            check_bind(&proxy->binds[k], free_port, report);
    }
}
