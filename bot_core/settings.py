"""Settings from the environment (prefix KAVAK_). Read once at the composition root, never at import."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot_core.errors import ConfigurationError

PROJECT_ROOT = Path(__file__).resolve().parents[1]
_OUR_SECRET = re.compile(r"(TWILIO_|KAVAK_).*|.*(_DATA_KEY|_HASH_KEY)|(.*_)?DATABASE_URL", re.IGNORECASE)
"""Variables that never go to a model's server, whoever lists them."""
_OF_LIBRARIES = re.compile(r"[A-Z0-9_]+_API_KEY|OLLAMA_HOST|OTEL_[A-Z0-9_]+")
"""Variables of `.env` that are read from the environment by others. No addresses of providers: a `.env` that lies in
the working directory must not send a key of the environment elsewhere."""


class Settings(BaseSettings):
    """Where things are. Keys of models are not here: they stay in the environment (`load_settings`)."""

    model_config = SettingsConfigDict(env_prefix="KAVAK_", env_file=".env", extra="ignore")

    data_dir: Path = PROJECT_ROOT / "var"
    """KAVAK_DATA_DIR: the operational store, runs, DuckDB and a downloaded local model."""
    database_url: str | None = None
    """KAVAK_DATABASE_URL: SQLAlchemy URL of the operational store; default SQLite in data_dir."""
    catalog_path: Path = PROJECT_ROOT / "datasets" / "catalog" / "sample_catalog.csv"
    """KAVAK_CATALOG_PATH: the cars, a CSV with the columns of docs/catalog-format.md."""
    knowledge_path: Path = PROJECT_ROOT / "datasets" / "knowledge" / "kavak.yaml"
    """KAVAK_KNOWLEDGE_PATH: facts and branches."""
    release: str | None = None
    """KAVAK_RELEASE: id of the release to use; default the promoted one, else the shipped offline release."""
    channel_metrics_url: str | None = None
    """KAVAK_CHANNEL_METRICS_URL: where the WhatsApp channel's web process gives its metrics: the monitoring page."""

    model_key_envs: Annotated[frozenset[str], NoDecode] = frozenset()
    """KAVAK_MODEL_KEY_ENVS: variables, separated by commas, that a model's settings may name as its key, besides its
    provider's usual one. They go to any address that such settings name: list keys of model servers, nothing else."""

    data_key: SecretStr = SecretStr("")
    """KAVAK_DATA_KEY: Fernet keys, separated by commas, the current one first; what customers wrote is encrypted at
    rest. The others still open what they sealed, until `python -m channels reseal` has run."""

    @field_validator("model_key_envs", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        return frozenset(name.strip() for name in value.split(",") if name.strip()) if isinstance(value, str) else value

    @field_validator("model_key_envs")
    @classmethod
    def _no_secret_of_ours(cls, names: frozenset[str]) -> frozenset[str]:
        if secrets := sorted(name for name in names if _OUR_SECRET.fullmatch(name)):
            raise ValueError(f"{secrets[0]} is no key of a model")
        return names

    @property
    def store_url(self) -> str:
        return self.database_url or f"sqlite:///{self.data_dir / 'kavak.db'}"

    @property
    def data_identity(self) -> str:
        """16 hexadecimal digits that tell whether two processes work on the same data: data folder and database."""
        parts = urlsplit(self.database_url or "")
        where = parts._replace(netloc=parts.netloc.rpartition("@")[2], query="").geturl()
        return hashlib.sha256(f"{self.data_dir.resolve()}\n{where}".encode()).hexdigest()[:16]

    @property
    def sandbox_file(self) -> Path:
        """JSON in which the channel's sandbox says on which port it is reached: the workbench looks there."""
        return self.data_dir / "whatsapp-sandbox.json"


def load_settings() -> Settings:
    """Settings from the environment and `.env`, whose keys of models are in the environment from then on: that of
    litellm, of the pages, and of the processes that we start. Raises ConfigurationError that names the variable."""
    try:
        settings = Settings()
    except ValidationError as error:
        fault = error.errors()[0]
        variable = "KAVAK_" + "_".join(str(part) for part in fault["loc"]).upper()
        raise ConfigurationError(f"{variable}: {fault['msg']}", hint="see .env.example") from error
    if env_file := Settings.model_config.get("env_file"):
        _into_environment(Path(str(env_file)), settings.model_key_envs)
    return settings


def _into_environment(env_file: Path, listed: frozenset[str]) -> None:
    """What the environment has, be it empty, stays."""
    for name, value in dotenv_values(env_file).items():
        if value and (name in listed or _OF_LIBRARIES.fullmatch(name)):
            os.environ.setdefault(name, value)
