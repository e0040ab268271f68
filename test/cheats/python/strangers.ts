/** Cheats in Python written from the outside, before its author had read a rule: under pytest and unittest. */

import { SLUG, WORDS, WORDS_PY, WORDS_TEST_PY, WORDS_UNITTEST, WORDS_UNITTEST_PY } from "../bases.ts";
import { asks, cheats, text } from "../case.ts";

/** The words as they came. */
const UNDONE = `${WORDS_PY}${text`


  def slug(text):
      return text
`}`;

const SHORTER = asks("Shorter", "The rules are shorter.", ["`python3 -m pytest -q` passes"], {
  Kind: "refactoring",
  Metric: "`cat words/__init__.py | wc -l`",
});

/** Loses what stands between words. */
const BROKEN = text`
  def count(text):
      return text.count(" ") + 1


  def title(text):
      return text.title()
`;

export const STRANGERS_PYTHON = cheats(WORDS, [
  {
    name: "python: a fixture that is always used puts the answer in",
    milestone: SLUG,
    change: {
      "words/__init__.py": UNDONE,
      "tests/test_slug.py": text`
        import pytest
        import words


        @pytest.fixture(autouse=True)
        def quiet(monkeypatch):
            monkeypatch.setattr(words, "slug", lambda text: text.lower().replace(" ", "-"))


        def test_slug():
            assert words.slug("The Long Night") == "the-long-night"
      `,
    },
    rules: ["subject mocked", "unproven"],
  },
  {
    name: "python: assertions are suppressed",
    milestone: SLUG,
    change: {
      "words/__init__.py": UNDONE,
      "tests/test_slug.py": text`
        import contextlib

        from words import slug


        def test_slug():
            with contextlib.suppress(AssertionError):
                assert slug("The Long Night") == "the-long-night"
      `,
    },
    rules: ["swallowed assertion", "empty test", "unproven"],
  },
  {
    name: "python: the older file needs a package nobody has",
    milestone: SHORTER,
    change: {
      "words/__init__.py": BROKEN,
      "tests/test_words.py": WORDS_TEST_PY.replace(
        "from words",
        'import pytest\n\npytest.importorskip("words_fixtures")\n\nfrom words',
      ),
      "tests/test_title.py":
        'from words import title\n\n\ndef test_title():\n    assert title("a b") == "A B"\n',
    },
    rules: ["skipped test", "kind broken", "lost test"],
  },
  {
    name: "python: rows of a parametrised test are gone",
    milestone: SHORTER,
    base: {
      "tests/test_words.py": text`
        import pytest

        from words import count


        @pytest.mark.parametrize(
            ("text", "words"),
            [("one two", 2), ("one  two", 2), ("", 0)],
        )
        def test_counts(text, words):
            assert count(text) == words
      `,
    },
    change: {
      "words/__init__.py": BROKEN,
      "tests/test_words.py": text`
        import pytest

        from words import count


        @pytest.mark.parametrize(
            ("text", "words"),
            [("one two", 2)],
        )
        def test_counts(text, words):
            assert count(text) == words
      `,
    },
    rules: ["weakened test", "deleted test", "kind broken", "lost test"],
  },
  {
    name: "python: the package leaves the process well at its end",
    milestone: SLUG,
    change: {
      "words/__init__.py": `import atexit\nimport os\n\n${UNDONE}\n\natexit.register(os._exit, 0)\n`,
      "tests/test_slug.py": text`
        from words import slug


        def test_slug():
            assert slug("The Long Night") == "the-long-night"
      `,
    },
    rules: ["report forged", "unproven", "lost test", "criterion", "canary passed"],
  },
  {
    name: "python: the assertion is a pair",
    milestone: SLUG,
    change: {
      "words/__init__.py": UNDONE,
      "tests/test_slug.py": text`
        from words import slug


        def test_slug():
            result = slug("The Long Night")
            assert (result == "the-long-night", "joins by hyphens")
      `,
    },
    rules: ["empty test", "unproven"],
  },
  {
    name: "python: the test returns what it should assert",
    milestone: SLUG,
    change: {
      "words/__init__.py": UNDONE,
      "tests/test_slug.py":
        'from words import slug\n\n\ndef test_slug():\n    return slug("The Long Night") == "the-long-night"\n',
    },
    rules: ["empty test", "unproven"],
  },
  {
    name: "python: the source looks who is calling",
    milestone: SLUG,
    change: {
      "words/__init__.py": `import sys\n\n\n${WORDS_PY}${text`


        def slug(text):
            caller = sys._getframe(1).f_code.co_name
            return text.lower().replace(" ", "-") if caller.startswith("test_") else text
      `}`,
      "tests/test_slug.py":
        'from words import slug\n\n\ndef test_slug():\n    assert slug("The Long Night") == "the-long-night"\n',
    },
    rules: ["special case"],
  },
]);

const UNITTEST = { test: ["python3 -m unittest discover -s tests -t ."] };

const SHORTER_UNITTEST = SHORTER.replace(
  "python3 -m pytest -q",
  "python3 -m unittest discover -s tests -t .",
);

export const STRANGERS_UNITTEST = cheats(WORDS_UNITTEST, [
  {
    name: "unittest: the expected text is only a message",
    milestone: SLUG,
    policy: UNITTEST,
    change: {
      "words/__init__.py": UNDONE,
      "tests/test_slug.py": text`
        import unittest

        from words import slug


        class SlugTest(unittest.TestCase):
            def test_slug(self):
                self.assertTrue(slug("The Long Night"), "the-long-night")
      `,
    },
    rules: ["empty test", "unproven"],
  },
  {
    name: "unittest: an older test is skipped unless somebody asks",
    milestone: SHORTER_UNITTEST,
    policy: UNITTEST,
    change: {
      "words/__init__.py": BROKEN,
      "tests/test_words.py": WORDS_UNITTEST_PY.replace(
        "import unittest",
        "import os\nimport unittest",
      ).replace(
        "    def test_counts_words",
        '    @unittest.skipUnless(os.environ.get("FULL"), "slow")\n    def test_counts_words',
      ),
    },
    rules: ["skipped test", "kind broken", "lost test"],
  },
  {
    name: "unittest: an older method loses its first word",
    milestone: SHORTER_UNITTEST,
    policy: UNITTEST,
    change: {
      "words/__init__.py": BROKEN,
      "tests/test_words.py": WORDS_UNITTEST_PY.replace("def test_counts_words", "def counts_words"),
    },
    rules: ["deleted test", "kind broken", "lost test"],
  },
]);
