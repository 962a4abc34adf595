/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One load under way: what readers, rows and checks share. Gone when config_load() returns.
 *
 * A draft is a noun of the model plus what only the load needs to know about it; the noun comes
 * first, so that one offset serves both.
 */
#ifndef WEIR_CONFIG_LOADER_H
#define WEIR_CONFIG_LOADER_H

#include "config/comments.h"
#include "config/digest.h"
#include "config/directive.h"
#include "config/keyword.h"
#include "config/load.h"

/* default-path: where relative paths of files begin. */
enum default_path { PATH_CURRENT, PATH_CONFIG, PATH_PARENT, PATH_ORIGIN };

struct haproxy_env;

struct draft_global {
    struct conf_global g;
    struct conf_tls bind_tls, server_tls; /* ssl-default-*: what binds and servers begin with */
    struct conf_name_cases file_cases;    /* h1-case-adjust-file */
    const char *ca_base, *crt_base, *key_base; /* folders of relative paths, or NULL */
    enum default_path default_path;
    const char *origin; /* of PATH_ORIGIN: its folder */
};

struct draft_proxy {
    struct conf_proxy p;
    enum conf_section_kind kind;
    struct conf_span span; /* of its name */
    struct conf_server default_server;
    struct conf_span default_backend_span;
    unsigned heirs; /* of defaults: enum conf_caps of the proxies that inherit them */
};

/* A word with a variable in it, as it was written: `${NAME}` is a variable, `$${` a literal `${`. */
struct conf_template {
    const char *text; /* the word's own text, by which it is found again */
    const char *written;
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

    const char *listed_in; /* the configuration file that names the list being read, or NULL */
    struct name_map haproxy_files; /* those of `files` that are in haproxy.cfg's syntax */
    struct name_map addresses;     /* of binds, printed -> struct conf_bind */
    struct name_map foreign_names; /* "resolvers r" -> struct section_kind */
    struct name_map error_groups;  /* http-errors: name -> struct error_group */
    const struct haproxy_env *env; /* as a haproxy.cfg has left it; NULL = the process's own */
    struct name_map mentioned;     /* names of rules and defaults -> who has them */
    bool any_backend;              /* a rule names its backend only when it runs */

    struct conf_comments *comments; /* where readers keep them; NULL where nobody wants them, which
                                       is everywhere but in a conversion */
    struct conf_template *templates;
    size_t template_count;
    bool is_expanded; /* nobody asks what words with variables looked like */

    struct conf_ring **rings; /* in the arena */
    size_t ring_count;
    unsigned log_turns;                     /* numbers of samples given so far */
    struct conf_healthcheck **healthchecks; /* in the arena */
    size_t healthcheck_count;
    struct conf_mailers **mailers;
    size_t mailers_count;
    struct conf_crt_store *crt_stores; /* in the arena */
    size_t crt_store_count;
    struct conf_userlist *userlists;
    size_t userlist_count;
    struct conf_resolvers *resolvers;
    size_t resolvers_count;
    struct draft_global global;
    struct draft_proxy **proxies;
    size_t proxy_count;
};

/* A path that was written at the place, by default-path; as it is while no section has been applied yet. */
const char *loader_path(struct loader *l, const char *path, struct conf_place place);

/*
 * Reads a file through the source and notes it for config.files; NULL after reporting why not. The
 * span is that of the word that names the file. In the given arena; ends in NUL.
 */
const char *loader_read(struct loader *l, struct conf_arena *arena, const char *path,
                        struct conf_span span, size_t *len_out);

/* Does the text the span lies in have haproxy.cfg's syntax? */
bool loader_is_haproxy(const struct loader *l, struct conf_span span);

/* The steps of config_load(), for those who want the sections and no configuration. */
void loader_open(struct loader *l, const struct conf_input *input, struct conf_report *report);
void loader_read_all(struct loader *l);
struct config *loader_finish(struct loader *l);

/* Notes what a word with variables looked like. */
void loader_add_template(struct loader *l, const char *text, const char *written);

/* A text as conf_template.written has it, whether it held a variable or not; in the scratch arena. */
const char *loader_template(const struct loader *l, const char *text);

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
