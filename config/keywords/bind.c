/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of bind, and of what binds and servers have in common about TLS. */
#include "config/keyword.h"
#include "config/own/own.h"

#define AT(member) .offset = offsetof(struct conf_bind, member)
#define TLS_AT(member) .offset = offsetof(struct conf_tls, member)

enum {
    IN_LINES = IN_BIND | IN_SERVER | IN_DEFAULT_SERVER,
    IN_OPTIONS = IN_LINES | IN_PARAMS, /* also in ssl-default-*-options */
};

static const struct keyword_choice verify_choices[] = {
    {"none", CONF_VERIFY_NONE, NULL},
    {"optional", CONF_VERIFY_OPTIONAL, NULL},
    {"required", CONF_VERIFY_REQUIRED, NULL},
    {NULL, 0, NULL},
};

static const struct keyword_choice level_choices[] = {
    {"user", CONF_ADMIN_USER, NULL},
    {"operator", CONF_ADMIN_OPERATOR, NULL},
    {"admin", CONF_ADMIN_ADMIN, NULL},
    {NULL, 0, NULL},
};

static const struct keyword_choice severity_choices[] = {
    {"none", CONF_SEVERITY_NONE, NULL},
    {"number", CONF_SEVERITY_NUMBER, NULL},
    {"string", CONF_SEVERITY_STRING, NULL},
    {NULL, 0, NULL},
};

