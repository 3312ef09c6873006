from django.apps import AppConfig


class ProposalsConfig(AppConfig):
    name = "designer.proposals"
    label = "proposals"
    verbose_name = "Proposals"

    def ready(self) -> None:
        from designer.accounts import audit

        from .rights import follow

        audit.listen(follow)
