"""Branches by any name that a customer gives a place; a place without a branch has none."""

from __future__ import annotations

import pytest

from bot_core.knowledge.service import KnowledgeService

CDMX = ["Plaza Fortuna", "Patio Santa Fe", "El Rosario Town Center", "Antara Fashion Hall", "Artz Pedregal"]
MONTERREY = ["Punto Valle", "Nuevo Sur"]
EDOMEX = ["Tlalnepantla", "Cosmopol"]
GUADALAJARA = ["Midtown", "Punto Sur"]
PUEBLA = ["Explanada", "Las Torres"]


def names(knowledge: KnowledgeService, place: str | None) -> list[str]:
    return [branch.name for branch in knowledge.branches_in(place)]


def test_there_are_fifteen_branches_in_seven_places(kavak: KnowledgeService) -> None:
    assert len(kavak.branches) == len({branch.branch_id for branch in kavak.branches}) == 15
    assert kavak.branches_in(None) == kavak.branches
    assert kavak.cities == (
        "Puebla", "Monterrey", "Ciudad de México", "Estado de México", "Guadalajara", "Querétaro", "Cuernavaca",
    )  # fmt: skip


def test_hours_are_known_of_one_branch_only(kavak: KnowledgeService) -> None:
    assert [(b.name, b.hours) for b in kavak.branches if b.hours or b.hours_en] == [
        ("Explanada", "lunes a domingo de 9:00 a 18:00")
    ]


@pytest.mark.parametrize(
    ("place", "wanted"),
    [
        ("CDMX", CDMX), ("df", CDMX), ("D.F.", CDMX), ("Ciudad de México", CDMX), ("ciudad de mexico", CDMX),
        ("cd de méxico", CDMX), ("mexico city", CDMX), ("la capital", CDMX),
        ("monterrey", MONTERREY), ("mty", MONTERREY), ("MONTEREY", MONTERREY), ("monterrei", MONTERREY),
        ("nuevo león", MONTERREY), ("Monterrey, NL", MONTERREY), ("la sucursal de monterrey", MONTERREY),
        ("gdl", GUADALAJARA), ("guadalajra", GUADALAJARA), ("Guadalajara, Jalisco", GUADALAJARA),
        ("jalisco", GUADALAJARA),
        ("edomex", EDOMEX), ("estado de mexico", EDOMEX), ("Edo. de México", EDOMEX),
        ("puebla", PUEBLA), ("pueblaa", PUEBLA), ("Puebla, Puebla", PUEBLA), ("el centro de puebla", PUEBLA),
        ("queretaro", ["Puerta la Victoria"]), ("qro", ["Puerta la Victoria"]),
        ("cuernabaca", ["Forum"]), ("morelos", ["Forum"]), ("Cuernavaca, Morelos", ["Forum"]),
        ("polanco", ["Antara Fashion Hall"]), ("santa fe", ["Patio Santa Fe"]), ("Santa Fe, CDMX", ["Patio Santa Fe"]),
        ("la de santa fe", ["Patio Santa Fe"]), ("pedregal", ["Artz Pedregal"]),
        ("azcapotzalco", ["El Rosario Town Center"]),
        ("coacalco", ["Cosmopol"]), ("tlajomulco", ["Punto Sur"]), ("san pedro garza garcia", ["Punto Valle"]),
        ("san pedro", ["Punto Valle"]), ("tlalnepantla", ["Tlalnepantla"]), ("Tlalnepantla, Edomex", ["Tlalnepantla"]),
        ("puebla o queretaro", [*PUEBLA, "Puerta la Victoria"]), ("cerca de polanco", ["Antara Fashion Hall"]),
    ],
)  # fmt: skip
def test_places_that_have_branches(kavak: KnowledgeService, place: str, wanted: list[str]) -> None:
    assert names(kavak, place) == wanted


@pytest.mark.parametrize("place", ["México", "en todo México", "todo el país"])
def test_the_country_means_all_branches(kavak: KnowledgeService, place: str) -> None:
    assert kavak.branches_in(place) == kavak.branches


@pytest.mark.parametrize(
    "place",
    [
        "Mérida", "Cancún", "Tijuana", "León", "Toluca", "Veracruz", "Zapopan", "Morelia", "Saltillo", "Ecatepec",
        "Naucalpan", "Satélite", "San Pedro Cholula", "Toluca, Estado de México", "León, Guanajuato", "Nuevo Laredo",
        "Houston", "mi casa", "", "   ", "sucursal",
    ],
)  # fmt: skip
def test_places_that_have_none(kavak: KnowledgeService, place: str) -> None:
    assert kavak.branches_in(place) == ()
    assert kavak.find_branch(place) is None


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("Explanada", "explanada"), ("la explanada", "explanada"), ("esplanada", "explanada"), ("antara", "antara"),
        ("Antara Fashion Hall", "antara"), ("fórum", "forum"), ("Forum Cuernavaca", "forum"), ("midtown", "midtown"),
        ("el rosario", "el-rosario"), ("la sucursal de punto valle", "punto-valle"), ("puntosur", "punto-sur"),
        ("plaza fortuna", "plaza-fortuna"), ("las torres en puebla", "las-torres"), ("artz", "artz-pedregal"),
        ("puerta de la victoria", "puerta-la-victoria"), ("cosmopol", "cosmopol"),
    ],
)  # fmt: skip
def test_branches_by_name(kavak: KnowledgeService, name: str, wanted: str) -> None:
    branch = kavak.find_branch(name)
    assert branch is not None
    assert branch.branch_id == wanted


@pytest.mark.parametrize("name", ["Monterrey", "CDMX", "Cuernavaca", "Querétaro", "Puebla", "Andares", "antara o artz"])
def test_a_city_is_no_branch(kavak: KnowledgeService, name: str) -> None:
    assert kavak.find_branch(name) is None


def test_every_branch_is_found_by_its_own_name(kavak: KnowledgeService) -> None:
    for branch in kavak.branches:
        assert kavak.find_branch(branch.name) == branch
        assert branch in kavak.branches_in(branch.city)
        assert branch in kavak.branches_in(branch.state)
