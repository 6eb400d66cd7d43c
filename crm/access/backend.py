"""Answers `has_perm` from the same querysets as the pages, so templates and the admin agree with them."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db import models

from crm.access.registry import managed_type_of, record_model_of
from crm.access.rights import Action, Scope, may, rights_of


class RecordBackend(ModelBackend):
    """Permissions on records by role and share; signing in is left to the next backend."""

    def authenticate(self, request: Any, username: Any = None, password: Any = None, **kwargs: Any) -> None:
        return None

    def has_perm(self, user_obj: Any, perm: str, obj: models.Model | None = None) -> bool:
        app_label, _, codename = perm.partition(".")
        action_name, _, model_name = codename.partition("_")
        model = record_model_of(f"{app_label}.{model_name}")
        if action_name not in Action.values:
            return False
        action = Action(action_name)
        managed = managed_type_of(f"{app_label}.{model_name}")
        if managed is not None:
            # How far it reaches is the business of the service that acts.
            return may(user_obj, action, managed.model)
        if model is None:
            return False
        if obj is None:
            return may(user_obj, action, model)
        if not isinstance(obj, model):
            return False
        if action == Action.ADD:
            return may(user_obj, action, model)
        queryset = model.objects.filter(pk=obj.pk).allowed_to(user_obj, Action.VIEW)
        return bool(queryset.allowed_to(user_obj, action).exists())

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        if not user_obj.is_active:
            return False
        rights = rights_of(user_obj)
        return any(
            scope > Scope.NONE and record_type.startswith(f"{app_label}.")
            for (record_type, _), scope in rights.grants.items()
        )
