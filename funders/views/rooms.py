"""A donor's room with a ministry: list, page, interest, words and files, pledge, commitment, money that arrived."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from network_site.common import limits
from network_site.common.workflow import StaleVersion, TransitionRefused
from network_site.organizations.actor import Actor, current
from network_site.publishing.models import PublishedRecord
from projects.selectors import funding_of
from projects.services import OverFunded

from .. import permissions, services
from ..enums import NegotiationStatus
from ..forms.rooms import CommitForm, InterestForm, MessageForm, PromiseForm, ReceiptForm, RoomFileForm, StepForm
from ..models import Negotiation
from ..selectors import rooms as selectors
from ..workflow.negotiation import NEGOTIATION

# Steps that a page of their own does, because they need more than a word, and the clock's.
ELSEWHERE = {
    "pledge": "funders:pledge",
    "reduce": "funders:pledge",
    "commit": "funders:commit",
    "pay_out": "funders:receipt",
}
# So that nobody finds the sum of others by trying amounts.
PLEDGES_A_DAY = 10
DAY = 24 * 60 * 60
SHOWN = 200
CHANGED = gettext_lazy("Somebody else changed this record meanwhile. Read it again, then decide.")
TAGS = {
    NegotiationStatus.EXPRESSED: ("info", "dot"),
    NegotiationStatus.DISCUSSION: ("info", "talk"),
    NegotiationStatus.PLEDGED: ("warn", "clock"),
    NegotiationStatus.COMMITTED: ("ok", "ok"),
    NegotiationStatus.DISBURSING: ("ok", "arr"),
    NegotiationStatus.FULFILLED: ("ok", "ok"),
}


def get_room_or_404(pk: UUID) -> Negotiation:
    """A room that the actor may enter; foreign and missing are the same 404."""
    try:
        return selectors.get_room(pk)
    except Negotiation.DoesNotExist:
        raise Http404 from None


def get_request_or_404(number: int) -> PublishedRecord:
    """A published request by its public number."""
    record = PublishedRecord.objects.live().of_kind("project").select_related("owner").filter(number=number).first()
    if record is None:
        raise Http404
    return record


def status_tag(room: Negotiation) -> dict[str, str]:
    """Where a room stands, in a word, a sign and a colour."""
    kind, icon = TAGS.get(room.status, ("line", "no"))  # type: ignore[call-overload]
    return {"kind": kind, "icon": icon, "text": room.get_status_display()}


def lines_of(rooms: Iterable[Negotiation]) -> list[dict[str, Any]]:
    """Rooms as lines of a list."""
    return [
        {
            "room": room,
            "url": reverse("funders:room", args=[room.pk]),
            "tag": status_tag(room),
            "pledge": room.pledge,
        }
        for room in rooms
    ]


@login_required
@require_safe
def room_list(request: HttpRequest) -> HttpResponse:
    """All rooms that the reader may enter."""
    actor = current()
    rooms = selectors.list_rooms()[:SHOWN] if actor.organization_id else []
    with_donor = actor.organization_kind not in permissions.PAYING_KINDS
    return render(request, "funders/room_list.html", {"lines": lines_of(rooms), "with_donor": with_donor})


@login_required
@require_safe
def funding(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What a project needs and has, and its rooms, for the ministry and the Network."""
    sums = funding_of(pk)
    if sums is None:
        raise Http404
    lines = lines_of(selectors.list_rooms(project_id=pk))
    return render(request, "funders/room_funding.html", {"funding": sums, "project": sums.project, "lines": lines})


