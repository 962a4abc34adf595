/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Readers of the keywords that are no plain value (KW_OWN), and what lists and groups do at their
 * beginning and end. Rows name them; nobody else calls them.
 */
#ifndef WEIR_CONFIG_OWN_OWN_H
#define WEIR_CONFIG_OWN_OWN_H

#include "config/loader.h"

struct address_parts;

typedef void keyword_set(struct loader *l, const struct keyword *row, void *base,
                         const struct conf_directive *d);

/* own/address.c: each fills the struct conf_addr at the row's offset */
keyword_set own_server_address, own_target_address;
keyword_set own_address_field; /* option forwardfor, originalto: each line says it anew */
keyword_set own_network;       /* forwardfor except: base is the struct conf_forwardfor */
keyword_set own_default_path;  /* base is the struct draft_global */
keyword_set own_check_port, own_socks_address;
/* What a word means as an address. False after reporting. */
MUST_CHECK bool own_split_address(struct loader *l, const struct conf_word *word,
                                  struct address_parts *parts_out);
/* An address to connect to: a unix socket, or one with a host. False after reporting. */
MUST_CHECK bool own_split_target(struct loader *l, const struct conf_word *word,
                                 struct address_parts *parts_out);
/* An address to connect from: the last of its ports if it has a range of them, else 0. */
void own_port_range(struct loader *l, const struct conf_directive *d, struct conf_addr *addr,
                    uint16_t *last_port_out);
/* Completes it, asking the resolver for a name. False after reporting. */
bool own_complete_address(struct loader *l, const struct conf_word *word,
                          const struct address_parts *parts, unsigned port, struct conf_addr *addr);
/* The first address of a host by the source's resolver, asked once per load; NULL: it has none. */
const struct sockaddr_storage *own_lookup(struct loader *l, const char *host, int family);
void own_report_lookup(struct loader *l, struct conf_span span, const char *host);
/* "10.0.0.0/8"; false after reporting. */
MUST_CHECK bool own_read_network(struct loader *l, struct conf_span span, const char *text,
                                 struct sockaddr_storage *base_out, unsigned *bits_out);

/* own/bind.c: fills the struct conf_addr at the row's offset */
keyword_set own_bind_address;
extern const struct keyword_list own_bind_list;
extern const struct keyword_list own_admin_bind_list;

/* own/tls.c: row offset is that of the struct conf_tls or of the field named */
keyword_set own_crt_path, own_ca_path, own_alpn, own_sni, own_server_sni, own_verify_errors,
    own_plain_path, own_proto, own_no_version, own_only_version;
extern const struct keyword_choice own_tls_versions[], own_tls_lowest[];

/* Relative paths lie below ca-base or crt-base; '@' marks names that are no paths. */
const char *own_path_below(struct loader *l, const char *folder, const char *path,
                           struct conf_place place);
/* False after reporting. */
bool own_is_path(struct loader *l, const struct conf_directive *d, const struct conf_word *word);

/* own/crt.c */
keyword_set own_crt_files, own_server_crt;
/* One more certificate; with names it is for those, and not for the names in it. The lists must not be
 * shared with another struct conf_tls: see own_crt_unshare(). */
void own_crt_add(struct loader *l, struct conf_tls *tls, const char *path,
                 const struct conf_crt *crt);
/* The words of crt-list for a certificate alone, on top of those of its bind, which is complete. */
void own_crt_complete(struct loader *l, struct conf_bind *bind);
/* Its paths, once all of it is known. */
void own_crt_store_complete(struct loader *l, struct conf_crt_store *store);
void own_crt_unshare(struct loader *l, struct conf_tls *tls);

/* own/crt_list.c */
keyword_set own_crt_list;

/* own/net.c */
keyword_set own_send_proxy, own_proxy_options, own_proxy_tlv, own_mss, own_netscaler, own_usesrc,
    own_source_address;

/* own/compression.c: row offset is that of the struct conf_compression */
keyword_set own_compression_algo, own_compression_type, own_compression_offload;
extern const struct keyword_choice own_codings[];

/* own/http.c */
keyword_set own_redispatch, own_stats_auth, own_stats_text, own_forwarded_proto;
keyword_set own_error_path;
extern const struct keyword_list own_error_list;

/* own/check.c, script/lines.c */
keyword_set own_check_kind, own_check_header, own_expect_status;

/* own/balance.c */
keyword_set own_balance, own_algorithm, own_balance_factor, own_balance_expression;
keyword_set own_hash_type, own_hash_function, own_persist;

/* own/cookie.c */
keyword_set own_cookie, own_cookie_domain, own_cookie_attribute;

/* own/discovery.c */
keyword_set own_nameserver_address, own_resolve_net, own_resolve_opts, own_init_addr;
extern const struct keyword_list own_nameserver_list, own_template_list;

/* own/forwarded.c */
keyword_set own_forwarded;

/* own/name_case.c: row offset is that of the struct conf_name_cases */
keyword_set own_name_case_file;
extern const struct keyword_list own_name_case_list;

/* own/messages.c */
keyword_set own_error_location, own_retry_on, own_plain_password;
keyword_set own_codes; /* row offset is that of the struct conf_status_set */
extern const struct keyword_list own_user_list, own_user_group_list;

/* own/process.c */
keyword_set own_user, own_group, own_hostname, own_on_marked_down, own_pool_max, own_max_reuse,
    own_default_backend;
extern const struct keyword_list own_server_list;

/* own/log.c: row offset is that of the field named */
keyword_set own_log_address, own_log_sample;
extern const struct keyword_list own_log_list, own_global_log_list;

#endif
