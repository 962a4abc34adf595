/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the fetches and the converters of stick tables share: the list of all that can be read, and an entry at hand.
 * track.c has sc_X and src_X, which find an entry by counter or address; track_converters.c table_X, of any key.
 */
#ifndef WEIR_FETCHES_TRACK_PRIV_H
#define WEIR_FETCHES_TRACK_PRIV_H

#include "config/stick_table.h"
#include "proxy/fetches/rows.h"
#include "proxy/http/stick_key.h"
#include "proxy/http/stream.h"
#include "proxy/rules/compiler.h"

/* ---- what can be read ---------------------------------------------------------------------------------- */

enum track_operation { READ, READ_KB, INCREASE, CLEAR };

/* Suffix of sc_ and src_, suffix of table_, data, operation, does an index come first, text, since. */
/* clang-format off */
#define READINGS_KEPT(X)                                                                                                                            \
    X(BYTES_IN_RATE, "bytes_in_rate", "bytes_in_rate", BYTES_IN_RATE, READ, 0, "bytes from clients within the period", NULL)                        \
    X(BYTES_OUT_RATE, "bytes_out_rate", "bytes_out_rate", BYTES_OUT_RATE, READ, 0, "bytes to clients within the period", NULL)                      \
    X(CONN_CNT, "conn_cnt", "conn_cnt", CONN_CNT, READ, 0, "connections so far", NULL)                                                              \
    X(CONN_CUR, "conn_cur", "conn_cur", CONN_CUR, READ, 0, "connections at present", NULL)                                                          \
    X(CONN_RATE, "conn_rate", "conn_rate", CONN_RATE, READ, 0, "connections within the period", NULL)                                               \
    X(GET_GPC0, "get_gpc0", "gpc0", GPC0, READ, 0, "general purpose counter 0", NULL)                                                               \
    X(GET_GPC1, "get_gpc1", "gpc1", GPC1, READ, 0, "general purpose counter 1", "1.8")                                                              \
    X(GET_GPC, "get_gpc", "gpc", GPC, READ, 1, "a counter of the array", "2.5")                                                                     \
    X(GET_GPT0, "get_gpt0", "gpt0", GPT0, READ, 0, "general purpose tag 0", NULL)                                                                   \
    X(GET_GPT, "get_gpt", "gpt", GPT, READ, 1, "a tag of the array", "2.5")                                                                         \
    X(GPC0_RATE, "gpc0_rate", "gpc0_rate", GPC0_RATE, READ, 0, "how often counter 0 grew within the period", NULL)                                  \
    X(GPC1_RATE, "gpc1_rate", "gpc1_rate", GPC1_RATE, READ, 0, "how often counter 1 grew within the period", "1.8")                                 \
    X(GPC_RATE, "gpc_rate", "gpc_rate", GPC_RATE, READ, 1, "how often a counter of the array grew within the period", "2.5")                        \
    X(GLITCH_CNT, "glitch_cnt", "glitch_cnt", GLITCH_CNT, READ, 0, "oddities of the client's HTTP/2 so far", "3.0")                                 \
    X(GLITCH_RATE, "glitch_rate", "glitch_rate", GLITCH_RATE, READ, 0, "oddities of the client's HTTP/2 within the period", "3.0")                  \
    X(HTTP_ERR_CNT, "http_err_cnt", "http_err_cnt", HTTP_ERR_CNT, READ, 0, "errors of the client so far: bad or denied requests, 4xx", NULL)        \
    X(HTTP_ERR_RATE, "http_err_rate", "http_err_rate", HTTP_ERR_RATE, READ, 0, "errors of the client within the period", NULL)                      \
    X(HTTP_FAIL_CNT, "http_fail_cnt", "http_fail_cnt", HTTP_FAIL_CNT, READ, 0, "failures of servers so far: no answer, 5xx but 501 and 505", "2.4") \
    X(HTTP_FAIL_RATE, "http_fail_rate", "http_fail_rate", HTTP_FAIL_RATE, READ, 0, "failures of servers within the period", "2.4")                  \
    X(HTTP_REQ_CNT, "http_req_cnt", "http_req_cnt", HTTP_REQ_CNT, READ, 0, "requests so far", NULL)                                                 \
    X(HTTP_REQ_RATE, "http_req_rate", "http_req_rate", HTTP_REQ_RATE, READ, 0, "requests within the period", NULL)                                  \
    X(KBYTES_IN, "kbytes_in", "kbytes_in", BYTES_IN_CNT, READ_KB, 0, "kilobytes from clients so far", NULL)                                         \
    X(KBYTES_OUT, "kbytes_out", "kbytes_out", BYTES_OUT_CNT, READ_KB, 0, "kilobytes to clients so far", NULL)                                       \
    X(SESS_CNT, "sess_cnt", "sess_cnt", SESS_CNT, READ, 0, "connections that rules let in, so far", NULL)                                           \
    X(SESS_RATE, "sess_rate", "sess_rate", SESS_RATE, READ, 0, "connections that rules let in, within the period", NULL)

/* table_X has them since 3.2. */
#define READINGS_CHANGING(X)                                                                                         \
    X(CLR_GPC0, "clr_gpc0", "clr_gpc0", GPC0, CLEAR, 0, "general purpose counter 0, which is cleared", NULL)         \
    X(CLR_GPC1, "clr_gpc1", "clr_gpc1", GPC1, CLEAR, 0, "general purpose counter 1, which is cleared", "1.8")        \
    X(CLR_GPC, "clr_gpc", "clr_gpc", GPC, CLEAR, 1, "a counter of the array, which is cleared", "2.5")               \
    X(INC_GPC0, "inc_gpc0", "inc_gpc0", GPC0, INCREASE, 0, "general purpose counter 0, one more than it was", NULL)  \
    X(INC_GPC1, "inc_gpc1", "inc_gpc1", GPC1, INCREASE, 0, "general purpose counter 1, one more than it was", "1.8") \
    X(INC_GPC, "inc_gpc", "inc_gpc", GPC, INCREASE, 1, "a counter of the array, one more than it was", "2.5")
/* clang-format on */
#define READINGS(X) READINGS_KEPT(X) READINGS_CHANGING(X)

#define READING_ID(id, suffix, of_table, data, operation, indexed, text, version) ID_##id,
enum { READINGS(READING_ID) READING_COUNT };

struct track_reading {
    enum conf_stick_data data;
    enum track_operation operation;
    bool has_index;
};

/* By ID_X. */
extern const struct track_reading track_readings[READING_COUNT];

/* ---- entries ------------------------------------------------------------------------------------------- */

/* An entry that may have to be let go after it was read. */
struct track_found {
    struct stick_entry *entry; /* NULL: the key is not there, which counts as nothing so far */
    bool is_held;
};

static inline void track_let_go(struct sample_env *env, const struct track_found *f)
{
    if (f->is_held)
        stick_entry_drop(f->entry, env->loop->now_ms);
}

/* Does what the reading is for. False: the table does not keep it. */
bool track_operate(struct sample_env *env, const struct track_reading *r, struct stick_entry *entry,
                   unsigned index, uint64_t *value_out);

/* The table that is named, else that of the proxy at hand. */
bool track_check_table(struct compiler *c, struct arg *args, unsigned count, int value);

#endif
