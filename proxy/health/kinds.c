/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of probe kinds, and those whose script is in the configuration.
 */
#include "proxy/health/probe.h"

/* Connecting is enough; over TLS, shaking hands. */
static const struct script_step connect_steps[] = {
    {.conf = {.kind = CONF_STEP_CONNECT, .connect = {.like_server = true, .is_implied = true}}},
};

static const struct probe_kind kind_tcp = {
    .kind = CONF_CHECK_TCP,
    .words = WORDS_OF_PROTOCOL,
    .steps = connect_steps,
    .step_count = 1,
};

static const struct probe_kind kind_http = {.kind = CONF_CHECK_HTTP, .words = WORDS_OF_HTTP};
/* No steps: external.c. */
static const struct probe_kind kind_external = {.kind = CONF_CHECK_EXTERNAL};
static const struct probe_kind kind_script = {.kind = CONF_CHECK_SCRIPT, .words = WORDS_OF_TCP};

const struct probe_kind *const probe_kinds[] = {
    &kind_tcp,         &kind_http,        &kind_script,
    &probe_kind_redis, &probe_kind_mysql, &probe_kind_pgsql,
    &probe_kind_ldap,  &probe_kind_smtp,  &probe_kind_tls_hello,
    &probe_kind_spop,  &kind_external,    NULL,
};
