"""Start page, glossary, feedback and what the law demands."""

from django.urls import path

from allmende.portal.pages import views

urlpatterns = [
    path("", views.start, name="start"),
    path("glossar/", views.glossary, name="glossar"),
    path("rueckmeldung/", views.feedback, name="rueckmeldung"),
    path("barrierefreiheit/", views.operator_page, {"page": "accessibility"}, name="barrierefreiheit"),
    path("impressum/", views.operator_page, {"page": "imprint"}, name="impressum"),
    path("datenschutz/", views.operator_page, {"page": "privacy"}, name="datenschutz"),
]
