/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules of a frontend with what the language has of its own, and a few fetches that need no message. Their
 * files exist only in the test.
 */
#ifndef WEIR_TEST_RULES_ACL_FIXTURE_H
#define WEIR_TEST_RULES_ACL_FIXTURE_H

#include "proxy/rules/condition.h"
#include "test/config/memory_source.h"
#include "test/proxy/rules/fake_language.h"

/* Lines stand in a frontend from line 7 on; files ends with one without a path, or is NULL. NULL: the
 * report says why. */
struct config *acl_load(const char *lines, const struct memory_file *files,
                        struct conf_report *report);

/* What a condition comes to: its words are compiled as those of a rule. */
enum condition_result acl_result(const char *acl_lines, const char *condition,
                                 const struct memory_file *files, bool is_final);

/* Runs the tcp-request content rules of the frontend once; what txn.x then is, or "" */
const char *acl_run_rules(const struct config *config);

#endif
