"""Every sentence has its English."""

from tests.house.translations import problems


def test_the_english_catalogue_is_complete_and_compiled():
    assert problems() == []
