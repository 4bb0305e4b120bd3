"""What one may mean while one types."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from network_site.common import limits

from .. import queries
from ..kinds import kinds

# A ministry's people may share one address, and somebody who types asks a few times a second at most.
SUGGESTIONS_PER_MINUTE = 300
KEPT_SECONDS = 60


def suggestions(request: HttpRequest) -> HttpResponse:
    """Things whose title begins like what was typed, as JSON: what everybody or this reader may find.

    `said` is how many they are, in words, for those who hear the page.
    """
    standing = limits.count("suggest", limits.address_of(request), limit=SUGGESTIONS_PER_MINUTE, window=60)
    if standing.is_over:
        return JsonResponse({"said": "", "suggestions": []}, status=429, headers=standing.headers())
    only = [name for name, _kind in kinds.items() if name in request.GET.getlist("kind")]
    found = queries.complete(request.GET.get("q", ""), only=only)
    said = ngettext("%(count)s suggestion", "%(count)s suggestions", len(found)) % {"count": len(found)}
    answer = JsonResponse(
        {
            "said": said if found else _("No suggestions"),
            "suggestions": [
                {"title": hit.title, "language": hit.language, "kind": hit.kind_one, "url": hit.url} for hit in found
            ],
        }
    )
    audience = "private" if request.user.is_authenticated else "public"
    answer["Cache-Control"] = f"{audience}, max-age={KEPT_SECONDS}"
    answer["X-Robots-Tag"] = "noindex"
    patch_vary_headers(answer, ("Cookie",))
    return answer
