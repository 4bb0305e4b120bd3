"""Run as a program in a site's database: people of the demonstration, named by its words, decide the case of Balmi."""

from __future__ import annotations

import sys

CASE = "Eleven decisions for Balmi"


def main() -> None:
    import django

    django.setup()
    from learning.seeding import key_of
    from network_site.publishing.models import PublishedRecord

    from ..learning.learners import begin, decide
    from .learning_screens import person

    course = PublishedRecord.objects.get(pk=key_of("balmi", ""))
    for name in sys.argv[1:]:
        begin(person(name), course)
        decide(person(name), course, CASE, is_shared=True)


if __name__ == "__main__":
    main()
