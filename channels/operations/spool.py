"""The files that the fallback wrote while the database's process was away."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bot_core.errors import StoreError
from bot_core.messages import Frozen
from channels.inbound.webhook import MESSAGE_SID, InboundWebhook
from channels.privacy.keys import Sealer


class _File(Frozen):
    sealed: str


@dataclass(frozen=True, slots=True)
class Spooled:
    path: Path
    webhook: InboundWebhook

    def forget(self) -> None:
        """Only after the commit; another `reconcile` may have been faster."""
        self.path.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Spool:
    waiting: tuple[Spooled, ...]
    """As they arrived."""
    unreadable: tuple[str, ...]
    """File and reason, nothing of what it holds. They stay where they are."""


def read_spool(folder: Path, sealer: Sealer) -> Spool:
    waiting: list[Spooled] = []
    unreadable: list[str] = []
    for path in sorted(folder.glob("*.json")):
        try:
            waiting.append(Spooled(path, _read(path, sealer)))
        except FileNotFoundError:
            # Another `reconcile` has just taken it in.
            continue
        except OSError as error:
            unreadable.append(f"{path.name} ({error.strerror})")
        except StoreError as error:
            unreadable.append(f"{path.name} ({error.message})")
        except ValueError:
            unreadable.append(f"{path.name} (not what the fallback writes)")
    return Spool(tuple(sorted(waiting, key=lambda one: one.webhook.received_at)), tuple(unreadable))


def _read(path: Path, sealer: Sealer) -> InboundWebhook:
    """Raises ValueError for what no fallback has written: a message without a proper id could not be stored."""
    sealed = _File.model_validate_json(path.read_bytes()).sealed
    webhook = InboundWebhook.model_validate_json(sealer.open(sealed))
    if not MESSAGE_SID.fullmatch(webhook.message_sid):
        raise ValueError("no message id")
    return webhook