/* clang-format off */
static const struct keyword bind_rows[] = {
    {.name = "address", .kind = KW_OWN, .scopes = IN_BIND, AT(addr), .position = 1, .required = true,
     .bare = true, .set = own_bind_address, .takes = "[host]:port[-port], a path, abns@name or fd@N; several with commas",
     .doc = "Where clients connect: \"*:80\", \":::80\", \"10.0.0.1:80-85\", \"/run/weir.sock\"."},
    {.name = "name", .kind = KW_STRING, .scopes = IN_BIND, AT(name), .otherwise = "none",
     .doc = "Name of this bind in the statistics."},
    {.name = "ssl", .kind = KW_FLAG, .scopes = IN_BIND, AT(tls.enabled), .initial = "false",
     .doc = "Clients speak TLS here; needs crt."},
    {.name = "crt", .kind = KW_OWN, .scopes = IN_BIND, AT(tls), .set = own_crt_files, .adds = true,
     .takes = "paths", .otherwise = "none",
     .doc = "PEM files with chain and key, or folders of them. The first is used where no name matches."},
    {.name = "key", .kind = KW_OWN, .scopes = IN_BIND, AT(tls.key), .set = own_crt_path,
     .takes = "a path", .otherwise = "the key is in the crt file, or beside it as FILE.key", .since = "weir",
     .doc = "File of the private key, where crt does not hold it."},
    {.name = "self-signed", .kind = KW_FLAG, .scopes = IN_BIND, AT(tls.self_signed), .initial = "false",
     .since = "weir", .doc = "Make a self-signed certificate at the start if the first crt does not exist. For demonstrations."},
    {.name = "alpn", .kind = KW_OWN, .scopes = IN_BIND, AT(tls.alpn), .set = own_alpn,
     .takes = "protocol names", .otherwise = "none are offered",
     .doc = "Protocols offered to clients, in order of preference: http/1.1, http/1.0."},
    {.name = "verify", .kind = KW_CHOICE, .scopes = IN_BIND, AT(tls.verify), .choices = verify_choices,
     .initial = "none", .doc = "Whether clients must show a certificate signed by one of ca-file."},
    {.name = "ca-verify-file", .kind = KW_OWN, .scopes = IN_BIND, AT(tls.ca_verify_file), .set = own_ca_path, .since = "2.2",
     .takes = "a path", .otherwise = "none", .doc = "PEM file of further authorities for verify, of which clients are not told."},
    {.name = "no-ca-names", .kind = KW_FLAG, .scopes = IN_BIND, AT(tls.hides_ca_names), .initial = "false", .since = "1.9",
     .doc = "Clients are not told which authorities they may come from."},
    {.name = "crt-ignore-err", .kind = KW_OWN, .scopes = IN_BIND, AT(tls.crt_overlooked), .set = own_verify_errors,
     .takes = "all, or OpenSSL's numbers or names of errors between commas", .otherwise = "none", .doc = "Errors of clients' certificates to overlook; ssl_c_err has them."},
    {.name = "ca-ignore-err", .kind = KW_OWN, .scopes = IN_BIND, AT(tls.ca_overlooked), .set = own_verify_errors,
     .takes = "all, or OpenSSL's numbers or names of errors between commas", .otherwise = "none", .doc = "Errors of the authorities of clients to overlook; ssl_c_ca_err has them."},
    {.name = "tls-ticket-keys", .kind = KW_OWN, .scopes = IN_BIND, AT(tls.ticket_keys), .set = own_plain_path, .since = "1.6",
     .takes = "a path", .otherwise = "keys are made at the start, and anew each hour", .doc = "File of three or more ticket keys, for machines that share them: base64 of 48 or 80 bytes, a line each. The last but one seals."},
    {.name = "ecdhe", .kind = KW_STRING, .scopes = IN_BIND, AT(tls.ecdhe), .min = 1,
     .otherwise = "see curves", .doc = "The one key exchange group; curves takes several."},
    {.name = "proto", .kind = KW_OWN, .scopes = IN_BIND, .set = own_proto, .since = "1.9",
     .takes = "h1", .otherwise = "h1", .doc = "The protocol, whatever is agreed upon."},
    {.name = "strict-sni", .kind = KW_FLAG, .scopes = IN_BIND, AT(tls.strict_sni), .initial = "false",
     .doc = "Refuse clients that name no host for which there is a certificate."},
    {.name = "maxconn", .kind = KW_UINT, .loose = true, .scopes = IN_BIND, AT(maxconn), .max = 10000000,
     .otherwise = "that of the proxy", .doc = "How many connections this bind takes at a time."},
    {.name = "backlog", .kind = KW_UINT, .loose = true, .scopes = IN_BIND, AT(backlog), .max = 1000000,
     .otherwise = "the maxconn of the proxy", .doc = "Length of the kernel's queue of new connections."},
    {.name = "v4v6", .kind = KW_FLAG, .scopes = IN_BIND, AT(v4v6), .initial = "false",
     .doc = "An IPv6 address takes IPv4 clients as well."},
    {.name = "v6only", .kind = KW_FLAG, .scopes = IN_BIND, AT(v6only), .initial = "false",
     .doc = "An IPv6 address takes no IPv4 clients."},
    {.name = "mode", .kind = KW_OCTAL, .scopes = IN_BIND, AT(mode), .otherwise = "what umask leaves",
     .doc = "Permissions of a unix socket."},
    {.name = "user", .kind = KW_OWN, .scopes = IN_BIND, AT(uid), .set = own_user,
     .takes = "the name of a user", .otherwise = "who started weir", .doc = "Owner of a unix socket."},
    {.name = "group", .kind = KW_OWN, .scopes = IN_BIND, AT(gid), .set = own_group,
     .takes = "the name of a group", .otherwise = "that of who started weir", .doc = "Group of a unix socket."},
    {.name = "uid", .kind = KW_UINT, .scopes = IN_BIND, AT(uid), .max = 2147483647,
     .otherwise = "who started weir", .doc = "Owner of a unix socket, as a number."},
    {.name = "gid", .kind = KW_UINT, .scopes = IN_BIND, AT(gid), .max = 2147483647,
     .otherwise = "that of who started weir", .doc = "Group of a unix socket, as a number."},

    {.name = "level", .kind = KW_CHOICE, .scopes = IN_BIND, AT(admin.level), .choices = level_choices,
     .initial = "operator", .doc = "Of an admin socket: what its clients may do."},
    {.name = "severity-output", .kind = KW_CHOICE, .scopes = IN_BIND, AT(admin.severity), .choices = severity_choices,
     .initial = "none", .since = "1.8", .doc = "Of an admin socket: whether messages begin with their severity."},

    {.name = "crt-list", .kind = KW_OWN, .scopes = IN_BIND, AT(tls), .set = own_crt_list, .adds = true,
     .takes = "a path", .otherwise = "none", .since = "1.8",
     .doc = "File with a line for each certificate: its path, and the server names it is for if not those in it."},
    {.name = "thread", .kind = KW_NOTHING, .scopes = IN_BIND, .words = 1, .since = "2.5", .grammar = "<set>", .note = "every thread serves every bind",
     .doc = "Threads that serve this bind."},
    {.name = "process", .kind = KW_NOTHING, .grammar = "<set>", .scopes = IN_BIND, .words = 1, .until = "2.6", .note = "every thread serves every bind",
     .doc = "Processes that serve this bind."},
    {.name = NULL},
};

static const struct keyword tls_rows[] = {
    {.name = "ciphers", .kind = KW_STRING, .scopes = IN_LINES, TLS_AT(ciphers),
     .otherwise = "ssl-default-bind-ciphers, ssl-default-server-ciphers",
     .doc = "Ciphers of TLS 1.2, as OpenSSL writes them."},
    {.name = "ciphersuites", .kind = KW_STRING, .scopes = IN_LINES, TLS_AT(ciphersuites), .since = "1.8",
     .otherwise = "ssl-default-bind-ciphersuites, ssl-default-server-ciphersuites",
     .doc = "Cipher suites of TLS 1.3, as OpenSSL writes them."},
    {.name = "curves", .kind = KW_STRING, .scopes = IN_LINES, TLS_AT(curves), .since = "1.8",
     .otherwise = "ssl-default-bind-curves", .doc = "Key exchange groups: \"X25519:P-256\"."},
    {.name = "ca-file", .kind = KW_OWN, .scopes = IN_LINES, TLS_AT(ca_file), .set = own_ca_path,
     .takes = "a path", .otherwise = "servers need it, or verify none",
     .doc = "PEM file of the authorities that the other side's certificate must come from; @system-ca for the system's."},
    {.name = "crl-file", .kind = KW_OWN, .scopes = IN_LINES, TLS_AT(crl_file), .set = own_ca_path,
     .takes = "a path", .otherwise = "none", .doc = "PEM file of revoked certificates."},
    {.name = NULL},
};

