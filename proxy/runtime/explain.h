/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `weir explain`: one request through the compiled rules, with no network, and each decision on its way.
 *
 *   explain_words.c    the command line
 *   explain.c          its course: load, choose the bind, run, show
 *   explain_stage.c    a data thread whose servers are we
 *   explain_client.c   ... and whose client
 *   explain_show.c     what is printed
 */
#ifndef WEIR_RUNTIME_EXPLAIN_H
#define WEIR_RUNTIME_EXPLAIN_H

#include "proxy/runtime/options.h"

/* The words behind the command's name; returns the exit code. */
int explain_command(int argc, char **argv);
/* Its options, for the manual and the shells. */
bool explain_option_at(size_t i, struct option_words *option_out);

#endif
