from django.db import migrations


def _share(report):
    """Write each item of the paths once, and name them by place."""
    items, places = [], {}
    for path in report["paths"]:
        shown = []
        for item in path["items"]:
            name = tuple(item.items())
            if name not in places:
                places[name] = len(items)
                items.append(item)
            shown.append(places[name])
        path["items"] = shown
    report["items"] = items


def _spread(report):
    items = report.pop("items")
    for path in report["paths"]:
        path["items"] = [items[place] for place in path["items"]]


def share(apps, schema_editor):
    _rewrite(apps, lambda report: "items" not in report, _share)


def spread(apps, schema_editor):
    _rewrite(apps, lambda report: "items" in report, _spread)


def _rewrite(apps, concerned, change):
    """Change the reports of estimates; those of simulations and what-ifs have other paths."""
    results = apps.get_model("estimator", "Result").objects
    runs = apps.get_model("estimator", "Estimate").objects.exclude(result=None)
    for key in set(runs.values_list("result", flat=True)):
        result = results.get(pk=key)
        if concerned(result.report):
            change(result.report)
            result.save(update_fields=["report"])


class Migration(migrations.Migration):
    """Paths share most of their items: kept once, a large report is a third of what it was."""

    dependencies = [("estimator", "0003_whatifs")]

    operations = [migrations.RunPython(share, spread)]
