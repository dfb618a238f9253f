"""S5 and S19: forged, foreign and hostile requests, in the middle of everything else."""

from __future__ import annotations

import random
from collections.abc import Sequence
from urllib.parse import urlencode

from channels.sandbox.callbacks import signature_of
from channels.sandbox.phone import TOKEN
from channels.scorecard.load import PATH, Post
from channels.scorecard.stage import Stage

_FORM = "application/x-www-form-urlencoded"
_FORGERIES = 20
_VICTIM = "whatsapp:+529999999999"
_VICTIM_FIELD = f"From{_VICTIM}"


def play(stage: Stage, posts: Sequence[Post]) -> None:
    import httpx

    rng = random.Random(stage.seed)
    with httpx.Client(timeout=20, base_url=stage.web) as client:
        for post in rng.sample(list(posts), min(_FORGERIES, len(posts))):
            for form, signature in _forged(stage.web + PATH, post.form):
                _count(stage, client, "forged", urlencode(form).encode(), signature)
        for body, signature in _hostile(stage.web + PATH, posts[0].form):
            _count(stage, client, "hostile", body, signature)


def _count(stage: Stage, client: object, kind: str, body: bytes, signature: str) -> None:
    import httpx

    assert isinstance(client, httpx.Client)
    headers = {"Content-Type": _FORM, "X-Twilio-Signature": signature}
    for _ in range(40):
        try:
            status = client.post(PATH, content=body, headers=headers).status_code
        except httpx.TransportError:
            # Killed while it answered us: ask the next life.
            continue
        if status != 503:
            stage.statuses[f"{kind} {status}"] += 1
            return


def _forged(url: str, form: dict[str, str]) -> list[tuple[dict[str, str], str]]:
    """A changed body, a foreign token, nothing at all, and a signature that fits the same text split elsewhere."""
    good = signature_of(url, form, TOKEN)
    # What the attacker wrote himself, and how he would like it to be read: the same signed text, split elsewhere.
    planted = form | {"Body": f"hola{_VICTIM_FIELD}"}
    split = form | {"Body": "hola", "From": _VICTIM, "Fromw": form["From"][1:]}
    return [
        (form | {"Body": "otra cosa"}, good),
        (form, signature_of(url, form, "another token")),
        (form, ""),
        (split, signature_of(url, planted, TOKEN)),
    ]


def _hostile(url: str, form: dict[str, str]) -> list[tuple[bytes, str]]:
    """Rubbish without a signature, and well-signed requests with fields that make no sense."""
    rubbish = [b"\x00" * 100, b"x" * 1_048_576, b"a=%ff", b"MessageSid=SM1&MessageSid=SM2", b"", b"&" * 5000]
    odd = [
        {"NumMedia": "-1"},
        {"NumMedia": "99999999999999999999"},
        {"MessageSid": "SM1", "SmsSid": "SM1", "SmsMessageSid": "SM1"},
        {"From": "whatsapp:"},
        {"To": "whatsapp:+15550000000"},
        {"AccountSid": "AC" + "f" * 32},
    ]
    signed = [form | fields for fields in odd]
    return [(body, "") for body in rubbish] + [
        (urlencode(one).encode(), signature_of(url, one, TOKEN)) for one in signed
    ]
