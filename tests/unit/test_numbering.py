"""What can be the number of a case."""

import pytest

from app.domain.numbering import fault_of


@pytest.mark.parametrize(
    "number",
    [
        *("QL-2026-ZB-" + "8" * 27, "QL-2026-ZB-12x", "QL-2026-ZB-00001", "BS-2026-ZB-"),
        *("new", "import", "..", ".", "（）", "甲乙", "", "1" * 41),
        *("A/1", "a b1", "<b>1", "1\n", "1%2", "1?", "1#"),
    ],
)
def test_what_hides_a_page_or_ruins_a_series_is_no_number(number):
    assert fault_of(number)


@pytest.mark.parametrize(
    "number",
    [
        "QL-2026-ZX-03-001",
        "督〔2026〕7号",
        "（试）1",
        "v1.2",
        "QL-2026-ZB-0007",
        "QL-2026-ZB-10000",
    ],
)
def test_numbers_of_other_offices_are_taken(number):
    assert fault_of(number) is None
