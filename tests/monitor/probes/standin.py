"""A driver of PEP 249 that answers with constructed rows: no database is behind it."""


class DriverError(Exception):
    """What the stand-in raises for the server."""


class Driver:
    """A module; `rows` are (part of a statement, columns, rows or an error), first match wins."""

    Error = DriverError

    def __init__(self, rows=(), refuses=""):
        self.rows = rows
        self.refuses = refuses
        self.options = {}
        self.open = 0

    def connect(self, **options):
        self.options = options
        if self.refuses:
            raise DriverError(self.refuses)
        self.open += 1
        return Connection(self)


class Connection:
    """A session of the stand-in."""

    call_timeout = 0

    def __init__(self, driver):
        self.driver = driver
        driver.connection = self

    def cursor(self):
        return Cursor(self.driver.rows)

    def close(self):
        self.driver.open -= 1


class Cursor:
    """Answers to statements."""

    def __init__(self, known):
        self.known = known
        self.description = None
        self.left = []

    def execute(self, operation):
        for part, columns, rows in self.known:
            if part in operation:
                if isinstance(rows, str):
                    raise DriverError(rows)
                self.description = [(name, None) for name in columns]
                self.left = list(rows)
                return
        raise DriverError("ORA-00942: table or view does not exist")

    def fetchmany(self, size):
        found, self.left = self.left[:size], self.left[size:]
        return found

    def close(self):
        pass
