"""The decisions of a case, and the same ones for one's own country."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from babel.numbers import get_decimal_symbol
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from network_site.common.language import current_language
from network_site.common.templatetags.enlace import babel_locale

from ..enums import PromptKind
from ..outline import Item, words
from ..quiz.writing import NumberField
from ..services.cases import REFLECTION_LONGEST, Decision, room_for

CONFIDENCE = [
    (1, gettext_lazy("a guess")),
    (2, gettext_lazy("not very sure")),
    (3, gettext_lazy("fairly sure")),
    (4, gettext_lazy("sure")),
    (5, gettext_lazy("quite sure")),
]


class DecisionForm(forms.Form):
    """One decision: a choice or a number with its reason, or a text; how sure one is; whether others may read it."""

    text = forms.CharField(
        required=False, max_length=3000, widget=forms.Textarea(attrs={"rows": 4}), label=gettext_lazy("Why?")
    )
    confidence = forms.TypedChoiceField(
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", gettext_lazy("not said")), *CONFIDENCE],
        label=gettext_lazy("How sure are you?"),
    )
    is_shared = forms.BooleanField(
        required=False,
        label=gettext_lazy("Others may read this, without my name or organisation"),
    )

    def __init__(self, prompt: Mapping[str, Any], data: Any = None, stored: Mapping[str, Any] | None = None) -> None:
        self.prompt = prompt
        self.said = words(prompt["texts"], current_language(), "en")
        held = dict(stored or {})
        if prompt["kind"] == PromptKind.NUMBER and held.get("value"):
            held["value"] = held["value"].replace(".", get_decimal_symbol(babel_locale()))
        super().__init__(data, prefix=prompt["key"], initial=held)
        text = self.fields["text"]
        if prompt["kind"] == PromptKind.TEXT:
            text.label = self.said["question"]
        else:
            self.fields["value"] = self._value()
            self.order_fields(["value", "text", "confidence", "is_shared"])
        least = prompt["min_words"]
        if least:
            text.help_text = ngettext("At least %(count)s word.", "At least %(count)s words.", least) % {"count": least}

    def _value(self) -> forms.Field:
        structure = self.prompt["structure"]
        if self.prompt["kind"] == PromptKind.CHOICE:
            return forms.ChoiceField(
                required=False,
                label=self.said["question"],
                widget=forms.RadioSelect,
                choices=[(key, self.said["options"][key]) for key in structure["options"]],
            )
        return NumberField(
            required=False,
            label=self.said["question"],
            help_text=self.said.values.get("unit", ""),
        )

    def clean_value(self) -> str:
        """The choice, or the number in its normal text and within its bounds."""
        given = self.cleaned_data["value"]
        if self.prompt["kind"] == PromptKind.CHOICE:
            return str(given)
        if given is None:
            return ""
        structure = self.prompt["structure"]
        least, most = structure.get("min"), structure.get("max")
        number = Decimal(given["value"])
        if (least is not None and number < least) or (most is not None and number > most):
            words = _("Enter a number from %(least)s to %(most)s.")
            raise forms.ValidationError(words % {"least": least, "most": most})
        return str(given["value"])

    @property
    def decision(self) -> Decision:
        """What was decided, as the service takes it."""
        sent = self.cleaned_data
        return Decision(sent.get("value", ""), sent["text"], sent["confidence"], sent["is_shared"])

    @property
    def kept(self) -> Decision:
        """What was sent, also what was not understood: it is kept as it was typed until it is mended."""
        if self.is_valid():
            return self.decision
        typed = {name: str(self[name].data or "") for name in ("value", "text") if name in self.fields}
        sent = self.cleaned_data
        confidence, is_shared = sent.get("confidence"), bool(sent.get("is_shared"))
        return Decision(typed.get("value", ""), typed["text"], confidence, is_shared)

    def refuse(self) -> None:
        """Say beside the field that it has still to be decided."""
        name = "text" if self.prompt["kind"] == PromptKind.TEXT else "value"
        self.add_error(name, _("Decide this one too. Afterwards it cannot be changed."))

    def ask_for_words(self) -> bool:
        """Say beside the reason that it is too short; whether that was so."""
        if len(self.cleaned_data.get("text", "").split()) >= self.prompt["min_words"]:
            return False
        self.add_error("text", _("Say a little more about why: it is what you will compare with what happened."))
        return True


class CaseForm:
    """The decisions of a case: shown from what is stored, or read from what was sent, as one."""

    def __init__(self, item: Item, data: Any = None, stored: Mapping[str, Any] | None = None) -> None:
        held = stored or {}
        self.forms = [DecisionForm(prompt, data, held.get(prompt["id"])) for prompt in (item.case or {})["prompts"]]

    def is_valid(self) -> bool:
        """Whether everything was understood (all are checked, so that all errors show at once)."""
        return not [form for form in self.forms if not form.is_valid()]

    @property
    def decisions(self) -> dict[UUID, Decision]:
        """What was sent, by prompt."""
        return {UUID(form.prompt["id"]): form.kept for form in self.forms}


class ReflectForm(forms.Form):
    """What one would decide differently once one has read what happened."""

    text = forms.CharField(
        required=False,
        max_length=REFLECTION_LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        label=gettext_lazy("What would you decide differently now, and why?"),
        help_text=gettext_lazy("For yourself: nobody else reads it."),
    )

    def __init__(self, data: Any = None, stored: str = "") -> None:
        super().__init__(data, prefix="reflect", initial={"text": stored})


class HomeForm(forms.Form):
    """The same decisions for one's own country, each as a text."""

    def __init__(self, item: Item, data: Any = None, stored: Mapping[UUID, str] | None = None) -> None:
        super().__init__(data, prefix="home")
        self.prompts = (item.case or {})["prompts"]
        for prompt in self.prompts:
            said = words(prompt["texts"], current_language(), "en")
            self.fields[prompt["key"]] = forms.CharField(
                required=False,
                max_length=room_for(item.case or {}, prompt),
                label=said["at_home"],
                widget=forms.Textarea(attrs={"rows": 3}),
                initial=(stored or {}).get(UUID(prompt["id"]), ""),
            )

    @property
    def texts(self) -> dict[UUID, str]:
        """What was written, by prompt."""
        return {UUID(prompt["id"]): self.cleaned_data[prompt["key"]] for prompt in self.prompts}


class AskForm(forms.Form):
    """Why somebody would like to take a course to which one is let in on request."""

    why = forms.CharField(
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        label=pgettext_lazy("course", "Why would you like to take it?"),
    )
