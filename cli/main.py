"""Entry point: `minhtin COMMAND …`; each command's help says what it does."""

import typer

from cli.commands import (
    accounts,
    again,
    audit,
    backup,
    crawl,
    erase,
    evidence,
    fetch,
    hold,
    install,
    intake,
    log,
    migrate,
    model,
    models,
    retention,
    run,
    sites,
    source_care,
    sources,
    text,
    upgrade,
    watch,
)

app = typer.Typer(
    name="minhtin",
    help="Online information-safety monitor for a Vietnamese province.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

for command in (
    install.init,
    run.up,
    crawl.crawl,
    fetch.fetch,
    crawl.backfill,
    run.worker,
    run.indexer,
    watch.jobs,
    watch.console,
    run.newsroom,
    text.extract,
    text.analyse,
    text.search,
    again.regate,
    again.reanalyse,
    again.reindex,
    again.re_extract,
    models.train,
    models.evaluate,
    log.lag,
    erase.erase,
    backup.restore,
    upgrade.upgrade,
    migrate.migrate,
    watch.doctor,
):
    app.command()(command)

source_care.join(crawl.sources)
crawl.sources.command("discover")(sources.discover)
crawl.sources.command("import-opml")(sources.import_opml)
crawl.sources.command("export-opml")(sources.export_opml)
app.add_typer(crawl.sources, name="sources")
app.add_typer(sites.sites, name="sites")
app.add_typer(log.topics, name="topics")
app.add_typer(log.rejected, name="rejected")
app.add_typer(accounts.accounts, name="accounts")
app.add_typer(hold.hold, name="hold")
app.add_typer(retention.retention, name="retention")
app.add_typer(evidence.evidence, name="evidence")
app.add_typer(audit.audit, name="audit")
app.add_typer(intake.intake, name="intake")
app.add_typer(model.model, name="model")
app.add_typer(backup.backup, name="backup")


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
