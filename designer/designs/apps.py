from django.apps import AppConfig


class DesignsConfig(AppConfig):
    name = "designer.designs"
    label = "designs"
    verbose_name = "Designs"
