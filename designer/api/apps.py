from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "designer.api"
    label = "api"
    verbose_name = "API"
