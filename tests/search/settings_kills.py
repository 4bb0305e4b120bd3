"""The test settings with Elasticsearch: for a relay in a process of its own."""

import os

from network_site.settings.test import *  # noqa: F403

ELASTICSEARCH_URL = os.environ["TEST_ELASTICSEARCH_URL"]
ELASTICSEARCH_PREFIX = os.environ["TEST_ELASTICSEARCH_PREFIX"]
# Meaning is proved elsewhere; here a relay must be up quickly, again and again.
SEARCH_ENCODER = ""
