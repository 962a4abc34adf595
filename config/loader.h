/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One load under way: what readers, rows and checks share. Gone when config_load() returns.
 *
 * A draft is a noun of the model plus what only the load needs to know about it; the noun comes
 * first, so that one offset serves both.
 */
#ifndef WEIR_CONFIG_LOADER_H
#define WEIR_CONFIG_LOADER_H

#include "config/digest.h"
#include "config/directive.h"
#include "config/keyword.h"
#include "config/load.h"

struct draft_global {
    struct conf_global g;
    struct conf_tls bind_tls, server_tls; /* ssl-default-*: what binds and servers begin with */
    const char *ca_base, *crt_base;       /* folders of relative paths, or NULL */
};

struct draft_proxy {
    struct conf_proxy p;
    enum conf_section_kind kind;
    struct conf_span span; /* of its name */
    struct conf_server default_server;
    struct conf_span default_backend_span;
};

struct loader {
    struct conf_arena *arena;   /* becomes the config's: the model and all texts it points to */
    struct conf_arena *scratch; /* freed with the load: texts, directives, maps, drafts */
    struct conf_report *report;
    const struct conf_input *input;
    const struct conf_source *source;
    struct keyword_index index;

    struct conf_words files; /* all that was read */
    struct digest digest;    /* of all that was read */
    struct conf_sections sections;

    void *initial[LEVEL_COUNT]; /* an element of each level with its defaults, made when needed */
    struct name_map hosts;      /* host name -> struct sockaddr_storage, or &unresolved_host */

    struct name_map haproxy_files; /* those of `files` that are in haproxy.cfg's syntax */
    struct name_map addresses;     /* of binds, printed -> struct conf_bind */
    struct name_map mentioned;     /* names in rules -> a proxy whose rule it is */
    bool any_backend;              /* a rule names its backend only when it runs */

    struct draft_global global;
    struct draft_proxy **proxies;
    size_t proxy_count;
};

/*
 * Reads a file through the source and notes it for config.files; NULL after reporting why not. The
 * span is that of the word that names the file. In the given arena; ends in NUL.
 */
const char *loader_read(struct loader *l, struct conf_arena *arena, const char *path,
                        struct conf_span span, size_t *len_out);

/* Does the text the span lies in have haproxy.cfg's syntax? */
bool loader_is_haproxy(const struct loader *l, struct conf_span span);

/* The help that is right in the syntax of the text the span lies in. */
const char *loader_hint(const struct loader *l, struct conf_span span, const char *libconfig,
                        const char *haproxy);

#define CONF_FAIL(l, span, help, ...)                                                              \
    conf_report_add((l)->report, CONF_ERROR, span, help, __VA_ARGS__)
#define CONF_WARN(l, span, help, ...)                                                              \
    conf_report_add((l)->report, CONF_WARNING, span, help, __VA_ARGS__)
#define CONF_REMARK(l, span, help, ...)                                                            \
    conf_report_add((l)->report, CONF_NOTE, span, help, __VA_ARGS__)

#endif
