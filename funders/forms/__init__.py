"""Forms of this floor."""

from .offers import RULE_FORMS as RULE_FORMS
from .offers import NoteForm as NoteForm
from .offers import OfferAnswers as OfferAnswers
from .offers import ProfileForm as ProfileForm
from .offers import RuleForm as RuleForm
