/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How each kind of row reads its value: one function and one line of the table at the end. Here are
 * those of switches, and of words that do nothing; the others are in kinds_*.c.
 */
#include "config/grammar.h"
#include "config/kinds/kinds_priv.h"
#include "config/value.h"

void kind_refuse(struct loader *l, const struct keyword *row, const struct conf_directive *d,
                 const struct conf_word *word, const char *help)
{
    CONF_FAIL(l, word->span, help, "%s: '%s' is not %s", d->name.text, word->text,
              apply_kinds[row->kind].takes);
}

static bool read_flag(struct loader *l, const struct conf_directive *d, bool *flag_out)
{
    *flag_out = true;
    if (d->arg_count == 0 && !d->is_group)
        return true; /* haproxy.cfg: the keyword alone */
    const struct conf_word *word = apply_only_arg(l, d);
    if (word == NULL)
        return false;
    if (word->kind != CONF_WORD_NUMBER && value_flag(word->text, flag_out) == 0)
        return true;
    CONF_FAIL(l, word->span, "write true or false", "%s: '%s' is neither true nor false",
              d->name.text, word->text);
    return false;
}

static void set_flag(struct loader *l, const struct keyword *row, void *base,
                     const struct conf_directive *d)
{
    bool flag;
    if (read_flag(l, d, &flag))
        *(bool *)kind_field(row, base) = flag;
}

static void set_flag_off(struct loader *l, const struct keyword *row, void *base,
                         const struct conf_directive *d)
{
    bool flag;
    if (read_flag(l, d, &flag))
        *(bool *)kind_field(row, base) = !flag;
}

static void set_value(struct loader *l, const struct keyword *row, void *base,
                      const struct conf_directive *d)
{
    bool flag;
    int *value = kind_field(row, base);
    if (!read_flag(l, d, &flag))
        return;
    if (flag)
        *value = row->value;
    else if (*value == row->value)
        *value = 0; /* what a word of the same kind has set stays */
}

static void set_own(struct loader *l, const struct keyword *row, void *base,
                    const struct conf_directive *d)
{
    row->set(l, row, base, d);
}

/* Words that do nothing are right or wrong all the same. */
static bool fits_grammar(struct loader *l, const struct keyword *row,
                         const struct conf_directive *d)
{
    bool is_switch = d->arg_count == 1 && d->args[0].kind == CONF_WORD_BOOL;
    return row->grammar == NULL || d->is_group || is_switch ||
           grammar_check(l, &d->name, row->grammar, d->args, d->arg_count);
}

static void note_nothing(struct loader *l, const struct keyword *row, void *base,
                         const struct conf_directive *d)
{
    (void)base;
    if (fits_grammar(l, row, d))
        CONF_REMARK(l, d->name.span, row->note, "'%s' has no effect here", d->name.text);
}

static void refuse_keyword(struct loader *l, const struct keyword *row, void *base,
                           const struct conf_directive *d)
{
    (void)base;
    if (!apply_is_off(d))
        CONF_FAIL(l, d->name.span, row->note, "'%s' is not supported yet", d->name.text);
}

static void warn_later(struct loader *l, const struct keyword *row, void *base,
                       const struct conf_directive *d)
{
    (void)base;
    if (!apply_is_off(d) && fits_grammar(l, row, d))
        CONF_WARN(l, d->name.span, row->note, "'%s' is not supported yet: weir runs without it",
                  d->name.text);
}

const struct apply_kind apply_kinds[KW_KIND_COUNT] = {
    [KW_FLAG] = {"true or false", set_flag},
    [KW_FLAG_OFF] = {"true or false", set_flag_off},
    [KW_UINT] = {"a number", kind_set_uint},
    [KW_DURATION] = {"a duration", kind_set_duration},
    [KW_SIZE] = {"a size", kind_set_size},
    [KW_STRING] = {"a text", kind_set_string},
    [KW_WORDS] = {"a list of words", kind_set_words},
    [KW_CHOICE] = {"a choice", kind_set_choice},
    [KW_NAME] = {"a choice", kind_set_name},
    [KW_STATUSES] = {"a set of HTTP status codes", kind_set_statuses},
    [KW_OCTAL] = {"an octal file mode", kind_set_octal},
    [KW_SET] = {"true or false", set_value},
    [KW_GROUP] = {"a group", apply_group},
    [KW_LIST] = {"a list of groups", apply_list},
    [KW_LINES] = {"a list of lines", kind_add_lines},
    [KW_OWN] = {"a value", set_own},
    [KW_NOTHING] = {"anything", note_nothing},
    [KW_REFUSED] = {"anything", refuse_keyword},
    [KW_LATER] = {"anything", warn_later},
};
