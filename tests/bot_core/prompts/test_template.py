from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot_core.errors import MissingVariables, PromptError
from bot_core.prompts.template import PromptTemplate, parse_template

GOOD = """---
id: financing/v007
version: v007
agent: financing
variables: [facts]
notes: A note.
---
# objective
Explica $ y {llaves} y {"a":{"b":1}}.

# context
<hechos>
{{ facts }}
</hechos>

# format
{"text":"…"}

# warnings
- Nada más.
"""


def _parsed(text: str = GOOD) -> PromptTemplate:
    return parse_template(text, source="v007.md")


def test_reads_front_matter_and_sections():
    template = _parsed()
    assert (template.prompt_id, template.version, template.agent) == ("financing/v007", "v007", "financing")
    assert template.variables == ("facts",)
    assert template.notes == "A note."
    assert template.sections.objective == 'Explica $ y {llaves} y {"a":{"b":1}}.'
    assert template.sections.context == "<hechos>\n{{ facts }}\n</hechos>"


def test_system_text_holds_the_fixed_sections_and_no_context():
    system = _parsed().system_text
    assert system.startswith("Explica $")
    assert system.index("# Formato") < system.index("# Advertencias")
    assert "hechos" not in system
    assert "{{" not in system


def test_hash_is_the_sha256_of_the_canonical_text():
    template = _parsed()
    assert template.content_hash == hashlib.sha256(template.canonical_text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("A note.", "Another note.", True),
        ("\n", "\r\n", True),
        ("- Nada más.", "- Nada más.   ", True),
        ("v007", "v008", True),
        ("Nada más", "Nada menos", False),
        ("<hechos>", "<datos>", False),
    ],
)
def test_hash_follows_what_the_model_reads(old: str, new: str, same: bool):
    assert (_parsed(GOOD.replace(old, new)).content_hash == _parsed().content_hash) is same


def test_filling_is_one_pass_and_leaves_further_values_out():
    filled = _parsed().filled_context({"facts": "{{ language }} {{ facts }}", "language": "es"})
    assert filled == "<hechos>\n{{ language }} {{ facts }}\n</hechos>"


def test_missing_variables_are_named():
    with pytest.raises(MissingVariables, match=r"financing/v007.*facts") as caught:
        _parsed().filled_context({"language": "es"})
    assert caught.value.missing == {"facts"}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("{{ facts }}", "{{ facts.cars }}", r"v007\.md, line 13: '\{\{ facts\.cars \}\}' is no variable"),
        ("{{ facts }}", "{{ facts }}{% if x %}", "line 13: '{% if x %}'"),
        ("{{ facts }}", "{{ facts | upper }}", "line 13"),
        ("{{ facts }}", "{# x #}{{ facts }}", "line 13"),
        ("{{ facts }}", "{{ facts", "line 13"),
        ("{{ facts }}", "{{ other }}", "'facts' is declared but not used"),
        ("variables: [facts]", "variables: []", "'facts' is used but not declared"),
        ("variables: [facts]", "variables: 7", "variables: not a list"),
        ('{"text":"…"}', "{{ facts }}", "line 16: section 'format' holds the variable 'facts'"),
        ("# warnings", "# consejos", "line 19: section 'consejos' is unknown"),
        ("# warnings", "# format", "line 19: section 'format' is written twice"),
        ("\n# warnings\n- Nada más.\n", "", "sections.warnings: Field required"),
        ("- Nada más.\n", "", "sections.warnings: String should have at least 1"),
        ("# objective\n", "Hola\n", "line 8: the body does not start with a section"),
        ("id: financing/v007", "id: financing/v008", "is not financing/v007"),
        ("id: financing/v007", "name: x", "unknown field 'name'"),
        ("id: financing/v007\n", "", "id: Input should be a valid string"),
        ("id: financing/v007", "id: financing/última", "id: String should match pattern"),
        ("variables: [facts]", "variables: [facts", r"v007\.md, line \d+: the front matter is no YAML"),
        ("---\nid", "id", "line 1: no front matter"),
    ],
)
def test_a_fault_names_file_and_place(old: str, new: str, message: str):
    assert old in GOOD
    with pytest.raises(PromptError, match=message) as caught:
        _parsed(GOOD.replace(old, new, 1))
    assert str(caught.value).startswith("v007.md")
    assert "\n" not in str(caught.value)


words = st.text(
    st.characters(codec="utf-8", exclude_characters="{}#\r\x85\u2028\u2029", exclude_categories=("C", "Z")), min_size=1
)
lines = st.lists(words, min_size=1, max_size=4).map("\n".join)


@given(objective=lines, form=lines, notes=st.text("abc: ñ#-", max_size=20).map(str.strip))
def test_the_file_reads_back(objective: str, form: str, notes: str):
    template = _parsed()
    sections = template.sections.model_copy(update={"objective": objective, "format": form})
    edited = template.model_copy(update={"sections": sections, "notes": notes})
    back = parse_template(edited.to_text(), source="x.md")
    assert back == edited
    assert back.content_hash == edited.content_hash
