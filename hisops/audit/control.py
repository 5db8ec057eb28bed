"""The control catalogue: clauses that checks may name.

GB/T 22239-2019 (MLPS 2.0, level 3): meanings are ours, and nobody has yet compared the clause
numbers with the printed standard; `verified` stays False until a person did. The other ids are
rows of the project's own requirement matrix.
"""

from hisops.core.model import Value


class Control(Value, frozen=True, kw_only=True):
    """A clause of a standard, or a requirement of our own."""

    meaning: str
    verified: bool = False


CONTROLS = {
    "P5": Control(meaning="patches and virus definitions are updated on time", verified=True),
    "O8": Control(meaning="regular audit for access and configuration errors", verified=True),
    "T1": Control(meaning="operating system is a supported, stable version", verified=True),
    "D8": Control(meaning="strict authentication, authorised people only", verified=True),
    "mlps:8.1.4.1a": Control(meaning="identity is checked, passwords are complex"),
    "mlps:8.1.4.1c": Control(meaning="no clear text on remote management"),
    "mlps:8.1.4.2a": Control(meaning="accounts and rights are assigned"),
    "mlps:8.1.4.2b": Control(meaning="default accounts are renamed or removed"),
    "mlps:8.1.4.2c": Control(meaning="no surplus, expired or shared accounts"),
    "mlps:8.1.4.4a": Control(meaning="minimal installation"),
    "mlps:8.1.4.4b": Control(meaning="no services and high-risk ports that nobody needs"),
    "mlps:8.1.4.4e": Control(meaning="known vulnerabilities are found and patched after a test"),
    "mlps:8.1.4.5": Control(meaning="protection from malware, kept up to date"),
    "mlps:8.1.5.4e": Control(meaning="patches and malware are managed centrally"),
    "mlps:8.1.5.4c": Control(meaning="central monitoring; log times agree"),
}
