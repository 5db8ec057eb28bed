"""The screen of `hisops top`: one table at a time, its head, a line for filter and commands."""

from collections.abc import Callable
from datetime import datetime
from typing import ClassVar

from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import DataTable, Input, Static

from hisops.cli import top_rows
from hisops.cli.top_rows import Pane, Seen
from hisops.core.errors import OpsError
from hisops.core.text import Duration, did_you_mean
from hisops.workflow.light import Light
from hisops.workflow.scene import Scene

# Okabe and Ito's palette: told apart with defects of colour vision too.
_COLOURS = {
    Light.OK: "#009e73",
    Light.WARN: "#e69f00",
    Light.BAD: "#d55e00 bold",
    Light.STALE: "#999999",
    Light.UNKNOWN: "#56b4e9",
}
_KEYS = "1 systems 2 hosts 3 alerts / filter : command d describe l log r runbook ? help"
_HELP = """\
1 2 3, Tab   systems, hosts, alerts; Tab goes round
:            command: systems, hosts, alerts, quit
/            filter; Esc clears it
d, Enter     describe the row
l            what the journal has about it
r            the runbook for it
q, Ctrl-C    leave

Nothing is green that is old: ░ stale means that the last measurement is too long ago."""


class Page(ModalScreen[None]):
    """A text over the table; Esc or q goes back."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "dismiss", "back")]
    CSS = "Page { align: center middle; } VerticalScroll { width: 95%; height: 90%; border: solid gray; background: $surface; }"

    def __init__(self, text: str, title: str) -> None:
        super().__init__()
        self._text, self._title = text, title

    def compose(self) -> ComposeResult:
        """The text in a box that scrolls."""
        box = VerticalScroll(Static(Text(self._text), id="text"))
        box.border_title = self._title
        yield box


class Top(App[None]):
    """Systems, hosts and alerts, read again and again; what is old is never shown as good."""

    ENABLE_COMMAND_PALETTE = False
    CSS = """
    #head { height: 2; }
    #head.old { background: #999999; color: black; }
    #table { height: 1fr; }
    #prompt { height: 1; border: none; display: none; padding: 0; }
    #keys { height: 1; color: gray; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "pane('systems')", "systems"),
        Binding("2", "pane('hosts')", "hosts"),
        Binding("3", "pane('alerts')", "alerts"),
        Binding("tab", "next_pane", "next", priority=True),
        Binding("slash", "ask('/')", "filter"),
        Binding("colon", "ask(':')", "command"),
        Binding("d", "describe", "describe"),
        Binding("l", "log", "log"),
        Binding("r", "runbook", "runbook"),
        Binding("question_mark", "help", "help"),
        Binding("escape", "clear", "clear"),
        Binding("q", "quit", "leave"),
    ]

    def __init__(
        self,
        look: Callable[[], Scene],
        text: Callable[[str, str], str],
        now: Callable[[], datetime],
        every: Duration,
    ) -> None:
        super().__init__()
        self._look, self._read, self._now, self._every = look, text, now, every
        self._scene: Scene | None = None
        self._pane, self._needle, self._problem = Pane.SYSTEMS, "", ""
        self._keys: list[str] = []

    def compose(self) -> ComposeResult:
        """Head, table, prompt, keys."""
        yield Static(id="head")
        yield DataTable[Text](id="table", cursor_type="row", zebra_stripes=True)
        yield Input(id="prompt", select_on_focus=False)
        yield Static(_KEYS, id="keys")

    def on_mount(self) -> None:
        """Look at once, then again and again; ages grow every second."""
        self.query_one(DataTable).focus()
        self._draw()
        self._refresh()
        self.set_interval(self._every.seconds, self._refresh)
        self.set_interval(1.0, self._draw)

    def _refresh(self) -> None:
        self.run_worker(self._load, thread=True, exclusive=True, group="look")

    def _load(self) -> None:
        try:
            scene, problem = self._look(), ""
        except OpsError as error:
            scene, problem = None, error.cause
        self.call_from_thread(self._take, scene, problem)

    def _take(self, scene: Scene | None, problem: str) -> None:
        """Keep the last scene when there is no new one: it ages on the screen."""
        self._problem = problem
        if scene and not (scene.cause and self._scene and not self._scene.cause):
            self._scene = scene
        elif scene:
            self._problem = scene.cause
        self._draw()

    def _seen(self) -> Seen:
        scene = self._scene or Scene(site="", at=self._now(), cause=self._problem or "looking ...")
        return Seen(scene, max(0.0, (self._now() - scene.at).total_seconds()))

    def _draw(self) -> None:
        seen = self._seen()
        head = self.screen_stack[0].query_one("#head", Static)
        lines = top_rows.head(seen, self._now())
        if self._problem:
            lines[0] += f"  {self._problem}"
        head.update(Text("\n".join(lines), no_wrap=True, overflow="ellipsis"))
        head.set_class(seen.is_old, "old")
        self._fill(top_rows.table(seen, self._pane, self._needle))

    def _fill(self, found: top_rows.Table) -> None:
        table = self.screen_stack[0].query_one(DataTable)
        before = self._keys[table.cursor_row] if table.cursor_row < len(self._keys) else ""
        table.clear(columns=True)
        table.add_columns(*found.columns)
        for light, row in zip(found.lights, found.rows, strict=True):
            mark = Text(row[0], style=_COLOURS[light])
            table.add_row(mark, *(Text(cell) for cell in row[1:]))
        self._keys = list(found.keys)
        if before in self._keys:  # the cursor stays on what it was on
            table.move_cursor(row=self._keys.index(before))

    def _key(self) -> str:
        row = self.query_one(DataTable).cursor_row
        return self._keys[row] if row < len(self._keys) else ""

    def action_pane(self, name: str) -> None:
        """Show another table, without the filter of the last."""
        self._pane, self._needle = Pane(name), ""
        self._draw()

    def action_next_pane(self) -> None:
        """Show the next table."""
        panes = list(Pane)
        self.action_pane(panes[(panes.index(self._pane) + 1) % len(panes)].value)

    def action_ask(self, sign: str) -> None:
        """Open the line for a filter or a command."""
        prompt = self.query_one(Input)
        prompt.value, prompt.display = sign, True
        prompt.focus()
        prompt.cursor_position = len(sign)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter while it is typed."""
        if event.value.startswith("/"):
            self._needle = event.value[1:]
            self._draw()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Run a command, or keep the filter."""
        self._hide_prompt()
        word = event.value.removeprefix(":").strip()
        if event.value.startswith(":"):
            self._run_command(word)

    def _run_command(self, word: str) -> None:
        if word in ("q", "quit", "exit"):
            self.exit()
        elif word in [pane.value for pane in Pane]:
            self.action_pane(word)
        elif word:
            hint = did_you_mean(word, ["quit", *(pane.value for pane in Pane)])
            self.notify(f"there is no command {word!r} {hint}".strip(), severity="warning")

    def action_clear(self) -> None:
        """Close the line and drop the filter."""
        self._needle = ""
        self._hide_prompt()
        self._draw()

    def _hide_prompt(self) -> None:
        self.query_one(Input).display = False
        self.query_one(DataTable).focus()

    def on_data_table_row_selected(self) -> None:
        """Enter describes the row."""
        self.action_describe()

    def action_describe(self) -> None:
        """Everything about the row."""
        found = top_rows.details(self._seen(), self._pane, self._key())
        width = max((len(name) for name, _ in found), default=0)
        text = "\n".join(f"{name:{width}}  {value}" for name, value in found)
        self.push_screen(Page(text or "nothing is selected", self._key()))

    def action_log(self) -> None:
        """What the journal has about the row."""
        # The journal knows alerts by their names.
        subject = self._key().partition(" ")[0]
        self.push_screen(Page(self._read("log", subject), f"journal: {subject}"))

    def action_runbook(self) -> None:
        """The runbook for the row."""
        stem = top_rows.runbook_of(self._seen(), self._pane, self._key())
        self.push_screen(Page(self._read("runbook", stem), f"runbook: {stem}"))

    def action_help(self) -> None:
        """The keys."""
        self.push_screen(Page(_HELP, "keys"))
