"""A small catalogue whose rows a test can reason about by hand."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from bot_core.catalog.service import CarDataService
from bot_core.facts.facts import CarFact, FinancingFacts
from bot_core.financing.calculator import quote
from bot_core.financing.plan import FinancingRules

CSV = """stock_id,km,price,make,model,year,version,bluetooth,largo,ancho,altura,car_play
1001,45000,215999,Nissan,Versa,2019,ADVANCE AUTO,Sí,4492,1740,1475,
1002,61000,198999,Nissan,Versa,2018,SENSE MAN,,4492,1740,1475,
1003,38500,242999,Nissan,Versa,2020,ADVANCE CVT,Sí,4495,1740,1475,Sí
1004,52000,313999,Volkswagen,Jetta,2019,TRENDLINE TIPTRONIC,Sí,4702,1799,1458,Sí
1005,72500,265999,Volkswagen,Jetta,2018,COMFORTLINE AUTO,Sí,4659,1778,1482,
1006,30000,419999,Mazda,CX-5,2020,I GRAND TOURING AUTO,Sí,4550,1840,1675,Sí
1007,88000,149999,Chevrolet,Aveo,2017,LT MAN,,,,,
1008,25000,389999,Honda,CR-V,2018,TOURING CVT,Sí,4591,1855,1679,Sí
1009,41000,279999,Kia,Rio,2020,EX AUTO,Sí,4300,1725,1460,Sí
1010,56000,179999,Volkswagen,Gol,2018,TRENDLINE STD,,3892,1656,1464,
1011,47000,329999,Peugeot,2008,2019,ALLURE AUTO,Sí,4159,1739,1556,Sí
1012,64000,234999,Suzuki,Swift,2018,BOOSTERJET MAN,Sí,3840,1735,1495,
"""

RULES = FinancingRules()


@lru_cache(maxsize=1)
def small_catalog() -> CarDataService:
    return CarDataService.from_text(CSV, source="small.csv")


def car_fact(stock_id: str, position: int = 1) -> CarFact:
    car = small_catalog().get(stock_id)
    assert car is not None
    return CarFact.of(car, position)


def financing_facts(*stock_ids: str, down_payment: str = "60000", asked_term: int | None = None) -> FinancingFacts:
    """Simulations for the cars of the small catalogue, in the order given."""
    cars = tuple(car_fact(stock_id, position) for position, stock_id in enumerate(stock_ids, start=1))
    quotes = tuple(quote(car.price, RULES, down_payment=Decimal(down_payment), stock_id=car.stock_id) for car in cars)
    return FinancingFacts(rules=RULES, cars=cars, quotes=quotes, asked_term=asked_term)
