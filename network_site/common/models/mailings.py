"""How a person wants her mail, and the mails that went out."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .personal import PersonalModel


class Rhythm(models.TextChoices):
    """How soon a notice also comes by mail."""

    AT_ONCE = "at_once", _("At once")
    DAILY = "daily", _("Once a day")
    WEEKLY = "weekly", _("Once a week")
    NEVER = "never", pgettext_lazy("mail", "Never")


DIGESTS = (Rhythm.DAILY, Rhythm.WEEKLY)


class OwnSetting(PersonalModel):
    """A wish of one person about her own mail: she writes it, the relay reads it, nobody else does either."""

    kept_by_maker = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person_id = models.UUIDField()

    class Meta(PersonalModel.Meta):
        abstract = True


class MailChoice(OwnSetting):
    """How soon a person wants mail of one kind. No row: the default of that kind (common/rhythms.py)."""

    kind = models.CharField(max_length=80)
    rhythm = models.CharField(max_length=10, choices=Rhythm.choices)

    class Meta(OwnSetting.Meta):
        constraints = [
            models.UniqueConstraint(fields=["person_id", "kind"], name="one_mail_choice_per_kind"),
            models.CheckConstraint(condition=models.Q(rhythm__in=Rhythm.values), name="mail_choice_rhythm_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.rhythm}"


class DigestTime(OwnSetting):
    """When a person wants her digests, in her own zone. No row: seven in the morning, Mondays."""

    hour = models.PositiveSmallIntegerField(default=7)
    weekday = models.PositiveSmallIntegerField(default=0, help_text="Monday is 0")
    time_zone = models.CharField(max_length=60, blank=True, help_text="empty: that of her organisation's country")

    class Meta(OwnSetting.Meta):
        constraints = [
            models.UniqueConstraint(fields=["person_id"], name="one_digest_time_per_person"),
            models.CheckConstraint(condition=models.Q(hour__lte=23), name="digest_hour_of_the_day"),
            models.CheckConstraint(condition=models.Q(weekday__lte=6), name="digest_day_of_the_week"),
        ]

    def __str__(self) -> str:
        return f"{self.hour}:00 {self.time_zone}"


class Mailing(PersonalModel):
    """One mail to one person: a notice, or the digest of a day or week. It holds no text.

    The key names the event or the period, so the same mail cannot be left twice; the id is made
    from the key and is the mail's Message-ID. `dropped_at`: there was nothing to say any more.
    """

    tenant_field = "recipient_id"
    made_by_relay = True
    kept_by_maker = True

    id = models.UUIDField(primary_key=True, editable=False)
    recipient_id = models.UUIDField()
    rhythm = models.CharField(max_length=10, choices=Rhythm.choices)
    key = models.CharField(max_length=300, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta(PersonalModel.Meta):
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["recipient_id", "-created_at"])]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(rhythm__in=[Rhythm.AT_ONCE, *DIGESTS]), name="mailing_rhythm_known"
            ),
            models.CheckConstraint(
                condition=models.Q(sent_at__isnull=True) | models.Q(dropped_at__isnull=True),
                name="mailing_sent_or_dropped",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rhythm} for {self.recipient_id}"
