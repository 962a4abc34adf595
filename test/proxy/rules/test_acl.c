/* SPDX-License-Identifier: Apache-2.0 */
/* Acls and conditions: what matches and what may yet match. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "test/proxy/rules/acl_fixture.h"

#define NO CONDITION_NO
#define YES CONDITION_YES
#define MAYBE CONDITION_MAYBE

/* HAProxy 2.6 says the same of each. */
static const struct {
    const char *test;
    enum condition_result want;
} tests[] = {
    /* by type */
    {"always_true", YES},
    {"always_false", NO},
    {"always_false --", NO},
    {"bool(1)", YES},
    {"str(abc) abc", YES},
    {"str(abc) ab", NO},
    {"str(abc) x abc", YES},
    {"str(abc) ABC", NO},
    {"str(abc) -i ABC", YES},
    {"str(ABC) -i abc", YES},
    {"none x", NO},
    {"none -m found", NO},
    {"str(x) -m found", YES},
    {"int(0) -m found", YES},
    {"str(x) -m found y", YES},
    /* several values: any of them */
    {"hdr(a,b,c) c", YES},
    {"hdr(a,b,c) d", NO},
    {"hdr(a,b,c) -m found", YES},
    {"hdr(aa,bb) -m beg b", YES},
    /* numbers */
    {"int(5) 5", YES},
    {"int(5) 6", NO},
    {"int(5) 4 5 6", YES},
    {"int(5) 4:6", YES},
    {"int(5) 5:5", YES},
    {"int(5) 6:", NO},
    {"int(5) 5:", YES},
    {"int(5) :4", NO},
    {"int(5) :5", YES},
    {"int(5) 4-6", YES},
    {"int(5) eq 5", YES},
    {"int(5) gt 4", YES},
    {"int(5) gt 5", NO},
    {"int(5) gt 4.9", YES}, /* of a fraction nothing is heeded */
    {"int(5) gt 5.0", NO},
    {"int(5) ge 5", YES},
    {"int(5) lt 5", NO},
    {"int(5) lt 6", YES},
    {"int(5) le 5", YES},
    {"int(5) le 4", NO},
    {"int(5) lt 3 gt 4", YES},
    {"int(5) gt 5:7", YES},
    {"int(-6) -- -5", YES},
    {"int(-6) lt -5", YES},
    {"int(-6) lt 0", YES},
    {"int(5) -m bool", YES},
    {"int(0) -m bool", NO},
    {"bool(1) -m int 1", YES},
    {"bool(0) -m int 0", YES},
    {"int(5) -m str 5", YES},
    {"str(12) -m int 10:20", YES},
    {"str(1) -m bool", YES},
    {"str(true) -m bool", NO},
    {"ipv4(0.0.0.5) -m int 5", YES},
    {"str(abcdef) -m len 6", YES},
    {"str(abcdef) -m len gt 5", YES},
    {"str(abcdef) -m len gt 5.9", YES},
    {"str(abcdef) -m len 1:5", NO},
    {"int(12345) -m len 5", YES},
    {"version 3.1", YES},
    {"version 3", NO},
    {"version 3.0:3.1", YES},
    {"version gt 3.0", YES},
    {"version lt 3.1", NO},
    {"version gt 3.1", NO},
    {"version ge 3", YES},
    /* parts of texts */
    {"str(/static/x.png) -m beg /static", YES},
    {"str(/static) -m beg /static/", NO},
    {"str(/STATIC/a) -m beg -i /static", YES},
    {"str(/static/x.png) -m end .gif .png", YES},
    {"str(/static/x.PNG) -m end .png", NO},
    {"str(/static/x.PNG) -m end -i .png", YES},
    {"str(ng) -m end png", NO},
    {"str(foobar) -m sub oba", YES},
    {"str(foobar) -m sub obb", NO},
    {"str(foobar) -m sub foobar", YES},
    {"str(foobar) -m sub foobarx", NO},
    {"str(fooBAR) -m sub -i OBA", YES},
    {"str(fooB) -m sub -i xo b", YES}, /* the last byte, of a key of one */
    {"str(fooB) -m sub -i bx", NO},
    {"str(B) -m beg -i b", YES},
    {"str(B) -m beg -i bx", NO},
    {"str(B) -m end -i xb", NO},
    {"str(xaxb) -m sub -- ab ba", NO}, /* bytes of several keys are not one key */
    {"str(/images/png/logo/32x32.png) -m dir /images", YES},
    {"str(/images/png/logo/32x32.png) -m dir images/png", YES},
    {"str(/images/png/logo/32x32.png) -m dir logo/32x32.png", YES},
    {"str(/images/png/logo/32x32.png) -m dir png", YES},
    {"str(/images/png/logo/32x32.png) -m dir 32x32", NO},
    {"str(/images/png/logo/32x32.png) -m dir mages", NO},
    {"str(/a/b?c) -m dir b", YES},
    {"str(/a/b?c) -m dir c", YES},
    {"str(/a) -m dir /", NO},
    {"str(http://www1.dc-eu.example.com:80/blah) -m dom dc-eu.example", YES},
    {"str(http://www1.dc-eu.example.com:80/blah) -m dom .www1", YES},
    {"str(http://www1.dc-eu.example.com:80/blah) -m dom dc-eu.example:80", NO},
    {"str(http://www1.dc-eu.example.com:80/blah) -m dom com:80", YES},
    {"str(http://www1.dc-eu.example.com:80/blah) -m dom eu", NO},
    {"str(http://www1.dc-eu.example.com:80/blah) -m dom http blah", YES},
    {"str(WWW.Example.com) -m dom -i example", YES},
    {"str(a.b.c) -m dom ...", NO},
    {"str(abc) -m reg ^a.c$", YES},
    {"str(ABC) -m reg ^a.c$", NO},
    {"str(ABC) -m reg -i ^a.c$", YES},
    /* bytes */
    {"bin(48656c6c6f0a) -m bin 48656C6c6f0A", YES},
    {"bin(48656c6c6f0a) -m bin 48656c6c6f", NO},
    {"str(Hello) -m bin 48656c6c6f", YES},
    {"bin(48656c6c6f) -m sub ell", YES},
    {"bin(48656c6c6f) -m sub 656c", NO},
    {"bin(48656c6c6f) -m len 5", YES},
    /* addresses */
    {"ipv4(10.1.2.3) 10.0.0.0/8", YES},
    {"ipv4(11.1.2.3) 10.0.0.0/8", NO},
    {"ipv4(10.1.2.3) 10.1.2.3", YES},
    {"ipv4(10.1.2.3) 10.1.2.4", NO},
    {"ipv4(10.1.2.3) 0.0.0.0/0", YES},
    {"ipv4(10.1.2.3) 10.1.2.0/255.255.255.0", YES},
    {"ipv4(10.1.2.3) 10.9.2.3/255.0.255.255", YES},
    {"ipv4(10.1.2.3) 10.9.3.3/255.0.255.255", NO},
    {"ipv4(10.0.0.12) 10.12", YES},
    {"ipv4(127.0.0.1) 127.1/8", YES},
    {"ipv4(10.9.8.7) app.test", YES},
    {"ipv4(10.1.2.3) ::ffff:10.1.2.3", YES},
    {"ipv4(10.1.2.3) ::ffff:10.0.0.0/104", YES},
    {"ipv6(2001:db8::1) 2001:db8::/32", YES},
    {"ipv6(2001:db9::1) 2001:db8::/32", NO},
    {"ipv6(::ffff:10.1.2.3) 10.0.0.0/8", YES},
    {"ipv6(2002:a01:203::) 10.0.0.0/8", YES},
    {"ipv6(::1) 127.0.0.1/8 ::1", YES},
    {"str(10.1.2.3) -m ip 10.0.0.0/8", YES},
    {"str(nothing) -m ip 0.0.0.0/0", NO},
    {"ipv4(10.1.2.3) -m str 10.1.2.3", YES},
    {"ipv4(10.1.2.3) -m beg 10.1.", YES},
    /* methods: known ones keep their case */
    {"meth(GET) GET", YES},
    {"meth(GET) POST GET", YES},
    {"meth(GET) get", NO},
    {"meth(GET) -i get", NO},
    {"meth(FOO) foo", NO},
    {"meth(FOO) -i foo", YES},
    {"meth(GET) -m beg GE", YES},
    /* where a name says how */
    {"hdr_beg(www.a) www.", YES},
    {"hdr_end(www.a) .a", YES},
    {"hdr_dom(www.a.b) a", YES},
    {"hdr_sub(www.a.b) w.a", YES},
    {"hdr_reg(www.a.b) ^w+", YES},
    {"hdr_len(www.a.b) 7", YES},
    {"hdr_dir(a/b) b", YES},
    {"hdr_beg(www.a) -m end .a", YES},
    {"hdr_beg(WWW.a),lower www.", NO},
    {"hdr_beg(WWW.a),lower www.a", YES},
    {"first(abc) a", YES},
    {"first(abc),lower a", NO},
    /* the rest of the flags */
    {"str(-i) -- -i", YES},
    {"str(--) -- --", YES},
    {"str(x) -i -- X", YES},
    {"str(abc),upper ABC", YES},
};

