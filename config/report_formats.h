/* SPDX-License-Identifier: Apache-2.0 */
/* A report for programs: plain JSON, or SARIF 2.1.0, which editors and code reviews read. */
#ifndef WEIR_CONFIG_REPORT_FORMATS_H
#define WEIR_CONFIG_REPORT_FORMATS_H

#include "config/report.h"

/* Every problem, notes included, in the order of the report. */
void conf_report_print_json(FILE *out, const struct conf_report *report);
void conf_report_print_sarif(FILE *out, const struct conf_report *report);

#endif
