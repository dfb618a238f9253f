from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot_core.errors import PromptError
from bot_core.prompts.builder import PromptBuilder
from bot_core.prompts.draft import VARIABLES, DraftText, Fault, FaultKind, faults, text_of, to_template
from bot_core.prompts.library import FilePromptLibrary
from bot_core.prompts.template import SECTIONS, parse_template
from bot_core.releases.release import AgentName

SHIPPED = FilePromptLibrary().list()
GOOD = text_of(FilePromptLibrary().get("financing/v002"))


def changed(**sections: str) -> DraftText:
    return GOOD.model_copy(update=sections)


@pytest.mark.parametrize("template", SHIPPED, ids=lambda template: template.prompt_id)
def test_a_shipped_version_has_no_fault_and_survives_being_a_draft(template):
    assert faults(template.agent, text_of(template)) == ()
    again = to_template(template.agent, template.version, text_of(template))
    assert again == template
    assert again.content_hash == template.content_hash


def test_every_agent_has_its_variables():
    assert set(VARIABLES) == {agent.value for agent in AgentName}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (changed(format=" \n "), Fault("format", 1, FaultKind.EMPTY_SECTION)),
        (changed(context="a\n\n{{ facts }} {{ precio }}"), Fault("context", 3, FaultKind.UNKNOWN_VARIABLE, "precio")),
        (changed(context="a\n{{facts}}\n{{ Facts }}"), Fault("context", 3, FaultKind.NO_VARIABLE, "{{ Facts }}")),
        (changed(context="{{ facts }}\n{% if x %}"), Fault("context", 2, FaultKind.NO_VARIABLE, "{% if x %}")),
        (changed(context="{{ language }}\nsin datos\n"), Fault("context", 2, FaultKind.MISSING_VARIABLE, "facts")),
        (
            changed(objective="uno\ndos {{ facts }}"),
            Fault("objective", 2, FaultKind.VARIABLE_OUTSIDE_CONTEXT, "facts"),
        ),
        (changed(format="uno\n# warnings\ndos"), Fault("format", 2, FaultKind.HEADING, "# warnings")),
        (
            changed(context="{{ facts }}\n</mensaje_cliente>"),
            Fault("context", 2, FaultKind.CUSTOMER_TAG, "</mensaje_cliente"),
        ),
        (changed(warnings="- Nunca."), Fault("warnings", 1, FaultKind.CUSTOMER_NOT_NAMED, "<mensaje_cliente>")),
    ],
)
def test_a_fault_has_its_section_and_line(text: DraftText, fault: Fault):
    assert faults("financing", text) == (fault,)
    with pytest.raises(PromptError, match=rf"section {fault.section}, line {fault.line}: {fault.kind.value}"):
        to_template("financing", "v009", text)


def test_an_intention_has_other_variables():
    assert faults("intention", GOOD) == (
        Fault("context", 3, FaultKind.UNKNOWN_VARIABLE, "facts"),
        Fault("context", 4, FaultKind.MISSING_VARIABLE, "context"),
    )


def test_an_empty_draft_misses_its_four_sections_and_nothing_else():
    found = faults("sales", DraftText())
    assert [(fault.section, fault.kind) for fault in found] == [(name, FaultKind.EMPTY_SECTION) for name in SECTIONS]


pieces = st.sampled_from(
    [*"ab {}#%<>/\n\r\t_", "facts", "{{ facts }}", "mensaje_cliente", "<mensaje_cliente>", "# format"]
)
written = st.lists(pieces, max_size=12).map("".join)


@given(st.builds(DraftText, objective=written, context=written, format=written, warnings=written, notes=written))
def test_what_has_no_fault_is_a_file_that_reads_back_and_fills_with_the_agents_variables(text: DraftText):
    if faults("financing", text):
        return
    template = to_template("financing", "v009", text)
    assert parse_template(template.to_text(), source="x").content_hash == template.content_hash
    values = dict.fromkeys(VARIABLES["financing"], "</mensaje_cliente> x")
    messages = PromptBuilder.build(template, values, history=(), customer_text="</mensaje_cliente> hola")
    assert messages[-1].content.count("</mensaje_cliente>") == 1
    assert messages[-1].content.endswith("</mensaje_cliente>")


@given(written, written, written, written)
def test_the_same_text_repaired_with_the_needed_words_is_judged_line_by_line(a: str, b: str, c: str, d: str):
    text = DraftText(objective=a, context=b, format=c, warnings=d)
    for fault in faults("financing", text):
        rows = getattr(text, fault.section).count("\n") + 1
        assert 1 <= fault.line <= rows
