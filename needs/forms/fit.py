"""Forms of the fit check."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from ..enums import FitLight, TaskKind
from ..models import AdaptationTask, FitAnswer

NOTE_LENGTH = 1000


class PracticeForm(forms.Form):
    """Which practice is to be held against the need."""

    number = forms.RegexField(
        label=_("Number of the practice"),
        regex=r"^\s*[Pp]?-?0*[1-9][0-9]{0,5}\s*$",
        help_text=_("It stands on the practice’s page, for example P-0007."),
        error_messages={
            "required": _("Enter the number of a practice, for example P-0007."),
            "invalid": _("Enter the number as it stands on the practice’s page, for example P-0007."),
        },
    )

    def clean_number(self) -> int:
        """The number alone."""
        return int(str(self.cleaned_data["number"]).strip().upper().removeprefix("P").removeprefix("-"))


class FitForm(forms.Form):
    """A light and a note for each question of a check."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, answers: Iterable[FitAnswer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.answers = list(answers)
        for row in self.answers:
            self.fields[f"light-{row.pk}"] = forms.ChoiceField(
                label=_("Answer"), choices=FitLight.choices, initial=row.light, widget=forms.RadioSelect,
                error_messages={"required": _("Choose one of the four answers.")},
            )  # fmt: skip
            self.fields[f"note-{row.pk}"] = forms.CharField(
                label=_("Note"), required=False, initial=row.note, max_length=NOTE_LENGTH,
                widget=forms.Textarea(attrs={"rows": 2}),
            )  # fmt: skip

    def fields_of(self, row: FitAnswer) -> tuple[Any, Any]:
        """The two fields of one question."""
        return self[f"light-{row.pk}"], self[f"note-{row.pk}"]

    def values(self) -> dict[UUID, tuple[str, str]]:
        """Light and note by answer."""
        return {
            row.pk: (self.cleaned_data[f"light-{row.pk}"], self.cleaned_data[f"note-{row.pk}"]) for row in self.answers
        }


class TaskForm(forms.Form):
    """One adaptation task; an empty text removes it."""

    key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    text = forms.CharField(
        label=_("What has to be done"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
    kind = forms.ChoiceField(label=_("Goes into the Terms of Reference as"), choices=TaskKind.choices)


class BaseTaskFormSet(forms.BaseFormSet):  # type: ignore[type-arg]
    """All tasks of a check, and room for two more."""

    def values(self) -> list[tuple[UUID | None, str, str]]:
        """The tasks that have a text, in their order."""
        return [
            (form.cleaned_data.get("key"), form.cleaned_data["kind"], form.cleaned_data["text"])
            for form in self.forms
            if form.cleaned_data.get("text", "").strip()
        ]


TaskFormSet = forms.formset_factory(TaskForm, formset=BaseTaskFormSet, extra=2, max_num=60, absolute_max=60)


def initial_tasks(tasks: Iterable[AdaptationTask]) -> list[dict[str, Any]]:
    """What the set shows at first."""
    return [{"key": task.pk, "text": task.text, "kind": task.kind} for task in tasks]
