from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "designer.accounts"
    label = "accounts"
    verbose_name = "Accounts"
