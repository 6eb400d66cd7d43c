from django.contrib.postgres.operations import BtreeGinExtension, TrigramExtension
from django.db import migrations


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    run_before = [("teams", "0001_initial")]
    operations = [TrigramExtension(), BtreeGinExtension()]
