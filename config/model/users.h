/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Userlist sections: who may ask for what.
 *
 * Ownership: the config's arena, as all of config/model.h.
 */
#ifndef WEIR_CONFIG_MODEL_USERS_H
#define WEIR_CONFIG_MODEL_USERS_H

#include "config/model/basics.h"

struct conf_user {
    const char *name;
    const char *password; /* hashed by crypt(3), unless is_plain; NULL: nobody knows it */
    bool is_plain;
    struct conf_words groups;
};

struct conf_user_group {
    const char *name;
    struct conf_words users;
};

/* A userlist section: who may ask for what. */
struct conf_userlist {
    const char *name;
    struct conf_place place;
    struct conf_user *users;
    size_t user_count;
    struct conf_user_group *groups;
    size_t group_count;
};

#endif
