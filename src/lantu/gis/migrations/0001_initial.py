from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies: list = []

    operations = [
        migrations.CreateModel(
            name="District",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=6, unique=True, verbose_name="区划代码")),
                ("name", models.CharField(max_length=40, verbose_name="名称")),
                ("geometry_wkb", models.BinaryField()),
                ("geojson", models.JSONField()),
                ("label_lon", models.FloatField()),
                ("label_lat", models.FloatField()),
                ("area_km2", models.FloatField(verbose_name="面积（平方公里，按轮廓计算）")),
                ("source", models.CharField(max_length=120, verbose_name="来源")),
                ("datum", models.CharField(max_length=60, verbose_name="坐标系")),
                ("repaired", models.BooleanField(default=False, verbose_name="轮廓经过修复")),
                ("loaded_at", models.DateTimeField()),
            ],
            options={"verbose_name": "县市区轮廓", "ordering": ["code"]},
        ),
    ]
