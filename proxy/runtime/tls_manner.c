/* SPDX-License-Identifier: Apache-2.0 */
/* Likeness of TLS words; see tls_manner.h. */
#include "proxy/runtime/tls_manner.h"

#include <stdlib.h>
#include <string.h>

static bool is_same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool is_same_words(const struct conf_words *a, const struct conf_words *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(a->items[i], b->items[i]) != 0)
            return false;
    return true;
}

/* In what both sides of a connection have words for. */
static bool is_same_dialect(const struct conf_tls *a, const struct conf_tls *b)
{
    return is_same_words(&a->alpn, &b->alpn) && is_same_text(a->key, b->key) &&
           is_same_text(a->ca_file, b->ca_file) && is_same_text(a->crl_file, b->crl_file) &&
           is_same_text(a->ciphers, b->ciphers) && is_same_text(a->ciphersuites, b->ciphersuites) &&
           is_same_text(a->curves, b->curves) && a->min_version == b->min_version &&
           a->max_version == b->max_version && a->verify == b->verify;
}

bool tls_servers_are_alike(const struct conf_tls *a, const struct conf_tls *b)
{
    return is_same_words(&a->crt, &b->crt) && is_same_dialect(a, b);
}

static bool is_same_set(const struct tls_verify_errors *a, const struct tls_verify_errors *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

/* All but the certificates of a bind. */
static bool is_same_manner(const struct conf_tls *a, const struct conf_tls *b)
{
    return is_same_dialect(a, b) && is_same_text(a->ecdhe, b->ecdhe) &&
           is_same_text(a->ca_verify_file, b->ca_verify_file) &&
           is_same_text(a->ticket_keys, b->ticket_keys) &&
           is_same_set(&a->ca_overlooked, &b->ca_overlooked) &&
           is_same_set(&a->crt_overlooked, &b->crt_overlooked) &&
           a->hides_ca_names == b->hides_ca_names && a->tickets == b->tickets &&
           a->strict_sni == b->strict_sni && a->prefer_client_ciphers == b->prefer_client_ciphers &&
           a->self_signed == b->self_signed;
}

/* By the same lines, or by none. */
static bool is_same_listing(const struct conf_crt *a, const struct conf_crt *b)
{
    if (a->line == NULL || b->line == NULL)
        return a->line == b->line;
    return strcmp(a->place.file, b->place.file) == 0 && a->place.line == b->place.line;
}

/* Of two with the same certificates. */
static bool is_same_use(const struct conf_tls *a, const struct conf_tls *b)
{
    for (size_t i = 0; i < a->crt.count; i++) {
        const struct conf_crt *x = &a->crts[i], *y = &b->crts[i];
        bool are_alike = x->own != NULL && y->own != NULL && is_same_manner(x->own, y->own);
        if (x->stored != y->stored || !is_same_listing(x, y) || !is_same_words(&x->names, &y->names) ||
            !is_same_words(&x->excluded, &y->excluded) || (x->own != y->own && !are_alike))
            return false;
    }
    return true;
}

bool tls_binds_are_alike(const struct conf_tls *a, const struct conf_tls *b)
{
    return is_same_words(&a->crt, &b->crt) && is_same_use(a, b) && is_same_manner(a, b);
}

int tls_manner_of(struct tls_manners *manners, const struct conf_tls *tls)
{
    for (size_t i = 0; i < manners->count; i++)
        if (is_same_manner(manners->items[i], tls))
            return (int)i;
    const struct conf_tls **grown =
        realloc(manners->items, (manners->count + 1) * sizeof(*manners->items));
    if (grown == NULL)
        return -1;
    manners->items = grown;
    manners->items[manners->count] = tls;
    return (int)manners->count++;
}

void tls_manners_free(struct tls_manners *manners)
{
    free(manners->items);
    *manners = (struct tls_manners){0};
}
