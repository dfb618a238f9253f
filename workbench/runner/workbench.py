"""Everything that outlives a page: replies, experiments, stores and bots. One for each process."""

from __future__ import annotations

from bot_core.errors import NotFound
from bot_core.llm.discovery import FoundModel, available_models
from bot_core.releases.source import ReleaseSource
from bot_core.sessions.state import ConversationState
from bot_core.settings import Settings
from bot_core.store.store import open_store
from workbench.evaluation.dataset.loading import OWN_FOLDER
from workbench.runner.activity import ActivityFeed
from workbench.runner.archive import Archive
from workbench.runner.bots import BotShelf
from workbench.runner.case_trials import CaseTrialDesk
from workbench.runner.cases import CaseShelf
from workbench.runner.catalogs import CatalogShelf
from workbench.runner.conversations import ConversationDesk
from workbench.runner.experiments import ExperimentDesk
from workbench.runner.findings import FindingsShelf
from workbench.runner.models import ModelDesk
from workbench.runner.monitoring import MonitoringDesk
from workbench.runner.opinions import Opinions
from workbench.runner.people import NameFile
from workbench.runner.players import PlayerDesk
from workbench.runner.portal import Portal
from workbench.runner.prompts import PromptDesk
from workbench.runner.releases import ReleaseDesk
from workbench.runner.replies import CHANNEL, ReplyDesk
from workbench.runner.reports import ReportShelf
from workbench.runner.review.desk import ReviewDesk
from workbench.runner.trials import TrialDesk
from workbench.runner.unanswered import UnansweredJournal
from workbench.runner.whatsapp import WhatsAppDesk


class Workbench:
    """Opens the stores; raises ConfigurationError or StoreError when one cannot be opened."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.store = open_store(settings.store_url)
        self.releases: ReleaseSource = self.store.releases
        self.catalogs = CatalogShelf(settings.data_dir / "catalogs", settings.catalog_path)
        self.bots = BotShelf(settings, self.releases, self.catalogs, self.models, self.store.prompts)
        self.portal = Portal()
        unanswered = UnansweredJournal(settings.data_dir / "unanswered")
        self.replies = ReplyDesk(self.portal, self.store.conversations, self.bots.bot, unanswered)
        self.whatsapp = WhatsAppDesk(settings, self.store.conversations)
        self.players = PlayerDesk(self.portal, self.replies, self._state)
        self.activity = ActivityFeed(self.store)
        self.conversations = ConversationDesk(settings, self.store, self.activity)
        self.monitoring = MonitoringDesk(settings, self.store, self.activity, self.whatsapp.metrics_url)
        self.opinions = Opinions(self.store.feedback, CHANNEL)
        self.cases = CaseShelf(settings.data_dir / OWN_FOLDER)
        self.case_trials = CaseTrialDesk(settings, self.store, self.portal)
        self.names = NameFile(settings.data_dir)
        self.experiments = ExperimentDesk(settings)
        self.archive = Archive(settings, self.experiments.files)
        self.reports = ReportShelf(settings.data_dir / "reports", self.experiments.files)
        self.findings = FindingsShelf(self.experiments.files, self.releases, self.store.prompts)
        self.review = ReviewDesk(settings, self.store, self.activity, self.experiments)
        self.prompts = PromptDesk(self.store)
        self.trials = TrialDesk(settings, self.store, self.catalogs, self.portal)
        self.model_desk = ModelDesk(self.store, self.portal, key_envs=settings.model_key_envs)
        self.release_desk = ReleaseDesk(settings, self.store, self.experiments)
        self.replies.resume()

    def models(self) -> tuple[FoundModel, ...]:
        """The models that this machine can use now; asks a local server, so keep the answer for a while."""
        return available_models()

    def _state(self, conversation_id: str) -> ConversationState | None:
        try:
            return self.store.conversations.get(conversation_id).state
        except NotFound:
            return None

    def close(self) -> None:
        self.whatsapp.close()
        self.portal.close()
        self.activity.close()
        self.archive.close()
        self.experiments.close()
        self.store.close()
