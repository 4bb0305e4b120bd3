"""How an editor chooses a published record for a page: public ones that were not withdrawn, found by their words."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.choosers import BaseFilterForm
from wagtail.admin.views.generic.chooser import ChooseResultsView, ChooseView
from wagtail.admin.viewsets.chooser import ChooserViewSet
from wagtail.admin.widgets.chooser import BaseChooser

from .models import PublishedRecord
from .selectors import open_records
from .services import fold


class RecordFilter(BaseFilterForm):
    """Words of the title, or the number as people quote it."""

    q = forms.CharField(label=_("Words or number"), required=False, max_length=100)

    def filter(self, objects: QuerySet[PublishedRecord]) -> QuerySet[PublishedRecord]:
        objects = super().filter(objects)
        self.is_searching = bool(self.cleaned_data.get("q"))
        self.search_query = self.cleaned_data.get("q", "")
        for word in fold(self.search_query).split()[:12]:
            number = word.rpartition("-")[2]
            if number.isdigit() and len(number) < 8:
                objects = objects.filter(number=int(number))
            else:
                objects = objects.filter(search_text__contains=word)
        return objects


class OpenRecordsMixin:
    """Lists only what may be chosen."""

    filter_form_class = RecordFilter

    def get_object_list(self) -> QuerySet[PublishedRecord]:
        return open_records()


class RecordChooseView(OpenRecordsMixin, ChooseView):
    pass


class RecordChooseResultsView(OpenRecordsMixin, ChooseResultsView):
    pass


class RecordChooser(BaseChooser):
    """The field in the editor. Keys of records are UUIDs, which the editor's JSON cannot carry as they are."""

    def get_value_data_from_instance(self, instance: Any) -> dict[str, Any]:
        data: dict[str, Any] = super().get_value_data_from_instance(instance)
        return data | {"id": str(data["id"])}


class RecordChooserViewSet(ChooserViewSet):
    """A chooser and nothing else: records are written by publishing alone, so there is nothing to create or edit."""

    model = PublishedRecord
    icon = "list-ul"
    choose_one_text: Any = _("Choose a record")
    choose_another_text: Any = _("Choose another record")
    choose_view_class = RecordChooseView
    choose_results_view_class = RecordChooseResultsView
    base_widget_class = RecordChooser
    register_widget = False
    per_page = 15


records = RecordChooserViewSet("record_chooser")
