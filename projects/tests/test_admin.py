"""Pipelines are set up in the Django admin, by those who keep the company; deals are kept there as on their pages."""

from typing import Any

import pytest
from django.urls import reverse

from crm.pages.testing import browser_of
from projects.models import Deal, DealLine, Pipeline, Product, Stage
from projects.services import install_ready_pipeline, save_deal
from projects.tests.factories import make_deal, make_price_list, stage
from teams.models import Grant, User
from teams.tests.factories import Cast, make_cast

pytestmark = pytest.mark.django_db
ADD = reverse("admin:projects_pipeline_add")


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def sent(*stages: tuple[str, str], **options: Any) -> dict[str, Any]:
    """The form of a new pipeline with these stages (name, kind)."""
    form = {"name": "Upsell", "position": "1", "stages-TOTAL_FORMS": str(len(stages)), "stages-INITIAL_FORMS": "0"}
    for number, (name, kind) in enumerate(stages):
        row = {"name": name, "kind": kind, "position": number, "probability": 10}
        form |= {f"stages-{number}-{key}": str(value) for key, value in row.items()}
    return form | options


WHOLE = (("Idea", "open"), ("Sold", "won"), ("Gone", "lost"))


def test_a_pipeline_is_made_with_its_stages(cast: Cast) -> None:
    form = sent(*WHOLE, is_sequential="on") | {"stages-0-required": ["amount", "client"], "stages-0-days": "5"}
    assert browser_of(cast.dana).post(ADD, form).status_code == 302
    pipeline = Pipeline.objects.get(name="Upsell")
    idea = pipeline.stages.get(name="Idea")
    assert (pipeline.is_sequential, sorted(idea.required), idea.days) == (True, ["amount", "client"], 5)


@pytest.mark.parametrize("stages", [WHOLE[:1], WHOLE[:2], WHOLE[1:], (*WHOLE, ("Sold twice", "won"))])
def test_a_pipeline_has_one_won_one_lost_and_an_open_stage(cast: Cast, stages: tuple[tuple[str, str], ...]) -> None:
    answer = browser_of(cast.dana).post(ADD, sent(*stages))
    assert answer.status_code == 200
    assert not Pipeline.objects.filter(name="Upsell").exists()
    assert browser_of(cast.dana).post(ADD, sent(*WHOLE)).status_code == 302


def test_there_is_one_default_pipeline(cast: Cast) -> None:
    install_ready_pipeline()
    answer = browser_of(cast.dana).post(ADD, sent(*WHOLE, is_default="on"))
    assert "Another pipeline is the default one." in answer.content.decode()
    assert Pipeline.objects.filter(is_default=True).count() == 1


def test_a_stage_that_deals_stand_in_keeps_its_kind_and_is_not_deleted(cast: Cast) -> None:
    deal = make_deal(cast.ann)
    pipeline = deal.pipeline
    url = reverse("admin:projects_pipeline_change", args=[pipeline.pk])
    rows = list(pipeline.stages.order_by("position"))
    form = sent(*((row.name, row.kind) for row in rows), name="Sales", is_default="on")
    form |= {"stages-INITIAL_FORMS": str(len(rows))} | {f"stages-{n}-id": str(row.pk) for n, row in enumerate(rows)}
    form |= {f"stages-{n}-pipeline": str(pipeline.pk) for n in range(len(rows))}
    dana = browser_of(cast.dana)
    assert dana.post(url, form | {"stages-0-kind": "lost", "stages-5-kind": "open"}).status_code == 200
    assert dana.post(url, form | {"stages-0-DELETE": "on"}).status_code == 200
    assert Stage.objects.get(pk=deal.stage_id).kind == "open"
    assert dana.post(url, form | {"stages-1-DELETE": "on", "stages-0-name": "Fresh"}).status_code == 302
    assert list(pipeline.stages.values_list("name", flat=True))[:2] == ["Fresh", "Proposal"]


def test_only_who_keeps_the_company_sets_pipelines_up(cast: Cast) -> None:
    User.objects.filter(pk=cast.ann.pk).update(is_staff=True)
    assert browser_of(cast.ann).get(ADD).status_code == 403
    assert browser_of(cast.ann).post(ADD, sent(*WHOLE)).status_code == 403
    Grant.objects.create(role=cast.ann.role, record_type="teams.company", action="change", scope=4)
    assert browser_of(cast.ann).get(ADD).status_code == 200


def test_a_deal_is_added_and_changed_and_not_moved(cast: Cast) -> None:
    install_ready_pipeline()
    dana = browser_of(cast.dana)
    form = {"name": "By dana", "currency": "UAH", "owner": str(cast.ann.pk), "amount": "5"}
    assert dana.post(reverse("admin:projects_deal_add"), form).status_code == 302
    deal = Deal.objects.get()
    assert (deal.stage.name, deal.history.get().history_user) == ("New inquiry", cast.dana)
    change = reverse("admin:projects_deal_change", args=[deal.pk])
    assert dana.post(change, form | {"name": "Again", "read_version": "1", "stage": stage("Won").pk}).status_code == 302
    deal.refresh_from_db()
    assert (deal.name, deal.state, deal.version) == ("Again", "open", 2)


def test_the_catalogue_is_kept_in_the_admin_through_the_services(cast: Cast) -> None:
    browser = browser_of(cast.dana)
    sent = {"name": "Support", "code": "S-1", "kind": "service", "unit": "hour", "is_sold": "on", "owner": cast.dana.pk}
    assert browser.post(reverse("admin:projects_product_add"), sent).status_code == 302
    product = Product.objects.get()
    assert product.history.get().history_user == cast.dana
    prices = make_price_list(cast.dana, "Prices", {product: "5"})
    change = reverse("admin:projects_pricelist_change", args=[prices.pk])
    form = {"name": "Renamed", "currency": "USD", "position": "1", "owner": cast.dana.pk, "read_version": "1"}
    assert browser.post(change, form).status_code == 302
    prices.refresh_from_db()
    assert (prices.name, prices.version, prices.prices.get().amount) == ("Renamed", 2, 5)
    deal = save_deal(make_deal(cast.dana), actor=cast.dana, parts={"lines": [DealLine(title="X", unit_price=7)]})
    page = browser.get(reverse("admin:projects_deal_change", args=[deal.pk]))
    assert "amount" not in page.context["adminform"].form.fields
