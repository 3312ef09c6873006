"""Every address of the server."""

from django.urls import include, path

from designer.accounts import pages
from designer.api import problems
from designer.api.ids import register_id_converters
from designer.designs.pages import shared_page

register_id_converters()

api = [
    path("", include("designer.api.urls")),
    path("", include("designer.accounts.urls")),
    path("", include("designer.designs.urls")),
    path("", include("designer.notices.urls")),
    path("", include("designer.proposals.urls")),
    path("", include("estimator.urls")),
]

urlpatterns = [
    path("api/v1/", include(api)),
    path("", include("estimator.health")),
    path("login", pages.login_page, name="login"),
    path("login/link/<str:secret>", pages.login_link, name="login-link"),
    path("invite/<str:secret>", pages.invite_page, name="invite"),
    path("logout", pages.logout_page, name="logout"),
    path("s/<str:secret>", shared_page, name="shared-page"),
    path("", pages.app_page, name="gallery"),
    path("settings", pages.app_page, name="settings"),
    path("compare", pages.app_page, name="compare"),
    path("d/<dsn:design_id>", pages.app_page, name="editor"),
    path("proposals", pages.app_page, name="proposals-page"),
    path("p/<prp:proposal_id>", pages.app_page, name="proposal-page"),
    path("p/<prp:proposal_id>/edit", pages.app_page, name="head-page"),
]

handler400 = problems.bad_request
handler403 = problems.permission_denied
handler404 = problems.page_not_found
handler500 = problems.server_error
