from __future__ import annotations

from streamlit.testing.v1 import AppTest

from bot_core.prompts.draft import DraftText
from bot_core.releases.release import AgentName
from bot_core.store.records import PromptDraft
from tests.fakes.hostile import HOSTILE
from tests.fakes.pages import AsRole, Page
from workbench.roles import Role
from workbench.runner.workbench import Workbench
from workbench.views.prompts.editing import editor_key
from workbench.views.prompts.place import draft_key

EDITED = "Otra manera de decirlo."


def draft_of(workbench: Workbench, prompt_id: str = "financing/v001", **sections: str) -> PromptDraft:
    draft = workbench.prompts.start(prompt_id, who="ana")
    if not sections:
        return draft
    saved = workbench.prompts.save(draft.draft_id, draft.text.model_copy(update=sections), who="ana", read_version=1)
    assert isinstance(saved, PromptDraft)
    return saved


def button(page: AppTest, label: str):
    return next(found for found in page.button if label in found.label)


def type_into(page: AppTest, draft: PromptDraft, text: DraftText, revision: int = 0) -> AppTest:
    """As the editor reports it: AppTest does not see components."""
    page.session_state[editor_key(draft.draft_id)] = {
        "typed": {"revision": f"{draft.draft_id}:{revision}", "sections": text.model_dump()}
    }
    return page.run()


def shown(page: AppTest) -> str:
    parts = [*page.caption, *page.markdown, *page.info, *page.warning, *page.error, *page.success]
    return "\n".join(part.value for part in parts)


def test_what_is_served_is_open_at_first(prompts_page: Page):
    page = prompts_page(agente="financing")
    assert not page.exception
    assert page.selectbox[0].value == "financing/v001"
    assert page.code[0].value.startswith("Eres el asistente automático")
    assert "Está en" in shown(page)


def test_an_address_of_something_that_is_gone_says_so(prompts_page: Page):
    for gone in ("borrador-nada", "financing/v999", "<script>"):
        page = prompts_page(agente="financing", prompt=gone)
        assert not page.exception
        assert "ya no existe" in page.info[0].value


def test_a_version_becomes_a_draft(prompts_page: Page, workbench: Workbench):
    page = button(prompts_page(agente="financing"), "Nuevo borrador").click().run()
    [draft] = workbench.prompts.drafts(AgentName.FINANCING)
    assert page.selectbox[0].value == draft_key(draft.draft_id)
    assert "Parte de v001" in shown(page)


def test_a_viewer_reads_and_changes_nothing(prompts_page: Page, workbench: Workbench, as_role: AsRole):
    draft = draft_of(workbench, objective=EDITED)
    as_role(Role.VIEWER)
    assert button(prompts_page(agente="financing"), "Nuevo borrador").disabled
    page = prompts_page(prompt=draft_key(draft.draft_id))
    assert "Solo lectura" in shown(page)
    type_into(page, draft, draft.text.model_copy(update={"objective": "Intento"}))
    assert workbench.store.drafts.get(draft.draft_id) == draft
    assert button(prompts_page(prompt=draft_key(draft.draft_id), parte="publish"), "Publicar").disabled


def test_what_is_typed_is_stored_with_its_faults(prompts_page: Page, workbench: Workbench):
    draft = draft_of(workbench)
    page = type_into(
        prompts_page(prompt=draft_key(draft.draft_id)), draft, draft.text.model_copy(update={"format": " "})
    )
    assert not page.exception
    stored = workbench.store.drafts.get(draft.draft_id)
    assert (stored.version, stored.text.format) == (2, " ")
    assert "Hay 1 por corregir" in shown(page)


def test_a_malformed_report_of_the_browser_changes_nothing(prompts_page: Page, workbench: Workbench):
    draft = draft_of(workbench)
    page = prompts_page(prompt=draft_key(draft.draft_id))
    for report in ({"typed": "x"}, {"typed": {"revision": f"{draft.draft_id}:0", "sections": {"objective": 3}}}, None):
        page.session_state[editor_key(draft.draft_id)] = report
        page.run()
        assert not page.exception
    long = draft.text.model_copy(update={"objective": "x" * 100_000})
    type_into(page, draft, long)
    assert workbench.store.drafts.get(draft.draft_id) == draft


def clashed(page: AppTest, workbench: Workbench, draft: PromptDraft) -> AppTest:
    theirs = draft.text.model_copy(update={"format": "El formato de eva."})
    workbench.prompts.save(draft.draft_id, theirs, who="eva", read_version=draft.version)
    return type_into(page, draft, draft.text.model_copy(update={"format": "El formato mío."}))


def test_two_editors_see_both_texts_and_nothing_is_overwritten(prompts_page: Page, workbench: Workbench):
    draft = draft_of(workbench)
    page = clashed(prompts_page(prompt=draft_key(draft.draft_id)), workbench, draft)
    assert not page.exception
    assert "eva guardó otro texto en este borrador" in page.warning[0].value
    assert [code.value for code in page.code] == ["El formato de eva.", "El formato mío."]
    assert workbench.store.drafts.get(draft.draft_id).text.format == "El formato de eva."


