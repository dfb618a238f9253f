from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot_core.errors import Conflict, Immutable, NotFound, PromptError
from bot_core.prompts.draft import DraftText
from bot_core.prompts.template import PromptTemplate
from bot_core.releases.release import AgentName
from bot_core.store.records import PromptDraft
from bot_core.store.store import Store, memory_store, open_store
from tests.fakes.postgres import PostgresServer, postgres_server  # noqa: F401
from workbench.runner.bundles import changed_agents
from workbench.runner.prompts import Clash, PromptDesk

AGENT = AgentName.FINANCING


@pytest.fixture
def store() -> Store:
    return memory_store()


@pytest.fixture
def desk(store: Store) -> PromptDesk:
    return PromptDesk(store)


def edited(draft: PromptDraft, **sections: str) -> DraftText:
    return draft.text.model_copy(update={"objective": "Otra manera de decirlo."} | sections)


def saved(desk: PromptDesk, draft: PromptDraft, text: DraftText, who: str = "ana") -> PromptDraft:
    after = desk.save(draft.draft_id, text, who=who, read_version=draft.version)
    assert isinstance(after, PromptDraft)
    return after


def test_versions_say_who_wrote_them_and_which_releases_hold_them(desk: PromptDesk):
    newest, oldest = desk.versions(AGENT)
    assert (newest.template.version, oldest.template.version) == ("v002", "v001")
    assert newest.author is None
    assert "offline-base" in oldest.releases
    assert newest.releases == ("local-v2",)


def test_from_a_version_by_way_of_a_draft_to_the_next_version(desk: PromptDesk, store: Store):
    draft = desk.start("financing/v002", who="ana")
    assert (draft.text.notes, draft.based_on) == ("", "financing/v002")
    draft = saved(desk, draft, edited(draft, notes="Más claro."))
    published = desk.publish(draft, who="ana")
    assert published.prompt_id == "financing/v003"
    assert published.sections.objective == "Otra manera de decirlo."
    assert desk.drafts(AGENT) == ()
    [version, *_] = desk.versions(AGENT)
    assert version.author
    assert (version.author.who, version.template.notes) == ("ana", "Más claro.")
    assert store.prompts.get("financing/v003") == published


def test_nobody_overwrites_what_they_have_not_read(desk: PromptDesk):
    draft = desk.start("financing/v001", who="ana")
    theirs = saved(desk, draft, edited(draft, format="Corto."), who="eva")
    clash = desk.save(draft.draft_id, edited(draft, format="Largo."), who="ana", read_version=draft.version)
    assert clash == Clash(theirs, edited(draft, format="Largo."))
    # Decided: mine over theirs, knowingly.
    mine = desk.save(draft.draft_id, clash.mine, who="ana", read_version=clash.theirs.version)
    assert isinstance(mine, PromptDraft)
    assert (mine.text.format, mine.version) == ("Largo.", 3)


def test_the_same_text_is_no_clash(desk: PromptDesk):
    draft = desk.start("financing/v001", who="ana")
    theirs = saved(desk, draft, edited(draft), who="eva")
    assert desk.save(draft.draft_id, edited(draft), who="ana", read_version=draft.version) == theirs


def test_a_draft_that_changed_meanwhile_is_neither_published_nor_discarded(desk: PromptDesk, store: Store):
    draft = saved(desk, old := desk.start("financing/v001", who="ana"), edited(old))
    saved(desk, draft, edited(draft, format="De eva."), who="eva")
    for act in (lambda: desk.publish(draft, who="ana"), lambda: desk.discard(draft)):
        with pytest.raises(Conflict):
            act()
    assert [version.template.version for version in desk.versions(AGENT)] == ["v002", "v001"]
    assert len(desk.drafts(AGENT)) == 1


def test_a_faulty_draft_is_kept_but_never_published_or_played(desk: PromptDesk):
    draft = saved(desk, old := desk.start("financing/v001", who="ana"), edited(old, context="sin datos"))
    with pytest.raises(PromptError, match="section context, line 1: missing_variable: facts"):
        desk.publish(draft, who="ana")
    with pytest.raises(PromptError):
        desk.freeze(AGENT, draft.text, who="ana")
    assert desk.drafts(AGENT) == (draft,)


def test_a_text_that_is_a_version_already_is_not_published_again(desk: PromptDesk):
    draft = desk.start("financing/v001", who="ana")
    with pytest.raises(Immutable, match="financing/v001 has this text already"):
        desk.publish(draft, who="ana")
    assert desk.drafts(AGENT) == (draft,)


class Overtaken(PromptDesk):
    """Somebody else publishes `theirs` after this desk has chosen its number."""

    def __init__(self, store: Store, *theirs: PromptDraft) -> None:
        super().__init__(store)
        self._store = store
        self._theirs = list(theirs)

    def same_text(self, template: PromptTemplate) -> str | None:
        found = super().same_text(template)
        if self._theirs:
            PromptDesk(self._store).publish(self._theirs.pop(0), who="eva")
        return found