@login_required
@require_http_methods(["GET", "POST"])
def express(request: HttpRequest, number: int) -> HttpResponse:
    """Say that one is interested, and open the room."""
    actor = current()
    record = get_request_or_404(number)
    if not permissions.can_express_interest(actor):
        raise PermissionDenied
    known = selectors.own_room(record, actor)
    if known is not None and request.method != "POST":
        return redirect("funders:room", known.pk)
    form = InterestForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            room = services.express_interest(record, text=form.cleaned_data["text"], key=form.cleaned_data["key"])
        except TransitionRefused as refused:
            form.add_error(None, refused.messages)  # type: ignore[arg-type]
        else:
            messages.success(request, _("The ministry and the Network were told. This is your room."))
            return redirect("funders:room", room.pk)
    context = {"record": record, "form": form, "is_open": services.seeks_money(record)}
    return render(request, "funders/room_express.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def room(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The room: where it stands, what was said and promised, what can be done."""
    return _room_page(request, get_room_or_404(pk))


def _room_page(request: HttpRequest, room: Negotiation, *, status: int = 200, **extra: Any) -> HttpResponse:
    actor = current()
    sums = funding_of(room.project_id)
    public = room.record.snapshot.get("sums", {})
    options = NEGOTIATION.options(room, actor)
    of_donor = permissions.is_of_donor(actor, room)
    context = {
        "room": room,
        "record": room.record,
        "tag": status_tag(room),
        "said": selectors.what_was_said(room),
        "pledge": room.pledge,
        "pledges": sorted(room.pledges.all(), key=lambda one: -one.version),
        "receipts": list(room.receipts.all()),
        "of_donor": of_donor,
        "other": room.record.owner.name if of_donor else room.owner.name,
        # Ministry and Network know the sum of all pledges; a donor knows what everybody does, and its own.
        "sums": sums,
        "public": {name: Decimal(public.get(name) or 0) for name in ("needed", "committed", "received")},
        "links": [
            {"url": reverse(ELSEWHERE[option.name], args=[room.pk]), "label": option.transition.label}
            for option in options
            if option.name in ELSEWHERE
        ],
        "options": [option for option in options if option.name not in ELSEWHERE],
        "can_talk": permissions.can_talk(actor, room),
        "message_form": MessageForm(),
        "file_form": RoomFileForm(),
        "step_form": StepForm(initial={"version": room.lock_version}),
    }
    return render(request, "funders/room.html", context | extra, status=status)


@login_required
@require_POST
def say(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write to the others."""
    room = get_room_or_404(pk)
    form = MessageForm(request.POST)
    if not done(form, lambda given: services.say(room, **given)):
        return _room_page(request, room, message_form=form, status=422)
    messages.success(request, _("Your message is in the room."))
    return redirect("funders:room", room.pk)


@login_required
@require_POST
def add_file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put a file into the room."""
    room = get_room_or_404(pk)
    form = RoomFileForm(request.POST, request.FILES)
    if not done(form, lambda given: services.add_file(room, content_type=given["upload"].content_type, **given)):
        return _room_page(request, room, file_form=form, status=422)
    messages.success(request, _("Your file is in the room."))
    return redirect("funders:room", room.pk)


@login_required
@require_http_methods(["GET", "POST"])
def pledge(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Make a pledge, or make it smaller."""
    room = get_room_or_404(pk)
    if not permissions.can_pledge(current(), room):
        raise PermissionDenied
    components = selectors.components_of(room.record)
    form = PromiseForm(request.POST if request.method == "POST" else None, room=room, components=components)
    verb = services.reduce_pledge if room.holds_pledge else services.make_pledge

    def promise(given: dict[str, Any]) -> Any:
        standing = limits.count("pledge", f"{room.owner_id}:{room.record_id}", limit=PLEDGES_A_DAY, window=DAY)
        if standing.is_over:
            raise OverFunded
        version, key = given.pop("version"), given.pop("key")
        given["components"] = tuple(given.get("components", ()))
        return verb(room, promise=services.Promise(**given), lock_version=version, key=key)

    status = 200
    if request.method == "POST":
        try:
            if done(form, promise):
                messages.success(request, _("Your pledge is in the room. It closes no gap until you commit it."))
                return redirect("funders:room", room.pk)
            status = 422
        except StaleVersion:
            form.add_error(None, CHANGED)
            status = 409
    context = {"room": room, "record": room.record, "form": form, "is_new": not room.holds_pledge}
    return render(request, "funders/pledge.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def commit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Commit what was pledged, with the signed document."""
    room = get_room_or_404(pk)
    if not permissions.can_pledge(current(), room) or not room.holds_pledge:
        return redirect("funders:room", room.pk)
    initial = {"version": room.lock_version}
    form = CommitForm(*((request.POST, request.FILES) if request.method == "POST" else ()), initial=initial)

    def sign(given: dict[str, Any]) -> Any:
        upload = given["upload"]
        return services.commit_money(
            room,
            upload=upload,
            content_type=upload.content_type,
            title=_("Signed commitment"),
            lock_version=given["version"],
        )

    return _form_page(
        request, room, form, sign, "funders/pledge_commit.html", _("The money is committed. The gap is smaller now.")
    )


@login_required
@require_http_methods(["GET", "POST"])
def receipt(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Record money that arrived."""
    room = get_room_or_404(pk)
    if not permissions.can_confirm_money(current(), room) or not room.holds_money:
        return redirect("funders:room", room.pk)
    form = ReceiptForm(request.POST if request.method == "POST" else None, room=room)

    def take(given: dict[str, Any]) -> Any:
        version = given.pop("version")
        return services.record_receipt(room, lock_version=version, **given)

    return _form_page(request, room, form, take, "funders/pledge_receipt.html", _("The money is recorded as received."))


def _form_page(
    request: HttpRequest,
    room: Negotiation,
    form: forms.Form,
    verb: Callable[[dict[str, Any]], Any],
    template: str,
    words: str,
) -> HttpResponse:
    status = 200
    if request.method == "POST":
        try:
            if done(form, verb):
                messages.success(request, words)
                return redirect("funders:room", room.pk)
            status = 422
        except StaleVersion:
            form.add_error(None, CHANGED)
            status = 409
    context = {"room": room, "record": room.record, "form": form, "pledge": room.pledge}
    return render(request, template, context, status=status)


@login_required
@require_POST
def do(request: HttpRequest, pk: UUID, name: str) -> HttpResponse:
    """Do a step that needs no more than a word."""
    room = get_room_or_404(pk)
    if name not in NEGOTIATION.transitions or name in ELSEWHERE:
        raise Http404
    form = StepForm(request.POST)
    if not form.is_valid():
        return _room_page(request, room, step_form=form, tried=name, status=422)
    try:
        services.take_step(room, name, note=form.cleaned_data["note"], lock_version=form.cleaned_data["version"])
    except StaleVersion:
        return _room_page(request, get_room_or_404(pk), step_form=form, tried=name, refused=[CHANGED], status=409)
    except TransitionRefused as refused:
        return _room_page(request, room, step_form=form, tried=name, refused=refused.messages, status=422)
    messages.success(request, str(NEGOTIATION.transitions[name].past))
    return redirect("funders:room", room.pk)


def done(form: forms.Form, verb: Callable[[dict[str, Any]], Any]) -> bool:
    """Whether the form was right and the verb did it; what stands in the way stands at the form."""
    if not form.is_valid():
        return False
    try:
        verb(dict(form.cleaned_data))
    except TransitionRefused as refused:
        for item in refused.unmet:
            form.add_error(item.code if item.code in form.fields else None, str(item.message))
        return False
    return True


# --- On other pages --------------------------------------------------------------------------


def project_panel(project: Any, actor: Actor) -> tuple[str, dict[str, Any]] | None:
    """On a project's own page, for the ministry and the Network: its sums and its rooms."""
    sums = funding_of(project.pk)
    if sums is None or not sums.needed:
        return None
    lines = lines_of(selectors.list_rooms(project_id=project.pk)[:20])
    return "funders/room_panel.html", {"funding": sums, "project": project, "lines": lines}


def request_action(record: PublishedRecord, actor: Actor) -> tuple[str, dict[str, Any]] | None:
    """On a published request: say that one is interested, or go to one's room."""
    given = selectors.request_action(record, actor)
    if given is None or not (given["room_url"] or services.seeks_money(record)):
        return None
    return "funders/room_action.html", given
