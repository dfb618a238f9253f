"""From what was written on the command line to an experiment, checked as far as names go."""

from __future__ import annotations

from decimal import Decimal

from pydantic import ValidationError

from bot_core.errors import UserError
from bot_core.llm.gateway import OFFLINE_MODEL, ModelSettings
from workbench.cli.variants import settings_of
from workbench.records import ExperimentSpec, JudgeSpec
from workbench.storage.experiment_files import ExperimentFolder


def experiment_spec(**fields: object) -> ExperimentSpec:
    """Raises UserError for what makes no experiment."""
    try:
        return ExperimentSpec.model_validate(fields)
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(map(str, fault["loc"]))
        raise UserError(f"{where or 'experiment'}: {fault['msg'].removeprefix('Value error, ')}") from error


def model_named(option: str, model: str | None, api_base: str | None, *, at_once: int = 8) -> ModelSettings | None:
    """The settings of `--option MODEL --option-base URL`; None without a model. Raises UserError for a base alone."""
    if model is None and api_base:
        raise UserError(f"an address of a server without its model: {api_base}", hint=f"add {option} NAME")
    return settings_of(model, api_base, at_once=at_once) if model else None


def customer_named(model: str | None, api_base: str | None, personas: tuple[str, ...]) -> ModelSettings | None:
    """Raises UserError when there is nobody to play."""
    settings = customer_model(model, api_base)
    if model and not personas:
        raise UserError("--customer plays simulated customers, and none are asked for", hint="add --personas all")
    return settings


def customer_model(model: str | None, api_base: str | None) -> ModelSettings | None:
    """None for the embedded rules, which `offline` names as well."""
    settings = model_named("--customer", model, api_base)
    return settings if settings and settings.model != OFFLINE_MODEL else None


def judge_named(model: str | None, api_base: str | None, variants: int, *, pairs: bool) -> JudgeSpec | None:
    """Raises UserError when pairs are asked for and nobody can compare them."""
    settings = model_named("--judge", model, api_base)
    if pairs and (settings is None or settings.model == OFFLINE_MODEL or variants < 2):
        raise UserError("--judge-pairs needs a model as judge and two variants", hint="--judge NAME")
    return JudgeSpec(model=settings, pairwise=pairs) if settings else None


def personas_named(text: str | None) -> tuple[str, ...]:
    """Ids with commas, or "all"; nobody for None. Raises UserError where no name is said."""
    if text is None:
        return ()
    if not text.strip(", "):
        raise UserError("--personas names nobody", hint="all, ids with commas, or no --personas for the cases")
    if text != "all":
        return tuple(name.strip() for name in text.split(","))
    from workbench.evaluation.dataset.personas import load_personas

    return tuple(persona.id for persona in load_personas())


def with_budget(folder: ExperimentFolder, usd: float) -> ExperimentSpec:
    """The experiment with another cap. Raises UserError for one that it has passed already."""
    budget, spent = money(usd), folder.progress().usd_spent
    if budget is not None and budget <= spent:
        raise UserError(
            f"a budget of {budget} USD, and {spent:.4f} USD are spent", hint="what was spent counts: name a higher one"
        )
    return folder.spec.model_copy(update={"budget_usd": budget})


def money(usd: float | None) -> Decimal | None:
    return Decimal(str(usd)) if usd else None
