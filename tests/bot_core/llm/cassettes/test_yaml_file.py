"""The file: readable, stable, small diffs, nothing lost."""

from __future__ import annotations

import difflib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot_core.errors import CassetteError
from bot_core.llm.cassettes.cassette import (
    AgentRecord,
    CaseKey,
    Cassette,
    Header,
    HttpRequest,
    HttpResponse,
    Interaction,
)
from bot_core.llm.cassettes.yaml_file import dumped, load, load_answers, save

KEY = CaseKey("golden", "local", "case-1")
HEADER = Header(
    key=KEY,
    wire="real",
    recorded_at="2026-11-24",
    litellm="1.105.3",
    model_sha256="cc" * 32,
    agents={"greeting/reply": AgentRecord("greeting/v001", "ab" * 20, {"model": "openai/qwen", "temperature": 0.5})},
)
SCHEMA = {"type": "json_schema", "json_schema": {"schema": {"properties": {"text": {"type": "string"}}}}}

texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]) | st.just("\n"), max_size=60)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


def exchange(text: str, *, answer: object = "hola", number: int = 1) -> Interaction:
    body = {"messages": [{"role": "system", "content": f"Línea uno\nLínea dos\n{text}"}], "response_format": SCHEMA}
    request = HttpRequest("POST", "127.0.0.1", "/v1/chat/completions", body)
    return Interaction(number, "greeting", "reply", "greeting/v001", request, HttpResponse(200, {}, answer), 1.5)


def test_it_reads_like_a_conversation_with_texts_as_blocks_and_the_schema_once():
    text = dumped(Cassette(HEADER, (exchange("🚗 ¿Qué auto?"), exchange("otra", number=2))))
    assert text.startswith(
        '# Recorded model traffic of one case. Record it again with: make record ARGS="--only case-1"'
    )
    assert "        content: |-\n          Línea uno\n          Línea dos\n          🚗 ¿Qué auto?\n" in text
    assert text.count("json_schema:") == 1
    for fact in ("case: case-1", "wire: real", "model: openai/qwen", "temperature: 0.5", "prompt_hash: abab", "cccc"):
        assert fact in text


def test_one_changed_line_of_one_prompt_is_one_changed_line_of_the_file():
    before = dumped(Cassette(HEADER, (exchange("Sé breve."), exchange("otra", number=2))))
    after = dumped(Cassette(HEADER, (exchange("Sé muy breve."), exchange("otra", number=2))))
    changed = [line for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line[0] in "+-"]
    assert [line.split(maxsplit=1)[1] for line in changed] == ["Sé breve.", "Sé muy breve."]


@given(prompt=texts, answer=values, settings=st.dictionaries(texts, values, max_size=2))
def test_what_is_written_is_what_is_read(tmp_path_factory, prompt, answer, settings):
    header = replace(HEADER, agents={"a/reply": AgentRecord("a/v001", "ff", settings)})
    cassette = Cassette(header, (exchange(prompt, answer=answer),))
    path = KEY.path(tmp_path_factory.mktemp("cassettes"))
    save(path, cassette)
    assert load(path) == cassette
    assert load(path).interactions[0].request.hash == cassette.interactions[0].request.hash
    case, (entry,) = load_answers(path)
    assert (case, entry["response"]["body"], entry["seconds"]) == (
        KEY.case,
        cassette.interactions[0].response.body,
        cassette.interactions[0].seconds,
    )


@given(value=values)
def test_the_hash_does_not_depend_on_the_order_of_keys_but_on_everything_else(value):
    one = HttpRequest("POST", "h", "/p", {"a": value, "b": 1})
    assert one.hash == HttpRequest("POST", "h", "/p", {"b": 1, "a": value}).hash
    different = [
        replace(one, method="PUT"),
        replace(one, host="other"),
        replace(one, path="/q"),
        replace(one, body={"a": [value], "b": 1}),
    ]
    assert one.hash not in {request.hash for request in different}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("format: 2\n", "format 2"),
        ("a: [", "expected"),
        ("- 1\n", "not a cassette"),
        ("format: 1\ndataset: golden\n", "'interactions'"),
    ],
)
def test_a_damaged_file_names_itself_and_its_fault(tmp_path, text, fault):
    (path := tmp_path / "broken.yaml").write_text(text)
    with pytest.raises(CassetteError, match=fault) as caught:
        load(path)
    assert "broken.yaml" in str(caught.value)
    with pytest.raises(CassetteError, match=r"broken\.yaml"):
        load_answers(path)


def test_a_key_of_the_environment_is_never_written(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret-value")
    with pytest.raises(CassetteError, match="would hold a key"):
        save(tmp_path / "case.yaml", Cassette(HEADER, (exchange("mi llave: sk-very-secret-value"),)))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["../up", "a/b", "", ".hidden", "con espacio"])
def test_a_case_cannot_name_a_file_elsewhere(name):
    with pytest.raises(CassetteError, match="cannot name a cassette"):
        CaseKey("golden", "local", name)