static const struct keyword tls_option_rows[] = {
    {.name = "ssl-min-ver", .kind = KW_CHOICE, .scopes = IN_OPTIONS, TLS_AT(min_version),
     .choices = own_tls_lowest, .otherwise = "TLSv1.2", .since = "1.8", .doc = "Lowest TLS version."},
    {.name = "ssl-max-ver", .kind = KW_CHOICE, .scopes = IN_OPTIONS, TLS_AT(max_version),
     .choices = own_tls_versions, .otherwise = "TLSv1.3", .since = "1.8", .doc = "Highest TLS version."},
    {.name = "no-tls-tickets", .kind = KW_FLAG_OFF, .scopes = IN_OPTIONS, TLS_AT(tickets),
     .initial = "false", .doc = "Resume sessions by the cache only."},
    {.name = "prefer-client-ciphers", .kind = KW_FLAG, .scopes = IN_OPTIONS,
     TLS_AT(prefer_client_ciphers), .initial = "false", .since = "1.8",
     .doc = "The client's order of ciphers counts, not ours."},
    {.name = "no-sslv3", .kind = KW_NOTHING, .scopes = IN_OPTIONS, .note = "there is no SSLv3",
     .doc = "Shut out SSLv3."},
    {.name = "no-tlsv10", .kind = KW_OWN, .scopes = IN_OPTIONS, .value = CONF_TLS_10,
     .set = own_no_version, .words = KEYWORD_ALONE, .takes = "true or false", .otherwise = "see ssl-min-ver",
     .doc = "Shut out TLS 1.0; ssl-min-ver says it better."},
    {.name = "no-tlsv11", .kind = KW_OWN, .scopes = IN_OPTIONS, .value = CONF_TLS_11,
     .set = own_no_version, .words = KEYWORD_ALONE, .takes = "true or false", .otherwise = "see ssl-min-ver",
     .doc = "Shut out TLS 1.1; ssl-min-ver says it better."},
    {.name = "no-tlsv12", .kind = KW_OWN, .scopes = IN_OPTIONS, .value = CONF_TLS_12,
     .set = own_no_version, .words = KEYWORD_ALONE, .takes = "true or false", .otherwise = "see ssl-min-ver",
     .doc = "Shut out TLS 1.2; ssl-min-ver says it better."},
    {.name = "no-tlsv13", .kind = KW_OWN, .scopes = IN_OPTIONS, .value = CONF_TLS_13, .since = "1.8",
     .set = own_no_version, .words = KEYWORD_ALONE, .takes = "true or false", .otherwise = "see ssl-max-ver",
     .doc = "Shut out TLS 1.3; ssl-max-ver says it better."},
    {.name = "force-tlsv10", .kind = KW_OWN, .scopes = IN_OPTIONS, .value = CONF_TLS_10,
     .set = own_only_version, .words = KEYWORD_ALONE, .takes = "true or false", .otherwise = "see ssl-min-ver",
     .doc = "TLS 1.0 only; ssl-min-ver and ssl-max-ver say it better."},
    {.name = "force-tlsv11", .kind = KW_OWN, .scopes = IN_OPTIONS, .value = CONF_TLS_11,
     .set = own_only_version, .words = KEYWORD_ALONE, .takes = "true or false", .otherwise = "see ssl-min-ver",
     .doc = "TLS 1.1 only; ssl-min-ver and ssl-max-ver say it better."},
    {.name = "force-tlsv12", .kind = KW_OWN, .scopes = IN_OPTIONS, .value = CONF_TLS_12,
     .set = own_only_version, .words = KEYWORD_ALONE, .takes = "true or false", .otherwise = "see ssl-min-ver",
     .doc = "TLS 1.2 only; ssl-min-ver and ssl-max-ver say it better."},
    {.name = "force-tlsv13", .kind = KW_OWN, .scopes = IN_OPTIONS, .value = CONF_TLS_13, .since = "1.8",
     .set = own_only_version, .words = KEYWORD_ALONE, .takes = "true or false", .otherwise = "see ssl-min-ver",
     .doc = "TLS 1.3 only; ssl-min-ver and ssl-max-ver say it better."},
    {.name = NULL},
};
/* clang-format on */

const struct keyword_table bind_keywords = {LEVEL_BIND, bind_rows, 0};
const struct keyword_table bind_tls_keywords = {LEVEL_BIND, tls_rows,
                                                offsetof(struct conf_bind, tls)};
const struct keyword_table bind_tls_options = {LEVEL_BIND, tls_option_rows,
                                               offsetof(struct conf_bind, tls)};
const struct keyword_table server_tls_keywords = {LEVEL_SERVER, tls_rows,
                                                  offsetof(struct conf_server, tls)};
const struct keyword_table server_tls_options = {LEVEL_SERVER, tls_option_rows,
                                                 offsetof(struct conf_server, tls)};
const struct keyword_table default_tls_options = {LEVEL_TLS_OPTIONS, tls_option_rows, 0};