static void tests_compare_as_haproxy_does(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        char condition[256];
        snprintf(condition, sizeof condition, "{ %s }", tests[i].test);
        print_message("%s\n", tests[i].test);
        assert_int_equal(acl_result("", condition, NULL, true), tests[i].want);
    }
}

static void conditions_are_alternatives_of_terms(void **state)
{
    (void)state;
    static const char acls[] = " acl yes always_true\n acl no always_false\n acl none none x\n"
                               " acl twice always_false\n acl twice str(a) a";
    static const struct {
        const char *condition;
        enum condition_result want;
    } cases[] = {
        {"yes", YES},
        {"no", NO},
        {"yes no", NO},
        {"yes or no", YES},
        {"no or yes", YES},
        {"no OR yes", YES},
        {"no || yes", YES},
        {"no || no yes", NO},
        {"yes no or no or yes yes", YES},
        {"!no", YES},
        {"!yes", NO},
        {"! no", YES},
        {"!!yes", YES},
        {"! ! yes", YES},
        {"!no !none yes", YES},
        {"none", NO},
        {"!none", YES},
        {"twice", YES},
        {"{ always_true } { always_true }", YES},
        {"!{ always_false }", YES},
        {"! { always_false } no or { str(a) a b }", YES},
        {"or yes", YES},
        {"no ! or yes", YES},
        {"", NO},
        {"!", NO},
        {"TRUE", YES},
        {"FALSE or !FALSE", YES},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        print_message("if %s\n", cases[i].condition);
        assert_int_equal(acl_result(acls, cases[i].condition, NULL, true), cases[i].want);
    }
}

