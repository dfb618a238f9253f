"""The bot in a terminal: a conversation for people, one JSON object for scripts."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from bot_core.errors import ConfigurationError, ModelNotConfigured
from bot_core.llm.gateway import ModelSettings
from bot_core.messages import InboundMessage, new_id
from bot_core.orchestrator import OrchestrationService, TurnResult
from bot_core.releases.files import FileReleaseSource, with_model
from bot_core.releases.release import Release
from bot_core.sessions.state import ConversationState
from bot_core.settings import load_settings
from bot_core.trace import ModelCall, TurnTrace

_LOCAL = "local"


@dataclass(frozen=True, slots=True)
class ChatOptions:
    message: str | None = None
    release: str | None = None
    model: str | None = None
    api_base: str | None = None
    catalog: Path | None = None
    trace: bool = False
    json_output: bool = False


def run_chat(options: ChatOptions) -> None:
    """Chat until the input ends. Raises UserError for a wrong release, model or catalogue."""
    bot = build_bot(options)
    if options.json_output or options.message is not None:
        _answer_once(bot, options)
        return
    asyncio.run(_converse(bot, options))


def build_bot(options: ChatOptions) -> OrchestrationService:
    from bot_core.wiring import BotFactory, load_catalog

    settings = load_settings()
    catalog = load_catalog(options.catalog or settings.catalog_path)
    return BotFactory(settings=settings, catalog=catalog).build(chosen_release(options, settings.release))


def chosen_release(options: ChatOptions, default: str | None) -> Release:
    """The release that was asked for, with the asked model in place of its own."""
    source = FileReleaseSource()
    if options.api_base and not options.model:
        raise ConfigurationError("--api-base needs --model", hint="for example --model openai/my-model")
    if options.model == _LOCAL:
        return source.get(options.release or _LOCAL)
    wanted = options.release or default
    release = source.get(wanted) if wanted else source.current()
    if not options.model:
        return release
    settings = ModelSettings(model=options.model, api_base=options.api_base)
    _check(settings)
    return with_model(release, settings)


def _check(settings: ModelSettings) -> None:
    """Who names a model wants its answers, not the baseline's. Raises ConfigurationError."""
    from bot_core.llm.litellm_gateway import LiteLLMGateway

    try:
        asyncio.run(LiteLLMGateway().check(settings))
    except ModelNotConfigured as error:
        raise ConfigurationError(error.message, hint=error.hint) from error


def _answer_once(bot: OrchestrationService, options: ChatOptions) -> None:
    text = options.message if options.message is not None else sys.stdin.read().strip()
    if not text:
        raise ConfigurationError("no message", hint="give it as an argument or on standard input")
    result = asyncio.run(bot.handle([InboundMessage(text=text)], ConversationState(conversation_id=new_id())))
    if options.json_output:
        sys.stdout.write(json.dumps(_as_json(result, trace=options.trace), ensure_ascii=False, indent=2) + "\n")
        return
    _show(Console(), result, trace=options.trace)


def _as_json(result: TurnResult, *, trace: bool) -> dict[str, object]:
    shown = result.trace.model_dump(mode="json")
    full = {"trace": shown} if trace else {}
    return {
        "reply": result.reply.model_dump(mode="json"),
        "intents": [intent.value for intent in result.trace.intention.names()] if result.trace.intention else [],
        "shown": list(result.state.shown),
        "tracking_id": result.trace.tracking_id,
        "seconds": round(result.trace.total_seconds, 4),
        "tokens": result.trace.usage.model_dump(),
        "cost_usd": str(result.trace.cost_usd),
        "fallback": result.trace.used_fallback,
        **full,
    }


async def _converse(bot: OrchestrationService, options: ChatOptions) -> None:
    console = Console()
    console.print(f"[dim]release {bot.release.release_id} · Ctrl-D to leave[/dim]")
    state = ConversationState(conversation_id=new_id())
    for text in _lines(console):
        result = await bot.handle([InboundMessage(text=text)], state)
        state = result.state
        _show(console, result, trace=options.trace)


def _lines(console: Console) -> Iterator[str]:
    while True:
        try:
            text = console.input("[bold green]tú>[/bold green] ").strip()
        except (EOFError, KeyboardInterrupt):
            console.print()
            return
        if text:
            yield text


def _show(console: Console, result: TurnResult, *, trace: bool) -> None:
    console.print(f"[bold blue]kavak>[/bold blue] {escape(result.reply.text)}", highlight=False)
    if result.reply.quick_replies:
        console.print("       " + "  ".join(f"[dim]({escape(b.title)})[/dim]" for b in result.reply.quick_replies))
    if trace:
        _show_trace(console, result.trace)


def _show_trace(console: Console, trace: TurnTrace) -> None:
    if trace.intention:
        for detail in trace.intention.intents:
            slots = detail.model_dump(mode="json", exclude_none=True, exclude_defaults=True, exclude={"intent"})
            console.print(f"[cyan]intent[/cyan] {detail.intent.value} {escape(json.dumps(slots, ensure_ascii=False))}")
    for facts in trace.facts:
        known = {name: value for name, value in facts.items() if value not in (None, [], False)}
        console.print(f"[cyan]facts[/cyan] {escape(json.dumps(known, ensure_ascii=False))}", soft_wrap=True)
    for call in trace.calls:
        _show_call(console, call)
    for outcome in trace.guardrails:
        found = "; ".join(f"{finding.rule}: {finding.excerpt}" for finding in outcome.findings)
        console.print(f"[cyan]guardrails[/cyan] {outcome.agent}: {outcome.action} {escape(found)}")
    console.print(
        f"[cyan]turn[/cyan] {trace.total_seconds * 1000:.1f} ms, of which model {trace.model_seconds * 1000:.1f} ms · "
        f"{trace.usage.input_tokens}+{trace.usage.output_tokens} tokens · {trace.cost_usd} USD · {trace.tracking_id}"
    )


def _show_call(console: Console, call: ModelCall) -> None:
    failures = "".join(f" · {a.model}: {a.error}" for a in call.attempts if a.error)
    fallback = " · FALLBACK" if call.fallback else ""
    console.print(
        f"[cyan]call[/cyan] {call.agent}/{call.purpose} {call.prompt_id} → {call.model} "
        f"{call.seconds * 1000:.1f} ms {call.usage.input_tokens}+{call.usage.output_tokens} tokens"
        f"{fallback}{escape(failures)}"
    )
    for message in call.messages:
        console.print(f"  [dim]{message['role']}[/dim] {escape(message['content'])}")
    if call.messages:
        console.print(f"  [dim]answer[/dim] {escape(call.answer)}")
