"""Projects for tests, stored through the services as any other."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from clients.models import Client
from contacts.models import Contact
from projects.models import (
    Deal,
    Milestone,
    Project,
    ProjectContact,
    ProjectLink,
    ProjectMember,
    ProjectRate,
    ProjectStage,
    Risk,
)
from projects.services import create_project, install_ready_project_stages, save_deal
from teams.models import User
from teams.selectors import home_team_of


def make_project(owner: User, name: str = "Rollout", *, parts: Any = None, **fields: Any) -> Project:
    """A project of this manager and his home team, written by himself."""
    # Tests that empty the tables take the stages of the migrations with them.
    install_ready_project_stages()
    fields.setdefault("team", home_team_of(owner))
    return create_project(Project(name=name, owner=owner, **fields), actor=owner, parts=parts)


def make_full_project(
    owner: User, name: str, *, client: Client | None, contact: Contact | None = None, deal: Deal | None = None
) -> Project:
    """With rows in every part, one milestone overdue, and the deal linked to it."""
    today = timezone.localdate()
    parts = {
        "contacts": [ProjectContact(contact=contact, role="signs")] if contact else [],
        "members": [ProjectMember(user=owner, role="lead", allocation=60)],
        "milestones": [
            Milestone(name="Kestrel prototype", due=today - timedelta(days=3), amount=1239876),
            Milestone(name="Kestrel launch", due=today + timedelta(days=30), amount=100),
        ],
        "risks": [Risk(text="Kestrel is late", probability="high", impact="medium", response="Ask")],
        "links": [ProjectLink(kind="tracker", url="https://heron.example/board", label="Kestrel board")],
        "rates": [ProjectRate(role="developer", hourly_rate=45, currency="EUR")],
    }
    days = {"planned_start": today - timedelta(days=30), "planned_end": today + timedelta(days=60)}
    project = make_project(
        owner, name, client=client, budget_amount=1239876, budget_hours=400, currency="EUR", parts=parts, **days
    )
    if deal is not None:
        deal.project = project
        save_deal(deal, actor=owner)
    return project


def project_stage(name: str) -> ProjectStage:
    """A ready stage of projects."""
    install_ready_project_stages()
    return ProjectStage.objects.get(name=name)