def test_who_is_overtaken_publishes_under_the_next_number(desk: PromptDesk, store: Store):
    theirs = [saved(desk, old := desk.start("financing/v001", who="eva"), edited(old, format=text)) for text in "ab"]
    mine = saved(desk, old := desk.start("financing/v001", who="ana"), edited(old))
    assert Overtaken(store, *theirs).publish(mine, who="ana").prompt_id == "financing/v005"
    assert store.prompts.get("financing/v005").sections.objective == mine.text.objective
    assert desk.drafts(AGENT) == ()


def test_of_two_drafts_with_one_text_the_second_is_kept(desk: PromptDesk, store: Store):
    theirs = saved(desk, old := desk.start("financing/v001", who="eva"), edited(old))
    mine = saved(desk, old := desk.start("financing/v001", who="ana"), edited(old))
    with pytest.raises(Immutable, match="financing/v003 has this text already"):
        Overtaken(store, theirs).publish(mine, who="ana")
    assert desk.drafts(AGENT) == (mine,)


def test_who_never_gets_a_number_keeps_the_draft(desk: PromptDesk, store: Store):
    theirs = [
        saved(desk, old := desk.start("financing/v001", who="eva"), edited(old, format=f"{number}."))
        for number in range(10)
    ]
    mine = saved(desk, old := desk.start("financing/v001", who="ana"), edited(old))
    with pytest.raises(Conflict, match="the draft is kept"):
        Overtaken(store, *theirs).publish(mine, who="ana")
    assert desk.drafts(AGENT) == (mine,)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'kavak.db'}"
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return server.new_database()


@pytest.fixture
def stores(url: str) -> Iterator[list[Store]]:
    """One for each of six people, as in processes of their own."""
    opened = [open_store(url) for _ in range(6)]
    yield opened
    for store in opened:
        store.close()


def test_people_who_publish_at_the_same_moment_all_get_a_version(stores: list[Store]):
    together = threading.Barrier(len(stores))
    desks = [PromptDesk(store) for store in stores]
    drafts = [
        saved(desk, old := desk.start("financing/v001", who="ana"), edited(old, format=f"Persona {number}."))
        for number, desk in enumerate(desks)
    ]

    def publish(number: int) -> PromptTemplate:
        together.wait()
        return desks[number].publish(drafts[number], who=f"persona {number}")

    with ThreadPoolExecutor(len(stores)) as pool:
        published = list(pool.map(publish, range(len(stores))))
    assert sorted(template.version for template in published) == [f"v{number:03}" for number in range(3, 9)]
    stored = PromptDesk(stores[0])
    assert [stores[0].prompts.get(template.prompt_id).sections.format for template in published] == [
        f"Persona {number}." for number in range(len(stores))
    ]
    assert stored.drafts(AGENT) == ()


def test_an_experiment_gets_a_frozen_copy_under_its_own_hash(desk: PromptDesk, store: Store):
    draft = desk.start("financing/v001", who="ana")
    assert desk.freeze(AGENT, draft.text, who="ana").prompt_id == "financing/v001"
    frozen = desk.freeze(AGENT, edited(draft), who="ana")
    assert frozen.prompt_id == f"financing/v000-{frozen.content_hash[:8]}"
    assert desk.freeze(AGENT, edited(draft, notes="otra nota"), who="eva") == frozen
    # It is found by an experiment, and is no version that people choose.
    assert store.prompts.get(frozen.prompt_id) == frozen
    assert [version.template.version for version in desk.versions(AGENT)] == ["v002", "v001"]
    assert desk.next_version(AGENT) == "v003"
    published = desk.publish(saved(desk, draft, edited(draft)), who="ana")
    assert (published.prompt_id, published.content_hash) == ("financing/v003", frozen.content_hash)


def test_a_candidate_release_differs_in_the_prompt_alone(desk: PromptDesk, store: Store):
    made = desk.release_with("financing/v002", "local", release_id="candidata", description="prueba", who="ana")
    assert store.releases.get("candidata") == made
    base = store.releases.get("local")
    assert changed_agents(base, made) == {AGENT: {"prompt": ("financing/v001", "financing/v002")}}
    assert made.behaviour == base.behaviour
    assert store.releases.authors()["candidata"].who == "ana"
    with pytest.raises(Immutable):
        desk.release_with("financing/v001", "local", release_id="candidata", description="", who="ana")


def test_a_draft_that_is_gone_says_so(desk: PromptDesk):
    draft = desk.start("financing/v001", who="ana")
    desk.discard(draft)
    with pytest.raises(NotFound):
        desk.save(draft.draft_id, edited(draft), who="ana", read_version=1)
