"""The sixteen sections of the Terms of Reference: which texts and which rows each of them has (funding page, 3.1).

A text field with `many` takes several texts, each a value of its own with its own origin; its rows are keyed
`<key>:<anything>`. What stands under `parts` are rows of the models in projects/models/terms.py, by kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from .enums import Section

MANY = ":"


@dataclass(frozen=True)
class TextField:
    """One text of a section."""

    key: str
    label: Any
    hint: Any = ""
    required: bool = False
    many: bool = False
    rows: int = 5


@dataclass(frozen=True)
class SectionOutline:
    """One section: its number, its texts, and the kinds of rows that stand in it."""

    section: Section
    fields: tuple[TextField, ...] = ()
    parts: tuple[str, ...] = ()

    @property
    def number(self) -> int:
        return NUMBERS[self.section.value]

    @property
    def label(self) -> Any:
        return self.section.label


NUMBERS = {section.value: number for number, section in enumerate(Section, 1)}

OUTLINE: tuple[SectionOutline, ...] = (
    SectionOutline(
        Section.IDENTIFICATION,
        (
            TextField(
                "summary", _("In one sentence"), _("What the project does, for whom and where."), required=True, rows=2
            ),
            TextField(
                "supports",
                _("Operation that it supports"),
                _("A loan or programme to which it belongs, if any."),
                rows=2,
            ),
            TextField("team", _("Prepared by"), _("Units and people who wrote it, and whom to ask."), rows=3),
        ),
    ),
    SectionOutline(
        Section.PARTIES,
        (
            TextField(
                "request",
                _("Who asks"),
                _("Which institution asks for the project, in which letter and of which day."),
                rows=3,
            ),
            TextField("programmes", _("Other programmes"), _("Who else works on the same matter.")),
        ),
        ("parties",),
    ),
    SectionOutline(
        Section.CONTEXT,
        (
            TextField("problem", _("Problem"), _("What is lacking, and why."), required=True, rows=8),
            TextField("context", _("Situation"), _("What one has to know of the country and its institutions.")),
            TextField("findings", _("Findings"), _("What a diagnostic or an assessment found."), many=True, rows=2),
            TextField("figures", _("Figures"), _("Each with its year and its source."), many=True, rows=2),
            TextField("evidence", _("Evidence"), _("How you know, with sources.")),
            TextField("previous", _("What was tried before"), _("Earlier projects, and what they left."), many=True),
        ),
    ),
    SectionOutline(
        Section.BENEFICIARIES,
        (
            TextField("beneficiaries", _("Who benefits"), _("Directly and indirectly."), required=True),
            TextField("numbers", _("How many"), _("Women and men, groups, with the source of each number."), rows=3),
            TextField("capacity", _("What is there already"), _("Staff, systems and knowledge on which it can build.")),
        ),
    ),
    SectionOutline(
        Section.JUSTIFICATION,
        (
            TextField(
                "alignment",
                _("Policies that it serves"),
                _("National policy, plans of the region, global goals."),
                required=True,
            ),
            TextField("modality", _("Why in this way"), _("Why this kind of cooperation and no other.")),
            TextField(
                "overlap", _("No duplication"), _("Which similar projects were looked at, and how this one differs.")
            ),
            TextField(
                "constraints", _("What must be respected"), _("Laws, deadlines and limits that the ministry names.")
            ),
        ),
    ),
    SectionOutline(
        Section.OBJECTIVE,
        (
            TextField(
                "objective",
                _("Objective"),
                _("The change that is wanted, in one or two sentences."),
                required=True,
                rows=4,
            ),
            TextField(
                "theory", _("Why it should work"), _("How activities lead to products, and products to the change.")
            ),
            TextField(
                "components",
                _("Components"),
                _("Begin each with its name, for example: “Component 1: Maturity diagnosis.”"),
                many=True,
            ),
            TextField(
                "reuse", _("Elements to reuse"), _("Parts of a practice that are taken over."), many=True, rows=4
            ),
            TextField(
                "adapt", _("What has to be adapted"), _("Clauses that follow from the fit check."), many=True, rows=3
            ),
        ),
    ),
    SectionOutline(
        Section.RESULTS,
        (
            TextField(
                "measuring", _("How results are measured"), _("Definitions and methods, where a row is too short.")
            ),
        ),
        ("results",),
    ),
    SectionOutline(
        Section.EXECUTION,
        (
            TextField("arrangement", _("Who carries it out"), _("The agency, and why it is able to."), required=True),
            TextField("steering", _("Who decides"), _("Steering committee, supervision, responsibilities.")),
            TextField("licence", _("Rights in the products"), _("Who owns what is made, and who may use it."), rows=3),
        ),
        ("activities",),
    ),
    SectionOutline(Section.ASSIGNMENTS, (), ("assignments",)),
    SectionOutline(
        Section.BUDGET,
        (
            TextField("financing", _("Who pays"), _("Donors, counterpart, conditions.")),
            TextField("costs", _("What comparable work cost"), _("As a range, for orientation."), many=True, rows=3),
        ),
        ("budget",),
    ),
    SectionOutline(
        Section.PROCUREMENT,
        (TextField("rules", _("Rules of procurement"), _("Whose rules apply to consultants, firms and goods.")),),
        ("procurement",),
    ),
    SectionOutline(
        Section.RISKS,
        (TextField("risks", _("Risks in words"), _("What holds for the project as a whole."), rows=4),),
        ("risks",),
    ),
    SectionOutline(
        Section.SUSTAINABILITY,
        (
            TextField("home", _("Afterwards"), _("Who goes on with it, with which staff and which money.")),
            TextField(
                "preconditions",
                _("What must be in place"),
                _("Conditions without which it does not last."),
                many=True,
                rows=3,
            ),
            TextField("transfer", _("What others learn from it"), _("Training, publications, visits.")),
        ),
    ),
    SectionOutline(
        Section.SAFEGUARDS,
        (
            TextField(
                "safeguards", _("Environment and social matters"), _("Class, likely effects, what is done about them.")
            ),
            TextField(
                "inclusion", _("Gender and disability"), _("How women, men and people with disabilities are reached.")
            ),
        ),
    ),
    SectionOutline(
        Section.MONITORING,
        (
            TextField("reporting", _("Reports"), _("Who reports what, how often, to whom.")),
            TextField("evaluation", _("Evaluation"), _("When, by whom, with which part of the budget.")),
            TextField("data", _("Data protection"), _("Which personal data are used, and how they are protected.")),
        ),
    ),
    SectionOutline(
        Section.ANNEXES,
        (TextField("exceptions", _("Exceptions"), _("From which rules the project departs, and why."), rows=3),),
        ("annexes",),
    ),
)

SECTIONS: dict[str, SectionOutline] = {outline.section.value: outline for outline in OUTLINE}
FIELDS: dict[str, tuple[str, TextField]] = {
    field.key: (outline.section.value, field) for outline in OUTLINE for field in outline.fields
}
# The section in which rows of a kind stand.
SECTION_OF_KIND: dict[str, str] = {kind: outline.section.value for outline in OUTLINE for kind in outline.parts}


class UnknownKey(KeyError):
    """A text key that the outline does not have."""


def field_of(key: str) -> tuple[str, TextField]:
    """The section and the field of a text's key: "problem", or "reuse:2". Raises UnknownKey."""
    base, many, _suffix = key.partition(MANY)
    if base not in FIELDS:
        raise UnknownKey(key)
    section, field = FIELDS[base]
    if bool(many) != field.many:
        raise UnknownKey(key)
    return section, field
