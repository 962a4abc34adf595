/* SPDX-License-Identifier: Apache-2.0 */
/* Whom a proxy writes to when its servers change (email-alert), and the mailers section it names. */
#ifndef WEIR_CONFIG_MODEL_MAIL_H
#define WEIR_CONFIG_MODEL_MAIL_H

#include "config/model/basics.h"

struct conf_mailer {
    const char *name;
    struct conf_addr addr;
};

struct conf_mailers {
    const char *name;
    struct conf_mailer *items;
    size_t count;
    unsigned timeout_ms;
};

struct conf_email {
    const char *from, *to, *mailers_name, *hostname; /* or NULL */
    int level;                                       /* of syslog: what is grave enough */
    const struct conf_mailers *mailers;              /* resolved; NULL: no mail is sent */
};

#endif
