"""Is the web process ready? It says so for every release that customers may meet, on both databases."""

from __future__ import annotations

from channels.settings import ChannelSettings
from channels.store.store import ChannelStore
from channels.web.app import create_app


def test_every_release_of_a_split_must_be_known(settings: ChannelSettings, store: ChannelStore):
    def release(split: dict[str, int]) -> tuple[int, str]:
        app = create_app(settings.model_copy(update={"split": split}), store=store)
        answer = app.test_client().get("/readyz")
        assert answer.json
        return answer.status_code, answer.json["checks"]["release"]

    status, told = release({"offline-base": 50, "nosuch": 50})
    assert status == 503
    assert told.startswith("KAVAK_WHATSAPP_SPLIT: no release 'nosuch' (known: ")
    assert release({"offline-base": 50, "offline-exacto": 50}) == (200, "ok")
    assert release({}) == (200, "ok")
