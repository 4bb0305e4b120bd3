"""What the engine on the database keeps (decision 0032): a narrow row for each entry, and the stemmed words.

The words are in tables that only this database's own full-text search knows, so Django is not told of them: neither
`flush` nor a dump sees them. Nothing there is a source (`search.engines.database.texts.rebuild` makes it all again),
and rows that stand for no entry are never found, because every answer joins the narrow rows.
"""

import django.db.models.deletion
from django.db import migrations, models

# The tokens come ready: no accents to remove, no stems to find. Ranks are counted elsewhere, so no sizes are kept.
SQLITE = (
    "CREATE VIRTUAL TABLE search_words USING fts5"
    " (words, columnsize = 0, tokenize = 'unicode61 remove_diacritics 0')",
)
POSTGRESQL = (
    "CREATE TABLE search_words (doc bigint NOT NULL, language varchar(5) NOT NULL, vector tsvector NOT NULL,"
    " PRIMARY KEY (doc, language))",
    # Found at once whatever was written a moment ago: a list of pending entries would be searched one by one.
    "CREATE INDEX search_words_vector ON search_words USING gin (vector) WITH (fastupdate = off)",
)


def make_words(apps, schema_editor):
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement)


def drop_words(apps, schema_editor):
    schema_editor.execute("DROP TABLE search_words")


class Migration(migrations.Migration):

    dependencies = [
        ('search', '0001_entries'),
    ]

    operations = [
        migrations.CreateModel(
            name='EmbeddedEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.PositiveBigIntegerField()),
                ('kind', models.CharField(max_length=20)),
                ('audience', models.CharField(max_length=10)),
                ('published', models.BigIntegerField()),
                ('evidence_level', models.PositiveSmallIntegerField(null=True)),
                ('quality', models.FloatField()),
                ('sort_title', models.CharField(blank=True, max_length=200)),
                ('facets', models.TextField(blank=True)),
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='search.entry')),
            ],
            options={
                'verbose_name_plural': 'embedded entries',
                'constraints': [models.CheckConstraint(condition=models.Q(('revision__gte', 1)), name='embedded_revision_from_1')],
            },
        ),
        migrations.RunPython(make_words, drop_words),
    ]
