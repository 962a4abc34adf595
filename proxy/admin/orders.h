/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a form of the statistics page asks of servers. These are changed on the control thread
 * alone, so the orders go there and come back; only then does the form's answer go out, and whoever
 * reads the statistics next sees them carried out.
 *
 *   data thread      orders_new() > orders_add()... > orders_send()         > service_resume()
 *   control thread                                    `--> carried out --'
 *
 * Orders are on their way before their stream lets go of its snapshot, hence before a server goes.
 *
 * Ownership: the caller's until orders_send(); then they free themselves.
 * Thread:    the data thread of the stream.
 */
#ifndef WEIR_ADMIN_ORDERS_H
#define WEIR_ADMIN_ORDERS_H

#include "proxy/admin/stats.h"
#include "proxy/http/service.h"

#define ORDER_BYTES_MIN 2 /* "s=": a form cannot name more servers than that */

struct orders;

/* For up to max servers. NULL when memory runs out. */
struct orders *orders_new(struct loop *control, struct loop *home, size_t max);
/* A stats_apply; the owner is the orders. */
void orders_add(void *orders, struct server *server, enum stats_order order);
/* What a stream has to wait for; NULL if there is nothing to do. */
struct service_wait *orders_send(struct orders *orders);

#endif
