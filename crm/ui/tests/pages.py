"""Pages that only the tests of the look show: a form with rows, a question, a counter of submits."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import engines
from django.urls import include, path

from crm.ui.views import home, keyboard, preferences
from crm.ui.widgets import PictureInput

FORM_PAGE = """
{% extends "base.html" %}{% load ui %}
{% block title %}Form{% endblock %}{% block page_title %}Form{% endblock %}
{% block content %}
<form method="post" data-guard>{% csrf_token %}{{ form }}
{% include "ui/formset.html" with formset=rows title="Phones" add_label="Add a phone" %}
{% include "ui/form_actions.html" with cancel_url="/" %}</form>
<form method="post" action="/delete/" data-confirm="Really?" data-confirm-label="Delete it">{% csrf_token %}
<button>Delete</button></form>
{% endblock %}
"""
submits: list[dict[str, str]] = []


class PersonForm(forms.Form):
    name = forms.CharField(label="Name", help_text="As on the card")
    kind = forms.ChoiceField(label="Kind", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect, required=False)
    is_agreed = forms.BooleanField(label="Agrees", required=False)
    status = forms.ChoiceField(label="Status", choices=[("", "Any"), ("x", "X")], required=False)
    photo = forms.FileField(label="Photo", required=False, widget=PictureInput)


class PhoneForm(forms.Form):
    number = forms.CharField(label="Number", required=False)


PhoneRows = forms.formset_factory(PhoneForm, extra=1, can_delete=True)


def form_page(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        submits.append(request.POST.dict())
    context = {"form": PersonForm(request.POST or None), "rows": PhoneRows(prefix="phones")}
    return HttpResponse(engines["django"].from_string(FORM_PAGE).render(context, request))


def delete_page(request: HttpRequest) -> HttpResponse:
    submits.append({"deleted": "yes"})
    return render(request, "404.html")


def quiet_page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=204)


urlpatterns = [
    path("", home, name="home"),
    path("keyboard/", keyboard, name="keyboard"),
    path("preferences/", preferences, name="preferences"),
    path("account/", include("allauth.account.urls")),
    path("form/", form_page, name="form"),
    path("quiet/", quiet_page, name="quiet"),
    path("delete/", delete_page, name="delete"),
]
