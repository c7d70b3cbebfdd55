"""The extractor: with and without tokens it finds the same."""

from pipeline.evidence.studies import studies_of
from pipeline.extract import Extractor, _mentions
from pipeline.language.common import Light, has_tokens
from pipeline.reading import read
from pipeline.settings import Settings
from tests.conftest import ROOT

SAMPLES = sorted((ROOT / "corpus").glob("*/*.txt"))


def test_characters_alone_give_what_tokens_give():
    extractor = Extractor(Settings())
    documents = [read(path) for path in SAMPLES]
    assert len(documents) > 4
    for light, doc in zip(extractor.lights(documents), extractor.docs(documents), strict=True):
        assert isinstance(light, Light) and has_tokens(doc)
        assert _mentions(light) == _mentions(doc) and _mentions(doc)
        assert [s.to_json() for s in studies_of(light)] == [s.to_json() for s in studies_of(doc)]


def test_a_component_of_somebody_else_gets_its_tokens():
    extractor = Extractor(Settings(model="none"))
    expected = [_mentions(doc) for doc in extractor.lights([read(SAMPLES[0])])]
    extractor.nlp.add_pipe("sentencizer", last=True)
    docs = list(extractor.lights([read(SAMPLES[0])]))
    assert has_tokens(docs[0]) and [_mentions(doc) for doc in docs] == expected
