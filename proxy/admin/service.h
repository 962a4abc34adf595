/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What weir answers itself: fixed replies, metrics and statistics, as one service for the streams
 * of a proxy.
 *
 * Thread: set up by the control thread before the data threads run; the service runs on these.
 */
#ifndef WEIR_ADMIN_SERVICE_H
#define WEIR_ADMIN_SERVICE_H

#include "proxy/http/service.h"

/* The control thread's loop, on which forms change servers; borrowed for good. */
void admin_service_start(struct loop *control);

/* The service that the proxy needs, or NULL if its configuration asks for none. */
const struct stream_service *admin_service_of(const struct conf_proxy *conf);

#endif
