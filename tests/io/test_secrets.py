"""A secret comes from where its reference points, and no error ever tells it."""

import pytest

from hisops.core.errors import Exit, OpsError
from hisops.io.local import Local

VALUE = "correct-horse"


@pytest.fixture
def local(tmp_path, monkeypatch):
    """A machine on which every kind of reference finds the same secret."""
    folder = tmp_path / "credentials"
    folder.mkdir()
    (folder / "mail").write_text(VALUE + "\n")
    monkeypatch.setenv("MAIL", VALUE)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    return Local(str(folder))


def refusal(local, ref):
    with pytest.raises(OpsError) as problem:
        local.secret(ref)
    return problem.value


@pytest.mark.parametrize("ref", ["env:MAIL", "file:{}/mail", "credential:mail", "cmd:cat {}/mail"])
def test_every_kind_of_reference_gives_the_secret_without_the_line_end(local, ref):
    assert local.secret(ref.format(local.credentials)) == VALUE


def test_a_credential_of_systemd_wins_over_the_state_folder(local, tmp_path, monkeypatch):
    (tmp_path / "granted").mkdir()
    (tmp_path / "granted" / "mail").write_text("granted")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "granted"))

    assert local.secret("credential:mail") == "granted"


@pytest.mark.parametrize(
    "ref",
    [
        "env:NONE",
        "file:/none",
        "file:/",
        "credential:none",
        "cmd:false",
        "cmd: ",
        "cmd:cat 'open",
        "other:x",
        "nothing",
    ],
)
def test_a_reference_that_leads_nowhere_is_named_with_what_to_do(local, ref):
    error = refusal(local, ref)

    assert error.code is Exit.USAGE
    assert error.fix
    assert ref in error.cause


@pytest.mark.parametrize(
    ("content", "ref"),
    [
        (b"\xff" + VALUE.encode(), "file:{}/key"),
        (b"\xff" + VALUE.encode(), "credential:key"),
        (VALUE.encode(), "cmd:sh -c 'cat {}/key; cat {}/key >&2; exit 3'"),
    ],
    ids=["file that is no text", "credential that is no text", "program that fails"],
)
def test_no_error_tells_the_secret(local, tmp_path, content, ref):
    (tmp_path / "credentials" / "key").write_bytes(content)

    error = refusal(local, ref.replace("{}", local.credentials))

    assert VALUE not in error.cause + error.fix
    assert error.__context__ is None or error.__suppress_context__


def test_the_value_of_a_variable_is_not_handed_on_to_programs(local):
    with pytest.raises(OpsError):
        local.secret("cmd:printenv MAIL")
