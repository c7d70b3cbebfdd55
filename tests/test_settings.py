from pathlib import Path

import pytest

from pipeline.schema import GoldpanError
from pipeline.settings import Settings


def write(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "goldpan.toml").write_text(text, encoding="utf-8")
    return folder


def test_environment_wins_over_file_wins_over_default(tmp_path):
    write(tmp_path, "workers = 3\nbatch_words = 10\n")
    settings = Settings.load({"GOLDPAN_BATCH_WORDS": "20"}, tmp_path)
    assert (settings.workers, settings.batch_words, settings.max_bytes) == (3, 20, 20_000_000)


def test_file_is_found_above_and_its_paths_count_from_it(tmp_path):
    write(tmp_path, 'gold = "my-gold"\ntexts = ["a", "/b"]\n')
    below = tmp_path / "x" / "y"
    below.mkdir(parents=True)
    settings = Settings.load({"GOLDPAN_OUT": "here"}, below)
    assert settings.gold == tmp_path / "my-gold"
    assert settings.texts == (tmp_path / "a", Path("/b"))
    assert settings.out == below / "here"


def test_named_file_is_used_instead_of_the_nearest(tmp_path):
    write(tmp_path, "workers = 1\n")
    other = write(tmp_path / "other", "workers = 2\n") / "goldpan.toml"
    assert Settings.load({"GOLDPAN_SETTINGS": str(other)}, tmp_path).workers == 2


def test_list_in_a_variable_is_separated_like_path(tmp_path):
    assert Settings.load({"GOLDPAN_TEXTS": "/a:/b"}, tmp_path).texts == (Path("/a"), Path("/b"))


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("worker = 1", "unknown setting worker; did you mean workers?"),
        ("qqqq = 1", "known are corpus, texts"),
        ('workers = "many"', "workers = 'many' is not a whole number"),
        ("workers = 1.5", "is not a whole number"),
        ("workers = -1", "is not a whole number of at least 0"),
        ("workers = true", "is not a whole number"),
        ('runner = "ray"', "is not one of threads, dask"),
        ("texts = 3", "is not a list of folders"),
        ("gold = 3", "is not a path"),
        ("workers =", "not readable as TOML"),
    ],
)
def test_bad_file_is_one_clear_line(tmp_path, toml, said):
    write(tmp_path, toml)
    with pytest.raises(GoldpanError) as error:
        Settings.load({}, tmp_path)
    assert said in str(error.value)
    assert str(tmp_path / "goldpan.toml") in str(error.value)
    assert "\n" not in str(error.value)


def test_bad_variable_is_named(tmp_path):
    with pytest.raises(GoldpanError, match=r"GOLDPAN_MODLE: unknown setting modle; did you mean model\?"):
        Settings.load({"GOLDPAN_MODLE": "none"}, tmp_path)


def test_missing_settings_file_is_an_error(tmp_path):
    with pytest.raises(GoldpanError, match="GOLDPAN_SETTINGS names"):
        Settings.load({"GOLDPAN_SETTINGS": "nowhere.toml"}, tmp_path)


def test_fingerprint_changes_with_what_is_extracted_and_with_nothing_else():
    base = Settings()
    assert base.replace(model="none").fingerprint() != base.fingerprint()
    same = base.replace(workers=7, out=Path("x"), timeout_seconds=1.0, max_memory_mb=1, runner="dask")
    assert same.fingerprint() == base.fingerprint()


def test_settings_survive_json(tmp_path):
    write(tmp_path, 'texts = ["a"]\nworkers = 2\n')
    settings = Settings.load({}, tmp_path)
    assert Settings.from_json(settings.to_json()) == settings
