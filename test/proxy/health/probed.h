/* SPDX-License-Identifier: Apache-2.0 */
/* What tests of probes configure: a check by HTTP, and servers whose certificate nobody looks at. */
#ifndef TEST_HEALTH_PROBED_H
#define TEST_HEALTH_PROBED_H

#include "config/model.h"
#include "proxy/state/build.h"

enum { PROBED_CONNECT, PROBED_REQUEST, PROBED_EXPECT, PROBED_HTTP_STEPS };

/* As option httpchk makes it: connect, GET /health, expect 200-399. */
void probed_http_steps(struct conf_check_step steps[PROBED_HTTP_STEPS]);
/* For state_build_options. */
struct tls_client_context *probed_make_tls(void *owner, const struct conf_server *server,
                                           struct state_error *error_out);
/* The same: it belongs to the test. */
void probed_keep_config(struct config *config);

#endif
