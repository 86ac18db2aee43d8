"""The group of `perfadvisor tune`, whose commands leave room for `perfadvisor tune RUN`."""

import click

DEFAULT = "try"


class TuneGroup(click.Group):
    """Words that are no command of the group go to its `try`: `tune now --yes` is `tune try now --yes`."""

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ("--help", "-h"):
            args = [DEFAULT, *args]
        return super().parse_args(context, args)

    def format_usage(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage(context.command_path, "RUN|SNAPSHOT|now [WORKLOAD] [OPTIONS]")
        formatter.write_usage(context.command_path, "COMMAND [ARGS]...")

    def format_options(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """The options of trying stand here, because its name is not typed."""
        self.commands[DEFAULT].format_options(context, formatter)
        self.format_commands(context, formatter)
