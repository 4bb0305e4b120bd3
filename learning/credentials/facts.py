"""What a certificate says, once for badge, paper and page."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from network_site.common.language import current_language
from network_site.common.templatetags.enlace import number

from ..enums import CertificateKind


@dataclass(frozen=True, kw_only=True)
class CertificateFacts:
    """A certificate as it was issued. Words come in the language that is active when they are asked for."""

    code: str
    kind: str  # a value of CertificateKind
    issued_on: datetime.datetime
    titles: Mapping[str, str]  # by language, English among them
    hours: int
    score: Decimal | int | None  # of 100; None where nothing was scored
    course_version: int
    language: str  # in which the course was taken
    holder: str  # name or initials, as the holder wants to be shown
    holder_email: str = ""  # only where the holder consents; leaves this house as a hash
    issuer_name: str
    issuer_address: str  # of the issuer's profile
    course_address: str
    verify_address: str
    is_demo: bool = False

    def __post_init__(self) -> None:
        CertificateKind(self.kind)
        if not self.titles.get("en"):
            raise ValueError("A course has a title in English at least.")
        if timezone.is_naive(self.issued_on):
            raise ValueError("A certificate needs the time of its issue with its time zone.")

    @property
    def title_language(self) -> str:
        """The language in which the title can be shown: the active one, else English."""
        code = current_language()
        return code if self.titles.get(code) else "en"

    @property
    def title(self) -> str:
        """The course's title in that language."""
        return self.titles[self.title_language]

    @property
    def told_score(self) -> Decimal | int | None:
        """The score as far as it leaves the house: who only took part is not followed by one."""
        return None if self.kind == CertificateKind.ATTENDANCE else self.score

    def hours_words(self) -> str:
        """Course of 10 hours."""
        return ngettext("Course of %(hours)s hour", "Course of %(hours)s hours", self.hours) % {"hours": self.hours}

    def result_words(self) -> str:
        """Passed, 82 of 100."""
        result = str(CertificateKind(self.kind).label)
        if self.told_score is None:
            return result
        return _("%(result)s, %(score)s of 100") % {"result": result, "score": number(self.told_score)}

    def says(self) -> str:
        """What the certificate says about the person."""
        return {
            CertificateKind.ATTENDANCE: _("It says that this person took part in the course."),
            CertificateKind.APPROVED: _("It says that this person finished the course and passed its tests."),
            CertificateKind.HONOURS: _(
                "It says that this person finished the course and passed its tests with honours."
            ),
        }[CertificateKind(self.kind)]
