from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from bot_core.errors import Conflict, NotFound
from bot_core.prompts.draft import DraftText, text_of
from bot_core.prompts.library import FilePromptLibrary
from bot_core.releases.files import FileReleaseSource
from bot_core.releases.release import AgentName
from bot_core.store.records import PromptDraft
from bot_core.store.store import Store, open_store

SHIPPED = FilePromptLibrary().get("financing/v001")


def draft(store: Store, **changes: object) -> PromptDraft:
    fields = {
        "agent": AgentName.FINANCING,
        "based_on": "financing/v001",
        "text": text_of(SHIPPED),
        "created_by": "ana",
        "updated_by": "ana",
    }
    return store.drafts.add(PromptDraft.model_validate(fields | changes))


def test_a_draft_may_be_faulty_and_changes_until_it_is_removed(store: Store):
    first = draft(store)
    assert store.drafts.get(first.draft_id) == first
    second = store.drafts.save(first.draft_id, DraftText(context="{{ nada"), who="eva", expected_version=1)
    assert (second.version, second.updated_by, second.created_by) == (2, "eva", "ana")
    assert store.drafts.get(first.draft_id) == second
    store.drafts.remove(first.draft_id, expected_version=2)
    with pytest.raises(NotFound):
        store.drafts.get(first.draft_id)


def test_who_saves_over_another_persons_change_is_told_whose_it_is(store: Store):
    first = draft(store)
    theirs = store.drafts.save(first.draft_id, DraftText(notes="de eva"), who="eva", expected_version=1)
    with pytest.raises(Conflict, match="eva changed the draft after version 1"):
        store.drafts.save(first.draft_id, DraftText(notes="de ana"), who="ana", expected_version=1)
    with pytest.raises(Conflict):
        store.drafts.remove(first.draft_id, expected_version=1)
    assert store.drafts.get(first.draft_id) == theirs


def test_of_many_writers_who_read_the_same_version_one_wins(store: Store):
    first = draft(store)

    def save(name: str) -> bool:
        try:
            store.drafts.save(first.draft_id, DraftText(notes=name), who=name, expected_version=1)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(save, [f"persona {number}" for number in range(8)]))
    assert won.count(True) == 1
    assert store.drafts.get(first.draft_id).text.notes == f"persona {won.index(True)}"


def test_drafts_are_listed_by_their_last_change(store: Store):
    one, two = draft(store), draft(store, agent=AgentName.SALES, based_on="sales/v001")
    assert [found.draft_id for found in store.drafts.list()] == [two.draft_id, one.draft_id]
    store.drafts.save(one.draft_id, DraftText(), who="ana", expected_version=1)
    assert [found.draft_id for found in store.drafts.list()] == [one.draft_id, two.draft_id]
    assert [found.draft_id for found in store.drafts.list("sales")] == [two.draft_id]


def test_an_id_is_taken_once(store: Store):
    first = draft(store)
    with pytest.raises(Conflict):
        draft(store, draft_id=first.draft_id)


def test_another_process_sees_the_draft(url: str):
    one, two = open_store(url), open_store(url)
    first = draft(one)
    assert two.drafts.get(first.draft_id) == first
    one.close()
    two.close()


def test_stored_versions_and_releases_have_an_author(store: Store):
    template = SHIPPED.model_copy(update={"prompt_id": "financing/v100", "version": "v100"})
    store.prompts.add(template, who="ana")
    store.prompts.add(template, who="eva")
    release = FileReleaseSource().current().model_copy(update={"release_id": "nueva"})
    store.releases.add(release, who="eva")
    assert {name: author.who for name, author in store.prompts.authors().items()} == {"financing/v100": "ana"}
    assert {name: author.who for name, author in store.releases.authors().items()} == {"nueva": "eva"}
    assert store.releases.authors()["nueva"].at == release.created_at
