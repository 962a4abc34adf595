/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Converters of JSON web tokens, RFC 7515 7.1: header.payload.signature, each in base64 of URLs. What the
 * token says of itself is never believed: algorithm and key are the configuration's.
 */
#include "proxy/rules/compiler.h"
#include "proxy/rules/conv_json.h"
#include "proxy/rules/conv_priv.h"
#include "tls/digest.h"

#include <string.h>

enum { HEADER, PAYLOAD, SIGNATURE, PARTS };

/* What jwt_verify gives, as HAProxy's manual has it. */
enum {
    VERIFIED = 1,
    NOT_VERIFIED = 0,
    UNKNOWN_ALGORITHM = -1,
    INVALID_TOKEN = -3,
    OUT_OF_MEMORY = -4,
    UNKNOWN_CERTIFICATE = -5,
};

static bool split(struct sample_text token, struct sample_text parts[PARTS])
{
    const char *at = token.data, *end = at + token.len;
    for (int i = 0; i < PARTS; i++) {
        const char *dot = memchr(at, '.', (size_t)(end - at));
        if ((dot == NULL) != (i == PARTS - 1))
            return false;
        parts[i] = (struct sample_text){at, (size_t)((dot != NULL ? dot : end) - at)};
        at = dot != NULL ? dot + 1 : end;
    }
    return true;
}

/* A part of whatever has so many: what is asked of a token before it is verified may not be one. */
static bool take_part(struct sample_text token, int which, struct sample_text *out)
{
    const char *at = token.data, *end = at + token.len, *dot;
    for (; (dot = memchr(at, '.', (size_t)(end - at))) != NULL && which > 0; which--)
        at = dot + 1;
    *out = (struct sample_text){at, (size_t)((dot != NULL ? dot : end) - at)};
    return which == 0;
}

static bool decode(struct sample_env *env, struct sample_text part, struct sample *s)
{
    const struct converter *row = encode_converters;
    while (strcmp(row->name, "ub64dec") != 0)
        row++;
    sample_set_text(s, SAMPLE_STRING, part.data, part.len);
    return row->run(env, row, NULL, s);
}

static bool query(struct sample_env *env, const struct converter *row, const struct arg *args,
                  struct sample *s)
{
    struct sample_text part;
    if (!take_part(s->text, row->value, &part) || !decode(env, part, s))
        return false;
    s->type = SAMPLE_STRING;
    return args[0].type == ARG_NONE || json_query(env, row, args, s);
}

/* ---- jwt_verify --------------------------------------------------------------------------------------- */

/* A secret, or the kind of signature of a public key. */
enum family {
    RSA_FAMILY = TLS_SIGNATURE_PKCS1,
    PSS_FAMILY = TLS_SIGNATURE_PSS,
    ELLIPTIC_FAMILY = TLS_SIGNATURE_ELLIPTIC,
    HMAC_FAMILY,
};

static const struct algorithm {
    char name[6];
    enum family family;
    const char *digest;
} algorithms[] = {
    {"HS256", HMAC_FAMILY, "sha256"},     {"HS384", HMAC_FAMILY, "sha384"},
    {"HS512", HMAC_FAMILY, "sha512"},     {"RS256", RSA_FAMILY, "sha256"},
    {"RS384", RSA_FAMILY, "sha384"},      {"RS512", RSA_FAMILY, "sha512"},
    {"ES256", ELLIPTIC_FAMILY, "sha256"}, {"ES384", ELLIPTIC_FAMILY, "sha384"},
    {"ES512", ELLIPTIC_FAMILY, "sha512"}, {"PS256", PSS_FAMILY, "sha256"},
    {"PS384", PSS_FAMILY, "sha384"},      {"PS512", PSS_FAMILY, "sha512"},
};

static const struct algorithm *find_algorithm(struct sample_text name)
{
    for (size_t i = 0; i < sizeof algorithms / sizeof *algorithms; i++)
        if (name.len == 5 && memcmp(algorithms[i].name, name.data, 5) == 0)
            return &algorithms[i];
    return NULL;
}

/* The second argument: a secret or variable for HMAC, or the key of a file read at load time. */
struct jwt_key {
    struct arg secret;
    const struct tls_public_key *public; /* NULL: the argument was no such file */
};

