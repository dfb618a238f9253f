"""The load is the same for the same seed, and has the shares that the design asks for."""

from __future__ import annotations

from itertools import pairwise

import pytest
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from channels.sandbox.phone import TOKEN
from channels.scorecard.load import PATH, Load, LoadPlan, address, generate, single
from channels.scorecard.scenes.storm import WORKER_POINTS, after_goodbye, crash_plan
from channels.scorecard.world import STATUSES, Faults, Reports
from tests.fakes.outgoing import outgoing

PLAN = LoadPlan(customers=400, bursts_each=3, seconds=60)


@pytest.fixture(scope="module")
def load() -> Load:
    return generate(PLAN)


def test_the_same_seed_gives_the_same_load(load: Load):
    assert generate(PLAN) == load
    assert generate(LoadPlan(customers=400, bursts_each=3, seconds=60, seed=8)).sids.isdisjoint(load.sids)


def test_the_shares_are_those_of_the_design(load: Load):
    twice = [post for post in load.posts if len(post.moments) == 2]
    assert 0.27 < len(twice) / len(load.posts) < 0.33
    assert 0.4 < sum(len(set(post.moments)) == 1 for post in twice) / len(twice) < 0.6
    assert 0.2 < sum(len(sids) > 1 for sids in load.bursts.values()) / len(load.bursts) < 0.3
    special = sum(bool({"NumMedia", "Latitude", "ButtonPayload"} & _filled(post.form)) for post in load.posts)
    assert 0.03 < special / len(load.posts) < 0.07
    overtaken = sum(
        load_at[after] < load_at[before]
        for load_at in [{post.sid: post.moments[0] for post in load.posts}]
        for sids in load.bursts.values()
        for before, after in pairwise(sids)
    )
    assert overtaken > 30


def _filled(form: dict[str, str]) -> set[str]:
    return {name for name, value in form.items() if value not in ("", "0")}


def test_every_webhook_is_signed(load: Load):
    url = "http://127.0.0.1:1"
    form = {post.sid: post.form for post in load.posts}
    shots = load.shots(url)
    assert len(shots) == load.webhooks
    assert [shot.at for shot in shots] == sorted(shot.at for shot in shots)
    assert all(RequestValidator(TOKEN).validate(url + PATH, form[shot.sid], shot.signature) for shot in shots[:20])


def test_a_scenes_message_names_its_customer():
    post = single(5, 2, 1.0)
    assert post.form["From"] == address(5)
    assert post.form["Body"] == "hola c5m2"
    assert post == single(5, 2, 1.0)


def test_each_named_point_comes_before_any_comes_twice():
    plan = crash_plan(1, 10, share=0.1, seed=7)
    assert [point.partition("=")[0] for point in plan["worker-0"][: len(WORKER_POINTS)]] == list(WORKER_POINTS)
    assert len(plan["worker-0"]) == 10
    assert crash_plan(3, 0, share=0.1, seed=7) == {}


def test_who_is_closed_is_refused_and_the_rest_meet_the_shares():
    faults = Faults(7)
    faults.closed.add(address(1))
    assert {faults.draw({"To": address(1)}) for _ in range(20)} == {"429"}
    drawn = [faults.draw({"To": address(2)}) for _ in range(4000)]
    assert 0.85 < drawn.count("ok") / len(drawn) < 0.89
    assert 0.01 < drawn.count("500_sent") / len(drawn) < 0.03


def test_reports_come_in_every_order():
    reports = Reports(7)
    told = [reports.of(outgoing("hola")) for _ in range(3 * 24)]
    assert len(reports.orders) == 24
    assert all(set(one) == set(STATUSES) for one in told[::3])
    assert all(one == () for one in told[2::3])


def test_what_comes_after_a_goodbye_is_counted():
    goodbye = outgoing("Listo, ya no te enviaré mensajes.")
    assert after_goodbye([outgoing("hola"), goodbye]) == 0
    assert after_goodbye([goodbye, outgoing("hola")]) == 1
