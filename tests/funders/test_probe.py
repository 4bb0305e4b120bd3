import pytest
from tests.funders.builders import *
from tests.people import People, acting, organization_of
from funders.selectors import *
from network_site.organizations.actor import current

pytestmark = [pytest.mark.django_db]


def test_it(people):
    d = donor(people)
    r = requested(people)
    offered(d, rules=(CAP, YEARS))
    with acting(d) as a:
        found = list_requests(a, RequestQuery())
        assert [x.verdict for x in found.requests] == ["eligible"], [x.best.judgement for x in found.requests]
        assert found.still_open
        assert list_public_offers(OfferQuery()).total == 1
        print([(f.name, f.options) for f in found.facets])
