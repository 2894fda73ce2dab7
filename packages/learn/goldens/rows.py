"""Rows that Python and TypeScript make alike, so that they need not be kept: see src/interop/golden-rows.test.data.ts."""

import numpy as np

COLUMNS = 8
CATEGORIES = [None, None, None, None, None, 3, 40, 400]


def scrambled(index):
    """A well-mixed 32-bit number for each whole number (lowbias32)."""
    value = index.astype(np.uint32)
    for shift, factor in [(16, 0x7FEB352D), (15, 0x846CA68B)]:
        value ^= value >> np.uint32(shift)
        value *= np.uint32(factor)
    return value ^ (value >> np.uint32(16))


def make_rows(count):
    """Float64 [count, 8]: four wide numbers, small whole numbers, codes of 3, 40 and 400 categories; a tenth missing."""
    cell = np.arange(count * COLUMNS, dtype=np.uint32).reshape(count, COLUMNS)
    unit = scrambled(cell * np.uint32(2)) / 2.0**32
    rows = unit * 4 - 2
    rows[:, 3] *= 1e6
    rows[:, 4] = np.floor(unit[:, 4] * 10) - 3
    for column, categories in enumerate(CATEGORIES):
        if categories is not None:
            # Low codes are more frequent than high ones.
            rows[:, column] = np.floor(unit[:, column] ** 2 * categories)
    rows[scrambled(cell * np.uint32(2) + np.uint32(1)) < 2**32 / 10] = np.nan
    return rows


def make_targets(rows):
    """A number and a class of three for each row, out of all columns."""
    filled = np.where(np.isnan(rows), 0.7, rows)
    number = 2 * filled[:, 0] + filled[:, 1] * filled[:, 2] + np.sin(filled[:, 3] / 3e5) + 0.1 * filled[:, 4]
    number = number + (filled[:, 5] == 1) + 0.7 * (filled[:, 6] % 3) + 0.5 * (filled[:, 7] % 7 == 2) - np.isnan(rows[:, 0])
    return number, np.digitize(number, [0.5, 2.5])
