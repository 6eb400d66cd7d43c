from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CommentsConfig(AppConfig):
    name = "crm.comments"
    label = "comments"
    verbose_name = _("Comments")

    def ready(self) -> None:
        from crm.access.registry import register_managed
        from crm.comments.models import Comment
        from crm.comments.rights import SCOPES

        register_managed(Comment, SCOPES)
