/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions of three words: if yes, if no, if maybe (until is_final). For tests of what surrounds them. */
#include <string.h>

#include "proxy/rules/compiler.h"
#include "proxy/rules/condition.h"

struct condition {
    enum condition_result result;
};

bool condition_compile(struct compiler *c, struct rule_words *words,
                       const struct condition **condition_out)
{
    static const struct condition no = {CONDITION_NO}, yes = {CONDITION_YES},
                                  maybe = {CONDITION_MAYBE};
    *condition_out = NULL;
    if (words->at == words->count)
        return true;
    words->at++;
    const struct conf_word *word = rule_words_next(c, words, "a condition");
    if (word == NULL)
        return false;
    *condition_out = strcmp(word->text, "yes") == 0  ? &yes
                     : strcmp(word->text, "no") == 0 ? &no
                                                     : &maybe;
    return true;
}

enum condition_result condition_run(const struct condition *condition, struct sample_env *env)
{
    return condition->result == CONDITION_MAYBE && env->is_final ? CONDITION_NO : condition->result;
}
