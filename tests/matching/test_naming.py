"""From what a reader writes to a place: distances in any language and unit, degrees as phones copy them, where a town lies."""

import pytest

from bot.locales import available, phrases
from bot.matching.distances import coordinates, parted
from bot.matching.naming import candidates, wanted
from bot.matching.nearness import new_units


@pytest.fixture(scope="module")
def units():
    return new_units()


@pytest.mark.parametrize("language", available())
def test_a_distance_is_read_as_the_bot_itself_writes_it(language):
    said = phrases(language)("place.distance", count=1000)
    assert parted(f"Kyoto {said}") == ("Kyoto", 1000)
    assert parted(said) == ("", 1000)


@pytest.mark.parametrize(
    ("said", "km"),
    [
        ("30 km", 30), ("30km.", 30), ("(30 km)", 30), (", 30 KM", 30), ("３０ km", 30), ("٣٠ كم", 30),
        ("30 kilomètres", 30), ("30 quilômetros", 30), ("30 километров", 30), ("30 Kilometer", 30), ("30キロメートル", 30),
        ("30 किलोमीटर", 30), ("30 كيلومتر", 30), ("2.5 km", 3), ("2,5 km", 3), ("0.4 km", 1), ("1,000 km", 1000),
        ("1.000 km", 1000), ("1\u202f000 km", 1000), ("10,5 km", 11),
        ("20 miles", 33), ("1 mi", 2), ("621 mi", 1000), ("12 миль", 20), ("10英里", 17), ("10 मील", 17), ("10 أميال", 17),
        ("10 マイル", 17), ("10마일", 17), ("10 Meilen", 17), ("10 millas", 17), ("10 milhas", 17), ("10 milles", 17),
    ],
)  # fmt: skip
def test_distances_are_read_in_every_language_and_rounded_up(said, km):
    assert parted(f"Kyoto {said}") == ("Kyoto", km)


@pytest.mark.parametrize("said", ["0 km", "-5 km", "−5 km", "1001 km", "999999 km", "622 mi", "1" * 150 + " km"])
def test_a_distance_that_cannot_be_set_is_still_one(said):
    what = wanted(f"Kyoto {said}")
    assert what.name == "Kyoto"
    assert what.far


@pytest.mark.parametrize("said", ["Kyoto", "Miami", "Kyoto km", "km", "", "Kyoto 30 m", "Kyoto 1,1" * 1000])
def test_what_is_no_distance_belongs_to_the_name(said):
    assert parted(said) == (said.strip(), None)


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ("39.9, 116.4", (39.9, 116.4)),
        ("39.9，116.4", (39.9, 116.4)),
        ("39.90421199999999 116.407", (39.90421199999999, 116.407)),
        ("39.9042° N, 116.4074° E", (39.9042, 116.4074)),
        ("33.8S 70.6w", (-33.8, -70.6)),
        ("-33.8 S, −70.6 W", (-33.8, -70.6)),
        ("39,9 116,4", (39.9, 116.4)),
        ("39,9; −116,4", (39.9, -116.4)),
        ("90, -180", (90.0, -180.0)),
        # longitude first is a place off the earth, or another one: never turned around by itself
        ("116.4, 39.9", None),
        ("91, 0", None),
        ("0, 180.1", None),
        ("39.9, 116.4, 3", None),
        ("39.9", None),
    ],
)
def test_degrees_are_read_as_phones_and_people_write_them(said, where):
    assert coordinates(said) == where


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("Kyoto 30", [("Kyoto", 30, ())]),
        ("Marseille 13", [("Marseille 13", 30, ())]),
        ("Victoria, Seychelles", [("Victoria", 30, ())]),
        ("パリ、フランス", [("Paris", 30, ())]),
        ("London, gb 10 km", [("London", 10, ())]),
        ("Beijing, China", [("Beijing (北京市)", 191, ("北京市",))]),
        ("Fangshan District, Beijing", [("Fangshan District (北京市房山区)", 80, ("北京市", "房山区"))]),
        ("Chaoyang City, Liaoning", [
            ("Chaoyang City (辽宁省朝阳市)", 220, ("辽宁省", "朝阳市")),
            ("Chaoyang City (辽宁省朝阳市朝阳县)", 80, ("辽宁省", "朝阳市", "朝阳县")),
        ]),
        ("Kyoto, France", []),
        ("Kyoto 30000", []),
        ("Kyoto,", []),
        (", Japan", []),
    ],
)  # fmt: skip
def test_what_stands_after_the_name_says_which_one_is_meant(units, said, found):
    places = [each.place for each in candidates(wanted(said), units)]
    assert [(place.name, round(place.radius_km), place.unit) for place in places] == found


def test_where_nobody_knows_the_rest_the_reader_chooses(units):
    found = candidates(wanted("Paris, Texas"), units)
    assert {"FR", "US"} <= {each.country for each in found}
    assert not any(each.sure for each in found)
    assert all(each.sure for each in candidates(wanted("Paris"), units))
