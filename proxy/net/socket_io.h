/* SPDX-License-Identifier: Apache-2.0 */
/* For transports only: the socket calls that keep a connection's readiness true. See conn.h. */
#ifndef WEIR_NET_SOCKET_IO_H
#define WEIR_NET_SOCKET_IO_H

#include "proxy/net/conn.h"

ssize_t socket_recv(struct conn *conn, void *buf, size_t len);
ssize_t socket_sendv(struct conn *conn, const struct iovec *iov, int count);

#endif
