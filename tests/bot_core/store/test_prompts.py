from __future__ import annotations

import pytest

from bot_core.errors import Immutable, PromptError
from bot_core.prompts.library import FilePromptLibrary
from bot_core.prompts.template import PromptTemplate
from bot_core.store.store import Store, open_store

SHIPPED = FilePromptLibrary().get("financing/v001")


def _version(version: str = "v100", objective: str = "Otra cosa.") -> PromptTemplate:
    sections = SHIPPED.sections.model_copy(update={"objective": objective})
    return PromptTemplate.model_validate(
        SHIPPED.model_dump() | {"prompt_id": f"financing/{version}", "version": version, "sections": sections}
    )


def test_shipped_versions_are_part_of_it(store: Store):
    assert store.prompts.get("financing/v001") == SHIPPED
    assert store.prompts.list() == FilePromptLibrary().list()


def test_a_new_version_is_kept(store: Store):
    added = store.prompts.add(_version(), who="ana")
    assert store.prompts.get("financing/v100") == added == _version()
    assert store.prompts.get("financing/v100").content_hash == _version().content_hash
    ids = [template.prompt_id for template in store.prompts.list("financing")]
    assert ids == ["financing/v001", "financing/v002", "financing/v100"]
    assert "financing/v100" not in [template.prompt_id for template in store.prompts.list("sales")]


@pytest.mark.parametrize("version", ["v001", "v100"])
def test_a_version_cannot_be_rewritten(store: Store, version: str):
    store.prompts.add(_version(), who="ana")
    kept = store.prompts.get(f"financing/{version}")
    with pytest.raises(Immutable, match=f"financing/{version} already has another text"):
        store.prompts.add(_version(version, "Nueva."), who="eva")
    assert store.prompts.get(f"financing/{version}") == kept


def test_the_same_text_again_changes_nothing(store: Store):
    first = store.prompts.add(_version(), who="ana")
    again = store.prompts.add(_version().model_copy(update={"notes": "otra nota"}), who="eva")
    assert again == first


def test_an_unknown_version_lists_the_known_ones(store: Store):
    store.prompts.add(_version(), who="ana")
    with pytest.raises(PromptError, match=r"known: financing/v001, financing/v002, financing/v100"):
        store.prompts.get("financing/v999")


def test_another_process_sees_a_new_version(url: str):
    one, two = open_store(url), open_store(url)
    with pytest.raises(PromptError):
        two.prompts.get("financing/v100")
    one.prompts.add(_version(), who="ana")
    assert two.prompts.get("financing/v100") == _version()
    with pytest.raises(Immutable):
        two.prompts.add(_version(objective="Nueva."), who="eva")
    one.close()
    two.close()
