/* SPDX-License-Identifier: Apache-2.0 */
/* Brings what the state room tells about servers and backends to the log, in the words it chose. */
#include "proxy/log/log_priv.h"

#include "config/model.h"
#include "proxy/state/backend.h"
#include "proxy/state/events.h"

#include <string.h>

/* Its proxy in the config adopted last; NULL if a reload took it away, so the global targets get
 * the line. */
static const struct conf_proxy *proxy_of(const struct backend *backend)
{
    const struct config *config = log_config();
    for (size_t i = 0; config != NULL && i < config->proxy_count; i++) {
        if (strcmp(config->proxies[i].name, backend->name) == 0 &&
            (config->proxies[i].caps & CONF_BACKEND) != 0)
            return &config->proxies[i];
    }
    return NULL;
}

static void on_state_event(struct state_listener *listener, const struct state_event *event)
{
    (void)listener;
    enum log_level level = (enum log_level)event->level;
    if (event->is_warning) /* on stderr HAProxy makes no difference between down and up */
        log_console(LOG_LEVEL_WARNING, "%s", event->text);
    else if (level == LOG_LEVEL_EMERG)
        log_console(level, "%s", event->text);
    log_to_targets(level, proxy_of(event->backend), "%s", event->text);
}

void log_server_events(void)
{
    static struct state_listener listener = {.told = on_state_event};
    state_listen(&listener);
}
