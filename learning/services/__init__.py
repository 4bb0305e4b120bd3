"""What changes a course, an enrolment, an attempt, a case or a certificate."""

from .cases import draft_need, lock_case, save_case, save_home, save_reflection, share_reason
from .certifying import revoke_certificate, show_name
from .content import (
    remove_prompt,
    restore_question,
    retire_question,
    review_question,
    save_case_frame,
    save_case_study,
    save_course,
    save_prompt,
    save_question,
    save_quiz,
    set_prerequisites,
)
from .enrolling import (
    decide_enrolment,
    enrol,
    give_time,
    invite,
    leave,
    take_newer,
    take_off_list,
    unlock,
)
from .proposals import create_proposal, decide_proposal, save_proposal, send_proposal
from .publishing import publish_course, reread_practice, withdraw_course
from .quizzes import answer_quiz, end_when_due, hand_in, mark_response, start_attempt
from .working import finish_item, finish_with_attendance, open_item

__all__ = [
    "answer_quiz",
    "create_proposal",
    "decide_enrolment",
    "decide_proposal",
    "draft_need",
    "end_when_due",
    "enrol",
    "finish_item",
    "finish_with_attendance",
    "give_time",
    "hand_in",
    "invite",
    "leave",
    "lock_case",
    "mark_response",
    "open_item",
    "publish_course",
    "remove_prompt",
    "reread_practice",
    "restore_question",
    "retire_question",
    "review_question",
    "revoke_certificate",
    "save_case",
    "save_case_frame",
    "save_case_study",
    "save_course",
    "save_home",
    "save_prompt",
    "save_proposal",
    "save_question",
    "save_quiz",
    "save_reflection",
    "send_proposal",
    "set_prerequisites",
    "share_reason",
    "show_name",
    "start_attempt",
    "take_newer",
    "take_off_list",
    "unlock",
    "withdraw_course",
]
