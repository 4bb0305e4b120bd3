"""Every address of the site."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path, re_path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from network_site.common import gallery
from network_site.common import views as common
from network_site.organizations.sso import urls as sso
from network_site.organizations.views import to_sign_in
from network_site.publishing import sitemap
from network_site.publishing.views import picture
from network_site.taxonomy.glossary_page import glossary
from network_site.workspace import views as workspace

urlpatterns = [
    path("health/", common.health, name="health"),
    path("api/v1/", include("network_site.api")),
    path("sitemap.xml", sitemap.sitemap, name="sitemap"),
    path("sitemap-<int:number>.xml", sitemap.sitemap, name="sitemap_part"),
    path("robots.txt", sitemap.robots, name="robots"),
    path("vocab/", include("network_site.taxonomy.urls")),
    # Badges name these addresses for ever, so without a language.
    path("credentials/", include("learning.credential_urls")),
    # Wagtail's and Django's own sign-in pages would make a session without a second factor.
    path("admin/login/", to_sign_in),
    path("_util/login/", to_sign_in),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    # Registered at the organisations' servers, so without a language.
    path("accounts/", include(sso.machine_patterns)),
    # Pictures made for pages, where no nginx stands before the site; originals have no address at all.
    path("media/images/<str:name>", picture, name="picture"),
]
# allauth asks for it by this name when a limit is reached.
handler429 = common.too_many_requests

if settings.MAIL_VIEWER:
    urlpatterns += [path("dev/mail/", include("network_site.common.mail_viewer"))]

if settings.DEVELOPER_PAGES:
    urlpatterns += i18n_patterns(
        path("dev/components/", gallery.components, name="dev_components"),
        path("dev/components/<slug:name>/", gallery.component, name="dev_component"),
        path("dev/components/<slug:name>/bare/", gallery.bare, name="dev_bare"),
        path("dev/frames/<slug:name>/", gallery.frame, name="dev_frame"),
    )

urlpatterns += i18n_patterns(
    path("_util/login/", to_sign_in),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("accounts/", include("network_site.organizations.account_urls")),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/", include(sso.page_patterns)),
    path("files/<uuid:pk>/", common.private_file, name="private_file"),
    path("export/<slug:source>/<slug:kind>/", common.take_list, name="take_list"),
    path("announcements/<uuid:pk>/put-away/", common.put_away, name="put_away"),
    path("glossary/", glossary, name="glossary"),
    path("mail/stop/<str:token>/", workspace.mail_stop, name="mail_stop"),
    path("workspace/", include("network_site.workspace.urls")),
    path("workspace/", include("practices.urls")),
    path("workspace/", include("needs.urls")),
    path("workspace/", include("projects.urls")),
    path("workspace/", include("funders.urls")),
    path("certificates/", include("learning.certificate_urls")),
    path("workspace/learning/", include("learning.urls")),
    path("workspace/matches/", include("search.matching.urls")),
    path("workspace/searches/", include("search.urls")),
    path("workspace/organization/", include("network_site.organizations.urls")),
    re_path(r"", include(wagtail_urls)),
)
