"""Signs of a drug in a word's letters, and the words that are kept."""

from pipeline.language.lexicon import Phrases, Traits
from pipeline.language.stems import GLUED, sign, stem_of


def test_plural_and_length_and_exceptions():
    assert stem_of("zolmiplumabs") == ("zolmiplumab", "mab")
    assert stem_of("mab") is None and stem_of("Zolmiplumab") is None
    assert sign("lithiuminduced") == GLUED and sign("induced") is None


def test_words_are_asked_once_and_their_number_is_bounded():
    asked: list[str] = []

    def trait(word: str) -> str | None:
        asked.append(word)
        return "x" if word.endswith("ine") else None

    traits = Traits({"a": trait})
    for _ in range(3):
        assert traits.of("(fluvaxine), and fluvaxine; not 12 mg") == {"a": [("fluvaxine", "x")]}
    assert asked.count("fluvaxine") == 2 and asked.count("and") == 1  # once with each sign beside it
    few = Traits({"a": trait}, most=3)
    assert few.of("a b c d e f fluvaxine") == {"a": [("fluvaxine", "x")]}
    assert len(few._none) + len(few._some) == 3


def test_phrases_at_every_kind_of_boundary():
    phrases = Phrases({"r-ketamine": 1, "ketamine": 2, "(2r,6r)-hnk": 3, "%": 4, "5-ht": 5, "a b": 6})
    found = {(a, b, value) for b, a, value in phrases.find("(2r,6r)-hnk 5%; r-ketamine/5-ht2 a  b, a b")}
    assert found == {(0, 11, 3), (13, 14, 4), (16, 26, 1), (18, 26, 2), (39, 42, 6)}
    assert Phrases({}).find("anything") == []
