"""evaluate: what the program guesses, measured on a file of what a person said."""

import typer

app = typer.Typer(no_args_is_help=True, help="Measure on judged examples how well the hub guesses.")


@app.callback()
def _evaluate() -> None:
    """Measure on judged examples how well the hub guesses."""
