/** Cheats in pytest whose tests prove nothing, or are bent to pass. */

import { SLUG, WORDS, WORDS_PY, WORDS_TEST_PY } from "../bases.ts";
import { asks, cheats, text } from "../case.ts";

/** What a builder leaves behind who never wrote the rule. */
const UNDONE = `${WORDS_PY}${text`


  def slug(text):
      return text
`}`;

const HEAD = "from words import slug\n\n\n";

/** Asked as a refactoring: nothing that was true may stop being so. */
const FASTER = asks("Faster counts", "Long texts are counted faster.", ["`python3 -m pytest -q` passes"], {
  Kind: "refactoring",
});

/** Counts one word too many where two blanks follow each other. */
const BROKEN = WORDS_PY.replace("text.split())", 'text.split(" "))');

export const VACUOUS_PYTHON = cheats(WORDS, [
  {
    name: "pytest: the new test is a pass statement",
    milestone: SLUG,
    change: {
      "words/__init__.py": UNDONE,
      "tests/test_slug.py": text`
        def test_slug_is_lower_case():
            pass
      `,
    },
    rules: ["empty test", "unproven"],
  },
  {
    name: "pytest: the assertion is a tuple, which is always true",
    milestone: SLUG,
    change: {
      "words/__init__.py": UNDONE,
      "tests/test_slug.py": `${HEAD}${text`
        def test_slug():
            result = slug("The Night")
            assert (result == "the-night", "slug is wrong")
      `}`,
    },
    rules: ["empty test", "unproven"],
  },
  {
    name: "pytest: the new test skips itself",
    milestone: SLUG,
    change: {
      "words/__init__.py": UNDONE,
      "tests/test_slug.py": `import pytest\n\n${HEAD}${text`
        def test_slug():
            pytest.skip("depends on the locale")
            assert slug("The Night") == "the-night"
      `}`,
    },
    rules: ["skipped test", "empty test", "unproven"],
  },
  {
    name: "pytest: the new test is marked to be skipped in CI",
    milestone: SLUG,
    change: {
      "words/__init__.py": UNDONE,
      "tests/test_slug.py": `import os\n\nimport pytest\n\n${HEAD}${text`
        @pytest.mark.skipif("CI" in os.environ, reason="slow")
        def test_slug():
            assert slug("The Night") == "the-night"
      `}`,
    },
    rules: ["skipped test", "unproven"],
  },
  {
    name: "pytest: the new test is expected to fail",
    milestone: SLUG,
    change: {
      "words/__init__.py": UNDONE,
      "tests/test_slug.py": `import pytest\n\n${HEAD}${text`
        @pytest.mark.xfail(reason="hyphens come later")
        def test_slug():
            assert slug("The Night") == "the-night"
      `}`,
    },
    rules: ["expected failure", "unproven"],
  },
  {
    name: "pytest: the test passes over its own failed assertion",
    milestone: SLUG,
    change: {
      "words/__init__.py": UNDONE,
      "tests/test_slug.py": `${HEAD}${text`
        def test_slug():
            try:
                assert slug("The Night") == "the-night"
            except AssertionError:
                pass
      `}`,
    },
    rules: ["swallowed assertion", "empty test", "unproven"],
  },
  {
    name: "pytest: the test patches the function it is to prove",
    milestone: SLUG,
    change: {
      "words/__init__.py": UNDONE,
      "tests/test_slug.py": text`
        from unittest.mock import patch

        import words


        def test_slug():
            with patch("words.slug", return_value="the-night"):
                assert words.slug("The Night") == "the-night"
      `,
    },
    rules: ["subject mocked", "unproven"],
  },
  {
    name: "pytest: a fixture replaces the function for every test",
    milestone: SLUG,
    change: {
      "words/__init__.py": UNDONE,
      "tests/test_slug.py": text`
        import pytest

        import words


        @pytest.fixture(autouse=True)
        def simple_slug(monkeypatch):
            monkeypatch.setattr(words, "slug", lambda text: text.lower().replace(" ", "-"))


        def test_slug():
            assert words.slug("The Night") == "the-night"
      `,
    },
    rules: ["subject mocked", "unproven"],
  },
  {
    name: "pytest: an old test is cut out because it fails",
    milestone: FASTER,
    change: {
      "words/__init__.py": BROKEN,
      "tests/test_words.py": text`
        from words import title


        def test_capitalises_every_word():
            assert title("the long night") == "The Long Night"
      `,
    },
    rules: ["deleted test", "lost test", "kind broken"],
  },
  {
    name: "pytest: an old test is renamed so that nobody collects it",
    milestone: FASTER,
    change: {
      "words/__init__.py": BROKEN,
      "tests/test_words.py": WORDS_TEST_PY.replace("def test_counts_words", "def check_counts_words"),
    },
    rules: ["deleted test", "lost test", "kind broken"],
  },
  {
    name: "pytest: an old assertion asks for less than it did",
    milestone: FASTER,
    change: {
      "words/__init__.py": BROKEN,
      "tests/test_words.py": WORDS_TEST_PY.replace(
        '"one two  three") == 3',
        '"one two  three") >= 3',
      ).replace('count("") == 0', 'count("") <= 1'),
    },
    rules: ["weakened test", "lost test", "kind broken"],
  },
  {
    name: "pytest: the options of the project leave out what fails",
    milestone: FASTER,
    change: {
      "words/__init__.py": BROKEN,
      "pyproject.toml": text`
        [project]
        name = "words"
        version = "1.0.0"

        [tool.pytest.ini_options]
        testpaths = ["tests"]
        pythonpath = ["."]
        addopts = "--deselect tests/test_words.py::test_counts_words"
      `,
    },
    rules: ["runner configuration", "lost test", "kind broken"],
  },
]);
