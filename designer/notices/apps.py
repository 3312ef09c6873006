from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "designer.notices"
    label = "notices"
    verbose_name = "Notices"

    def ready(self) -> None:
        from designer.accounts import audit

        from .events import heard

        audit.listen(heard)
