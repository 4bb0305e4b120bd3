"""The test settings with Elasticsearch: for a relay in a process of its own."""

import os

from network_site.settings.test import *  # noqa: F403

ELASTICSEARCH_URL = os.environ["TEST_ELASTICSEARCH_URL"]
# With a broker the relay hands its work to a worker of the test's own, over a queue that nobody else listens to.
if os.environ["TEST_REDIS_URL"]:
    CELERY_BROKER_URL = os.environ["TEST_REDIS_URL"]
    CELERY_TASK_ALWAYS_EAGER = False
    CELERY_TASK_DEFAULT_QUEUE = os.environ["TEST_QUEUE"]
ELASTICSEARCH_PREFIX = os.environ["TEST_ELASTICSEARCH_PREFIX"]
# Meaning is proved elsewhere; here a relay must be up quickly, again and again.
SEARCH_ENCODER = ""
