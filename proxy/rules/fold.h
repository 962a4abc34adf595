/* SPDX-License-Identifier: Apache-2.0 */
/* Lower case of ASCII letters, whatever the locale; of other bytes, themselves. */
#ifndef WEIR_RULES_FOLD_H
#define WEIR_RULES_FOLD_H

static inline unsigned char byte_fold(unsigned char byte)
{
    return (unsigned char)(byte - 'A') < 26 ? byte | 0x20 : byte;
}

#endif
