/** Honest changes in Python written from the outside, before its author had read a rule: under pytest and unittest. */

import { SLUG, WORDS, WORDS_PY, WORDS_TEST_PY, WORDS_UNITTEST } from "../bases.ts";
import { asks, honest, text } from "../case.ts";

const SLUGS = `import re\n\n\n${WORDS_PY}${text`


  def slug(text):
      """Part of an address."""
      return "-".join(re.findall(r"[a-z0-9]+", text.lower()))
`}`;

export const HONEST_STRANGERS_PYTHON = honest(WORDS, [
  {
    name: "python: a feature with parameters and a fixture",
    milestone: asks("Counting files", "Whole files are counted.", [
      "`count_file(path)` counts the words of a UTF-8 file, and refuses a missing one by name",
    ]),
    change: {
      "words/files.py": text`
        from pathlib import Path

        from words import count


        def count_file(path):
            path = Path(path)
            if not path.exists():
                raise FileNotFoundError(f"no such text: {path.name}")
            return count(path.read_text(encoding="utf-8"))
      `,
      "tests/test_files.py": text`
        """M1/1: whole files are counted."""

        import pytest

        from words.files import count_file


        @pytest.fixture
        def write(tmp_path):
            def write_text(text):
                path = tmp_path / "text.txt"
                path.write_text(text, encoding="utf-8")
                return path

            return write_text


        @pytest.mark.parametrize(("text", "expected"), [("", 0), ("einß zwei", 2)])
        def test_m1_1_counts_a_file(write, text, expected):
            assert count_file(write(text)) == expected


        def test_m1_1_refuses_a_missing_file(tmp_path):
            with pytest.raises(FileNotFoundError, match="none.txt"):
                count_file(tmp_path / "none.txt")
      `,
    },
  },
  {
    name: "python: functions move to modules of their own and stay at the door",
    milestone: asks("Modules", "Each rule has a module.", ["`python3 -m pytest -q` passes"], {
      Kind: "refactoring",
      Metric: "`cat words/__init__.py | wc -l`",
    }),
    change: {
      "words/__init__.py":
        'from words._count import count\nfrom words._title import title\n\n__all__ = ["count", "title"]\n',
      "words/_count.py":
        'def count(text):\n    """How many words a text has."""\n    return len(text.split())\n',
      "words/_title.py":
        'def title(text):\n    return " ".join(word.capitalize() for word in text.split())\n',
    },
  },
  {
    name: "python: a bug gets its test",
    milestone: asks(
      "Apostrophes",
      "Titles keep what follows an apostrophe small.",
      ["A title keeps `O'neill` and does not raise the letter after an apostrophe"],
      { Kind: "fix" },
    ),
    base: {
      "words/__init__.py": WORDS_PY.replace(
        '" ".join(word.capitalize() for word in text.split())',
        "text.title()",
      ),
    },
    change: {
      "words/__init__.py": WORDS_PY,
      "tests/test_words.py": `${WORDS_TEST_PY}${text`


        class TestTitle:
            def test_keeps_what_follows_an_apostrophe(self):
                """M1/1"""
                assert title("don't stop") == "Don't Stop"
      `}`,
    },
  },
  {
    name: "python: a rule of one's own gives way to the standard library",
    milestone: asks("Standard library", "Nothing is written twice.", ["`python3 -m pytest -q` passes"], {
      Kind: "migration",
      Metric: "`cat words/__init__.py | wc -l`",
    }),
    base: {
      "words/__init__.py": text`
        def count(text):
            words = 0
            inside = False
            for letter in text:
                if letter.isspace():
                    inside = False
                elif not inside:
                    inside = True
                    words += 1
            return words


        def title(text):
            return " ".join(word.capitalize() for word in text.split())
      `,
    },
    change: {
      "words/__init__.py": text`
        import string


        def count(text):
            return len(text.split())


        def title(text):
            return string.capwords(text)
      `,
    },
  },
  {
    name: "python: slugs, with several small tests in a class",
    milestone: SLUG,
    change: {
      "words/__init__.py": SLUGS,
      "tests/test_slug.py": text`
        from words import slug


        class TestSlug:
            def setup_method(self):
                self.text = "The Long Night"

            def test_slug_is_lower_case(self):
                assert slug(self.text).islower()

            def test_slug_joins_words(self):
                assert slug(self.text) == "the-long-night"
                assert slug(" a,  b! ") == "a-b"

            def test_slug_of_nothing(self):
                assert not slug("")
      `,
    },
  },
]);

export const HONEST_UNITTEST = honest(WORDS_UNITTEST, [
  {
    name: "unittest: a feature with subtests and a set-up",
    milestone: SLUG,
    policy: { test: ["python3 -m unittest discover -s tests -t ."] },
    change: {
      "words/__init__.py": SLUGS,
      "tests/test_slug.py": text`
        import unittest

        from words import slug


        class SlugTest(unittest.TestCase):
            def setUp(self):
                self.rows = {"The Long Night": "the-long-night", " a,  b! ": "a-b", "": ""}

            def test_slug(self):
                for text, expected in self.rows.items():
                    with self.subTest(text=text):
                        self.assertEqual(slug(text), expected)
      `,
    },
  },
  {
    name: "unittest: the clock is a collaborator and is stopped",
    milestone: asks("Dated titles", "A title can carry its day.", [
      "`dated(text)` puts today's date as `2026-01-31` before the title",
    ]),
    policy: { test: ["python3 -m unittest discover -s tests -t ."] },
    change: {
      "words/dated.py": text`
        from datetime import date

        from words import title


        def today():
            return date.today()


        def dated(text):
            return f"{today().isoformat()} {title(text)}"
      `,
      "tests/test_dated.py": text`
        import unittest
        from datetime import date
        from unittest import mock

        from words.dated import dated


        class DatedTest(unittest.TestCase):
            """M1/1"""

            @mock.patch("words.dated.today", return_value=date(2026, 1, 31))
            def test_m1_1_carries_its_day(self, today):
                self.assertEqual(dated("the long night"), "2026-01-31 The Long Night")
                today.assert_called_once_with()
      `,
    },
  },
]);
