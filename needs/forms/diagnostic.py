"""Forms of a diagnostic: begin one, and one page for each area."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from network_site.common.files import check_upload
from network_site.taxonomy.models import Term

from ..guides import anchors
from ..models import Answer, Diagnostic
from ..services.diagnostic import Given, clean_note


class StartForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a diagnostic is called, and who answers."""

    class Meta:
        model = Diagnostic
        fields = ("title", "kind")
        labels = {"title": _("What is it called?"), "kind": _("Who answers?")}
        help_texts = {
            "title": _("The year, or what it is for. You will find it again under this name."),
            "kind": _("Whoever sits with you while you answer: only your ministry reads it here."),
        }
        widgets = {"kind": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("title", str(timezone.localdate().year))


def mark_of(score: str, note: str) -> str:
    """A mark of what a form showed, so that an answer that nobody touched is told from one that was changed."""
    return hashlib.sha256(f"{score}\n{clean_note(note)}".encode()).hexdigest()[:16]


class AnswerForm(forms.Form):
    """One item: score by radios, each with its sentence; note; evidence."""

    score = forms.ChoiceField(
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("Choose one of the sentences, or “Not answered”.")},
    )
    note = forms.CharField(
        required=False,
        label=_("Why this score?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    upload = forms.FileField(
        required=False,
        label=_("Evidence"),
        help_text=_("PDF, Word, Excel, ODT, CSV, text or a picture, up to 10 MB. Only your ministry reads it."),
    )
    drop_file = forms.BooleanField(required=False, label=_("Remove the stored file"))
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)
    was = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, item: Term, answer: Answer, data: Any = None, files: Any = None) -> None:
        self.item, self.answer = item, answer
        score = "" if answer.score is None else str(answer.score)
        super().__init__(
            data,
            files,
            prefix=prefix_of(item.code),
            initial={
                "score": score,
                "note": answer.note,
                "version": answer.lock_version,
                "was": mark_of(score, answer.note),
            },
        )
        field: Any = self.fields["score"]
        field.label = f"{item.code} · {item.statement}"
        field.choices = [
            *((str(value), f"{value} · {words}") for value, words in enumerate(anchors(item.code))),
            ("", pgettext_lazy("score", "Not answered")),
        ]
        if answer.file_name:
            self.fields["upload"].help_text = _("Stored: %(name)s. Another file takes its place.") % {
                "name": answer.file_name
            }
        else:
            del self.fields["drop_file"]

    def clean_upload(self) -> Any:
        upload = self.cleaned_data["upload"]
        if upload:
            upload.content_type = check_upload(upload)
        return upload

    @property
    def is_touched(self) -> bool:
        """Whether whoever sent it changed something of what she was shown."""
        sent = self.cleaned_data
        return bool(sent["upload"] or sent.get("drop_file") or mark_of(sent["score"], sent["note"]) != sent["was"])

    @property
    def given(self) -> Given:
        """The answer as the service takes it."""
        sent = self.cleaned_data
        return Given(
            item=self.item.code,
            version=sent["version"] or 0,
            score=int(sent["score"]) if sent["score"] else None,
            note=sent["note"],
            upload=sent["upload"],
            drop_file=sent.get("drop_file", False),
        )


def prefix_of(code: str) -> str:
    """D3.1 → D3-1: a dot would have to be escaped in every selector."""
    return code.replace(".", "-")


class AreaPage:
    """The items of one area: bound or not, they render and validate as one.

    Items that a request does not name (the second try after a conflict names only some) are shown as stored.
    """

    def __init__(
        self, items: Sequence[Term], answers: Mapping[str, Answer], data: Any = None, files: Any = None
    ) -> None:
        self.forms = [
            AnswerForm(item, answers[item.code], data, files)
            if data is not None and f"{prefix_of(item.code)}-version" in data
            else AnswerForm(item, answers[item.code])
            for item in items
        ]

    @property
    def sent(self) -> list[AnswerForm]:
        return [form for form in self.forms if form.is_bound]

    def is_valid(self) -> bool:
        """Whether every sent item is in order (all are checked, so that all errors show at once)."""
        return not [form for form in self.sent if not form.is_valid()]

    @property
    def given(self) -> list[Given]:
        """The answers that were changed."""
        return [form.given for form in self.sent if form.is_touched]
