"""Nothing of a customer's data is left, and the bot understands what it understood."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot_core.intents import IntentDetail, UserIntentionResponse
from bot_core.messages import InboundMessage
from bot_core.redaction import redact
from bot_core.sessions.state import ConversationState
from bot_core.settings import Settings
from workbench.evaluation.build import Subject, build_subject
from workbench.records import VariantSpec
from workbench.runner import fictions
from workbench.runner.fictions import Fictions


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("busco un versa, mi tel es 5512345678", "busco un versa, mi tel es 5500120001"),
        ("+52 1 81 8765 4321 o (33) 1234-5678", "+52 1 55 0012 0001 o (55) 0012-0002"),
        ("442.123.45.67", "550.012.00.01"),
        ("tel 5812 3456", "tel 0012 0001"),
        ("+1 (512) 555-1234", "+1 (550) 012-0001"),
        ("whatsapp:+5215512345678", "whatsapp:+5215500120001"),
        ("juan.perez+autos@correo.com.mx.", "cliente@example.com."),
        ("CURP PEGJ850315HJCRRN07 y RFC PEGJ850315AB1", "CURP XEXX010101HNEXXXA1 y RFC XAXX010101000"),
        ("pago con 5204 1234 5678 9012", "pago con 4111 1111 1111 1101"),
        ("placas ABC-12-34", "placas XXX-00-01"),
        ("placa jkl123a", "placa xxx001x"),
        ("serie 3N1CN7AD9KL812345", "serie XXXXXXXXXXX000001"),
        ("Me llamo María de la Luz y busco un Jetta", "Me llamo Noa de la Ariel y busco un Jetta"),
    ],
)
def test_personal_data_becomes_made_up_data_of_the_same_shape(text: str, told: str):
    assert Fictions().told(text) == told


def test_the_same_original_gets_the_same_value_however_it_is_written():
    made_up = Fictions(["Ana María López"])
    assert made_up.told("55 1234 5678, luego 81 8765 4321") == "55 0012 0001, luego 55 0012 0002"
    assert made_up.told("era +52 1 55 1234 5678") == "era +52 1 55 0012 0001"
    assert made_up.told("a@b.mx, c@d.mx y A@B.MX") == "cliente@example.com, cliente2@example.com y cliente@example.com"
    assert made_up.told("Ana Maria Lopez: ana, LÓPEZ") == "Noa Ariel Robin: noa, ROBIN"


def test_nobody_is_called_by_their_own_name():
    for name in fictions._NAMES:
        assert name not in Fictions([name]).told(f"soy {name}")


@given(area=st.sampled_from(["55", "81", "33", "442", "998"]), digits=st.text("0123456789", min_size=8, max_size=8))
def test_no_number_of_a_customer_stays(area: str, digits: str):
    number = (area + "1" + digits[1:])[:10]
    for written in (number, f"+52{number}", f"({area}) {number[len(area) : 6]}-{number[6:]}"):
        digits_left = "".join(char for char in Fictions().told(f"mi cel: {written}") if char.isdecimal())
        assert digits_left.removeprefix("52") == "5500120001"


@given(st.from_regex(r"[a-z][a-z.]{0,8}[a-z]@[a-z]{2,8}\.(com|mx|com\.mx)", fullmatch=True))
def test_no_address_of_a_customer_stays(address: str):
    assert Fictions().told(f"mi correo es {address} gracias") == "mi correo es cliente@example.com gracias"


@given(st.text(max_size=80), st.lists(st.text(max_size=12), max_size=3))
def test_what_is_not_personal_is_not_touched(text: str, names: list[str]):
    told = Fictions(names).told(text)
    if redact(text, names=names) == text:
        assert told == text


SAID = (
    "busco un versa, mi tel es 5512345678",
    "busco un versa, mi teléfono es 55 1234 5678",
    "mándame info del jetta a juan.perez@gmail.com",
    "hola, soy Ximena Robledo, quiero una suv de menos de 400 mil, mi cel 81 8765 4321",
    "me llamo Pedro y mi número es 442 123 4567, cuánto sale el Aveo a 48 meses?",
    "quiero agendar una cita el sábado a las 11, soy Carlos Méndez, cel 33 1234 5678",
    "me pueden llamar al (55) 1234-5678?",
    "whatsapp +52 1 55 1234 5678, quiero apartar el segundo",
    "quiero hablar con un asesor, 5512345678",
    "mi correo es ana_lopez@hotmail.com, tienen sucursal en Guadalajara?",
    "ana_lopez@hotmail.com",
    "5512345678",
    "mi RFC es PEGJ850315AB1, necesito factura",
    "traigo un versa con placas ABC-12-34, lo toman a cuenta?",
    "serie 3N1CN7AD9KL812345, es de ustedes?",
    "puedo pagar 5 mil al mes con enganche de 80 mil, tel 5812 3456",
    "pago con mi tarjeta 4111 1111 1111 1111?",
    "Mi nombre es María de la Luz Hernández y quiero vender mi auto",
    "my name is John Smith, my phone is +1 512 555 1234, do you have a Mazda 3?",
    "ya no quiero mensajes al 5512345678",
)


@pytest.fixture(scope="module")
def subject(tmp_path_factory: pytest.TempPathFactory) -> Subject:
    return build_subject(VariantSpec(name="offline"), Settings(data_dir=tmp_path_factory.mktemp("data")))


def understood(subject: Subject, said: str) -> UserIntentionResponse:
    state = ConversationState(conversation_id="c")
    trace = asyncio.run(subject.bot.handle([InboundMessage(text=said)], state)).trace
    assert trace.intention
    return trace.intention


def bare(detail: IntentDetail) -> dict[str, Any]:
    """Without what is told in the customer's own words, and how sure the bot is."""
    return detail.model_dump(exclude={"customer_name", "topic", "confidence"})


@pytest.mark.parametrize("said", SAID)
def test_the_bot_understands_the_same(said: str, subject: Subject):
    names = [detail.customer_name for detail in understood(subject, said).intents if detail.customer_name]
    told = Fictions(names).told(said)
    assert told != said
    before, after = understood(subject, said), understood(subject, told)
    assert after.names() == before.names()
    assert [bare(one) for one in after.intents] == [bare(one) for one in before.intents]
    assert [bool(one.customer_name) for one in after.intents] == [bool(one.customer_name) for one in before.intents]


@pytest.mark.parametrize("name", fictions._NAMES)
def test_a_made_up_name_is_only_a_name(name: str, subject: Subject):
    greeted = understood(subject, "hola, busco un jetta, soy Lupita").intents
    alone = understood(subject, f"hola, busco un jetta, soy {name}").intents
    assert [bare(one) for one in alone] == [bare(one) for one in greeted]
    assert [one.customer_name for one in alone] == [one.customer_name and name for one in greeted]
