"""The table of whole runs."""

from benchmarks.flows import Ran, _table


def test_rows_that_need_dask_say_why_they_are_missing_and_the_rest_is_printed():
    ran = Ran(100, 1000, 2.0, 1.0, 1.0, 0.5, 100.0)
    four = _table(1000.0, [1000.0], [(name, ran) for name in "abcd"], [])
    assert "Two Dask workers over one: 1.00" in four
    two = _table(
        1000.0, [1000.0], [(name, ran) for name in "ab"], ["| c | not measured: no Dask | | | | | |"]
    )
    assert "not measured: no Dask" in two and "Two Dask" not in two and "Memory at 100 over 100: 1.00" in two
