/* SPDX-License-Identifier: Apache-2.0 */
/* Variables in addresses, which need no quotes. */
#include "config/haproxy/words.h"

#include <string.h>

static bool is_name(const char *text)
{
    size_t len = 0;
    while (haproxy_env_names(text[len]))
        len++;
    return len > 0 && text[len] == '\0';
}

/* How many bytes of `text` a variable takes, which are $NAME or ${NAME}, and its name; 0 where it is none. */
static size_t take_reference(struct loader *l, const char *text, const char **name_out)
{
    bool in_braces = text[1] == '{';
    size_t begin = in_braces ? 2 : 1, end = begin;
    while (text[end] != '\0' && (in_braces ? text[end] != '}' : haproxy_env_names(text[end])))
        end++;
    if (end == begin || (in_braces && text[end] == '\0'))
        return 0;
    *name_out = arena_copy_bytes(l->scratch, text + begin, end - begin);
    return end + in_braces;
}

/* As it was written, where every ${NAME} and $NAME is a variable. */
static const char *unquoted(struct loader *l, const char *text)
{
    const char *written = loader_template(l, text), *plain = "", *dollar, *name;
    while ((dollar = strchr(written, '$')) != NULL) {
        bool is_literal = strncmp(dollar, "$${", 3) == 0;
        size_t len = is_literal ? 0 : take_reference(l, dollar, &name);
        plain = arena_printf(l->scratch, "%s%.*s", plain, (int)(dollar - written), written);
        plain = len > 0 ? arena_printf(l->scratch, "%s${%s}", plain, name)
                        : arena_printf(l->scratch, "%s$", plain);
        written = dollar + (is_literal ? 2 : len > 0 ? len : 1);
    }
    return arena_printf(l->scratch, "%s%s", plain, written);
}

static const char *value_of(struct loader *l, const struct haproxy_env *env, const char *name,
                            struct conf_span span)
{
    const char *value = haproxy_env_get(env, name);
    if (value == NULL)
        CONF_WARN(l, span, arena_printf(l->scratch, "set it, or write \"${%s-default}\"", name),
                  "the variable '%s' is not set", name);
    return value != NULL ? value : "";
}

const char *haproxy_words_expand(struct loader *l, const struct haproxy_env *env,
                                 const struct conf_word *word)
{
    const char *text = "", *rest = word->text, *dollar, *name;
    bool is_kept = true;
    size_t len;
    while ((dollar = strchr(rest, '$')) != NULL && (len = take_reference(l, dollar, &name)) > 0) {
        text = arena_printf(l->scratch, "%s%.*s%s", text, (int)(dollar - rest), rest,
                            value_of(l, env, name, word->span));
        is_kept = is_kept && is_name(name) && !haproxy_env_is_changed(env, name);
        rest = dollar + len;
    }
    if (rest == word->text)
        return word->text;
    text = arena_printf(l->arena, "%s%s", text, rest);
    if (is_kept)
        loader_add_template(l, text, unquoted(l, word->text));
    return text;
}
