/* SPDX-License-Identifier: Apache-2.0 */
/* The functions that read what the columns show, one for each; see stats_get in fields.h. */
#ifndef WEIR_ADMIN_VALUES_H
#define WEIR_ADMIN_VALUES_H

#include "proxy/admin/fields.h"

stats_get get_act, get_addr, get_agent_code, get_agent_desc, get_agent_duration, get_agent_health,
    get_agent_rise, get_agent_status, get_hanafail, get_last_agt, get_throttle, get_tracked,
    get_agg_check_status, get_agg_server_check_status, get_agg_server_status, get_algo, get_average,
    get_cookie, get_bck, get_check_code, get_check_desc, get_check_duration, get_check_fall,
    get_check_health, get_check_rise, get_check_status, get_chkdown, get_chkfail, get_counter,
    get_dash, get_downtime, get_idle_conn_cur, get_iid, get_lbtot, get_last_chk, get_lastchg,
    get_lastsess, get_mode, get_need_conn_est, get_pid, get_pxname, get_qcur, get_qlimit, get_qmax,
    get_rate, get_rate_lim, get_rate_max, get_safe_conn_cur, get_scur, get_sid, get_slim, get_smax,
    get_src_ilim, get_srv_icur, get_status, get_stot, get_svname, get_time_max, get_type,
    get_used_conn_cur, get_uweight, get_weight, get_zero;

#endif
