/** Honest fixes, refactorings, coverage, papers and declared changes of tests in pytest. */

import { WORDS, WORDS_PY, WORDS_TEST_PY } from "../bases.ts";
import { asks, honest, text } from "../case.ts";

export const CHANGES_PYTHON = honest(WORDS, [
  {
    name: "pytest: a fix comes with a test that failed before",
    milestone: asks("Apostrophes", "It's stays one word.", [
      "Nothing at all counts as no words (test: test_counts_nothing)",
    ]),
    change: {
      "words/__init__.py": WORDS_PY.replace("len(text.split())", 'len((text or "").split())'),
      "tests/test_words.py": `${WORDS_TEST_PY}${text`


        def test_counts_nothing_at_all():
            assert count(None) == 0
      `}`,
    },
  },
  {
    name: "pytest: a fix is proven by the contract's own example",
    milestone: asks(
      "Hyphens in titles",
      "Double names are written right.",
      ['`python3 -c "import words; print(words.title(\'anna-lena\'))"` prints "Anna-Lena"'],
      { Kind: "fix" },
    ),
    change: {
      "words/__init__.py": WORDS_PY.replace("word.capitalize() for", "word.title() for"),
      "tests/test_words.py": `${WORDS_TEST_PY}${text`


        def test_capitalises_double_names():
            assert title("anna-lena") == "Anna-Lena"
      `}`,
    },
  },
  {
    name: "pytest: a module is split, and every test stays as it is",
    milestone: asks("Smaller modules", "A module does one thing.", ["`python3 -m pytest -q` passes"], {
      Kind: "refactoring",
      Metric: "`cat words/__init__.py | wc -l`",
    }),
    change: {
      "words/__init__.py": "from words.counting import count\nfrom words.titles import title\n",
      "words/counting.py": text`
        def count(text):
            """How many words a text has."""
            return len(text.split())
      `,
      "words/titles.py": text`
        def title(text):
            return " ".join(word.capitalize() for word in text.split())
      `,
    },
  },
  {
    name: "pytest: a test file moves and its tests get better names, as allowed",
    milestone: asks("Tests by kind", "Tests are found quickly.", ["(file: tests/unit/test_count.py)"], {
      Kind: "refactoring",
      Metric: "`ls tests | grep py | wc -l`",
      Allows: "`tests/**`",
    }),
    change: {
      "tests/test_words.py": null,
      "tests/unit/test_count.py": text`
        from words import count


        def test_counts_words_between_blanks():
            assert count("one two  three") == 3
            assert count("") == 0
      `,
      "tests/unit/test_title.py": text`
        from words import title


        def test_capitalises_every_word():
            assert title("the long night") == "The Long Night"
      `,
    },
  },
  {
    name: "pytest: an old function goes with its test, as declared",
    milestone: asks(
      "Without titles",
      "Titles belong to the page.",
      ['`grep "def title" words/__init__.py` exits 1'],
      {
        Allows: "`tests/test_words.py`",
      },
    ),
    change: {
      "words/__init__.py": WORDS_PY.slice(0, WORDS_PY.indexOf("\n\ndef title")),
      "tests/test_words.py": text`
        from words import count


        def test_counts_words():
            assert count("one two  three") == 3
            assert count("") == 0
      `,
    },
  },
  {
    name: "pytest: untested branches get tests that notice mistakes",
    milestone: asks(
      "Tests of cutting",
      "Cutting is safe to change.",
      ["Short, long and empty texts are cut (test: test_cut)"],
      {
        Kind: "coverage",
        Metric: "`cat tests/*.py | grep 'def test_' | wc -l`",
      },
    ),
    base: {
      "words/cut.py": text`
        def cut(text, length):
            if len(text) <= length:
                return text
            return text[: length - 1] + "…"
      `,
    },
    change: {
      "tests/test_cut.py": text`
        from words.cut import cut


        def test_cut_leaves_short_texts():
            assert cut("night", 5) == "night"
            assert cut("", 5) == ""


        def test_cut_marks_what_is_gone():
            assert cut("nights", 5) == "nigh…"
      `,
    },
  },
  {
    name: "pytest: a guide is written, with code that parses",
    milestone: asks("A guide", "Newcomers know where to begin.", ['(file: docs/guide.md contains "count")'], {
      Kind: "documentation",
    }),
    change: {
      "docs/guide.md":
        '# Guide\n\n```python\nfrom words import count\n\nprint(count("the long night"))\n```\n\nThe source is [here](../words/__init__.py).\n',
    },
  },
  {
    name: "pytest: old formatting becomes new, while its tests stay as they are",
    milestone: asks("Format strings", "One way of formatting.", ["`python3 -m pytest -q` passes"], {
      Kind: "migration",
      Metric: "`cat words/*.py | grep '%s' | wc -l`",
    }),
    base: {
      "words/greet.py": 'def greet(name):\n    return "Good evening, %s" % name\n',
      "tests/test_greet.py":
        'from words.greet import greet\n\n\ndef test_greets():\n    assert greet("Ada") == "Good evening, Ada"\n',
    },
    change: { "words/greet.py": 'def greet(name):\n    return f"Good evening, {name}"\n' },
  },
  {
    name: "pytest: an optional dependency is named, as allowed",
    milestone: asks(
      "Colours are optional",
      "Terminals may show colours.",
      ['(file: pyproject.toml contains "rich")', "`python3 -m pytest -q` passes"],
      { Allows: "`pyproject.toml`" },
    ),
    change: {
      "pyproject.toml": text`
        [project]
        name = "words"
        version = "1.0.0"

        [project.optional-dependencies]
        colour = ["rich>=13"]

        [tool.pytest.ini_options]
        testpaths = ["tests"]
        pythonpath = ["."]
      `,
    },
  },
]);