static int verify_part(const struct algorithm *algorithm, const struct tls_public_key *public,
                       struct sample_text secret, struct sample_text signed_part,
                       struct sample_text signature)
{
    const struct tls_digest *digest = tls_digest_find(algorithm->digest);
    if (algorithm->family != HMAC_FAMILY) {
        if (public == NULL)
            return UNKNOWN_CERTIFICATE;
        return tls_public_key_verifies(public, digest, (enum tls_signature_kind)algorithm->family,
                                       span_of_text(signed_part), span_of_text(signature))
                   ? VERIFIED
                   : NOT_VERIFIED;
    }
    unsigned char out[TLS_DIGEST_BYTES_MAX];
    volatile unsigned char difference = 0;
    int len = tls_hmac(digest, span_of_text(secret), span_of_text(signed_part), out);
    if (len < 0 || (size_t)len != signature.len)
        return NOT_VERIFIED;
    for (int i = 0; i < len; i++)
        difference = (unsigned char)(difference | (out[i] ^ (unsigned char)signature.data[i]));
    return difference == 0 ? VERIFIED : NOT_VERIFIED;
}

static int verify(struct sample_env *env, const struct algorithm *algorithm,
                  const struct tls_public_key *public, struct sample_text secret,
                  struct sample_text token)
{
    struct sample signature;
    struct sample_text parts[PARTS];
    if (algorithm == NULL)
        return UNKNOWN_ALGORITHM;
    if (!split(token, parts) || !decode(env, parts[SIGNATURE], &signature) ||
        signature.text.len == 0)
        return INVALID_TOKEN;
    struct sample_text signed_part = {token.data, (size_t)(parts[SIGNATURE].data - 1 - token.data)};
    return verify_part(algorithm, public, secret, signed_part, signature.text);
}

/* There is no answer where a variable is missing that is to tell algorithm or secret. */
static bool jwt_verify(struct sample_env *env, const struct converter *row, const struct arg *args,
                       struct sample *s)
{
    const struct jwt_key *key = args[1].own;
    struct sample name, secret;
    (void)row;
    if (!operand_get(env, &args[0], SAMPLE_STRING, &name) ||
        !operand_get(env, &key->secret, SAMPLE_BINARY, &secret))
        return false;
    sample_set_int(s, verify(env, find_algorithm(name.text), key->public, secret.text, s->text));
    return true;
}

static void release_key(void *key)
{
    tls_public_key_free(key);
}

/* A certificate must be there when the configuration is loaded: no file is read for a request. */
static bool read_public_key(struct compiler *c, const struct arg *arg, const char *path,
                            struct jwt_key *key)
{
    size_t len;
    const char *pem = loader_read(c->l, c->l->scratch, path, arg->span, &len);
    if (pem == NULL)
        return false;
    struct tls_public_key *public = tls_public_key_read(pem, len);
    if (public == NULL) {
        CONF_FAIL(c->l, arg->span, "a PEM file", "'%s' holds neither certificate nor public key",
                  path);
        return false;
    }
    arena_defer(c->l->arena, release_key, public);
    key->public = public;
    return true;
}

static bool check_verify(struct compiler *c, struct arg *args, unsigned count, int value)
{
    (void)count, (void)value;
    struct jwt_key *key = arena_alloc(c->l->arena, sizeof *key);
    const struct algorithm *algorithm = find_algorithm(args[0].text);
    const char *text = arena_copy_bytes(c->l->arena, args[1].text.data, args[1].text.len);
    bool needs_file = algorithm == NULL ? *text == '/' : algorithm->family != HMAC_FAMILY;
    if (needs_file && !read_public_key(c, &args[1], text, key))
        return false;
    key->secret = args[1];
    if (!operand_text(c, &args[0]) || !operand_text(c, &key->secret))
        return false;
    const struct operand *name = args[0].own;
    if (!name->is_var && algorithm == NULL) {
        CONF_FAIL(c->l, args[0].span, "HS256, RS256, ES256 and the like, or a variable",
                  "unknown algorithm of jwt_verify");
        return false;
    }
    args[1].own = key;
    return true;
}

/* clang-format off */
const struct converter jwt_converters[] = {
    {.name = "jwt_header_query", .in = SAMPLE_BINARY, .out = SAMPLE_ANY, .args = {{ARG_OWN, ARG_STRING}, 0}, .run = query,
     .value = HEADER, .check = json_check_query, .since = "2.5", .doc = "A value out of the header of a JSON web token, or all of it."},
    {.name = "jwt_payload_query", .in = SAMPLE_BINARY, .out = SAMPLE_ANY, .args = {{ARG_OWN, ARG_STRING}, 0}, .run = query,
     .value = PAYLOAD, .check = json_check_query, .since = "2.5", .doc = "A value out of the payload of a JSON web token, or all of it."},
    {.name = "jwt_verify", .in = SAMPLE_BINARY, .out = SAMPLE_INT, .args = {{ARG_OWN, ARG_OWN}, 2}, .run = jwt_verify,
     .check = check_verify, .since = "2.5", .doc = "1 if the signature of a JSON web token is that of the key: jwt_verify(<algorithm>,<secret or file>)."},
    {.name = NULL},
};
/* clang-format on */
