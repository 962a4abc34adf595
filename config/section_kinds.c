/* SPDX-License-Identifier: Apache-2.0 */
/* The table of sections. */
#include "config/section_kinds.h"

const struct section_kind section_kinds[] = {
    [CONF_SECTION_GLOBAL] = {"global", "global", true, LEVEL_GLOBAL, IN_GLOBAL},
    [CONF_SECTION_DEFAULTS] = {"defaults", "defaults", true, LEVEL_PROXY, IN_DEFAULTS},
    [CONF_SECTION_FRONTEND] = {"frontend", "frontends", false, LEVEL_PROXY, IN_FRONTEND},
    [CONF_SECTION_BACKEND] = {"backend", "backends", false, LEVEL_PROXY, IN_BACKEND},
    [CONF_SECTION_LISTEN] = {"listen", "listens", false, LEVEL_PROXY, IN_FRONTEND | IN_BACKEND},
    [CONF_SECTION_USERLIST] = {"userlist", "userlists", false, LEVEL_USERLIST, IN_OTHERS},
    [CONF_SECTION_ANY] = {.name = NULL},
};
