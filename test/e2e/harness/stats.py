# SPDX-License-Identifier: Apache-2.0
"""Reads the statistics in CSV form."""
import csv

from harness.client import get


def read_stats(port, uri="/stats", **options):
    """{(pxname, svname): {field: text}}"""
    response = get(port, uri + ";csv", **options)
    assert response.status == 200, response.start_line
    lines = response.body.decode().lstrip("# ").splitlines()
    return {(row["pxname"], row["svname"]): row for row in csv.DictReader(lines)}


def server_status(port, backend, server):
    return read_stats(port)[backend, server]["status"]
