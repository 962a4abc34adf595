/* SPDX-License-Identifier: Apache-2.0 */
/* See probed.h. */
#include "test/proxy/health/probed.h"

#include "tls/context.h"

static struct conf_check_header host_app[] = {{.name = "Host", .value = "app"}};

void probed_http_steps(struct conf_check_step steps[PROBED_HTTP_STEPS])
{
    steps[PROBED_CONNECT] = (struct conf_check_step){
        .kind = CONF_STEP_CONNECT, .connect = {.like_server = true, .is_implied = true}};
    steps[PROBED_REQUEST] = (struct conf_check_step){.kind = CONF_STEP_REQUEST,
                                                     .request = {.method = "GET",
                                                                 .uri = "/health",
                                                                 .version = "HTTP/1.1",
                                                                 .headers = host_app,
                                                                 .header_count = 1}};
    steps[PROBED_EXPECT] =
        (struct conf_check_step){.kind = CONF_STEP_EXPECT, .expect = {.kind = CONF_EXPECT_STATUS}};
    for (unsigned bit = 200 - 100; bit < 400 - 100; bit++)
        steps[PROBED_EXPECT].expect.statuses.bits[bit / 64] |= (uint64_t)1 << bit % 64;
}

struct tls_client_context *probed_make_tls(void *owner, const struct conf_server *server,
                                           struct state_error *error_out)
{
    struct tls_client_settings settings = tls_client_settings_default;
    struct tls_error_text error;
    (void)owner;
    (void)server;
    (void)error_out;
    settings.verify = TLS_VERIFY_NONE;
    return tls_client_context_new(&settings, &tls_files_disk, &error);
}

void probed_keep_config(struct config *config)
{
    (void)config;
}
