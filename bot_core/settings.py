"""Settings from the environment (prefix KAVAK_). Read once at the composition root, never at import."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot_core.errors import ConfigurationError

PROJECT_ROOT = Path(__file__).resolve().parents[1]


class Settings(BaseSettings):
    """Where things are. Secrets (model keys) are not here: litellm reads them from their usual variables."""

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

    data_key: SecretStr = SecretStr("")
    """KAVAK_DATA_KEY: Fernet keys, separated by commas, the current one first; what customers wrote is encrypted at
    rest. The others still open what they sealed, until `python -m channels reseal` has run."""

    @property
    def store_url(self) -> str:
        return self.database_url or f"sqlite:///{self.data_dir / 'kavak.db'}"


def load_settings() -> Settings:
    """Settings from the environment and `.env`. Raises ConfigurationError that names the variable."""
    try:
        return Settings()
    except ValidationError as error:
        fault = error.errors()[0]
        variable = "KAVAK_" + "_".join(str(part) for part in fault["loc"]).upper()
        raise ConfigurationError(f"{variable}: {fault['msg']}", hint="see .env.example") from error
