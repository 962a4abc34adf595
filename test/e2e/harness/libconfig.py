# SPDX-License-Identifier: Apache-2.0
def to_libconfig(text):
    raise NotImplementedError
