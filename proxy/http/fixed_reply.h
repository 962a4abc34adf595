/* SPDX-License-Identifier: Apache-2.0 */
/* Answers that the configuration spells out: the actions return and deny. */
#ifndef WEIR_HTTP_FIXED_REPLY_H
#define WEIR_HTTP_FIXED_REPLY_H

#include "proxy/http/service.h"

/* The first action that concerns the request and is not
 * CONF_ACTION_PROMETHEUS; SERVICE_PASS if none. */
enum service_verdict fixed_reply(const struct service_request *request,
                                 struct service_answer *answer_out);
/* The path of the request's target, without its query. */
size_t service_path(const struct service_request *request, const char **path_out);
/* Whether the action is for that path. */
bool action_concerns(const struct conf_action *action, const char *path, size_t len);

#endif
