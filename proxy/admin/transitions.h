/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happened to a server, in each format: the last changes of its state, the newest first.
 */
#ifndef WEIR_ADMIN_TRANSITIONS_H
#define WEIR_ADMIN_TRANSITIONS_H

#include "proxy/admin/text.h"
#include "proxy/state/server.h"

/* A strip of dots, the newest at the right; each tells time, state and reason where one points. */
void transitions_html(struct text *text, const struct server *server);
/* [{"time":"2026-11-20T15:04:05.678Z","state":"DOWN","reason":"..."}, ...] */
void transitions_json(struct text *text, const struct server *server);

#endif
