"""Questions to this floor; everything is filtered by who asks."""

from .offers import OfferQuery as OfferQuery
from .offers import find_offers as find_offers
from .offers import follows as follows
from .offers import get_offer as get_offer
from .offers import list_offers as list_offers
from .offers import list_public_offers as list_public_offers
from .offers import offers_for as offers_for
from .offers import offers_of as offers_of
from .offers import open_offers as open_offers
from .offers import profile_of as profile_of
from .requests import RequestQuery as RequestQuery
from .requests import get_request as get_request
from .requests import list_requests as list_requests
