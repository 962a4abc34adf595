/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What -c can find out about addresses to listen on without listening: whether they are of this host at
 * all. That another process has a port is no news, as it is usually the one to be reloaded.
 */
#ifndef WEIR_RUNTIME_CHECK_BINDS_H
#define WEIR_RUNTIME_CHECK_BINDS_H

struct config;
struct conf_report;

/* Warnings and notes at the binds' places. */
void check_binds(const struct config *config, struct conf_report *report);

#endif
