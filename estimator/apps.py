from django.apps import AppConfig


class EstimatorConfig(AppConfig):
    name = "estimator"
    verbose_name = "Estimator"

    def ready(self) -> None:
        from designer.designs import outlook

        from .outlook import known

        outlook.register(known)
