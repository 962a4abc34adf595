# SPDX-License-Identifier: Apache-2.0
"""What the scenarios share: programs under test, servers that record, clients that send raw bytes."""
