"""What is typed into the box of a comment; a refused text comes back as it was typed."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from crm.comments.models import Comment
from crm.comments.services import checked_body


class BodyField(forms.CharField):
    """Lines end in one way however a browser sends them, so that the length is what was typed."""

    def clean(self, value: Any) -> str:
        return checked_body(super().clean(value))


class CommentForm(forms.Form):
    """`version` is that of the comment when its text was read, for edits; `parent` is the thread, for replies."""

    body = BodyField(label=_("Comment"), required=False, strip=False, widget=forms.Textarea)
    parent = forms.UUIDField(required=False)
    version = forms.IntegerField(required=False, min_value=1)

    @property
    def typed(self) -> str:
        return str(self["body"].value() or "")

    def refuse(self, refusal: ValidationError) -> None:
        self.add_error("body", refusal)

    @classmethod
    def of(cls, comment: Comment) -> "CommentForm":
        return cls(initial={"body": comment.body, "version": comment.version})