def test_a_clash_ends_with_mine_theirs_or_both(prompts_page: Page, workbench: Workbench):
    for choice, formats in (
        ("Dejar el mío", ["El formato mío."]),
        ("Dejar el de eva", ["El formato de eva."]),
        ("Guardar el mío aparte", ["El formato mío.", "El formato de eva."]),
    ):
        for old in workbench.prompts.drafts(AgentName.FINANCING):
            workbench.prompts.discard(old)
        draft = draft_of(workbench)
        page = clashed(prompts_page(prompt=draft_key(draft.draft_id)), workbench, draft)
        page = button(page, choice).click().run()
        assert not page.exception
        assert not page.warning
        assert [found.text.format for found in workbench.prompts.drafts(AgentName.FINANCING)] == formats


def test_another_persons_change_is_taken_over_while_nothing_is_typed(prompts_page: Page, workbench: Workbench):
    draft = draft_of(workbench)
    page = prompts_page(prompt=draft_key(draft.draft_id))
    workbench.prompts.save(
        draft.draft_id, draft.text.model_copy(update={"format": "De eva."}), who="eva", read_version=1
    )
    page.run()
    assert "eva cambió este borrador" in shown(page)
    assert not page.warning


def test_a_draft_is_published_and_gone(prompts_page: Page, workbench: Workbench):
    draft = draft_of(workbench, objective=EDITED)
    page = prompts_page(prompt=draft_key(draft.draft_id), parte="publish")
    assert "Se publica como v003" in shown(page)
    page = button(page, "Publicar v003").click().run()
    assert page.selectbox[0].value == "financing/v003"
    assert workbench.prompts.drafts(AgentName.FINANCING) == ()
    assert workbench.store.prompts.get("financing/v003").sections.objective == EDITED


def test_a_faulty_or_unchanged_draft_cannot_be_published(prompts_page: Page, workbench: Workbench):
    faulty = draft_of(workbench, context="línea 1\n{{ precio }}\n{{ facts }}")
    page = prompts_page(prompt=draft_key(faulty.draft_id), parte="publish")
    assert button(page, "Publicar v003").disabled
    assert "Contexto, línea 2: la variable «precio» no existe" in shown(page).replace("\\", "")
    page = prompts_page(prompt=draft_key(faulty.draft_id), parte="try")
    assert "Corrige primero" in page.warning[0].value
    same = draft_of(workbench)
    page = prompts_page(prompt=draft_key(same.draft_id), parte="publish")
    assert "es igual a financing/v001" in shown(page).replace("\\", "")
    assert button(page, "Publicar v003").disabled


def test_a_draft_that_changed_since_it_was_shown_is_not_published(prompts_page: Page, workbench: Workbench):
    draft = draft_of(workbench, objective=EDITED)
    page = prompts_page(prompt=draft_key(draft.draft_id), parte="publish")
    workbench.prompts.save(
        draft.draft_id, draft.text.model_copy(update={"format": "De eva."}), who="eva", read_version=2
    )
    page = button(page, "Publicar v003").click().run()
    assert "Alguien más lo cambió" in page.error[0].value
    assert [version.template.version for version in workbench.prompts.versions(AgentName.FINANCING)] == ["v002", "v001"]


def test_a_candidate_release_is_made_from_a_version(prompts_page: Page, workbench: Workbench):
    page = prompts_page(prompt="financing/v002", parte="publish")
    page = button(page, "Hacer candidata").click().run()
    assert "Candidata lista: offline-base-financing-v002" in shown(page).replace("\\", "")
    made = workbench.store.releases.get("offline-base-financing-v002")
    assert made.agents[AgentName.FINANCING].prompt == "financing/v002"
    wrong = next(field for field in page.text_input if field.label == "Nombre de la candidata")
    page = button(wrong.input("Con Espacios").run(), "Hacer candidata").click().run()
    assert "Ese nombre no se puede usar" in page.error[0].value
    taken = next(field for field in page.text_input if field.label == "Nombre de la candidata")
    page = button(taken.input("local").run(), "Hacer candidata").click().run()
    assert "ya existe" in page.error[0].value


def test_two_texts_are_compared_word_by_word(prompts_page: Page, workbench: Workbench):
    draft = draft_of(workbench, objective=EDITED)
    page = prompts_page(prompt=draft_key(draft.draft_id), parte="compare")
    assert "palabras menos" in shown(page)
    page = prompts_page(prompt=draft_key(draft_of(workbench).draft_id), parte="compare")
    assert "iguales" in page.info[0].value


def test_a_message_shows_the_prompt_as_sent_and_that_the_baseline_reads_none(prompts_page: Page):
    page = prompts_page(agente="financing", parte="try")
    assert not page.exception
    assert any("$6,087.02" in code.value and "<mensaje_cliente>" in code.value for code in page.code)
    assert "no lee prompts" in page.info[0].value
    assert "Unos" in shown(page)
    page = page.text_area[0].input("hola").run()
    assert "no llega al agente «Financiamiento»" in shown(page)


def test_what_people_write_is_shown_as_it_is_written(prompts_page: Page, workbench: Workbench):
    hostile = HOSTILE.replace("{{ facts }}", "")
    draft = draft_of(workbench, objective=hostile, notes=hostile)
    workbench.prompts.publish(draft, who=hostile)
    page = prompts_page(prompt="financing/v003")
    assert not page.exception
    assert hostile.strip() in [code.value for code in page.code]
    for part in [*page.caption, *page.markdown]:
        assert "<script>" not in part.value
        assert "**negritas**" not in part.value
    for part in ("compare", "try", "publish"):
        page = prompts_page(prompt="financing/v003", parte=part)
        assert not page.exception
        for written in [*page.caption, *page.markdown, *page.info, *page.success]:
            assert "<script>" not in written.value
