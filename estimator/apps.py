from django.apps import AppConfig
from django.core.exceptions import ImproperlyConfigured


def _ring_for_delivery(delivery_id: str) -> None:
    from .deliveries import ring  # Celery asks for the apps, so it comes after them.

    ring(delivery_id)


class EstimatorConfig(AppConfig):
    name = "estimator"
    verbose_name = "Estimator"

    def ready(self) -> None:
        from designer.designs import outlook
        from designer.notices import actions as notices
        from designer.proposals import measures
        from estimator.prices import dates, default_date

        from .measuring import measured
        from .outlook import known

        if default_date() not in dates():
            raise ImproperlyConfigured(
                f"WEIR_PRICE_DATE={default_date()!r}: there are books of {', '.join(dates())}"
            )
        outlook.register(known)
        notices.register(_ring_for_delivery)
        measures.register(measured)
