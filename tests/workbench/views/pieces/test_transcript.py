from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from workbench.views.pieces.transcript import Exchange, bubbles, marked


class _Read(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def read(html: str) -> _Read:
    reader = _Read()
    reader.feed(html)
    reader.close()
    return reader


@given(st.text(st.characters(codec="utf-8", exclude_characters="*_\r\x00"), max_size=60))
def test_whatever_people_write_stays_text(value: str):
    parsed = read("".join(bubbles([Exchange([value], value, buttons=[value])])))
    assert parsed.tags == {"p"}
    assert parsed.text == value * 3


def test_markup_of_a_message_is_shown_not_run():
    html = "".join(bubbles([Exchange(["<script>alert(1)</script>"], "*<img src=x onerror=alert(1)>*")]))
    assert read(html).tags == {"p", "b"}


def test_marks_stand_where_they_should():
    assert marked("cuesta $1 & ya", [(7, 9)]) == "cuesta <mark>$1</mark> &amp; ya"


def test_bold_and_italic_are_drawn_as_on_whatsapp():
    html = "".join(bubbles([Exchange([], "*Jetta* 2_0_1 _nuevo_", [(1, 6)])]))
    assert html == "<p class='in'><b><mark>Jetta</mark></b> 2_0_1 <i>nuevo</i></p>"
