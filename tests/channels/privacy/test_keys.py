from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from bot_core.errors import ConfigurationError
from bot_core.settings import Settings
from channels.inbound.reading import Reading
from channels.inbound.webhook import read_webhook
from channels.privacy.keys import Pseudonyms, canonical_address, load_pseudonyms, sealer
from channels.settings import ChannelSettings
from channels.store.store import open_channel_store
from tests.fakes.webhooks import CUSTOMER, inbound_form


def test_pseudonyms_tell_nothing_without_the_key():
    one, other = Pseudonyms(b"a"), Pseudonyms(b"b")
    assert one.of(CUSTOMER) == one.of(CUSTOMER)
    assert one.of(CUSTOMER) != other.of(CUSTOMER)
    assert one.of("ab", "c") != one.of("a", "bc")
    assert CUSTOMER not in one.of(CUSTOMER)


@pytest.mark.parametrize(
    ("address", "canonical"),
    [
        ("whatsapp:+5215512345678", "whatsapp:+525512345678"),
        ("whatsapp:+525512345678", "whatsapp:+525512345678"),
        ("whatsapp:+14155238886", "whatsapp:+14155238886"),
        ("whatsapp:MX.1a2b", "whatsapp:MX.1a2b"),
    ],
)
def test_both_spellings_of_a_mexican_number_are_one(address: str, canonical: str):
    assert canonical_address(address) == canonical


def test_processes_that_start_together_share_one_key(tmp_path: Path):
    with ThreadPoolExecutor(8) as pool:
        names = list(pool.map(lambda _: load_pseudonyms("", tmp_path, several_machines=False).of("x"), range(16)))
    assert len(set(names)) == 1
    (key,) = tmp_path.iterdir()
    assert key.stat().st_mode & 0o077 == 0


def test_several_machines_need_a_configured_key(tmp_path: Path):
    with pytest.raises(ConfigurationError, match="KAVAK_WHATSAPP_HASH_KEY"):
        load_pseudonyms("", tmp_path, several_machines=True)


def test_the_channels_own_key_comes_before_the_shared_one():
    own, shared = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    assert sealer(own, shared).open(sealer(own).seal("hola")) == "hola"
    assert sealer("", shared).open(sealer(shared).seal("hola")) == "hola"
    assert sealer("").seal("hola") == "hola"
    with pytest.raises(ConfigurationError, match="KAVAK_WHATSAPP_DATA_KEY"):
        sealer("short")
    with pytest.raises(ConfigurationError, match="KAVAK_DATA_KEY"):
        sealer("", "short")


def test_with_a_data_key_the_file_holds_no_address_and_no_message(tmp_path: Path, settings: ChannelSettings):
    key = Fernet.generate_key().decode()
    sealed = settings.model_copy(update={"data_key": type(settings.data_key)(key)})
    store = open_channel_store(sealed, Settings(_env_file=None, data_dir=tmp_path))
    store.inbox.add(read_webhook(inbound_form("un secreto")), Reading())
    assert store.people.find(CUSTOMER)
    store.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("kavak.db*"))
    assert b"un secreto" not in kept
    assert CUSTOMER.removeprefix("whatsapp:+").encode() not in kept


def test_another_key_than_the_folders_is_refused_once_somebody_is_known_under_that(
    tmp_path: Path, settings: ChannelSettings
):
    core = Settings(_env_file=None, data_dir=tmp_path)
    kept = tmp_path / "whatsapp-hash.key"

    def keyed(key: str) -> ChannelSettings:
        return settings.model_copy(update={"hash_key": SecretStr(key)})

    open_channel_store(keyed(""), core).close()
    open_channel_store(keyed("another"), core).close()
    store = open_channel_store(keyed(""), core)
    store.inbox.add(read_webhook(inbound_form("BAJA")), Reading())
    store.close()
    with pytest.raises(ConfigurationError, match=r"KAVAK_WHATSAPP_HASH_KEY.*whatsapp-hash\.key.*remove") as told:
        open_channel_store(keyed("another"), core)
    assert len(str(told.value).splitlines()) == 1
    assert kept.read_text() not in str(told.value)
    store = open_channel_store(keyed(kept.read_text()), core)
    assert store.people.find(CUSTOMER)
    store.close()
    kept.unlink()
    open_channel_store(keyed("another"), core).close()
