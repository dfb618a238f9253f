"""A prompt version and the data of a turn into the messages of one model call.

What customers control is data: it stands between tags, in user messages only, and nothing in it can close the tag or
pass for a control token of a model's chat format.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from bot_core.llm.gateway import ChatMessage
from bot_core.messages import Role
from bot_core.prompts.template import PromptTemplate
from bot_core.sessions.state import HistoryEntry

CUSTOMER_TAG = "mensaje_cliente"
# "<tag", "</tag", "<|im_end|>", "<<SYS>>", "<!--", with blanks or invisible characters between; "< 250 mil" stays.
_MARKUP = re.compile(r"<(?=[\s\u00ad\u200b-\u200f\u2060-\u2064\ufeff]*(?:[/|!?<]|[^\W\d]))")
_INSTRUCTION_TOKEN = re.compile(r"\[(?=\s*/?\s*(?:INST|SYS)\b)", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class PromptBuilder:
    """Messages from the constant to the changing: the system text (the same on every call of a version, so that a
    server's prompt cache reuses it), the conversation so far, then facts, context and the message to answer."""

    @staticmethod
    def build(
        template: PromptTemplate,
        values: Mapping[str, str],
        *,
        history: Sequence[HistoryEntry],
        customer_text: str,
    ) -> tuple[ChatMessage, ...]:
        """Raises MissingVariables when `values` lacks a variable of the template."""
        safe = {name: as_data(value) for name, value in values.items()}
        last = f"{template.filled_context(safe)}\n\n{delimited(customer_text)}"
        messages = [ChatMessage("system", template.system_text)]
        for entry in history:
            _append(messages, _spoken(entry))
        _append(messages, ChatMessage("user", last))
        return tuple(messages)


def delimited(customer_text: str) -> str:
    """The text between tags that it cannot close."""
    return f"<{CUSTOMER_TAG}>\n{as_data(customer_text)}\n</{CUSTOMER_TAG}>"


def as_data(text: str) -> str:
    """`text` with every tag and control token defused: `<` becomes `‹`, `[INST]` becomes `⟦INST]`. The rest is as
    received, but for control characters."""
    plain = _CONTROL.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _INSTRUCTION_TOKEN.sub("⟦", _MARKUP.sub("‹", plain))


def _spoken(entry: HistoryEntry) -> ChatMessage:
    # The bot's words may repeat the customer's (a name, a day), so they are defused too.
    if entry.role is Role.BOT:
        return ChatMessage("assistant", as_data(entry.text))
    return ChatMessage("user", delimited(entry.text))


def _append(messages: list[ChatMessage], message: ChatMessage) -> None:
    """Chat formats want user and assistant in turn, a user first: neighbours of one role become one message."""
    previous = messages[-1]
    if previous.role == message.role:
        messages[-1] = ChatMessage(message.role, f"{previous.content}\n\n{message.content}")
    elif previous.role == "system" and message.role == "assistant":
        messages += [ChatMessage("user", delimited("")), message]
    else:
        messages.append(message)
