/* SPDX-License-Identifier: Apache-2.0 */
/* The memory of a table; see table.h. What stands in it is the algorithm's. */
#include "lb-algos/table.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

bool lb_table_begin(struct lb_table *table, uint32_t count)
{
    if (count > table->capacity) {
        struct lb_slot *slots = realloc(table->slots, count * sizeof(*slots));
        if (slots == NULL)
            return false;
        table->slots = slots;
        table->capacity = count;
    }
    table->count = 0;
    return true;
}

void lb_table_add(struct lb_table *table, uint32_t key, uint32_t server)
{
    assert(table->count < table->capacity);
    table->slots[table->count++] = (struct lb_slot){key, server};
}

void lb_table_destroy(struct lb_table *table)
{
    free(table->slots);
    memset(table, 0, sizeof(*table));
}
