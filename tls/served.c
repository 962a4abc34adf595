/* SPDX-License-Identifier: Apache-2.0 */
/* A store that can be replaced; see served_priv.h. The lock covers a pointer and a count, no more. */
#include "tls/served_priv.h"

static struct tls_store *ref(struct tls_store *store)
{
    return store != NULL ? tls_store_ref(store) : NULL;
}

void tls_served_init(struct tls_served *served, struct tls_store *store)
{
    pthread_mutex_init(&served->lock, NULL);
    served->now = ref(store);
}

struct tls_store *tls_served_take(struct tls_served *served)
{
    pthread_mutex_lock(&served->lock);
    struct tls_store *store = ref(served->now);
    pthread_mutex_unlock(&served->lock);
    return store;
}

void tls_served_replace(struct tls_served *served, struct tls_store *store)
{
    pthread_mutex_lock(&served->lock);
    struct tls_store *before = served->now;
    served->now = ref(store);
    pthread_mutex_unlock(&served->lock);
    tls_store_free(before);
}

void tls_served_clear(struct tls_served *served)
{
    tls_store_free(served->now);
    pthread_mutex_destroy(&served->lock);
}
