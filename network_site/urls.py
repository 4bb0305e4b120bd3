"""Every address of the site."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path, re_path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from network_site.common import views as common
from network_site.organizations.views import to_sign_in
from network_site.publishing import sitemap

urlpatterns = [
    path("health/", common.health, name="health"),
    path("api/v1/", include("network_site.api")),
    path("sitemap.xml", sitemap.sitemap, name="sitemap"),
    path("sitemap-<int:number>.xml", sitemap.sitemap, name="sitemap_part"),
    path("robots.txt", sitemap.robots, name="robots"),
    path("vocab/", include("network_site.taxonomy.urls")),
    # Wagtail's and Django's own sign-in pages would make a session without a second factor.
    path("admin/login/", to_sign_in),
    path("_util/login/", to_sign_in),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
]

urlpatterns += i18n_patterns(
    path("_util/login/", to_sign_in),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("files/<uuid:pk>/", common.private_file, name="private_file"),
    path("export/<slug:source>/<slug:kind>/", common.take_list, name="take_list"),
    path("workspace/", include("network_site.workspace.urls")),
    path("workspace/", include("practices.urls")),
    re_path(r"", include(wagtail_urls)),
)
