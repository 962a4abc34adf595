/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The access record of a request that went well, which HAProxy 2.6.12 wrote down too; cases change what they are
 * about, in the record or in the nouns that it names.
 */
#ifndef WEIR_TEST_STATE_PLAIN_RECORD_H
#define WEIR_TEST_STATE_PLAIN_RECORD_H

#include "config/model.h"
#include "proxy/base/addr.h"
#include "proxy/state/access_record.h"

/* 20 Nov 2026, 11:38:50.444 UTC */
#define WALL_US 1795174730444000

struct record_nouns {
    struct conf_bind binds[2];
    struct conf_proxy web, app;
    struct addr client;
};
extern struct record_nouns nouns;

/* As new, with nouns that are, too. */
struct access_record plain_record(void);

#endif
