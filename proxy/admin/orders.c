/* SPDX-License-Identifier: Apache-2.0 */
/* Orders on their way to the control thread and back; orders.h draws it. */
#include "proxy/admin/orders.h"

#include "proxy/net/loop.h"
#include "proxy/state/server_state.h"

#include <assert.h>
#include <stdlib.h>

struct orders {
    struct loop_message message;
    struct service_wait wait;
    struct loop *control, *home; /* borrowed */
    size_t count, max;
    struct order {
        struct server *server; /* borrowed: from the snapshot of the stream */
        enum stats_order order;
    } items[];
};

struct orders *orders_new(struct loop *control, struct loop *home, size_t max)
{
    struct orders *orders = malloc(sizeof(*orders) + max * sizeof(orders->items[0]));
    if (orders != NULL)
        *orders = (struct orders){.control = control, .home = home, .max = max};
    return orders;
}

void orders_add(void *owner, struct server *server, enum stats_order order)
{
    struct orders *orders = owner;
    assert(orders->count < orders->max);
    orders->items[orders->count++] = (struct order){.server = server, .order = order};
}

static void carry_out(struct server *server, enum stats_order order, struct loop *control)
{
    static const enum server_admin modes[] = {
        [ORDER_READY] = SERVER_READY, [ORDER_DRAIN] = SERVER_DRAIN, [ORDER_MAINT] = SERVER_MAINT};
    if (order == ORDER_UP || order == ORDER_DOWN)
        server_set_health(server, order == ORDER_UP, control);
    else
        server_set_admin(server, modes[order], control);
}

/* Back on the data thread. */
static void on_done(struct loop_message *message)
{
    struct orders *orders = LIST_ITEM(message, struct orders, message);
    service_resume(&orders->wait);
    free(orders);
}

/* On the control thread. */
static void on_orders(struct loop_message *message)
{
    struct orders *orders = LIST_ITEM(message, struct orders, message);
    for (size_t i = 0; i < orders->count; i++)
        carry_out(orders->items[i].server, orders->items[i].order, orders->control);
    orders->message.run = on_done;
    loop_post(orders->home, &orders->message);
}

struct service_wait *orders_send(struct orders *orders)
{
    if (orders->count == 0) {
        free(orders);
        return NULL;
    }
    orders->message.run = on_orders;
    loop_post(orders->control, &orders->message);
    return &orders->wait;
}
