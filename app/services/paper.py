"""How much room a table takes on paper: lines in a cell, the height of a row, pages side by side.

Excel fits rows to wrapped text when it opens a file; other programs trust what the file says of
itself, so the file has to say how tall its rows are. What is reckoned here is rather too much than
too little, for what doesn't fit is cut off.
"""

from __future__ import annotations

from collections.abc import Sequence

A3, A4 = 8, 9
#: Millimetres between the margins of a sheet lying on its side.
_ROOM = {A3: 400, A4: 277}
#: What a column of width one takes up.
_MM = 1.87
#: Smaller than that nobody reads 10 point.
_SMALLEST = 0.5
_LINE, _PADDING, _TALLEST = 14, 3, 409


def lines(text: str, width: float) -> int:
    """Return how many lines *text* takes in a column of that width, which Excel counts in digits.

    A Chinese character is as wide as two digits; the end of a line may stay empty, because a comma
    doesn't begin the next one.
    """
    if 2 * len(text) <= width - 2 and "\n" not in text:
        return 1
    room = max(int(width) - 2, 2)
    if "\n" in text:
        return sum(lines(part, width) for part in text.split("\n"))
    return -(-len(text.encode("gbk", "replace")) // room) or 1


def height(most: int) -> float:
    """Return the height, in points, of a row whose tallest cell has so many lines."""
    return min(most * _LINE + _PADDING, _TALLEST)


def pages_across(widths: Sequence[float], paper: int) -> int:
    """Return how many pages side by side columns need to stay readable."""
    return max(1, -int(-sum(widths) * _MM * _SMALLEST // _ROOM[paper]))
