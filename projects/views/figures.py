"""Deals over time: the calendar and the forecast."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from projects.calendar import CalendarPage
from projects.forecast import ForecastPage
from projects.switch import require_view, view_links


@login_required
@require_safe
def deal_calendar(request: HttpRequest) -> HttpResponse:
    require_view(request, "calendar")
    context = {"list": CalendarPage(request), "views": view_links(request, "calendar")}
    return render(request, "deals/calendar.html", context)


@login_required
@require_safe
def deal_forecast(request: HttpRequest) -> HttpResponse:
    require_view(request, "forecast")
    context = {"list": ForecastPage(request), "views": view_links(request, "forecast")}
    return render(request, "deals/forecast.html", context)