static void what_may_change_may_yet_match(void **state)
{
    (void)state;
    static const struct {
        const char *condition;
        enum condition_result want, at_last;
    } cases[] = {
        {"{ later x }", MAYBE, NO},          {"!{ later x }", MAYBE, YES},
        {"{ growing(ab) ab }", YES, YES},    {"{ growing(ab) abc }", MAYBE, NO},
        {"FALSE { later x }", NO, NO},       {"{ later x } FALSE", MAYBE, NO},
        {"TRUE { later x }", MAYBE, NO},     {"{ later x } or TRUE", YES, YES},
        {"{ later x } or FALSE", MAYBE, NO}, {"{ later -m found }", MAYBE, NO},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        print_message("if %s\n", cases[i].condition);
        assert_int_equal(acl_result("", cases[i].condition, NULL, false), cases[i].want);
        assert_int_equal(acl_result("", cases[i].condition, NULL, true), cases[i].at_last);
    }
}

/* ---- files --------------------------------------------------------------------------------------------- */

static const struct memory_file files[] = {
    {"/list", "# a comment\n\n  alpha\r\n\tbeta gamma \n #not a comment\nlast", 0},
    {"/upper", "ALPHA\n", 0},
    {"/nets", "10.0.0.0/8\n2001:db8::/32\napp.test\n", 0},
    {"/map", "alpha one\nbeta\n", 0},
    {"/bad", "10.0.0.0/8\n  10.0.0.0/40\nfine\n", 0},
    {"/regs", "^a\n(b\n", 0},
    {"/empty", "", 0},
    {NULL, NULL, 0},
};

static void patterns_come_from_files(void **state)
{
    (void)state;
    static const struct {
        const char *condition;
        enum condition_result want;
    } cases[] = {
        {"{ str(alpha) -f /list }", YES},
        {"{ str(beta) -f /list }", NO},
        {"{ str(\"beta gamma \") -f /list }", YES},
        {"{ str(\"#not a comment\") -f /list }", YES},
        {"{ str(\"# a comment\") -f /list }", NO},
        {"{ str(last) -f /list }", YES},
        {"{ str(more) -f /list more }", YES},
        {"{ str(ALPHA) -f /list -f /upper }", YES},
        {"{ str(Alpha) -f /list -i -f /upper }", YES},
        {"{ str(LAST) -f /list -i -f /upper }", NO},
        {"{ str(last-one) -m beg -f /list }", YES},
        {"{ ipv4(10.9.8.7) -f /nets }", YES},
        {"{ ipv6(2001:db8::9) -f /nets }", YES},
        {"{ ipv4(11.0.0.1) -f /nets }", NO},
        {"{ str(alpha) -M -f /map }", YES},
        {"{ str(beta) -M -f /map }", YES},
        {"{ str(one) -M -f /map }", NO},
        {"{ str(x) -f /empty }", NO},
        {"{ str(x) -u 7 x }", YES},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        print_message("if %s\n", cases[i].condition);
        assert_int_equal(acl_result("", cases[i].condition, files, true), cases[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest all[] = {
        cmocka_unit_test(tests_compare_as_haproxy_does),
        cmocka_unit_test(conditions_are_alternatives_of_terms),
        cmocka_unit_test(what_may_change_may_yet_match),
        cmocka_unit_test(patterns_come_from_files),
    };
    return cmocka_run_group_tests(all, NULL, NULL);
}
