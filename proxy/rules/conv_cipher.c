/* SPDX-License-Identifier: Apache-2.0 */
/* Converters that encrypt and decrypt by AES; keys, nonces and tags are in base64, or in variables. */
#include "proxy/rules/compiler.h"
#include "proxy/rules/conv_priv.h"
#include "proxy/rules/vars.h"
#include "tls/cipher.h"

#include <string.h>

/* What a row does. Arguments: bits, nonce, key, then of GCM the tag, then further bytes that it covers. */
enum { GCM = 0, CBC = 1, DECRYPT = 0, ENCRYPT = 2 };

enum { BITS, NONCE, KEY, TAG };

static const struct arg *further_of(const struct arg *args, int value)
{
    return &args[(value & CBC) != 0 ? TAG : TAG + 1];
}

/* False: something is no base64, or a variable is not there. */
static bool cipher_of(struct sample_env *env, const struct arg *args, int value,
                      struct tls_cipher *out)
{
    struct sample_text nonce, key, further = {"", 0};
    const struct arg *further_arg = further_of(args, value);
    if (!operand_decoded(env, &args[NONCE], &nonce) || !operand_decoded(env, &args[KEY], &key) ||
        (further_arg->type != ARG_NONE && !operand_decoded(env, further_arg, &further)))
        return false;
    *out = (struct tls_cipher){.chained = (value & CBC) != 0,
                               .bits = (unsigned)args[BITS].integer,
                               .key = span_of_text(key),
                               .nonce = span_of_text(nonce),
                               .further = span_of_text(further)};
    return true;
}

static bool decrypt(struct sample_env *env, const struct converter *row, const struct arg *args,
                    struct sample *s)
{
    struct tls_cipher cipher;
    struct sample_text tag = {"", 0};
    char *out = sample_scratch_take(env, s->text.len + TLS_CIPHER_GROWTH_MAX);
    if (out == NULL || !cipher_of(env, args, row->value, &cipher) ||
        (!cipher.chained && !operand_decoded(env, &args[TAG], &tag)))
        return false;
    long len = tls_decrypt(&cipher, span_of_text(s->text), (unsigned char *)out, span_of_text(tag));
    if (len < 0)
        return false;
    sample_set_text(s, SAMPLE_BINARY, out, (size_t)len);
    return true;
}

/* The tag is what decrypting asks for: base64, in a variable. */
static bool keep_tag(struct sample_env *env, const struct arg *arg, const unsigned char *bytes)
{
    struct sample tag;
    return sample_set_copy(&tag, env, SAMPLE_BINARY, (const char *)bytes, TLS_AEAD_TAG_BYTES) &&
           conv_run(env, encode_converters, "base64", &tag) && var_set(env, arg->var, &tag);
}

static bool encrypt(struct sample_env *env, const struct converter *row, const struct arg *args,
                    struct sample *s)
{
    struct tls_cipher cipher;
    unsigned char tag[TLS_AEAD_TAG_BYTES];
    char *out = sample_scratch_take(env, s->text.len + TLS_CIPHER_GROWTH_MAX);
    if (out == NULL || !cipher_of(env, args, row->value, &cipher))
        return false;
    long len = tls_encrypt(&cipher, span_of_text(s->text), (unsigned char *)out, tag);
    if (len < 0 || (!cipher.chained && !keep_tag(env, &args[TAG], tag)))
        return false;
    sample_set_text(s, SAMPLE_BINARY, out, (size_t)len);
    return true;
}

static bool check_tag(struct compiler *c, struct arg *arg, int value)
{
    if ((value & CBC) != 0)
        return true;
    if ((value & ENCRYPT) == 0)
        return operand_base64(c, arg);
    return var_name_compile(c, arg->text.data, arg->text.len, arg->span, &arg->var);
}

static bool check_cipher(struct compiler *c, struct arg *args, unsigned count, int value)
{
    (void)count;
    long long bits = args[BITS].integer;
    struct arg *further = &args[further_of(args, value) - args];
    if (bits != 128 && bits != 192 && bits != 256) {
        CONF_FAIL(c->l, args[BITS].span, "128, 192 or 256", "there is no AES of %lld bits", bits);
        return false;
    }
    return operand_base64(c, &args[NONCE]) && operand_base64(c, &args[KEY]) &&
           check_tag(c, &args[TAG], value) &&
           (further->type == ARG_NONE || operand_base64(c, further));
}

#define AES(word, function, which, from, text)                                                     \
    .name = word, .in = SAMPLE_BINARY, .out = SAMPLE_BINARY, .run = function, .value = which,      \
    .check = check_cipher, .since = from, .doc = text
#define WITH_TAG .args = {{ARG_INT, ARG_OWN, ARG_OWN, ARG_OWN, ARG_OWN}, 4}
#define WITHOUT_TAG .args = {{ARG_INT, ARG_OWN, ARG_OWN, ARG_OWN}, 3}

/* clang-format off */
const struct converter cipher_converters[] = {
    {AES("aes_gcm_dec", decrypt, GCM | DECRYPT, "2.1", "Decrypted: aes_gcm_dec(<bits>,<nonce>,<key>,<tag>[,<further bytes>]), all but the first in base64 or variables."), WITH_TAG},
    {AES("aes_gcm_enc", encrypt, GCM | ENCRYPT, "3.1", "Encrypted: aes_gcm_enc(<bits>,<nonce>,<key>,<variable for the tag>[,<further bytes>])."), WITH_TAG},
    {AES("aes_cbc_dec", decrypt, CBC | DECRYPT, "3.4", "Decrypted: aes_cbc_dec(<bits>,<nonce>,<key>), the last two in base64 or variables."), WITHOUT_TAG},
    {AES("aes_cbc_enc", encrypt, CBC | ENCRYPT, "3.4", "Encrypted: aes_cbc_enc(<bits>,<nonce>,<key>), the last two in base64 or variables."), WITHOUT_TAG},
    {.name = NULL},
};
/* clang-format on */
