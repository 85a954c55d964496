"""How much room a table takes on paper."""

import pytest

from app.services import paper


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 12, 1),
        ("校长", 12, 1),
        ("逾期未报结", 12, 1),
        ("整改期限已过", 12, 2),
        ("QL-2026-ZX-03-001", 20, 1),
        ("1. 停课\n\n2. 补课", 40, 3),
        ("一" * 100, 44, 5),
        ("字", 1, 1),
    ],
)
def test_a_chinese_character_is_as_wide_as_two_digits(text, width, lines):
    assert paper.lines(text, width) == lines


def test_no_row_is_taller_than_excel_allows():
    assert paper.height(2) < paper.height(3) < paper.height(500) == 409


def test_columns_that_nobody_could_read_side_by_side_take_more_pages():
    assert paper.pages_across([20] * 12, paper.A4) == 1
    assert paper.pages_across([20] * 27, paper.A3) == 2
