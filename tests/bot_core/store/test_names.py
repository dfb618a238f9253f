from __future__ import annotations

from contextlib import closing

import pytest

from bot_core.errors import ConfigurationError, PromptError
from bot_core.prompts.library import FilePromptLibrary
from bot_core.releases.files import FileReleaseSource
from bot_core.store.names import NamedBundles
from bot_core.store.store import open_store

NOWHERE = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"


def test_names_that_ship_need_no_database():
    with closing(NamedBundles(NOWHERE)) as names:
        assert [names.releases.get(one.release_id) for one in FileReleaseSource().list()] == [
            *FileReleaseSource().list()
        ]
        shipped = FilePromptLibrary().list()
        assert tuple(names.prompts.get(one.prompt_id) for one in shipped) == shipped


def test_other_names_are_those_of_the_store(url: str):
    base = FileReleaseSource().current()
    prompt = (
        FilePromptLibrary()
        .list("sales")[0]
        .model_copy(update={"prompt_id": "sales/v077", "version": "v077", "notes": "mía"})
    )
    with closing(open_store(url)) as store:
        store.releases.add(base.model_copy(update={"release_id": "mine"}), who="ana")
        store.prompts.add(prompt, who="ana")
        store.releases.promote("mine", who="ana", reason="mejor")
        whole = store.releases.list(), store.prompts.list(), store.prompts.list("sales")
    with closing(NamedBundles(url)) as names:
        assert names.releases.get("mine").release_id == "mine"
        assert names.releases.current().release_id == "mine"
        assert names.prompts.get("sales/v077") == prompt
        assert (names.releases.list(), names.prompts.list(), names.prompts.list("sales")) == whole


def test_a_wrong_name_is_answered_with_all_that_there_are(url: str):
    with closing(open_store(url)) as store:
        store.releases.add(FileReleaseSource().current().model_copy(update={"release_id": "mine"}), who="ana")
    with closing(NamedBundles(url)) as names:
        with pytest.raises(ConfigurationError, match="no release 'their'") as caught:
            names.releases.get("their")
        assert "mine" in (caught.value.hint or "")
        assert "offline-base" in (caught.value.hint or "")
        with pytest.raises(PromptError, match="no prompt 'sales/v999'"):
            names.prompts.get("sales/v999")
