/* SPDX-License-Identifier: Apache-2.0 */
/* Converters on whole numbers: arithmetic that stops at the limits instead of wrapping, bits, truth. */
#include "proxy/rules/conv_priv.h"

#include <limits.h>

enum { ADD, SUB, MUL, DIV, MOD, AND, OR, XOR };
enum { CPL, NEG, NOT, BOOL, ODD, EVEN };

/* What an overflow towards the sign of a gives. */
static long long limit_of(bool negative)
{
    return negative ? LLONG_MIN : LLONG_MAX;
}

static long long add(long long a, long long b)
{
    long long sum;
    return __builtin_add_overflow(a, b, &sum) ? limit_of(a < 0) : sum;
}

static long long subtract(long long a, long long b)
{
    long long difference;
    return __builtin_sub_overflow(a, b, &difference) ? limit_of(a < 0) : difference;
}

static long long multiply(long long a, long long b)
{
    long long product;
    return __builtin_mul_overflow(a, b, &product) ? limit_of((a < 0) != (b < 0)) : product;
}

/* Division by zero gives the largest number; the one quotient that does not fit as well. */
static long long divide(long long a, long long b)
{
    if (b == 0 || (b == -1 && a == LLONG_MIN))
        return LLONG_MAX;
    return a / b;
}

static long long calculate(int operation, long long a, long long b)
{
    switch (operation) {
    case ADD:
        return add(a, b);
    case SUB:
        return subtract(a, b);
    case MUL:
        return multiply(a, b);
    case DIV:
        return divide(a, b);
    case MOD:
        return b == 0 || b == -1 ? 0 : a % b;
    case AND:
        return a & b;
    case OR:
        return a | b;
    default:
        return a ^ b;
    }
}

static bool with_operand(struct sample_env *env, const struct converter *row,
                         const struct arg *args, struct sample *s)
{
    struct sample operand;
    if (!operand_get(env, &args[0], SAMPLE_INT, &operand))
        return false;
    sample_set_int(s, calculate(row->value, s->integer, operand.integer));
    return true;
}

static bool alone(struct sample_env *env, const struct converter *row, const struct arg *args,
                  struct sample *s)
{
    (void)env, (void)args;
    switch (row->value) {
    case CPL:
        s->integer = ~s->integer;
        break;
    case NEG:
        s->integer = subtract(0, s->integer);
        break;
    case NOT:
        sample_set_bool(s, s->integer == 0);
        break;
    case BOOL:
        sample_set_bool(s, s->integer != 0);
        break;
    default:
        sample_set_bool(s, (s->integer & 1) == (row->value == ODD));
        break;
    }
    return true;
}

static bool check_operand(struct compiler *c, struct arg *args, unsigned count, int value)
{
    (void)count, (void)value;
    return operand_number(c, &args[0]);
}

#define WITH(word, which, text)                                                                    \
    .name = word, .in = SAMPLE_INT, .out = SAMPLE_INT, .args = {{ARG_OWN}, 1},                     \
    .run = with_operand, .value = which, .check = check_operand, .doc = text, .since = "1.6"
#define ALONE(word, gives, which, text)                                                            \
    .name = word, .in = SAMPLE_INT, .out = gives, .run = alone, .value = which, .doc = text,       \
    .since = "1.6"

/* clang-format off */
const struct converter number_converters[] = {
    {WITH("add", ADD, "Adds a number or variable.")},
    {WITH("sub", SUB, "Subtracts a number or variable.")},
    {WITH("mul", MUL, "Multiplies by a number or variable; stops at the largest number.")},
    {WITH("div", DIV, "Divides by a number or variable; by 0 gives the largest number.")},
    {WITH("mod", MOD, "The remainder of a division; by 0 gives 0.")},
    {WITH("and", AND, "Bits that both numbers have.")},
    {WITH("or", OR, "Bits that either number has.")},
    {WITH("xor", XOR, "Bits that one of the numbers has.")},
    {ALONE("cpl", SAMPLE_INT, CPL, "All bits turned over.")},
    {ALONE("neg", SAMPLE_INT, NEG, "The opposite number.")},
    {ALONE("not", SAMPLE_BOOL, NOT, "True for 0, false for any other number.")},
    {ALONE("bool", SAMPLE_BOOL, BOOL, "False for 0, true for any other number.")},
    {ALONE("odd", SAMPLE_BOOL, ODD, "Whether the number is odd.")},
    {ALONE("even", SAMPLE_BOOL, EVEN, "Whether the number is even.")},
    {.name = NULL},
};
/* clang-format on */
