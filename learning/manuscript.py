"""Forms of the pages in which a course is written: keys are chosen from what there is, when the form is shown."""

from __future__ import annotations

from typing import Any

from django import forms
from django.apps import apps
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.forms import WagtailAdminPageForm

NOTHING = ("", pgettext_lazy("quiz or case", "none"))


class KeyForm(WagtailAdminPageForm):  # type: ignore[misc]
    """Turns fields that hold keys into lists of the keys that there are for whoever writes."""

    keys: dict[str, tuple[str, str]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (model, column) in self.keys.items():
            if name in self.fields:
                known = apps.get_model("learning", model).objects.order_by(column).values_list(column, flat=True)
                held = getattr(self.instance, name, "")
                choices = sorted({*known, *([held] if held else [])})
                old = self.fields[name]
                self.fields[name] = forms.ChoiceField(
                    choices=[*([] if old.required else [NOTHING]), *((key, key) for key in choices)],
                    required=old.required,
                    label=old.label,
                    help_text=old.help_text,
                )


class CourseForm(KeyForm):
    keys = {"course_code": ("Course", "code")}


class LessonForm(KeyForm):
    keys = {"quiz_key": ("Quiz", "key"), "case_key": ("Case", "key")}

    def clean(self) -> Any:
        """A lesson carries a quiz or a case, not both."""
        cleaned = super().clean()
        if cleaned.get("quiz_key") and cleaned.get("case_key"):
            self.add_error("case_key", _("Choose a quiz or a case study; each has a page of its own."))
        return cleaned
