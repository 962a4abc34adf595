/* SPDX-License-Identifier: Apache-2.0 */
/* The files made from the tables; each form is a function (manual_*.c) and a line here. */
#include "proxy/runtime/manual_priv.h"

#include <stddef.h>

const struct manual_form manual_forms[] = {
    {"weir.8", manual_weir_8},
    {"weir.conf.5", manual_weir_conf_5},
    {"weir-rules.7", manual_weir_rules_7},
    {"rules.md", manual_rules_md},
    {"weir.bash", manual_bash},
    {"_weir", manual_zsh},
    {"coming-from-haproxy.md", manual_coming_from_haproxy},
    {NULL, NULL},
};
