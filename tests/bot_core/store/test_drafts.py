from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot_core.errors import Conflict, Immutable, NotFound
from bot_core.prompts.draft import DraftText, text_of
from bot_core.prompts.library import FilePromptLibrary
from bot_core.prompts.template import PromptTemplate
from bot_core.releases.files import FileReleaseSource
from bot_core.releases.release import AgentName
from bot_core.store.records import PromptDraft
from bot_core.store.store import Store, open_store

SHIPPED = FilePromptLibrary().get("financing/v001")
ROOT = Path(__file__).resolve().parents[3]


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


def version(number: int) -> PromptTemplate:
    name = f"v{number:03}"
    return SHIPPED.model_copy(update={"prompt_id": f"financing/{name}", "version": name})


def test_a_published_draft_is_a_version_and_no_draft(store: Store):
    first = draft(store)
    published = store.drafts.publish(first.draft_id, version(100), who="eva", expected_version=1)
    assert published == store.prompts.get("financing/v100") == version(100)
    assert store.prompts.authors()["financing/v100"].who == "eva"
    assert store.drafts.list() == ()


@pytest.mark.parametrize("taken", [1, 100])
def test_a_draft_stays_when_the_version_is_taken(store: Store, taken: int):
    store.prompts.add(version(100), who="ana")
    first = draft(store)
    with pytest.raises(Immutable, match=f"there is a prompt financing/v{taken:03} already"):
        store.drafts.publish(first.draft_id, version(taken), who="eva", expected_version=1)
    assert store.drafts.list() == (first,)


def test_a_draft_that_somebody_changed_gives_no_version(store: Store):
    first = draft(store)
    theirs = store.drafts.save(first.draft_id, DraftText(notes="de eva"), who="eva", expected_version=1)
    with pytest.raises(Conflict):
        store.drafts.publish(first.draft_id, version(100), who="ana", expected_version=1)
    with pytest.raises(NotFound):
        store.drafts.publish("nowhere", version(100), who="ana", expected_version=1)
    assert store.drafts.list() == (theirs,)
    assert store.prompts.list() == FilePromptLibrary().list()


KILLED = """
import os, sys
from sqlalchemy import event
from bot_core.prompts.library import FilePromptLibrary
from bot_core.store.store import open_store

url, draft_id = sys.argv[1:]
template = FilePromptLibrary().get("financing/v001").model_copy(
    update={"prompt_id": "financing/v100", "version": "v100"}
)
for survived in range(100):
    child = os.fork()
    if child:
        if os.waitpid(child, 0)[1] == 0:
            print(survived)
            break
        store = open_store(url)
        drafts = len(store.drafts.list())
        versions = sum(known.prompt_id == "financing/v100" for known in store.prompts.list())
        assert drafts + versions == 1, f"killed at statement {survived}: {drafts} drafts, {versions} versions"
        store.close()
        continue
    store = open_store(url)
    left = [survived]

    def kill(*_):
        if not left[0]:
            os.kill(os.getpid(), 9)
        left[0] -= 1

    event.listen(store.database.engine, "before_cursor_execute", kill)
    event.listen(store.database.engine, "commit", kill)
    store.drafts.publish(draft_id, template, who="ana", expected_version=1)
    os._exit(0)
"""


def test_wherever_publishing_is_killed_there_is_the_draft_or_the_version(url: str):
    store = open_store(url)
    first = draft(store)
    played = subprocess.run(
        [sys.executable, "-c", KILLED, url, first.draft_id], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert played.returncode == 0, played.stderr
    assert int(played.stdout) >= 4, "read, remove, insert, commit"
    assert store.drafts.list() == ()
    assert store.prompts.get("financing/v100").version == "v100"
    store.close()
